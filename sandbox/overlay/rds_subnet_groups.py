from . import interfaces
from .hook import fail, given, op
from .rds import find, identifier, place, tags

NAME = r"[a-z0-9][a-z0-9._ -]*"


def make(here, name, description, subnet_ids, tag_list):
    record = {
        "DBSubnetGroupName": name,
        "SubnetGroupStatus": "Complete",
        "DBSubnetGroupArn": here.arn("subgrp", name),
        "SupportedNetworkTypes": ["IPV4"],
        "TagList": tag_list,
        "_arn": here.arn("subgrp", name),
    }
    _fill(here, record, description, subnet_ids)
    here.subnet_groups[name] = record
    return record


def default(here):
    """What a cluster gets that names no group: the subnets of the default VPC."""
    if "default" not in here.subnet_groups:
        vpc_ids = interfaces.default_subnets(here.account, here.region)
        make(here, "default", "default", vpc_ids, [])
    return here.subnet_groups["default"]


def zones(group):
    return sorted({subnet["SubnetAvailabilityZone"]["Name"] for subnet in group["Subnets"]})


def subnet_ids(group):
    return [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]


def _fill(here, record, description, ids):
    found = [interfaces.subnet(here.account, here.region, one) for one in ids]
    if None in found or len({subnet.vpc_id for subnet in found}) > 1:
        raise fail("InvalidSubnet", f"Some input subnets in :[{', '.join(ids)}] are invalid.")
    covered = sorted({subnet.availability_zone for subnet in found})
    if len(covered) < 2:
        raise fail(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
            f"Current AZ coverage: {', '.join(covered)}. Add subnets to cover at least 2 AZs.",
        )
    if len(ids) > 20:
        raise fail("DBSubnetQuotaExceededFault", "The request would exceed the number of subnets allowed in a group.")
    if description is not None:
        record["DBSubnetGroupDescription"] = description
    record["VpcId"] = found[0].vpc_id
    record["Subnets"] = [
        {
            "SubnetIdentifier": subnet.id,
            "SubnetAvailabilityZone": {"Name": subnet.availability_zone},
            "SubnetOutpost": {},
            "SubnetStatus": "Active",
        }
        for subnet in found
    ]


@op("rds", "create_db_subnet_group")
def _(response, original):
    here, wish = place(response), given(response)
    name = identifier(wish.get("DBSubnetGroupName"), "DBSubnetGroupName", 255, NAME)
    if name == "default":
        raise fail("InvalidParameterValue", "The parameter DBSubnetGroupName must not be 'default'.")
    if name in here.subnet_groups:
        raise fail("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
    if not wish.get("DBSubnetGroupDescription"):
        raise fail("InvalidParameterValue", "The parameter DBSubnetGroupDescription must be provided and must not be blank.")
    return {"DBSubnetGroup": make(here, name, wish["DBSubnetGroupDescription"], wish.get("SubnetIds", []), tags(wish))}


@op("rds", "describe_db_subnet_groups")
def _(response, original):
    here, name = place(response), given(response).get("DBSubnetGroupName")
    return {"DBSubnetGroups": [find(here, "subgrp", name)] if name else list(here.subnet_groups.values())}


@op("rds", "modify_db_subnet_group")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "subgrp", wish["DBSubnetGroupName"])
    kept = wish.get("SubnetIds", [])
    for instance in here.instances.values():
        if instance["_subnet_group"] == record["DBSubnetGroupName"] and instance["_subnet"] not in kept:
            raise fail(
                "SubnetAlreadyInUse",
                f"The subnet {instance['_subnet']} is in use by the DB instance {instance['DBInstanceIdentifier']}.",
            )
    _fill(here, record, wish.get("DBSubnetGroupDescription"), kept)
    return {"DBSubnetGroup": record}


@op("rds", "delete_db_subnet_group")
def _(response, original):
    here, name = place(response), given(response)["DBSubnetGroupName"]
    record = find(here, "subgrp", name)
    for cluster in here.clusters.values():
        if cluster["DBSubnetGroup"] == record["DBSubnetGroupName"]:
            raise fail(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{name}' because at least one database cluster: "
                f"{cluster['DBClusterIdentifier']} is still using it.",
            )
    for instance in here.instances.values():
        if instance["_subnet_group"] == record["DBSubnetGroupName"]:
            raise fail(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{name}' because at least one database instance: "
                f"{instance['DBInstanceIdentifier']} is still using it.",
            )
    del here.subnet_groups[record["DBSubnetGroupName"]]
    return {}
