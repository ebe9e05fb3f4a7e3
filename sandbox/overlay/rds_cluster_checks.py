"""What a cluster may be asked for: capacity, storage, windows, user and password."""

import re

from .hook import fail
from .rds import key_arn
from .rds_engines import smallest_capacity

RESERVED = {"aurora-postgresql": {"admin", "rdsadmin"}, "docdb": {"admin", "serviceadmin", "root"}}


def storage(record, kind):
    """The plain storage type is never named in an answer."""
    plain, optimised = ("standard", "iopt1") if record["Engine"] == "docdb" else ("aurora", "aurora-iopt1")
    if kind not in (None, plain, optimised):
        raise fail("InvalidParameterValue", f"Invalid storage type for DB engine {record['Engine']}: {kind}")
    if kind is not None:
        record["StorageType"] = kind if kind == optimised else None


def scaling(record, wish):
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


def insights(here, record, wish):
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


def windows(record):
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


def check_user(engine, name):
    longest = 63 if engine == "docdb" else 16
    if not name:
        raise fail("InvalidParameterValue", "The parameter MasterUsername must be provided and must not be blank.")
    if name.lower() in RESERVED[engine]:
        raise fail("InvalidParameterValue", f"MasterUsername {name} cannot be used as it is a reserved word used by the engine")
    if len(name) > longest or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise fail("InvalidParameterValue", f"The parameter MasterUsername is not a valid identifier: {name}")
