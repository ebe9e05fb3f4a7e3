"""VPC endpoints: they come and go slowly, and hold subnets and security groups meanwhile."""

import json

from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, VPCEndPoint
from moto.ec2.utils import random_vpc_ep_id

from . import interfaces
from .delays import ENDPOINT_DELETE, ENDPOINT_LISTED, GATEWAY_ENDPOINT_CREATE, INTERFACE_ENDPOINT_CREATE
from .ec2 import filtered, shown_tags, tags_of
from .hook import backend, fail, given, idempotent, op
from .later import after, stamp

_GATEWAY_SERVICES = ("s3", "dynamodb")


class Endpoint(VPCEndPoint):
    """What moto's route tables know as an endpoint."""

    def __init__(self, ec2, wish):
        self.ec2_backend = ec2
        self.id = random_vpc_ep_id()
        self.vpc_id = wish["VpcId"]
        self.service_name = wish["ServiceName"]
        self.vpc_endpoint_type = wish.get("VpcEndpointType", "Gateway")
        self.state = "pending"
        self.policy_document = wish.get("PolicyDocument") or json.dumps(VPCEndPoint.DEFAULT_POLICY)
        self.route_table_ids, self.subnets, self.security_group_ids = [], {}, []
        self.private_dns_enabled = False
        self.options = {}
        self.destination_prefix_list_id = None
        self.creation_timestamp = stamp()
        self.add_tags(tags_of(wish, "vpc-endpoint"))

    subnet_ids = property(lambda self: list(self.subnets))
    network_interface_ids = property(lambda self: list(self.subnets.values()))

    @property
    def groups(self):
        # A deleted endpoint stays listed, also when its groups have gone.
        found = (self.ec2_backend.get_security_group_from_id(group_id) for group_id in self.security_group_ids)
        return [{"GroupId": group.id, "GroupName": group.name} for group in found if group is not None]

    def shown(self):
        shown = {
            "VpcEndpointId": self.id,
            "VpcEndpointType": self.vpc_endpoint_type,
            "VpcId": self.vpc_id,
            "ServiceName": self.service_name,
            "State": self.state,
            "PolicyDocument": self.policy_document,
            "RouteTableIds": self.route_table_ids,
            "SubnetIds": self.subnet_ids,
            "Groups": self.groups,
            "PrivateDnsEnabled": self.private_dns_enabled,
            "RequesterManaged": False,
            "NetworkInterfaceIds": self.network_interface_ids,
            "DnsEntries": [],
            "CreationTimestamp": self.creation_timestamp,
            "Tags": shown_tags(self.ec2_backend, self.id),
            "OwnerId": self.owner_id,
        }
        if self.vpc_endpoint_type == "Interface":
            shown["IpAddressType"] = "ipv4"
            shown["DnsOptions"] = {"DnsRecordIpType": "ipv4"} | self.options
            shown["DnsEntries"] = [{"DnsName": name, "HostedZoneId": "Z7HUB22UULQXV"} for name in self._names()]
        return shown

    def _names(self):
        region, service = self.service_name.split(".")[2:4] if self.service_name.count(".") > 2 else ("", "service")
        yield f"{self.id}-{self.id[-8:]}.{service}.{region}.vpce.amazonaws.com"
        if self.private_dns_enabled:
            yield self.private_name

    @property
    def private_name(self):
        region, *service = self.service_name.split(".")[2:]
        return f"{'.'.join(reversed(service))}.{region}.amazonaws.com"


@op("ec2", "create_vpc_endpoint")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    vpc = ec2.get_vpc(wish["VpcId"])
    kind = wish.get("VpcEndpointType", "Gateway")
    _known(response, wish["ServiceName"], kind)
    if wish.get("PolicyDocument"):
        _policy(wish["PolicyDocument"])
    endpoint = Endpoint(ec2, wish)
    if kind == "Gateway":
        name = wish["ServiceName"]
        endpoint.destination_prefix_list_id = next(
            one.id for one in ec2.managed_prefix_lists.values() if one.prefix_list_name == name
        )
        _check_tables(ec2, endpoint, wish.get("RouteTableIds", []))
    else:
        groups = wish.get("SecurityGroupIds") or [ec2.get_default_security_group(vpc.id).id]
        _check_interfaces(ec2, endpoint, wish.get("SubnetIds", []), groups)
        endpoint.security_group_ids = groups
        private = wish.get("PrivateDnsEnabled", True)
        if private:
            _check_private_dns(ec2, endpoint)
        endpoint.private_dns_enabled = private

    ec2.vpc_end_points[endpoint.id] = endpoint
    _add_tables(ec2, endpoint, wish.get("RouteTableIds", []))
    _add_subnets(response, endpoint, wish.get("SubnetIds", []))
    _pend(response, endpoint)
    return lambda: {"VpcEndpoint": endpoint.shown(), "ClientToken": wish.get("ClientToken")}


idempotent("ec2", "create_vpc_endpoint")


@op("ec2", "describe_vpc_endpoint_services")
def _(response, original):
    prefix, wanted = f"com.amazonaws.{response.region}.", given(response).get("ServiceNames")
    names = [prefix + one for one in sorted(set(AWS_ENDPOINT_SERVICES)) if not wanted or prefix + one in wanted]
    kinds = {prefix + one: ["Gateway", "Interface"] for one in _GATEWAY_SERVICES}
    details = [
        {"ServiceName": name, "ServiceType": [{"ServiceType": kind}], "Owner": "amazon", "VpcEndpointPolicySupported": True}
        for name in names
        for kind in kinds.get(name, ["Interface"])
    ]
    return {"ServiceNames": names, "ServiceDetails": details}


def _known(response, name, kind):
    prefix = f"com.amazonaws.{response.region}."
    if not name.startswith(prefix) or name.removeprefix(prefix) not in AWS_ENDPOINT_SERVICES:
        raise fail("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    if kind == "Gateway" and name.removeprefix(prefix) not in _GATEWAY_SERVICES:
        raise fail("InvalidParameter", "Endpoint type (Gateway) does not match available service types ([Interface]).")


def _policy(text):
    try:
        json.loads(text)
    except ValueError:
        raise fail("InvalidPolicyDocument", "The policy document is not valid JSON.") from None


def _check_tables(ec2, endpoint, table_ids):
    for table_id in table_ids:
        table = ec2.get_route_table(table_id)
        if table.vpc_id != endpoint.vpc_id:
            raise fail("InvalidParameter", f"Route table {table_id} is not in {endpoint.vpc_id}.")
        if any(route.destination_prefix_list_id == endpoint.destination_prefix_list_id for route in table.routes):
            raise fail(
                "RouteAlreadyExists",
                f"route table {table_id} already has a route with destination-prefix-list-id {endpoint.destination_prefix_list_id}",
            )


def _check_interfaces(ec2, endpoint, subnet_ids, group_ids):
    zones = {ec2.get_subnet(one).availability_zone for one in endpoint.subnets}
    for subnet_id in subnet_ids:
        subnet = ec2.get_subnet(subnet_id)
        if subnet.vpc_id != endpoint.vpc_id:
            raise fail("InvalidParameter", f"Subnet {subnet_id} is not in {endpoint.vpc_id}.")
        if subnet.availability_zone in zones:
            raise fail("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of " + subnet_id)
        zones.add(subnet.availability_zone)
    for group_id in group_ids:
        group = ec2.get_security_group_from_id(group_id)
        if group is None or group.vpc_id != endpoint.vpc_id:
            raise fail("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")


def _check_private_dns(ec2, endpoint):
    vpc = ec2.get_vpc(endpoint.vpc_id)
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise fail(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
            + endpoint.vpc_id,
        )
    for other in ec2.vpc_end_points.values():
        same = other.vpc_id == endpoint.vpc_id and other.service_name == endpoint.service_name and other is not endpoint
        if same and other.private_dns_enabled and other.state != "deleted":
            raise fail(
                "InvalidParameter",
                f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{endpoint.private_name} in the VPC {endpoint.vpc_id}",
            )


def _add_tables(ec2, endpoint, table_ids):
    for table_id in table_ids:
        ec2.create_route(
            table_id, None, gateway_id=endpoint.id, destination_prefix_list_id=endpoint.destination_prefix_list_id
        )
        endpoint.route_table_ids.append(table_id)


def _remove_tables(ec2, endpoint, table_ids):
    for table_id in table_ids:
        endpoint.route_table_ids.remove(table_id)
        if table_id in ec2.route_tables:
            routes = ec2.route_tables[table_id]._routes
            for key in [key for key, route in routes.items() if route.gateway is endpoint]:
                del routes[key]


def _add_subnets(response, endpoint, subnet_ids):
    for subnet_id in subnet_ids:
        endpoint.subnets[subnet_id] = interfaces.attach(
            response.current_account,
            response.region,
            subnet_id,
            endpoint.security_group_ids,
            f"VPC Endpoint Interface {endpoint.id}",
            f"{response.current_account}:amazon-vpce",
        ).id
        interface = endpoint.ec2_backend.enis[endpoint.subnets[subnet_id]]
        interface.interface_type = "vpc_endpoint"


def _pend(response, endpoint):
    endpoint.state = "pending"

    def available(moment):
        if endpoint.state == "pending":
            endpoint.state = "available"

    slow = endpoint.vpc_endpoint_type == "Interface"
    after(response.current_account, INTERFACE_ENDPOINT_CREATE if slow else GATEWAY_ENDPOINT_CREATE, available)


@op("ec2", "modify_vpc_endpoint")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    endpoint = _find(ec2, wish["VpcEndpointId"])
    if endpoint.state not in ("pending", "available"):
        raise fail("InvalidState", f"The VPC endpoint {endpoint.id} is in state {endpoint.state}.")
    added, removed = wish.get("AddRouteTableIds", []), wish.get("RemoveRouteTableIds", [])
    _check_tables(ec2, endpoint, added)
    groups = [one for one in endpoint.security_group_ids if one not in wish.get("RemoveSecurityGroupIds", [])]
    groups += [one for one in wish.get("AddSecurityGroupIds", []) if one not in groups]
    new_subnets = [one for one in wish.get("AddSubnetIds", []) if one not in endpoint.subnets]
    _check_interfaces(ec2, endpoint, new_subnets, wish.get("AddSecurityGroupIds", []))
    if endpoint.security_group_ids and not groups:
        raise fail("InvalidParameter", "An interface endpoint must have at least one security group.")
    if wish.get("PrivateDnsEnabled") and not endpoint.private_dns_enabled:
        _check_private_dns(ec2, endpoint)
    if wish.get("PolicyDocument"):
        _policy(wish["PolicyDocument"])
        endpoint.policy_document = wish["PolicyDocument"]
    if wish.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    endpoint.private_dns_enabled = wish.get("PrivateDnsEnabled", endpoint.private_dns_enabled)
    endpoint.options |= wish.get("DnsOptions", {})
    _remove_tables(ec2, endpoint, [one for one in removed if one in endpoint.route_table_ids])
    _add_tables(ec2, endpoint, added)
    for subnet_id in wish.get("RemoveSubnetIds", []):
        interfaces.detach(response.current_account, response.region, [endpoint.subnets.pop(subnet_id, None)])
    endpoint.security_group_ids = groups
    interfaces.regroup(response.current_account, response.region, endpoint.network_interface_ids, groups)
    _add_subnets(response, endpoint, new_subnets)
    if endpoint.vpc_endpoint_type == "Interface":
        _pend(response, endpoint)
    return {"Return": True}


@op("ec2", "delete_vpc_endpoints")
def _(response, original):
    ec2, failures = backend(response, "ec2"), []
    for endpoint_id in given(response)["VpcEndpointIds"]:
        endpoint = ec2.vpc_end_points.get(endpoint_id)
        if endpoint is None or endpoint.state == "deleted":
            message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
            failures.append({"ResourceId": endpoint_id, "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}})
        elif endpoint.state != "deleting":
            _delete(response, ec2, endpoint)
    return {"Unsuccessful": failures}


def _delete(response, ec2, endpoint):
    account = response.current_account
    endpoint.state = "deleting"
    _remove_tables(ec2, endpoint, list(endpoint.route_table_ids))

    def gone(moment):
        interfaces.detach(account, response.region, endpoint.network_interface_ids)
        endpoint.subnets, endpoint.state = {}, "deleted"

    after(account, ENDPOINT_DELETE, gone)
    after(account, ENDPOINT_DELETE + ENDPOINT_LISTED, lambda moment: ec2.vpc_end_points.pop(endpoint.id, None))


def _find(ec2, endpoint_id):
    endpoint = ec2.vpc_end_points.get(endpoint_id)
    if endpoint is None:
        raise fail("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist")
    return endpoint


_FIELDS = {
    "service-name": lambda one: one.service_name,
    "vpc-id": lambda one: one.vpc_id,
    "vpc-endpoint-id": lambda one: one.id,
    "vpc-endpoint-state": lambda one: one.state,
    "vpc-endpoint-type": lambda one: one.vpc_endpoint_type,
}


@op("ec2", "describe_vpc_endpoints")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    ids = wish.get("VpcEndpointIds")
    found = [_find(ec2, one) for one in ids] if ids else list(ec2.vpc_end_points.values())
    found = filtered(ec2, found, wish, _FIELDS, lambda one: one.id)
    return {"VpcEndpoints": [one.shown() for one in found]}
