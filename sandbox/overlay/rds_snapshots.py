from .delays import lasts
from .hook import fail, given, op
from .later import after, stamp
from .rds import find, from_arn, identifier, place, tags, wanted
from .rds_clusters import available, make as make_cluster, view

CREATE = lasts("DB_SNAPSHOT_CREATE", 120)


def make(here, name, cluster, tag_list):
    if name in here.snapshots:
        raise fail("DBClusterSnapshotAlreadyExistsFault", f"Cannot create the snapshot because one with the identifier {name} already exists.")
    copied = [tag for tag in cluster["TagList"] if not tag["Key"].startswith("aws:")] if cluster["CopyTagsToSnapshot"] else []
    shared = ("AvailabilityZones", "DBClusterIdentifier", "Engine", "EngineMode", "EngineVersion", "AllocatedStorage", "Port", "ClusterCreateTime", "MasterUsername", "StorageEncrypted", "BackupRetentionPeriod", "PreferredBackupWindow", "KmsKeyId", "IAMDatabaseAuthenticationEnabled", "StorageType", "DbClusterResourceId")
    here.snapshots[name] = record = {field: cluster.get(field) for field in shared} | {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": here.arn("cluster-snapshot", name),
        "SnapshotCreateTime": stamp(),
        "SnapshotType": "manual",
        "LicenseModel": "na" if cluster["Engine"] == "docdb" else "postgresql-license",
        "PercentProgress": 0,
        "Status": "creating",
        "VpcId": cluster["_vpc"],
        "TagList": tags({"Tags": copied + tag_list}),
        "_arn": here.arn("cluster-snapshot", name),
        "_password": cluster["_password"],
        "_database": cluster.get("DatabaseName"),
    }

    def done(moment):
        if record["Status"] == "creating":
            record.update(Status="available", PercentProgress=100)

    after(here.account, CREATE, done)
    return record


@op("rds", "create_db_cluster_snapshot")
def _(response, original):
    here, wish = place(response), given(response)
    name = identifier(wish.get("DBClusterSnapshotIdentifier"), "DBClusterSnapshotIdentifier", 255)
    cluster = find(here, "cluster", wish["DBClusterIdentifier"])
    available(cluster)
    return {"DBClusterSnapshot": make(here, name, cluster, wish.get("Tags", []))}


@op("rds", "describe_db_cluster_snapshots")
def _(response, original):
    here, wish = place(response), given(response)
    cluster, name = wish.get("DBClusterIdentifier"), wish.get("DBClusterSnapshotIdentifier")
    if cluster and name:
        raise fail("InvalidParameterCombination", "DBClusterIdentifier and DBClusterSnapshotIdentifier cannot be used together.")
    if name:
        return {"DBClusterSnapshots": [find(here, "cluster-snapshot", name)]}
    filters = wanted(wish, ("db-cluster-id", "db-cluster-snapshot-id", "engine", "snapshot-type"))
    clusters = [from_arn(one) for one in filters.get("db-cluster-id", [])] + ([from_arn(cluster)] if cluster else [])
    types = filters.get("snapshot-type", []) + ([wish["SnapshotType"]] if wish.get("SnapshotType") else [])
    found = [
        one
        for one in here.snapshots.values()
        if (not clusters or one["DBClusterIdentifier"] in clusters)
        and (not types or one["SnapshotType"] in types)
        and one["Engine"] in filters.get("engine", [one["Engine"]])
        and one["DBClusterSnapshotIdentifier"] in filters.get("db-cluster-snapshot-id", [one["DBClusterSnapshotIdentifier"]])
    ]
    return {"DBClusterSnapshots": found}


@op("rds", "delete_db_cluster_snapshot")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "cluster-snapshot", wish["DBClusterSnapshotIdentifier"])
    name = record["DBClusterSnapshotIdentifier"]
    if record["Status"] != "available":
        raise fail("InvalidDBClusterSnapshotStateFault", f"Cannot delete the snapshot {name} because it is not in the available state.")
    del here.snapshots[name]
    return {"DBClusterSnapshot": record | {"Status": "deleted"}}


@op("rds", "restore_db_cluster_from_snapshot")
def _(response, original):
    here, wish = place(response), given(response)
    name = identifier(wish.get("DBClusterIdentifier"), "DBClusterIdentifier")
    source = find(here, "cluster-snapshot", wish["SnapshotIdentifier"])
    if name in here.clusters:
        raise fail("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    if source["Status"] != "available":
        raise fail("InvalidDBClusterSnapshotStateFault", f"The snapshot {source['DBClusterSnapshotIdentifier']} is not in the available state.")
    if wish.get("Engine") != source["Engine"]:
        raise fail("InvalidParameterCombination", f"The snapshot's engine {source['Engine']} does not match {wish.get('Engine')}.")
    return {"DBCluster": view(here, make_cluster(here, name, wish, source))}
