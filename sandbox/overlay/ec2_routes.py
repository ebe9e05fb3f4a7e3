"""Route tables: which targets a route may have, and that it reads `blackhole` when its target is gone."""

from ipaddress import ip_network

from moto.ec2.models.route_tables import Route, RouteTable

from .ec2 import in_use
from .hook import backend, before, fail, given, idempotent, op, replace

idempotent("ec2", "create_route_table")


def state(self):
    if self.nat_gateway and self.nat_gateway.state in ("deleting", "deleted", "failed"):
        return "blackhole"
    if self.gateway and self.gateway.id.startswith("igw-"):
        vpc = self.gateway.vpc
        return "active" if vpc and vpc.id == self.route_table.vpc_id else "blackhole"
    if self.gateway and self.gateway.id not in self.route_table.ec2_backend.vpc_end_points:
        return "blackhole"
    return "active"


replace(Route, "state", property(state))


def get_filter_value(self, filter_name, method_name=None):
    if filter_name in ("route.state", "route.origin"):
        return [getattr(route, filter_name.split(".")[1]) for route in self.routes]
    if filter_name == "association.gateway-id":
        return [one for one in self._associations.values() if one.startswith("igw-")]
    return _get_filter_value(self, filter_name, method_name)


_get_filter_value = replace(RouteTable, "get_filter_value", get_filter_value)


@before("ec2", "create_route", "replace_route")
def _(response):
    ec2, wish = backend(response, "ec2"), given(response)
    table = ec2.get_route_table(wish["RouteTableId"])
    gateway, nat = wish.get("GatewayId"), wish.get("NatGatewayId")
    if gateway and gateway.startswith("igw-"):
        found = ec2.internet_gateways.get(gateway)
        if found is None:
            raise fail("InvalidGatewayID.NotFound", f"The gateway ID '{gateway}' does not exist")
        if found.vpc is None or found.vpc.id != table.vpc_id:
            raise fail(
                "InvalidParameterValue",
                f"route table {table.id} and network gateway {gateway} belong to different networks",
            )
    if nat:
        found = ec2.nat_gateways.get(nat)
        if found is None or found.state == "deleted":
            raise fail("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat}' does not exist")
        if found.vpc_id != table.vpc_id:
            raise fail("InvalidParameterValue", f"route table {table.id} and natGateway {nat} belong to different networks")
    if wish.get("DestinationPrefixListId") and wish["DestinationPrefixListId"] not in ec2.managed_prefix_lists:
        raise fail("InvalidPrefixListId.NotFound", f"The prefixList ID '{wish['DestinationPrefixListId']}' does not exist")
    _canonical(response)


@before("ec2", "create_route")
def _(response):
    table = backend(response, "ec2").get_route_table(given(response)["RouteTableId"])
    destination = _destination(response)
    if any(_target(route) == destination for route in table.routes):
        raise fail("RouteAlreadyExists", f"The route identified by {destination} already exists.")


@before("ec2", "delete_route")
def _(response):
    table = backend(response, "ec2").get_route_table(given(response)["RouteTableId"])
    _canonical(response)
    destination = _destination(response)
    for route in table.routes:
        if _target(route) == destination and route.local:
            raise fail("InvalidParameterValue", f"cannot remove local route {destination} in route table {table.id}")
        if _target(route) == destination and route.destination_prefix_list and route.gateway:
            raise fail("InvalidParameterValue", f"cannot remove VPC endpoint route {destination} in route table {table.id}")


def _canonical(response):
    for field in ("DestinationCidrBlock", "DestinationIpv6CidrBlock"):
        value = response.params.get(field)
        if value:
            try:
                response.params[field] = str(ip_network(value, strict=False))
            except ValueError:
                raise fail(
                    "InvalidParameterValue",
                    f"Value ({value}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.",
                ) from None


def _destination(response):
    fields = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next((response.params[field] for field in fields if response.params.get(field)), None)


def _target(route):
    return route.destination_cidr_block or route.destination_ipv6_cidr_block or route.destination_prefix_list_id


@before("ec2", "associate_route_table")
def _(response):
    ec2, wish = backend(response, "ec2"), given(response)
    table = ec2.get_route_table(wish["RouteTableId"])
    target = wish.get("SubnetId") or wish.get("GatewayId")
    if wish.get("SubnetId") and ec2.get_subnet(wish["SubnetId"]).vpc_id != table.vpc_id:
        raise fail("InvalidParameterValue", f"Route table {table.id} and subnet {target} belong to different networks")
    if any(target in other._associations.values() for other in ec2.route_tables.values() if other is not table):
        raise fail(
            "Resource.AlreadyAssociated",
            f"the specified association for route table {table.id} conflicts with an existing association",
        )


@before("ec2", "disassociate_route_table")
def _(response):
    association = given(response)["AssociationId"]
    for table in backend(response, "ec2").route_tables.values():
        if table.main_association_id == association:
            raise fail("InvalidParameterValue", f"cannot disassociate the main route table association {association}")


@before("ec2", "delete_route_table")
def _(response):
    table = backend(response, "ec2").get_route_table(given(response)["RouteTableId"])
    if table.main_association_id or table._associations:
        raise in_use("routeTable", table.id)


@op("ec2", "describe_route_tables")
def _(response, original):
    """A page of route tables holds a hundred at most, whatever is asked."""
    size = given(response).get("MaxResults")
    if size is not None and not 5 <= int(size) <= 100:
        raise fail("InvalidParameterValue", f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between 5 and 100.")
    return original()
