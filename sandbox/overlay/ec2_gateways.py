"""Internet gateways, addresses and NAT gateways: what is mapped holds what it is mapped through."""

from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.utils import random_nat_gateway_id

from . import interfaces
from .delays import (
    ELASTIC_IP_RELEASE,
    NAT_GATEWAY_CREATE,
    NAT_GATEWAY_DELETE,
    NAT_GATEWAY_FAIL,
    NAT_GATEWAY_LISTED,
)
from .ec2 import NOT_YOURS, filtered, interfaces_of, shown_tags, tags_of
from .hook import backend, before, fail, given, idempotent, op
from .later import after, stamp


@before("ec2", "attach_internet_gateway")
def _(response):
    ec2, wish = backend(response, "ec2"), given(response)
    gateway = ec2.get_internet_gateway(wish["InternetGatewayId"])
    ec2.get_vpc(wish["VpcId"])
    if gateway.vpc is None and _gateway_of(ec2, wish["VpcId"]):
        raise fail("InvalidParameterValue", f"Network {wish['VpcId']} already has an internet gateway attached")


def _gateway_of(ec2, vpc_id):
    return next((one for one in ec2.internet_gateways.values() if one.vpc and one.vpc.id == vpc_id), None)


def has_gateway(ec2, vpc_id):
    return _gateway_of(ec2, vpc_id) is not None


@before("ec2", "detach_internet_gateway")
def _(response):
    ec2, wish = backend(response, "ec2"), given(response)
    gateway = ec2.get_internet_gateway(wish["InternetGatewayId"])
    vpc_id = wish["VpcId"]
    if gateway.vpc and gateway.vpc.id == vpc_id and any(one.public_ip for one in interfaces_of(ec2, vpc=vpc_id)):
        raise fail(
            "DependencyViolation",
            f"Network {vpc_id} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway.",
        )


@before("ec2", "release_address")
def _(response):
    ec2, wish = backend(response, "ec2"), given(response)
    address = _address(ec2, wish.get("AllocationId"), wish.get("PublicIp"))
    if address is None or not address.association_id:
        return
    if address.eni and address.eni.requester_managed:
        raise fail("AuthFailure", NOT_YOURS, 400)
    raise fail("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")


@before("ec2", "disassociate_address")
def _(response):
    ec2, wish = backend(response, "ec2"), given(response)
    for address in ec2.addresses:
        named = wish.get("AssociationId") == address.association_id or wish.get("PublicIp") == address.public_ip
        if named and address.eni and address.eni.requester_managed:
            raise fail("AuthFailure", NOT_YOURS, 400)


def _address(ec2, allocation_id, public_ip=None):
    for one in ec2.addresses:
        if (allocation_id and one.allocation_id == allocation_id) or (public_ip and one.public_ip == public_ip):
            return one
    return None


class Nat(NatGateway):
    def __init__(self, ec2, wish):
        self.ec2_backend = ec2
        self.id = random_nat_gateway_id()
        self.subnet_id = wish["SubnetId"]
        self.vpc_id = None
        self.state = "pending"
        self.connectivity_type = wish.get("ConnectivityType", "public")
        self.allocation_id = wish.get("AllocationId")
        self.created = stamp()
        self.deleted = self.failure = self.eni = self.address = None
        self.add_tags(tags_of(wish, "natgateway"))

    def shown(self):
        address = {"AllocationId": self.allocation_id, "IsPrimary": True, "Status": "succeeded"}
        if self.eni:
            address |= {"NetworkInterfaceId": self.eni.id, "PrivateIp": self.eni.private_ip_address}
        if self.address:
            address |= {"PublicIp": self.address.public_ip, "AssociationId": self.address.association_id}
        failure = {"FailureCode": self.failure[0], "FailureMessage": self.failure[1]} if self.failure else {}
        return {
            "NatGatewayId": self.id,
            "SubnetId": self.subnet_id,
            "VpcId": self.vpc_id,
            "State": self.state,
            "CreateTime": self.created,
            "DeleteTime": self.deleted,
            "ConnectivityType": self.connectivity_type,
            "NatGatewayAddresses": [address],
            "Tags": shown_tags(self.ec2_backend, self.id),
            **failure,
        }


@op("ec2", "create_nat_gateway")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    if not wish.get("AllocationId") and wish.get("ConnectivityType", "public") == "public":
        raise fail("MissingParameter", "The request must contain the parameter AllocationId")
    nat = Nat(ec2, wish)
    ec2.nat_gateways[nat.id] = nat
    subnet = interfaces.subnet(response.current_account, response.region, nat.subnet_id)
    nat.vpc_id = subnet.vpc_id if subnet else None
    nat.failure = _mistake(ec2, nat, subnet)
    if nat.failure:
        after(response.current_account, NAT_GATEWAY_FAIL, lambda moment: _become(nat, "pending", "failed"))
        return lambda: {"NatGateway": nat.shown()}

    nat.eni = interfaces.attach(
        response.current_account, response.region, nat.subnet_id, [], f"Interface for NAT Gateway {nat.id}", "amazon-aws"
    )
    nat.eni._group_set = []
    nat.eni.interface_type = "nat_gateway"
    if nat.allocation_id and nat.connectivity_type == "public":
        nat.address = ec2.associate_address(eni=nat.eni, allocation_id=nat.allocation_id)
    after(response.current_account, NAT_GATEWAY_CREATE, lambda moment: _become(nat, "pending", "available"))
    return lambda: {"NatGateway": nat.shown()}


def _mistake(ec2, nat, subnet):
    """AWS takes most requests and lets the gateway fail."""
    if subnet is None:
        return "InvalidSubnetID.NotFound", f"The specified subnet {nat.subnet_id} does not exist or could not be found."
    if nat.connectivity_type == "private":
        return None
    if not has_gateway(ec2, subnet.vpc_id):
        return "Gateway.NotAttached", f"Network {subnet.vpc_id} has no Internet gateway attached"
    address = _address(ec2, nat.allocation_id)
    if address is None:
        return (
            "InvalidAllocationID.NotFound",
            f"Elastic IP address {nat.allocation_id} could not be associated with this NAT gateway",
        )
    if address.association_id:
        return "Resource.AlreadyAssociated", f"Elastic IP address {nat.allocation_id} is already associated"
    return None


def _become(nat, old, new):
    if nat.state == old:
        nat.state = new


@op("ec2", "delete_nat_gateway")
def _(response, original):
    ec2, account = backend(response, "ec2"), response.current_account
    nat = _find(ec2, given(response)["NatGatewayId"])
    if nat.state in ("deleting", "deleted"):
        return {"NatGatewayId": nat.id}
    nat.state = "deleting"

    def gone(moment):
        nat.state, nat.deleted = "deleted", stamp(moment)
        if nat.eni:
            interfaces.detach(account, response.region, [nat.eni.id])

    def unmapped(moment):
        if nat.address and nat.address.eni is nat.eni:
            nat.address.eni = nat.address.association_id = None

    after(account, NAT_GATEWAY_DELETE, gone)
    after(account, NAT_GATEWAY_DELETE + ELASTIC_IP_RELEASE, unmapped)
    after(account, NAT_GATEWAY_DELETE + NAT_GATEWAY_LISTED, lambda moment: ec2.nat_gateways.pop(nat.id, None))
    return {"NatGatewayId": nat.id}


def _find(ec2, nat_id):
    nat = ec2.nat_gateways.get(nat_id)
    if nat is None:
        raise fail("NatGatewayNotFound", f"The Nat Gateway {nat_id} was not found")
    return nat


_FIELDS = {
    "nat-gateway-id": lambda nat: nat.id,
    "state": lambda nat: nat.state,
    "subnet-id": lambda nat: nat.subnet_id,
    "vpc-id": lambda nat: nat.vpc_id,
}


@op("ec2", "describe_nat_gateways")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    ids = wish.get("NatGatewayIds")
    found = [_find(ec2, one) for one in ids] if ids else list(ec2.nat_gateways.values())
    found = filtered(ec2, found, wish, _FIELDS, lambda nat: nat.id)
    return {"NatGateways": [nat.shown() for nat in found]}


idempotent("ec2", "create_nat_gateway")
