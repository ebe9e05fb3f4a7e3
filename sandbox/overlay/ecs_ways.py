"""Whether a task has a way to the registry and the services that it starts with, over a gateway or endpoints.

Looked at only when SANDBOX_TASK_ROUTES is set: few tests build a whole network.
"""

import os

from moto.ec2.models import ec2_backends

from . import interfaces
from .reach import reaches

LOOKED_AT = os.environ.get("SANDBOX_TASK_ROUTES") == "1"
ANYWHERE = [], ["192.0.2.1"]  # an address of the documentation: nobody's VPC has it


def trouble(here, task, container):
    if not LOOKED_AT or task["_subnet"] is None:
        return None
    subnet = interfaces.subnet(here.account, here.region, task["_subnet"])
    if _to_the_internet(here, subnet, task):
        return None
    private = ".dkr.ecr." in container["image"]
    if private and _by_endpoints(here, subnet):
        return None
    if private or container.get("secrets"):
        return (
            "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: "
            "There is a connection issue between the task and Amazon ECR. Check your task network configuration. RequestError: "
            f'send request failed caused by: Post "https://api.ecr.{here.region}.amazonaws.com/": dial tcp: i/o timeout'
        )
    return (
        f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {container['image']}: "
        "failed to do request: dial tcp: i/o timeout"
    )


def _to_the_internet(here, subnet, task):
    outward = any(_leads_out(here, one, task["_public"]) for one in _table(here, subnet).routes if one.destination_cidr_block == "0.0.0.0/0")
    return outward and reaches(here.account, here.region, (task["_groups"], []), ANYWHERE, 443, answered=True)


def _leads_out(here, route, public):
    if route.state != "active":
        return False
    if route.nat_gateway:
        nat = route.nat_gateway
        home = interfaces.subnet(here.account, here.region, nat.subnet_id)
        return nat.state == "available" and any(
            _leads_out(here, one, True) for one in _table(here, home).routes if one.destination_cidr_block == "0.0.0.0/0" and not one.nat_gateway
        )
    return public and (route.gateway_id or "").startswith("igw-")


def _table(here, subnet):
    tables = [one for one in ec2_backends[here.account][here.region].route_tables.values() if one.vpc_id == subnet.vpc_id]
    own = [one for one in tables if subnet.id in [entry.get("SubnetId") for entry in one.associations]]
    return (own or [one for one in tables if one.main_association_id])[0]


def _by_endpoints(here, subnet):
    ec2, table = ec2_backends[here.account][here.region], _table(here, subnet)
    names = {
        one.service_name.split(f".{here.region}.")[-1]
        for one in ec2.vpc_end_points.values()
        if one.vpc_id == subnet.vpc_id
        and one.state == "available"
        and (one.vpc_endpoint_type == "Interface" or table.id in one.route_table_ids)
    }
    return {"ecr.api", "ecr.dkr", "s3"} <= names
