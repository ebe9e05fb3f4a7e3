import re
import secrets
import string

from moto.ec2.models import ec2_backends

from . import interfaces, rds_subnet_groups
from .delays import lasts
from .hook import fail, given, op
from .later import after, stamp
from .rds import find, from_arn, group_ids, identifier, key_arn, place, security_groups, tags, wanted
from .rds_engines import check_logs, family, known, major, numbers, resolve, smallest_capacity
from .rds_parameter_groups import check_family, value

CREATE = lasts("DB_CLUSTER_CREATE", 45)
MODIFY = lasts("DB_CLUSTER_MODIFY", 90)
PASSWORD = lasts("DB_CLUSTER_PASSWORD", 120)
UPGRADE = lasts("DB_CLUSTER_UPGRADE", 900)
DELETE = lasts("DB_CLUSTER_DELETE", 180)
UNNOTICED = 5  # seconds for which a modified cluster still reads `available`
PENDING = ("EngineVersion", "StorageType", "IAMDatabaseAuthenticationEnabled", "BackupRetentionPeriod")
RESERVED = {"aurora-postgresql": {"admin", "rdsadmin"}, "docdb": {"admin", "serviceadmin", "root"}}


def make(here, name, wish, source=None):
    """The record of a new cluster; `source` is the snapshot that it comes from."""
    engine = source["Engine"] if source else wish.get("Engine")
    offered = known(engine)
    version = resolve(engine, wish.get("EngineVersion") or (source and source["EngineVersion"]))
    group = _subnet_group(here, wish.get("DBSubnetGroupName"))
    record = {
        "AllocatedStorage": 1,
        "AvailabilityZones": _zones(here, group),
        "BackupRetentionPeriod": wish.get("BackupRetentionPeriod", source["BackupRetentionPeriod"] if source else 1),
        "DBClusterIdentifier": name,
        "DBClusterParameterGroup": check_family(here, wish.get("DBClusterParameterGroupName"), engine, version),
        "DBSubnetGroup": group["DBSubnetGroupName"],
        "Status": "creating",
        "Endpoint": here.host(f"{name}.cluster-", offered["domain"]),
        "ReaderEndpoint": here.host(f"{name}.cluster-ro-", offered["domain"]),
        "MultiAZ": False,
        "Engine": engine,
        "EngineVersion": version,
        "Port": wish.get("Port") or (source["Port"] if source else offered["port"]),
        "MasterUsername": source["MasterUsername"] if source else wish["MasterUsername"],
        "PreferredBackupWindow": wish.get("PreferredBackupWindow", "03:13-03:43"),
        "PreferredMaintenanceWindow": wish.get("PreferredMaintenanceWindow", "sat:05:05-sat:05:35").lower(),
        "ReadReplicaIdentifiers": [],
        "VpcSecurityGroups": security_groups(here, wish.get("VpcSecurityGroupIds"), group["VpcId"]),
        "HostedZoneId": "ZNKXH85TT8WVW" if engine == "docdb" else "Z2R2ITUGPM61AM",
        "StorageEncrypted": bool(wish.get("StorageEncrypted")),
        "DbClusterResourceId": "cluster-" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(26)),
        "DBClusterArn": here.arn("cluster", name),
        "AssociatedRoles": [_role(one) for one in wish.get("AssociatedRoles", [])],
        "ClusterCreateTime": stamp(),
        "EngineMode": "provisioned",
        "DeletionProtection": bool(wish.get("DeletionProtection")),
        "CopyTagsToSnapshot": bool(wish.get("CopyTagsToSnapshot")),
        "NetworkType": wish.get("NetworkType", "IPV4"),
        "TagList": tags(wish),
        "_arn": here.arn("cluster", name),
        "_password": source["_password"] if source else wish.get("MasterUserPassword"),
        "_vpc": group["VpcId"],
    }
    if engine != "docdb":
        record |= {
            "DatabaseName": wish.get("DatabaseName") or (source or {}).get("_database"),
            "HttpEndpointEnabled": bool(wish.get("EnableHttpEndpoint")),
            "IAMDatabaseAuthenticationEnabled": bool(wish.get("EnableIAMDatabaseAuthentication")),
            "ActivityStreamStatus": "stopped",
            "CrossAccountClone": False,
            "DomainMemberships": [],
            "AutoMinorVersionUpgrade": True,
            "EngineLifecycleSupport": wish.get("EngineLifecycleSupport", "open-source-rds-extended-support"),
            "MonitoringInterval": wish.get("MonitoringInterval", 0),
            "MonitoringRoleArn": wish.get("MonitoringRoleArn"),
        }
        _insights(here, record, wish)
    if source and source["StorageEncrypted"] or record["StorageEncrypted"]:
        key = wish.get("KmsKeyId") or (source or {}).get("KmsKeyId")
        record |= {"StorageEncrypted": True, "KmsKeyId": key_arn(here, key)}
    _storage(record, wish.get("StorageType"))
    if wish.get("ServerlessV2ScalingConfiguration"):
        _scaling(record, wish["ServerlessV2ScalingConfiguration"])
    logs = wish.get("EnableCloudwatchLogsExports", [])
    check_logs(engine, version, logs)
    record["EnabledCloudwatchLogsExports"] = sorted(logs) or None
    _windows(record)
    here.clusters[name] = record

    def available(moment):
        if here.clusters.get(name) is record and record["Status"] == "creating":
            record["Status"] = "available"
            record["EarliestRestorableTime"] = record["LatestRestorableTime"] = stamp(moment)

    record["_ready"] = after(here.account, CREATE, available)
    return record


def view(here, record):
    members = sorted(here.members(record["DBClusterIdentifier"]), key=lambda one: one["_joined"])
    writer = next((one for one in members if one["DBInstanceStatus"] != "deleting"), None)
    return record | {
        "MultiAZ": len({one.get("AvailabilityZone") for one in members}) > 1,
        "DBClusterMembers": [
            {
                "DBInstanceIdentifier": one["DBInstanceIdentifier"],
                "IsClusterWriter": one is writer,
                "DBClusterParameterGroupStatus": one["_parameters"],
                "PromotionTier": one["PromotionTier"],
            }
            for one in members
        ],
    }


def available(record):
    if record["Status"] != "available":
        raise fail(
            "InvalidDBClusterStateFault",
            f"DbCluster {record['DBClusterIdentifier']} is not currently in the available state.",
        )


def _subnet_group(here, name):
    return find(here, "subgrp", name) if name and name != "default" else rds_subnet_groups.default(here)


def _zones(here, group):
    covered = rds_subnet_groups.zones(group)
    others = [zone for zone in sorted(ec2_backends[here.account][here.region].subnets) if zone not in covered]
    return (covered + others)[:3]


def _role(one):
    return {"RoleArn": one["RoleArn"], "FeatureName": one.get("FeatureName"), "Status": "ACTIVE"}


def _storage(record, kind):
    """The plain storage type is never named in an answer."""
    plain, optimised = ("standard", "iopt1") if record["Engine"] == "docdb" else ("aurora", "aurora-iopt1")
    if kind not in (None, plain, optimised):
        raise fail("InvalidParameterValue", f"Invalid storage type for DB engine {record['Engine']}: {kind}")
    if kind is not None:
        record["StorageType"] = kind if kind == optimised else None


def _scaling(record, wish):
    live = record.get("ServerlessV2ScalingConfiguration") or {}
    low, high = wish.get("MinCapacity", live.get("MinCapacity")), wish.get("MaxCapacity", live.get("MaxCapacity"))
    floor = smallest_capacity(record["Engine"], record["EngineVersion"])
    if low is None or high is None or (low * 2) % 1 or (high * 2) % 1 or not floor <= low <= high or not 1 <= high <= 256:
        raise fail(
            "InvalidParameterValue",
            "Invalid serverless v2 capacity range: the minimum must be at least "
            f"{floor} and not above the maximum, the maximum between 1 and 256, both in steps of 0.5.",
        )
    record["ServerlessV2ScalingConfiguration"] = {"MinCapacity": float(low), "MaxCapacity": float(high)}
    pause = wish.get("SecondsUntilAutoPause")
    if pause is not None and not 300 <= pause <= 86400:
        raise fail("InvalidParameterValue", "SecondsUntilAutoPause must be between 300 and 86400.")
    if low == 0:
        record["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] = pause or live.get("SecondsUntilAutoPause", 300)


def _insights(here, record, wish):
    mode = wish.get("DatabaseInsightsMode", record.get("DatabaseInsightsMode", "standard"))
    enabled = wish.get("EnablePerformanceInsights", record.get("PerformanceInsightsEnabled", False))
    retention = wish.get("PerformanceInsightsRetentionPeriod", record.get("PerformanceInsightsRetentionPeriod") or 7)
    if mode == "advanced" and (not enabled or retention < 465):
        raise fail(
            "InvalidParameterCombination",
            "To enable the Advanced mode of Database Insights, Performance Insights must be on with a retention of at least 465 days.",
        )
    record |= {"DatabaseInsightsMode": mode, "PerformanceInsightsEnabled": enabled}
    record["PerformanceInsightsRetentionPeriod"] = retention if enabled else None
    key = wish.get("PerformanceInsightsKMSKeyId") or record.get("PerformanceInsightsKMSKeyId")
    record["PerformanceInsightsKMSKeyId"] = key_arn(here, key) if enabled else None


def _windows(record):
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", record["PreferredBackupWindow"]):
        raise fail("InvalidParameterValue", f"Invalid backup window format: {record['PreferredBackupWindow']}. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC).")
    day = "(mon|tue|wed|thu|fri|sat|sun)"
    if not re.fullmatch(rf"{day}:\d\d:\d\d-{day}:\d\d:\d\d", record["PreferredMaintenanceWindow"]):
        raise fail("InvalidParameterValue", f"Invalid maintenance window format: {record['PreferredMaintenanceWindow']}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC).")
    backup = _minutes(record["PreferredBackupWindow"])
    care = _minutes(re.sub(f"{day}:", "", record["PreferredMaintenanceWindow"]))
    if (backup[1] - backup[0]) % 1440 < 30 or (care[1] - care[0]) % 1440 < 30:
        raise fail("InvalidParameterValue", "The backup window and the maintenance window must be at least 30 minutes.")
    if backup[0] < care[1] and care[0] < backup[1]:
        raise fail("InvalidParameterValue", "The backup window and maintenance window must not overlap.")


def _minutes(window):
    return [int(half[:2]) * 60 + int(half[3:5]) for half in window.split("-")]


def check_password(engine, password):
    longest = 100 if engine == "docdb" else 41
    if not 8 <= len(password) <= longest or not re.fullmatch(r'[!-~ ]+', password) or re.search(r'[/"@ ]', password):
        raise fail(
            "InvalidParameterValue",
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides "
            "'/', '@', '\"', ' ' may be used." if 8 <= len(password) <= longest else
            f"The parameter MasterUserPassword is not a valid password because it is {'shorter than 8' if len(password) < 8 else f'longer than {longest}'} characters.",
        )


def _check_user(engine, name):
    longest = 63 if engine == "docdb" else 16
    if not name:
        raise fail("InvalidParameterValue", "The parameter MasterUsername must be provided and must not be blank.")
    if name.lower() in RESERVED[engine]:
        raise fail("InvalidParameterValue", f"MasterUsername {name} cannot be used as it is a reserved word used by the engine")
    if len(name) > longest or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise fail("InvalidParameterValue", f"The parameter MasterUsername is not a valid identifier: {name}")


@op("rds", "create_db_cluster")
def _(response, original):
    here, wish = place(response), given(response)
    name = identifier(wish.get("DBClusterIdentifier"), "DBClusterIdentifier")
    known(wish.get("Engine"))
    if name in here.clusters:
        raise fail("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    if wish.get("ManageMasterUserPassword"):
        raise fail("InternalFailure", "The sandbox does not manage master passwords.", 501)
    _check_user(wish["Engine"], wish.get("MasterUsername"))
    if not wish.get("MasterUserPassword"):
        raise fail("InvalidParameterValue", "The parameter MasterUserPassword must be provided and must not be blank.")
    check_password(wish["Engine"], wish["MasterUserPassword"])
    if not 1 <= wish.get("BackupRetentionPeriod", 1) <= 35:
        raise fail("InvalidParameterValue", f"Invalid backup retention period: {wish['BackupRetentionPeriod']}")
    return {"DBCluster": view(here, make(here, name, wish))}


@op("rds", "describe_db_clusters")
def _(response, original):
    here, wish = place(response), given(response)
    if wish.get("DBClusterIdentifier"):
        return {"DBClusters": [view(here, find(here, "cluster", wish["DBClusterIdentifier"]))]}
    filters = wanted(wish, ("clone-group-id", "db-cluster-id", "db-cluster-resource-id", "domain", "engine"))
    found = [
        one
        for one in here.clusters.values()
        if one["Engine"] in filters.get("engine", [one["Engine"]])
        and one["DBClusterIdentifier"] in [from_arn(name) for name in filters.get("db-cluster-id", [one["DBClusterIdentifier"]])]
        and one["DbClusterResourceId"] in filters.get("db-cluster-resource-id", [one["DbClusterResourceId"]])
    ]
    return {"DBClusters": [view(here, one) for one in found]}


@op("rds", "modify_db_cluster")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "cluster", wish["DBClusterIdentifier"])
    available(record)
    if wish.get("NewDBClusterIdentifier"):
        raise fail("InternalFailure", "The sandbox does not rename clusters.", 501)
    upgrade = _upgrade(record, wish)
    if wish.get("MasterUserPassword"):
        check_password(record["Engine"], wish["MasterUserPassword"])
    logs = wish.get("CloudwatchLogsExportConfiguration") or {}
    check_logs(record["Engine"], record["EngineVersion"], logs.get("EnableLogTypes", []) + logs.get("DisableLogTypes", []))
    changed = _at_once(here, record, wish)
    later = {
        "EngineVersion": upgrade,
        "MasterUserPassword": wish.get("MasterUserPassword"),
        "IAMDatabaseAuthenticationEnabled": wish.get("EnableIAMDatabaseAuthentication"),
        "BackupRetentionPeriod": wish.get("BackupRetentionPeriod"),
        "StorageType": wish.get("StorageType"),
        "Port": wish.get("Port"),
        "DBClusterParameterGroupName": wish.get("DBClusterParameterGroupName"),
        "logs": logs or None,
    }
    later = {key: new for key, new in later.items() if new is not None}
    queued = record.setdefault("_queued", {})
    waits_for_window = not wish.get("ApplyImmediately") and record["Engine"] != "docdb"
    if waits_for_window:
        queued |= {key: later.pop(key) for key in ("EngineVersion", "MasterUserPassword", "IAMDatabaseAuthenticationEnabled", "BackupRetentionPeriod", "StorageType", "Port") if key in later}
        record["_pending"] = dict(queued)
    else:
        later = {**queued, **later}
        queued.clear()
    if later or changed:
        _start(here, record, later)
    _show_pending(record, later)
    return {"DBCluster": view(here, record)}


def _upgrade(record, wish):
    asked = wish.get("EngineVersion")
    if not asked:
        return None
    engine, now = record["Engine"], record["EngineVersion"]
    version = resolve(engine, asked)
    if version == now or numbers(version) < numbers(now):
        raise fail("InvalidParameterCombination", f"Cannot upgrade {engine} from {now} to {version}")
    if major(engine, version) != major(engine, now):
        if not wish.get("AllowMajorVersionUpgrade"):
            raise fail(
                "InvalidParameterCombination",
                "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
            )
        refused = {"VpcSecurityGroupIds": "VPC security group", "Port": "port", "MasterUserPassword": "master user password"}
        for field, words in refused.items():
            if engine == "docdb" and field in wish:
                raise fail("InvalidParameterCombination", f"Cannot change {words} while doing a major version upgrade.")
    elif wish.get("DBInstanceParameterGroupName"):
        raise fail("InvalidParameterCombination", "The db-instance-parameter-group-name can only be specified for a major version upgrade.")
    return version


def _at_once(here, record, wish):
    """What ModifyDBCluster changes without waiting for a window."""
    before = {key: value for key, value in record.items() if not key.startswith("_")}
    trial = dict(record)
    for field in ("DeletionProtection", "CopyTagsToSnapshot", "PreferredBackupWindow", "NetworkType", "AutoMinorVersionUpgrade", "MonitoringInterval", "MonitoringRoleArn"):
        if wish.get(field) is not None:
            trial[field] = wish[field]
    if wish.get("PreferredMaintenanceWindow"):
        trial["PreferredMaintenanceWindow"] = wish["PreferredMaintenanceWindow"].lower()
    _windows(trial)
    if wish.get("BackupRetentionPeriod") is not None and not 1 <= wish["BackupRetentionPeriod"] <= 35:
        raise fail("InvalidParameterValue", f"Invalid backup retention period: {wish['BackupRetentionPeriod']}")
    if wish.get("StorageType"):
        _storage(dict(record), wish["StorageType"])
    if wish.get("DBClusterParameterGroupName"):
        check_family(here, wish["DBClusterParameterGroupName"], record["Engine"], resolve(record["Engine"], wish.get("EngineVersion") or record["EngineVersion"]))
    if wish.get("ServerlessV2ScalingConfiguration"):
        _scaling(trial, wish["ServerlessV2ScalingConfiguration"])
    if record["Engine"] != "docdb" and {"DatabaseInsightsMode", "EnablePerformanceInsights", "PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId"} & set(wish):
        _insights(here, trial, wish)
    if wish.get("VpcSecurityGroupIds"):
        trial["VpcSecurityGroups"] = security_groups(here, wish["VpcSecurityGroupIds"], record["_vpc"])
        for instance in here.members(record["DBClusterIdentifier"]):
            instance["VpcSecurityGroups"] = trial["VpcSecurityGroups"]
            interfaces.regroup(here.account, here.region, instance["_interfaces"], group_ids(trial))
    record.update(trial)
    silent = ("DeletionProtection", "CopyTagsToSnapshot")
    return any(record.get(key) != before.get(key) for key in record if not key.startswith("_") and key not in silent)


def _start(here, record, later):
    seconds = UPGRADE if "EngineVersion" in later else PASSWORD if "MasterUserPassword" in later else MODIFY
    busy = "upgrading" if "EngineVersion" in later else "resetting-master-credentials" if "MasterUserPassword" in later else "modifying"

    def begin(moment):
        if record["Status"] == "available":
            record["Status"] = busy
            after(here.account, seconds, end, moment)

    def end(moment):
        if record["Status"] != busy:
            return
        record["Status"] = "available"
        logs = later.pop("logs", {})
        exported = set(record["EnabledCloudwatchLogsExports"] or []) | set(logs.get("EnableLogTypes", []))
        record["EnabledCloudwatchLogsExports"] = sorted(exported - set(logs.get("DisableLogTypes", []))) or None
        if "MasterUserPassword" in later:
            record["_password"] = later["MasterUserPassword"]
        if "StorageType" in later:
            _storage(record, later["StorageType"])
        for field in ("EngineVersion", "IAMDatabaseAuthenticationEnabled", "BackupRetentionPeriod", "Port"):
            record[field] = later.get(field, record.get(field))
        if "EngineVersion" in later and record["DBClusterParameterGroup"].startswith("default."):
            record["DBClusterParameterGroup"] = f"default.{family(record['Engine'], record['EngineVersion'])}"
        if later.get("DBClusterParameterGroupName", record["DBClusterParameterGroup"]) != record["DBClusterParameterGroup"]:
            record["DBClusterParameterGroup"] = check_family(here, later["DBClusterParameterGroupName"], record["Engine"], record["EngineVersion"])
            for instance in here.members(record["DBClusterIdentifier"]):
                instance["_parameters"] = "pending-reboot"
        for instance in here.members(record["DBClusterIdentifier"]):
            instance["EngineVersion"] = record["EngineVersion"]
            if instance.get("Endpoint"):
                instance["Endpoint"]["Port"] = record["Port"]
        export(here, record)
        _show_pending(record, {})

    after(here.account, UNNOTICED, begin)


def _show_pending(record, running):
    if record["Engine"] == "docdb":
        return
    shown = {**record.get("_queued", {}), **running}
    pending = {field: shown[field] for field in PENDING if field in shown}
    if "MasterUserPassword" in shown:
        pending["MasterUserPassword"] = "****"
    if "logs" in shown:
        pending["PendingCloudwatchLogsExports"] = {
            "LogTypesToEnable": shown["logs"].get("EnableLogTypes"),
            "LogTypesToDisable": shown["logs"].get("DisableLogTypes"),
        }
    record["PendingModifiedValues"] = pending or None


def export(here, record):
    """A running cluster writes the logs that it exports; the service makes their groups."""
    from moto.logs.models import logs_backends

    name = record["DBClusterIdentifier"]
    if not any(one["DBInstanceStatus"] == "available" for one in here.members(name)):
        return
    groups = logs_backends[here.account][here.region]
    for kind in record["EnabledCloudwatchLogsExports"] or []:
        if record["Engine"] == "docdb":
            switch = {"audit": "audit_logs", "profiler": "profiler"}[kind]
            if value(here, record["DBClusterParameterGroup"], switch) in ("disabled", "none"):
                continue
        path = f"/aws/docdb/{name}/{kind}" if record["Engine"] == "docdb" else f"/aws/rds/cluster/{name}/{kind}"
        if path not in groups.groups:
            groups.create_log_group(path, {})


@op("rds", "delete_db_cluster")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "cluster", wish["DBClusterIdentifier"])
    name, final = record["DBClusterIdentifier"], wish.get("FinalDBSnapshotIdentifier")
    if bool(wish.get("SkipFinalSnapshot")) == bool(final):
        raise fail(
            "InvalidParameterCombination",
            "FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is enabled." if final else
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
        )
    if record["DeletionProtection"]:
        raise fail("InvalidParameterCombination", "Cannot delete protected Cluster, please disable deletion protection and try again.")
    if record["Status"] != "creating":
        available(record)
    if any(one["DBInstanceStatus"] != "deleting" for one in here.members(name)):
        raise fail("InvalidDBClusterStateFault", "Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
    if record.get("KmsKeyId"):
        key_arn(here, record["KmsKeyId"])
    snapshot = None
    if final:
        from .rds_snapshots import make as snap

        final = identifier(final, "FinalDBSnapshotIdentifier", 255)
        snapshot = snap(here, final, record, [])
    record["Status"] = "deleting"

    def gone(moment):
        if here.members(name) or (snapshot and snapshot["Status"] == "creating"):
            after(here.account, 10, gone, moment)
        elif here.clusters.get(name) is record:
            del here.clusters[name]

    after(here.account, DELETE, gone)
    return {"DBCluster": view(here, record)}


@op("rds", "enable_http_endpoint")
def _(response, original):
    return _http_endpoint(response, True)


@op("rds", "disable_http_endpoint")
def _(response, original):
    return _http_endpoint(response, False)


def _http_endpoint(response, enabled):
    here, arn = place(response), given(response)["ResourceArn"]
    record = next((one for one in here.clusters.values() if one["DBClusterArn"] == arn), None)
    if record is None:
        raise fail("ResourceNotFoundFault", f"The specified resource {arn} was not found.", 404)
    record["HttpEndpointEnabled"] = enabled
    return {"ResourceArn": arn, "HttpEndpointEnabled": enabled}


@op("rds", "add_role_to_db_cluster")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "cluster", wish["DBClusterIdentifier"])
    available(record)
    if any(one["RoleArn"] == wish["RoleArn"] for one in record["AssociatedRoles"]):
        raise fail("DBClusterRoleAlreadyExists", f"Role ARN {wish['RoleArn']} already exists for DB Cluster {record['DBClusterIdentifier']}.")
    record["AssociatedRoles"].append(_role(wish))
    return {}


@op("rds", "remove_role_from_db_cluster")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "cluster", wish["DBClusterIdentifier"])
    kept = [one for one in record["AssociatedRoles"] if one["RoleArn"] != wish["RoleArn"]]
    if len(kept) == len(record["AssociatedRoles"]):
        raise fail("DBClusterRoleNotFound", f"Role ARN {wish['RoleArn']} cannot be found for DB Cluster {record['DBClusterIdentifier']}.", 404)
    record["AssociatedRoles"] = kept
    return {}
