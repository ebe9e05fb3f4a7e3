"""RDS and DocumentDB: one endpoint, one store. Records are kept as AWS answers them; names that
begin with an underscore stay inside."""

import re
import uuid

from moto.rds.models import RDSBackend, rds_backends
from moto.core.resource_tagging import TaggedResource

from . import interfaces, permissions
from .hook import fail, given, op, replace, state

KINDS = ("subgrp", "cluster-pg", "cluster", "db", "cluster-snapshot", "db-proxy", "target-group")


class Place:
    """An account in a region, and what RDS keeps there: one table for each part of an ARN."""

    def __init__(self, account, region):
        self.account, self.region = account, region
        rds_backends[account][region]  # the tagging API asks only services that were touched

    def table(self, kind):
        return state("rds", self.account, self.region).setdefault(kind, {})

    def arn(self, kind, name):
        return f"arn:aws:rds:{self.region}:{self.account}:{kind}:{name}"

    def host(self, prefix, domain="rds"):
        suffix = state("rds", self.account, self.region).setdefault("suffix", uuid.uuid4().hex[:12])
        return f"{prefix}{suffix}.{self.region}.{domain}.amazonaws.com"

    subnet_groups = property(lambda self: self.table("subgrp"))
    parameter_groups = property(lambda self: self.table("cluster-pg"))
    clusters = property(lambda self: self.table("cluster"))
    instances = property(lambda self: self.table("db"))
    snapshots = property(lambda self: self.table("cluster-snapshot"))
    proxies = property(lambda self: self.table("db-proxy"))

    def members(self, cluster_id):
        return [one for one in self.instances.values() if one["DBClusterIdentifier"] == cluster_id]


def place(response):
    return Place(response.current_account, response.region)


def identifier(value, what, longest=63, pattern=r"[a-z](-?[a-z0-9])*"):
    name = (value or "").lower()
    if len(name) > longest or not re.fullmatch(pattern, name):
        raise fail(
            "InvalidParameterValue",
            f"The parameter {what} is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
        )
    return name


def from_arn(value):
    return (value or "").split(":", 6)[-1].lower() if (value or "").startswith("arn:") else (value or "").lower()


def wanted(wish, known):
    """The filters of a describe call as a dict."""
    filters = {one["Name"]: one["Values"] for one in wish.get("Filters", [])}
    for name in filters:
        if name not in known:
            raise fail("InvalidParameterValue", f"Unrecognized filter name: {name}")
    return filters


def security_groups(here, ids, vpc_id):
    ids = ids or [interfaces.default_group(here.account, here.region, vpc_id)]
    for one in ids:
        group = interfaces.group(here.account, here.region, one)
        if group is None:
            raise fail("InvalidParameterValue", f"Invalid security group , groupId= {one}, groupName=.")
        if group.vpc_id != vpc_id:
            raise fail(
                "InvalidParameterCombination",
                "The DB instance and EC2 security group are in different VPCs. "
                f"The DB instance is in {vpc_id} and the EC2 security group is in {group.vpc_id}",
            )
    return [{"VpcSecurityGroupId": one, "Status": "active"} for one in ids]


def group_ids(record):
    return [one["VpcSecurityGroupId"] for one in record["VpcSecurityGroups"]]


def key_arn(here, key_id, service="rds"):
    key = permissions.find_key(here.account, here.region, key_id or f"alias/aws/{service}")
    if key is None or key.key_state != "Enabled":
        raise fail(
            "KMSKeyNotAccessibleFault",
            f"The specified KMS key [{key_id}] does not exist, is not enabled or you do not have permissions to access it.",
        )
    return key.arn


def tags(wish):
    return list({tag["Key"]: {"Key": tag["Key"], "Value": tag.get("Value", "")} for tag in wish.get("Tags", [])}.values())


MISSING = {
    "subgrp": ("DBSubnetGroupNotFoundFault", "DB subnet group '{}' does not exist."),
    "cluster-pg": ("DBParameterGroupNotFound", "DBClusterParameterGroup not found: {}"),
    "cluster": ("DBClusterNotFoundFault", "DBCluster {} not found."),
    "db": ("DBInstanceNotFound", "DBInstance {} not found."),
    "cluster-snapshot": ("DBClusterSnapshotNotFoundFault", "DBClusterSnapshot {} not found."),
    "db-proxy": ("DBProxyNotFoundFault", "Proxy '{}' not found."),
    "target-group": ("DBProxyTargetGroupNotFoundFault", "Target group {} not found."),
}


def find(here, kind, name):
    found = here.table(kind).get(from_arn(name))
    if found is None:
        code, text = MISSING[kind]
        raise fail(code, text.format(name), 404)
    return found


# --- tags


def _tagged(here, arn):
    for kind in KINDS:
        for record in here.table(kind).values():
            if record["_arn"] == arn:
                return record
    parts = (arn or "").split(":")
    if len(parts) < 7 or parts[5] not in MISSING:
        raise fail("InvalidParameterValue", f"Invalid resource name: {arn}")
    code, text = MISSING[parts[5]]
    raise fail(code, text.format(parts[-1]), 404)


@op("rds", "list_tags_for_resource")
def _(response, original):
    return {"TagList": _tagged(place(response), given(response)["ResourceName"])["TagList"]}


@op("rds", "add_tags_to_resource")
def _(response, original):
    wish = given(response)
    record = _tagged(place(response), wish["ResourceName"])
    record["TagList"] = tags({"Tags": record["TagList"] + wish["Tags"]})
    return {}


@op("rds", "remove_tags_from_resource")
def _(response, original):
    wish = given(response)
    record = _tagged(place(response), wish["ResourceName"])
    record["TagList"] = [tag for tag in record["TagList"] if tag["Key"] not in wish["TagKeys"]]
    return {}


def iter_tagged_resources(self):
    here = Place(self.account_id, self.region_name)
    for kind in KINDS:
        for record in here.table(kind).values():
            yield TaggedResource(
                record["_arn"], {tag["Key"]: tag["Value"] for tag in record["TagList"]}, f"rds:{kind}"
            )


def tag_resource(self, arn, new):
    record = _tagged(Place(self.account_id, self.region_name), arn)
    record["TagList"] = tags({"Tags": record["TagList"] + [{"Key": k, "Value": v} for k, v in new.items()]})


def untag_resource(self, arn, keys):
    record = _tagged(Place(self.account_id, self.region_name), arn)
    record["TagList"] = [tag for tag in record["TagList"] if tag["Key"] not in keys]


replace(RDSBackend, "iter_tagged_resources", iter_tagged_resources)
replace(RDSBackend, "tag_resource", tag_resource)
replace(RDSBackend, "untag_resource", untag_resource)
