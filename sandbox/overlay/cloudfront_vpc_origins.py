"""VPC origins: CloudFront's own way into a VPC, with interfaces and a security group of its own there."""

import string

from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends

from . import interfaces
from .cloudfront import check_quantities, check_version, new_id, table, tags_of
from .delays import VPC_ORIGIN_DEPLOY
from .ec2_gateways import has_gateway
from .hook import fail, given, op
from .later import after, stamp

GROUP = "CloudFront-VPCOrigins-Service-SG"


def _find(response, key):
    found = table(response.current_account, "vpc-origins").get(key)
    if found is None:
        raise fail("EntityNotFound", "The entity was not found.", 404)
    return found


def _target(account, arn):
    """The load balancer behind, in whatever region it is."""
    region = arn.split(":")[3] if arn.count(":") > 4 else ""
    if ":loadbalancer/" not in arn or region not in elbv2_backends[account]:
        raise fail("InvalidArgument", f"The ARN {arn} is not that of a load balancer.")
    balancer = elbv2_backends[account][region].load_balancers.get(arn)
    if balancer is None or balancer.state != "active":
        raise fail("InvalidArgument", f"The load balancer {arn} does not exist or is not active.")
    if not has_gateway(ec2_backends[account][region], balancer.vpc_id):
        raise fail("InvalidArgument", f"The VPC {balancer.vpc_id} has no internet gateway.")
    return region, balancer


@op("cloudfront", "create_vpc_origin")
def _(response, original):
    account, wish = response.current_account, given(response)
    config = wish["VpcOriginEndpointConfig"]
    check_quantities(config)
    region, balancer = _target(account, config["Arn"])
    if any(one["config"]["Name"] == config["Name"] for one in table(account, "vpc-origins").values()):
        raise fail("EntityAlreadyExists", "The entity already exists. You must provide a unique entity.", 409)
    key = new_id("vo_", string.ascii_letters + string.digits, 22)
    record = {
        "id": key,
        "arn": f"arn:aws:cloudfront::{account}:vpcorigin/{key}",
        "account": account,
        "region": region,
        "vpc": balancer.vpc_id,
        "subnets": [one.id for one in balancer.subnets],
        "created": stamp(),
        "config": config,
        "tags": tags_of(wish.get("Tags")),
        "interfaces": [],
    }
    table(account, "vpc-origins")[key] = record
    _deploy(account, record)
    after(account, VPC_ORIGIN_DEPLOY / 2, lambda moment: _occupy(record))
    location = f"https://cloudfront.amazonaws.com/2020-05-31/vpc-origin/{key}"
    return {"VpcOrigin": _shown(record), "Location": location, "ETag": record["etag"]}


def _deploy(account, record):
    record |= {"status": "Deploying", "modified": stamp(), "etag": new_id()}
    version = record["etag"]

    def deployed(moment):
        if record["etag"] == version:
            record["status"] = "Deployed"

    after(account, VPC_ORIGIN_DEPLOY, deployed)


def _occupy(record):
    ec2 = ec2_backends[record["account"]][record["region"]]
    known = next((one for one in ec2.groups[record["vpc"]].values() if one.name == GROUP), None)
    group = known or ec2.create_security_group(GROUP, "Managed by CloudFront VPC origins", vpc_id=record["vpc"])
    for subnet_id in record["subnets"]:
        words = f"CloudFront VPC origin {record['id']}"
        made = interfaces.attach(record["account"], record["region"], subnet_id, [group.id], words, "amazon-cloudfront")
        record["interfaces"].append(made.id)


def _leave(record):
    ec2 = ec2_backends[record["account"]][record["region"]]
    interfaces.detach(record["account"], record["region"], record["interfaces"])
    for group in list(ec2.groups[record["vpc"]].values()):
        if group.name == GROUP and not any(group in one.group_set for one in ec2.enis.values()):
            ec2.delete_security_group(group_id=group.id)


def _shown(record):
    return {
        "Id": record["id"],
        "Arn": record["arn"],
        "AccountId": record["account"],
        "Status": record["status"],
        "CreatedTime": record["created"],
        "LastModifiedTime": record["modified"],
        "VpcOriginEndpointConfig": record["config"],
    }


@op("cloudfront", "get_vpc_origin")
def _(response, original):
    record = _find(response, given(response)["Id"])
    return {"VpcOrigin": _shown(record), "ETag": record["etag"]}


@op("cloudfront", "list_vpc_origins")
def _(response, original):
    wish, items = given(response), []
    for record in table(response.current_account, "vpc-origins").values():
        shown = _shown(record)
        config = shown.pop("VpcOriginEndpointConfig")
        items.append({**shown, "Name": config["Name"], "OriginEndpointArn": config["Arn"]})
    return {
        "VpcOriginList": {
            "Marker": wish.get("Marker", ""),
            "MaxItems": int(wish.get("MaxItems") or 100),
            "IsTruncated": False,
            "Quantity": len(items),
            "Items": items,
        }
    }


def _used(account, key):
    return any(
        origin.get("VpcOriginConfig", {}).get("VpcOriginId") == key
        for one in table(account, "distributions").values()
        for config in (one["config"], one["served"])
        for origin in config["Origins"]["Items"]
    )


@op("cloudfront", "update_vpc_origin")
def _(response, original):
    wish = given(response)
    record = _find(response, wish["Id"])
    check_version(wish, record)
    if _used(response.current_account, record["id"]):
        raise fail("CannotUpdateEntityWhileInUse", "The entity cannot be updated while it is in use.", 409)
    check_quantities(wish["VpcOriginEndpointConfig"])
    _target(response.current_account, wish["VpcOriginEndpointConfig"]["Arn"])
    record["config"] = wish["VpcOriginEndpointConfig"]
    _deploy(response.current_account, record)
    return {"VpcOrigin": _shown(record), "ETag": record["etag"]}


@op("cloudfront", "delete_vpc_origin")
def _(response, original):
    account, wish = response.current_account, given(response)
    record = _find(response, wish["Id"])
    check_version(wish, record)
    if _used(account, record["id"]):
        raise fail("CannotDeleteEntityWhileInUse", "The entity cannot be deleted while it is in use.", 409)
    if record["status"] == "Deploying":
        raise fail("IllegalDelete", "A VPC origin cannot be deleted while it is being deployed.")
    record |= {"status": "Deleting", "modified": stamp(), "etag": new_id()}

    def gone(moment):
        table(account, "vpc-origins").pop(record["id"], None)
        _leave(record)

    after(account, VPC_ORIGIN_DEPLOY, gone)
    return {"VpcOrigin": _shown(record), "ETag": record["etag"]}
