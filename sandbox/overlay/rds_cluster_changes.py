"""ModifyDBCluster: what changes at once, what takes a while, and what waits for a maintenance window."""

from . import interfaces
from .delays import lasts
from .hook import fail, given, op
from .later import after
from .rds import find, group_ids, place, security_groups
from .rds_cluster_checks import check_password, insights, scaling, storage, windows
from .rds_clusters import available, view
from .rds_engines import check_logs, family, major, numbers, resolve
from .rds_logs import export
from .rds_parameter_groups import check_family

MODIFY = lasts("DB_CLUSTER_MODIFY", 90)
PASSWORD = lasts("DB_CLUSTER_PASSWORD", 120)
UPGRADE = lasts("DB_CLUSTER_UPGRADE", 900)
UNNOTICED = 5  # seconds for which a modified cluster still reads `available`
PENDING = ("EngineVersion", "StorageType", "IAMDatabaseAuthenticationEnabled", "BackupRetentionPeriod")


@op("rds", "modify_db_cluster")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "cluster", wish["DBClusterIdentifier"])
    available(record)
    if wish.get("NewDBClusterIdentifier"):
        raise fail("NotImplemented", "The sandbox does not rename clusters.", 501)
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
    windows(trial)
    if wish.get("BackupRetentionPeriod") is not None and not 1 <= wish["BackupRetentionPeriod"] <= 35:
        raise fail("InvalidParameterValue", f"Invalid backup retention period: {wish['BackupRetentionPeriod']}")
    if wish.get("StorageType"):
        storage(dict(record), wish["StorageType"])
    if wish.get("DBClusterParameterGroupName"):
        check_family(here, wish["DBClusterParameterGroupName"], record["Engine"], resolve(record["Engine"], wish.get("EngineVersion") or record["EngineVersion"]))
    if wish.get("ServerlessV2ScalingConfiguration"):
        scaling(trial, wish["ServerlessV2ScalingConfiguration"])
    if record["Engine"] != "docdb" and {"DatabaseInsightsMode", "EnablePerformanceInsights", "PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId"} & set(wish):
        insights(here, trial, wish)
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
            storage(record, later["StorageType"])
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
