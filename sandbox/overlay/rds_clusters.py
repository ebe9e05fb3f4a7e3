import secrets
import string

from moto.ec2.models import ec2_backends

from . import rds_subnet_groups
from .delays import lasts
from .hook import fail, given, op
from .later import after, stamp
from .rds import find, from_arn, identifier, key_arn, place, security_groups, tags, wanted
from .rds_cluster_checks import check_password, check_user, insights, scaling, storage, windows
from .rds_engines import check_logs, known, resolve
from .rds_parameter_groups import check_family

CREATE = lasts("DB_CLUSTER_CREATE", 45)


DELETE = lasts("DB_CLUSTER_DELETE", 180)


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
        insights(here, record, wish)
    if source and source["StorageEncrypted"] or record["StorageEncrypted"]:
        key = wish.get("KmsKeyId") or (source or {}).get("KmsKeyId")
        record |= {"StorageEncrypted": True, "KmsKeyId": key_arn(here, key)}
    storage(record, wish.get("StorageType"))
    if wish.get("ServerlessV2ScalingConfiguration"):
        scaling(record, wish["ServerlessV2ScalingConfiguration"])
    logs = wish.get("EnableCloudwatchLogsExports", [])
    check_logs(engine, version, logs)
    record["EnabledCloudwatchLogsExports"] = sorted(logs) or None
    windows(record)
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


@op("rds", "create_db_cluster")
def _(response, original):
    here, wish = place(response), given(response)
    name = identifier(wish.get("DBClusterIdentifier"), "DBClusterIdentifier")
    known(wish.get("Engine"))
    if name in here.clusters:
        raise fail("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    if wish.get("ManageMasterUserPassword"):
        raise fail("NotImplemented", "The sandbox does not manage master passwords.", 501)
    check_user(wish["Engine"], wish.get("MasterUsername"))
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


@op(
    "rds",
    "copy_db_cluster_snapshot",
    "failover_db_cluster",
    "promote_read_replica_db_cluster",
    "restore_db_cluster_to_point_in_time",
    "start_db_cluster",
    "stop_db_cluster",
)
def _(response, original):
    raise fail("NotImplemented", "The sandbox does not stop, start, copy, promote or rewind clusters.", 501)
