"""VPCs and subnets: states, attributes one at a time, and what must be gone before they go."""

from ipaddress import ip_network

from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone
from moto.ec2.models.security_groups import SecurityGroupRule

from .delays import SUBNET_CREATE, VPC_CREATE
from .ec2 import in_use, interfaces_of
from .hook import backend, before, fail, given, op, replace
from .later import after

# Every account has opted in to a Local Zone: the list of its region has it unless one asks for the type of zone.
RegionsAndZonesBackend.zones["us-west-2"].append(Zone("us-west-2-lax-1a", "us-west-2", "usw2-lax1-az1", "local-zone"))


@op("ec2", "create_vpc")
def _(response, original):
    _canonical(response, "CidrBlock")
    answer = original()
    _pending(response, answer.result["Vpc"], VPC_CREATE)
    return answer


@op("ec2", "create_subnet")
def _(response, original):
    _canonical(response, "CidrBlock")
    answer = original()
    subnet = answer.result["Subnet"]
    subnet.map_public_ip_on_launch = subnet.default_for_az = False
    _pending(response, subnet, SUBNET_CREATE)
    return answer


def _canonical(response, field):
    try:
        response.params[field] = str(ip_network(response.params[field], strict=False))
    except (KeyError, ValueError):
        pass  # moto refuses it


def _pending(response, thing, seconds):
    thing.state = "pending"

    def available(moment):
        thing.state = "available"

    after(response.current_account, seconds, available)


def create_vpc(self, *args, **kwargs):
    """The default security group of a new VPC lets itself in."""
    vpc = _create_vpc(self, *args, **kwargs)
    group = self.get_default_security_group(vpc.id)
    inside = {"GroupId": group.id, "UserId": self.account_id}
    group.ingress_rules.append(SecurityGroupRule(self, "-1", group.id, None, None, None, inside, is_egress=False))
    return vpc


_create_vpc = replace(EC2Backend, "create_vpc", create_vpc)


@before("ec2", "modify_vpc_attribute")
def _(response):
    vpc, wish = backend(response, "ec2").get_vpc(given(response)["VpcId"]), given(response)
    _one_attribute(wish, "VpcId")
    if wish.get("EnableDnsHostnames", {}).get("Value") and not vpc.enable_dns_support:
        raise fail("InvalidParameterValue", "DNS hostnames need DNS support, which is disabled for this VPC.")


@before("ec2", "modify_subnet_attribute")
def _(response):
    _one_attribute(given(response), "SubnetId")


def _one_attribute(wish, identity):
    fields = [field for field in wish if field not in (identity, "DryRun")]
    if len(fields) > 1:
        raise fail("InvalidParameterCombination", "Fields for multiple attribute types specified: " + ", ".join(fields))
    if not fields:
        raise fail("MissingParameter", "The request must contain an attribute.")


@before("ec2", "delete_subnet")
def _(response):
    ec2, subnet_id = backend(response, "ec2"), given(response)["SubnetId"]
    ec2.get_subnet(subnet_id)
    if interfaces_of(ec2, subnet=subnet_id):
        raise in_use("subnet", subnet_id)
    for table in ec2.route_tables.values():
        table._associations = {key: one for key, one in table._associations.items() if one != subnet_id}


@before("ec2", "delete_vpc")
def _(response):
    ec2, vpc_id = backend(response, "ec2"), given(response)["VpcId"]
    ec2.get_vpc(vpc_id)
    held = (
        any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in ec2.internet_gateways.values())
        or any(endpoint.vpc_id == vpc_id for endpoint in ec2.vpc_end_points.values() if endpoint.state != "deleted")
        or any(not group.is_default for group in ec2.groups.get(vpc_id, {}).values())
        or any(table.vpc_id == vpc_id and not table.main_association_id for table in ec2.route_tables.values())
        or any(acl.vpc_id == vpc_id and not acl.default for acl in ec2.network_acls.values())
        or interfaces_of(ec2, vpc=vpc_id)
    )
    if held:
        raise in_use("vpc", vpc_id)


@op("ec2", "delete_vpc")
def _(response, original):
    ec2, vpc_id = backend(response, "ec2"), given(response)["VpcId"]
    answer = original()
    for acl_id in [key for key, acl in ec2.network_acls.items() if acl.vpc_id == vpc_id]:
        del ec2.network_acls[acl_id]
    ec2.groups.pop(vpc_id, None)
    return answer
