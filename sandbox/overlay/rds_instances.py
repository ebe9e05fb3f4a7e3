import secrets
import string

from . import interfaces
from .delays import lasts
from .hook import fail, given, op
from .later import after, stamp
from .rds import find, from_arn, group_ids, identifier, key_arn, place, tags, wanted
from .rds_engines import check_class, family
from .rds_logs import export
from .rds_subnet_groups import subnet_ids

CREATE = lasts("DB_INSTANCE_CREATE", 420)
MODIFY = lasts("DB_INSTANCE_MODIFY", 60)
RECLASS = lasts("DB_INSTANCE_CLASS", 300)
REBOOT = lasts("DB_INSTANCE_REBOOT", 60)
DELETE = lasts("DB_INSTANCE_DELETE", 300)
UNNOTICED = 5
OF_THE_CLUSTER = {
    "MasterUsername": "master user name",
    "MasterUserPassword": "master user password",
    "BackupRetentionPeriod": "backup retention period",
    "VpcSecurityGroupIds": "vpc security group",
    "DBName": "database name",
    "Port": "database port",
    "StorageEncrypted": "storage encryption",
    "KmsKeyId": "KMS key",
    "DBSubnetGroupName": "DB subnet group",
}


def view(here, record):
    cluster = here.clusters.get(record["DBClusterIdentifier"])
    shared = cluster and {
        field: cluster.get(field)
        for field in ("MasterUsername", "BackupRetentionPeriod", "PreferredBackupWindow", "StorageEncrypted", "KmsKeyId", "CopyTagsToSnapshot", "IAMDatabaseAuthenticationEnabled", "EnabledCloudwatchLogsExports")
    }
    return record | (shared or {}) | {
        "DBSubnetGroup": here.subnet_groups[record["_subnet_group"]],
        "DBName": cluster and cluster.get("DatabaseName"),
        "StorageType": (cluster and cluster.get("StorageType")) or ("aurora" if record["Engine"] != "docdb" else "standard"),
        "DBParameterGroups": [
            {"DBParameterGroupName": record["_parameter_group"], "ParameterApplyStatus": "in-sync"}
        ],
    }


@op("rds", "create_db_instance")
def _(response, original):
    here, wish = place(response), given(response)
    if not wish.get("DBClusterIdentifier"):
        raise fail("NotImplemented", "The sandbox knows instances of Aurora and DocumentDB clusters only.", 501)
    name = identifier(wish.get("DBInstanceIdentifier"), "DBInstanceIdentifier")
    cluster = find(here, "cluster", wish["DBClusterIdentifier"])
    if name in here.instances:
        raise fail("DBInstanceAlreadyExists", "DB instance already exists")
    _check(here, cluster, wish)
    subnet = _subnet(here, cluster, wish.get("AvailabilityZone"))
    here.instances[name] = record = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": wish["DBInstanceClass"],
        "Engine": cluster["Engine"],
        "EngineVersion": cluster["EngineVersion"],
        "DBInstanceStatus": "creating",
        "AllocatedStorage": 1,
        "DBSecurityGroups": [],
        "VpcSecurityGroups": cluster["VpcSecurityGroups"],
        "PreferredMaintenanceWindow": wish.get("PreferredMaintenanceWindow", "sun:06:10-sun:06:40").lower(),
        "PendingModifiedValues": {},
        "MultiAZ": False,
        "AutoMinorVersionUpgrade": wish.get("AutoMinorVersionUpgrade", cluster["Engine"] != "docdb"),
        "ReadReplicaDBInstanceIdentifiers": [],
        "LicenseModel": "na" if cluster["Engine"] == "docdb" else "postgresql-license",
        "OptionGroupMemberships": [],
        "PubliclyAccessible": bool(wish.get("PubliclyAccessible")),
        "DbInstancePort": 0,
        "DBClusterIdentifier": cluster["DBClusterIdentifier"],
        "DbiResourceId": "db-" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(26)),
        "CACertificateIdentifier": wish.get("CACertificateIdentifier", "rds-ca-rsa2048-g1"),
        "DomainMemberships": [],
        "MonitoringInterval": wish.get("MonitoringInterval", 0),
        "MonitoringRoleArn": wish.get("MonitoringRoleArn"),
        "PromotionTier": wish.get("PromotionTier", 1),
        "DBInstanceArn": here.arn("db", name),
        "DatabaseInsightsMode": wish.get("DatabaseInsightsMode", "standard"),
        "DeletionProtection": False,
        "AssociatedRoles": [],
        "TagList": tags(wish),
        "NetworkType": cluster["NetworkType"],
        "_arn": here.arn("db", name),
        "_joined": stamp(),
        "_parameters": "in-sync",
        "_parameter_group": wish.get("DBParameterGroupName", f"default.{family(cluster['Engine'], cluster['EngineVersion'])}"),
        "_subnet_group": cluster["DBSubnetGroup"],
        "_subnet": subnet.id,
        "_interfaces": [],
    }
    _insights(here, record, wish)
    interface = interfaces.attach(
        here.account, here.region, subnet.id, group_ids(cluster), "RDSNetworkInterface", "amazon-rds"
    )
    record["_interfaces"], record["_addresses"] = [interface.id], [interface.private_ip_address]

    def available(moment):
        if here.instances.get(name) is not record or record["DBInstanceStatus"] != "creating":
            return
        if cluster["Status"] == "creating":
            after(here.account, 30, available, moment)
            return
        record.update(
            DBInstanceStatus="available",
            AvailabilityZone=subnet.availability_zone,
            InstanceCreateTime=stamp(moment),
            Endpoint={
                "Address": here.host(f"{name}.", "docdb" if record["Engine"] == "docdb" else "rds"),
                "Port": cluster["Port"],
                "HostedZoneId": cluster["HostedZoneId"],
            },
            _since=moment,
        )
        export(here, cluster)

    after(here.account, CREATE, available)
    return {"DBInstance": view(here, record)}


def _check(here, cluster, wish):
    name, engine = cluster["DBClusterIdentifier"], cluster["Engine"]
    if cluster["Status"] not in ("available", "creating", "modifying", "backing-up"):
        raise fail("InvalidDBClusterStateFault", f"DbCluster {name} is not currently in the available state.")
    if wish.get("Engine") != engine:
        raise fail(
            "InvalidParameterCombination",
            f"The engine name requested for your DB instance ({wish.get('Engine')}) doesn't match the engine name of your DB cluster ({engine}).",
        )
    for field, words in OF_THE_CLUSTER.items():
        if field in wish:
            raise fail(
                "InvalidParameterCombination",
                f"The requested DB Instance will be a member of a DB Cluster. Set {words} for the DB Cluster.",
            )
    if wish.get("DeletionProtection"):
        raise fail("InvalidParameterCombination", "Deletion Protection can only be applied on the Cluster level.")
    check_class(engine, cluster["EngineVersion"], wish.get("DBInstanceClass"))
    if wish["DBInstanceClass"] == "db.serverless" and not cluster.get("ServerlessV2ScalingConfiguration"):
        raise fail(
            "InvalidDBClusterStateFault",
            "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.",
        )


def _subnet(here, cluster, zone):
    group = here.subnet_groups[cluster["DBSubnetGroup"]]
    found = [interfaces.subnet(here.account, here.region, one) for one in subnet_ids(group)]
    alive = [one for one in found if one]
    if len(alive) < len(found):
        raise fail("InvalidSubnet", f"The DB subnet group {group['DBSubnetGroupName']} names a subnet that does not exist.")
    if zone:
        alive = [one for one in alive if one.availability_zone == zone]
        if not alive:
            raise fail("InvalidVPCNetworkStateFault", f"The DB subnet group has no subnet in the Availability Zone {zone}.")
    held = [one["_subnet"] for one in here.members(cluster["DBClusterIdentifier"])]
    return min(alive, key=lambda one: held.count(one.id))


def _insights(here, record, wish):
    enabled = wish.get("EnablePerformanceInsights", record.get("PerformanceInsightsEnabled", False))
    record["PerformanceInsightsEnabled"] = enabled
    kept = wish.get("PerformanceInsightsRetentionPeriod") or record.get("PerformanceInsightsRetentionPeriod") or 7
    record["PerformanceInsightsRetentionPeriod"] = kept if enabled else None
    key = wish.get("PerformanceInsightsKMSKeyId") or record.get("PerformanceInsightsKMSKeyId")
    record["PerformanceInsightsKMSKeyId"] = key_arn(here, key) if enabled else None


@op("rds", "describe_db_instances")
def _(response, original):
    here, wish = place(response), given(response)
    if wish.get("DBInstanceIdentifier"):
        return {"DBInstances": [view(here, find(here, "db", wish["DBInstanceIdentifier"]))]}
    filters = wanted(wish, ("db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"))
    found = [
        one
        for one in here.instances.values()
        if one["Engine"] in filters.get("engine", [one["Engine"]])
        and one["DBClusterIdentifier"] in [from_arn(name) for name in filters.get("db-cluster-id", [one["DBClusterIdentifier"]])]
        and one["DBInstanceIdentifier"] in [from_arn(name) for name in filters.get("db-instance-id", [one["DBInstanceIdentifier"]])]
        and one["DbiResourceId"] in filters.get("dbi-resource-id", [one["DbiResourceId"]])
    ]
    return {"DBInstances": [view(here, one) for one in found]}


def _available(record):
    if record["DBInstanceStatus"] != "available":
        raise fail("InvalidDBInstanceState", f"Database instance: {record['DBInstanceIdentifier']} is not currently in the available state.")


@op("rds", "modify_db_instance")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "db", wish["DBInstanceIdentifier"])
    _available(record)
    if wish.get("NewDBInstanceIdentifier"):
        raise fail("NotImplemented", "The sandbox does not rename instances.", 501)
    if wish.get("DeletionProtection") is not None:
        raise fail("InvalidParameterCombination", "Deletion Protection can only be applied on the Cluster level.")
    cluster = here.clusters[record["DBClusterIdentifier"]]
    if wish.get("DBInstanceClass"):
        check_class(record["Engine"], record["EngineVersion"], wish["DBInstanceClass"])
        if wish["DBInstanceClass"] == "db.serverless" and not cluster.get("ServerlessV2ScalingConfiguration"):
            raise fail(
                "InvalidDBClusterStateFault",
                "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.",
            )
    before = {key: value for key, value in record.items() if not key.startswith("_")}
    for field in ("PromotionTier", "AutoMinorVersionUpgrade", "MonitoringInterval", "MonitoringRoleArn", "DatabaseInsightsMode", "PubliclyAccessible"):
        if wish.get(field) is not None:
            record[field] = wish[field]
    if wish.get("PreferredMaintenanceWindow"):
        record["PreferredMaintenanceWindow"] = wish["PreferredMaintenanceWindow"].lower()
    if wish.get("DBParameterGroupName"):
        record["_parameter_group"] = wish["DBParameterGroupName"]
    _insights(here, record, wish)
    waiting = {
        field: wish[field]
        for field in ("DBInstanceClass", "CACertificateIdentifier")
        if wish.get(field) and wish[field] != record[field]
    }
    record["PendingModifiedValues"] = {**record["PendingModifiedValues"], **waiting}
    changed = any(record.get(key) != value for key, value in before.items())
    if record["PendingModifiedValues"] and wish.get("ApplyImmediately"):
        _run(here, record, "modifying", RECLASS, flush=True)
    elif changed and not waiting:
        _run(here, record, "modifying", MODIFY)
    return {"DBInstance": view(here, record)}


def _run(here, record, busy, seconds, flush=False):
    def begin(moment):
        if record["DBInstanceStatus"] == "available":
            record["DBInstanceStatus"] = busy
            after(here.account, seconds, end, moment)

    def end(moment):
        if record["DBInstanceStatus"] == busy:
            record["DBInstanceStatus"] = "available"
            if flush:
                record.update(record["PendingModifiedValues"])
                record["PendingModifiedValues"] = {}

    after(here.account, UNNOTICED, begin)


@op("rds", "reboot_db_instance")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "db", wish["DBInstanceIdentifier"])
    _available(record)
    record["DBInstanceStatus"] = "rebooting"

    def end(moment):
        if record["DBInstanceStatus"] == "rebooting":
            record.update(DBInstanceStatus="available", _parameters="in-sync")

    after(here.account, REBOOT, end)
    return {"DBInstance": view(here, record)}


@op("rds", "delete_db_instance")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "db", wish["DBInstanceIdentifier"])
    name = record["DBInstanceIdentifier"]
    if record["DBInstanceStatus"] == "deleting":
        raise fail("InvalidDBInstanceState", f"Instance {name} is already being deleted.")
    if wish.get("FinalDBSnapshotIdentifier"):
        raise fail("InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance")
    record["DBInstanceStatus"] = "deleting"

    def gone(moment):
        if here.instances.get(name) is record:
            interfaces.detach(here.account, here.region, record["_interfaces"])
            del here.instances[name]

    after(here.account, DELETE, gone)
    return {"DBInstance": view(here, record)}
