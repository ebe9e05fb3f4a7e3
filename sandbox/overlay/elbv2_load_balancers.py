"""Application load balancers: they take minutes to become active, and their interfaces outlive them."""

import re
import uuid

from moto.elbv2.models import FakeLoadBalancer

from . import interfaces
from .delays import LOAD_BALANCER_CREATE, LOAD_BALANCER_INTERFACES
from .ec2_gateways import has_gateway
from .elbv2 import Place, merge_attributes, tag_dict, write_tags
from .elbv2_zones import ZONES
from .hook import backend, fail, given, op, replace
from .later import after
from .permissions import policy_allows

FREE_ADDRESSES = 8
DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.prefix": "",
    "health_check_logs.s3.enabled": "false",
    "health_check_logs.s3.bucket": "",
    "health_check_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "deletion_protection.enabled": "false",
    "idle_timeout.timeout_seconds": "60",
    "ipv6.deny_all_igw_traffic": "false",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}

# Whether a load balancer is active is a matter of time, not of being looked at.
replace(FakeLoadBalancer, "activate", lambda self: None)


@op("elbv2", "create_load_balancer")
def _(response, original):
    place, wish = Place(response), given(response)
    name, kind = _name(wish["Name"]), wish.get("Type", "application")
    if kind != "application":
        raise fail("NotImplemented", f"The sandbox has no load balancers of type {kind}.", 501)
    scheme, addresses = wish.get("Scheme", "internet-facing"), wish.get("IpAddressType", "ipv4")
    tags = tag_dict(wish)
    subnets = _subnets(place, wish)
    vpc_id = subnets[0].vpc_id
    groups = _groups(place, wish.get("SecurityGroups"), vpc_id)
    for other in place.store.load_balancers.values():
        if other.name == name:
            same = (
                {one.id for one in other.subnets} == {one.id for one in subnets}
                and set(other.security_groups) == set(groups)
                and (other.scheme, other.ip_address_type) == (scheme, addresses)
            )
            if same:
                return {"LoadBalancers": [_shown(other)]}
            raise fail(
                "DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists, but with different settings"
            )
    if scheme == "internet-facing" and not has_gateway(place.ec2, vpc_id):
        raise fail("InvalidSubnet", f"VPC {vpc_id} has no internet gateway")
    _check_room(subnets)

    key = uuid.uuid4().hex[:16]
    balancer = FakeLoadBalancer(
        name=name,
        security_groups=groups,
        subnets=subnets,
        vpc_id=vpc_id,
        arn=f"arn:aws:elasticloadbalancing:{place.region}:{place.account}:loadbalancer/app/{name}/{key}",
        dns_name=f"{'internal-' if scheme == 'internal' else ''}{name}-{int(key, 16) % 10**10}.{place.region}.elb.amazonaws.com",
        state="provisioning",
        scheme=scheme,
        loadbalancer_type=kind,
        ip_address_type=addresses,
    )
    balancer.attrs = dict(ATTRIBUTES)
    balancer.canonical_hosted_zone_id = ZONES[place.region]
    balancer.interfaces = {}
    _occupy(place, balancer)
    place.store.load_balancers[balancer.arn] = balancer
    write_tags(place, balancer.arn, tags)

    def active(moment):
        balancer.state = "active"

    after(place.account, LOAD_BALANCER_CREATE, active)
    return {"LoadBalancers": [_shown(balancer)]}


def _name(name):
    if not re.fullmatch(r"[A-Za-z0-9-]{1,32}", name):
        raise fail(
            "ValidationError", f"Load balancer name '{name}' can only contain alphanumeric characters and hyphens, 32 at most"
        )
    if name.startswith("-") or name.endswith("-"):
        raise fail("ValidationError", f"Load balancer name '{name}' cannot begin or end with '-'")
    if name.startswith("internal-"):
        raise fail("ValidationError", f"Load balancer name '{name}' cannot begin with 'internal-'")
    return name


def _subnets(place, wish):
    ids = wish.get("Subnets", []) + [one["SubnetId"] for one in wish.get("SubnetMappings", [])]
    found = [interfaces.subnet(place.account, place.region, one) for one in ids]
    if None in found:
        raise fail("SubnetNotFound", f"The subnet ID '{ids[found.index(None)]}' does not exist")
    zones = {one.availability_zone for one in found}
    if len(zones) < len(found):
        raise fail(
            "InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
    if len(zones) < 2:
        raise fail("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    if len({one.vpc_id for one in found}) > 1:
        raise fail("InvalidConfigurationRequest", "All subnets must belong to the same VPC")
    return found


def _groups(place, ids, vpc_id):
    ids = ids or [place.ec2.get_default_security_group(vpc_id).id]
    if len(ids) > 5:
        raise fail("InvalidConfigurationRequest", "The maximum number of security groups is 5")
    for one in ids:
        group = place.ec2.get_security_group_from_id(one)
        if group is None or group.vpc_id != vpc_id:
            raise fail("InvalidSecurityGroup", f"Security group '{one}' does not exist in VPC '{vpc_id}'")
    return ids


def _check_room(subnets):
    for subnet in subnets:
        if subnet.available_ip_address_count < FREE_ADDRESSES:
            raise fail(
                "InvalidSubnet",
                f"Not enough IP space available in {subnet.id}. ELB requires at least {FREE_ADDRESSES} free IP addresses in each subnet.",
            )


def _occupy(place, balancer):
    """An interface in each subnet; what is in other subnets goes late."""
    wanted = [one.id for one in balancer.subnets]
    for subnet_id in wanted:
        if subnet_id not in balancer.interfaces:
            text = f"ELB {balancer.arn.split('loadbalancer/')[1]}"
            made = interfaces.attach(place.account, place.region, subnet_id, balancer.security_groups, text, "amazon-elb")
            if balancer.scheme == "internet-facing":
                made.public_ip_auto_assign = True
                made.check_auto_public_ip()
            balancer.interfaces[subnet_id] = made.id
    _leave(place, [balancer.interfaces.pop(one) for one in list(balancer.interfaces) if one not in wanted])


def _leave(place, interface_ids):
    after(place.account, LOAD_BALANCER_INTERFACES, lambda moment: interfaces.detach(place.account, place.region, interface_ids))


def _shown(balancer):
    return {
        "LoadBalancerArn": balancer.arn,
        "DNSName": balancer.dns_name,
        "CanonicalHostedZoneId": balancer.canonical_hosted_zone_id,
        "CreatedTime": balancer.created_time,
        "LoadBalancerName": balancer.name,
        "Scheme": balancer.scheme,
        "VpcId": balancer.vpc_id,
        "State": {"Code": balancer.state},
        "Type": balancer.type,
        "AvailabilityZones": _zones(balancer),
        "SecurityGroups": balancer.security_groups,
        "IpAddressType": balancer.ip_address_type,
    }


def _zones(balancer):
    return [{"ZoneName": one.availability_zone, "SubnetId": one.id, "LoadBalancerAddresses": []} for one in balancer.subnets]


@op("elbv2", "describe_load_balancers")
def _(response, original):
    place, wish = Place(response), given(response)
    if wish.get("LoadBalancerArns") and wish.get("Names"):
        raise fail("ValidationError", "Load balancer names and load balancer ARNs cannot be specified at the same time")
    found = [place.balancer(arn) for arn in wish.get("LoadBalancerArns", [])]
    for name in wish.get("Names", []):
        named = [one for one in place.store.load_balancers.values() if one.name == name]
        if not named:
            raise fail("LoadBalancerNotFound", f"Load balancers '[{name}]' not found")
        found += named
    if not wish.get("LoadBalancerArns") and not wish.get("Names"):
        found = list(place.store.load_balancers.values())
    return {"LoadBalancers": [_shown(one) for one in found]}


@op("elbv2", "delete_load_balancer")
def _(response, original):
    place, arn = Place(response), given(response)["LoadBalancerArn"]
    balancer = place.store.load_balancers.get(arn)
    if balancer is None:
        return {}
    if balancer.attrs["deletion_protection.enabled"] == "true":
        raise fail(
            "OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        )
    with place.releasing():
        del place.store.load_balancers[arn]
    place.store.tagging_service.delete_all_tags_for_resource(arn)
    _leave(place, list(balancer.interfaces.values()))
    return {}


@op("elbv2", "describe_load_balancer_attributes")
def _(response, original):
    return {"Attributes": Place(response).balancer(given(response)["LoadBalancerArn"]).attrs}


@op("elbv2", "modify_load_balancer_attributes")
def _(response, original):
    place, wish = Place(response), given(response)
    balancer = place.balancer(wish["LoadBalancerArn"])
    asked = {one["Key"]: one["Value"] for one in wish["Attributes"]}
    if asked.get("load_balancing.cross_zone.enabled") == "false":
        raise fail("InvalidConfigurationRequest", "Cross-zone load balancing cannot be turned off for an application load balancer")
    for logs in ("access_logs", "connection_logs", "health_check_logs"):
        bucket = asked.get(f"{logs}.s3.bucket")
        if bucket or asked.get(f"{logs}.s3.enabled") == "true":
            prefix = asked.get(f"{logs}.s3.prefix", balancer.attrs[f"{logs}.s3.prefix"])
            _write_test_file(response, bucket or balancer.attrs[f"{logs}.s3.bucket"], prefix)
    return merge_attributes(balancer.attrs, wish, "Load balancer")


def _write_test_file(response, name, prefix):
    """Logs are turned on only where this file can be written."""
    key = f"{prefix}/AWSLogs/{response.current_account}/ELBAccessLogTestFile".lstrip("/")
    s3 = backend(response, "s3")
    found = s3.buckets.get(name)
    policy = found.policy.decode() if found and isinstance(found.policy, bytes) else found and found.policy
    if not policy or not policy_allows(policy, "s3:PutObject", [DELIVERY]):
        raise fail("InvalidConfigurationRequest", f"Access Denied for bucket: {name}. Please check S3bucket permission")
    s3.put_object(name, key, b"Enable AccessLog for ELB: " + response.current_account.encode())


@op("elbv2", "set_subnets")
def _(response, original):
    place, wish = Place(response), given(response)
    balancer = place.balancer(wish["LoadBalancerArn"])
    subnets = _subnets(place, wish)
    if subnets[0].vpc_id != balancer.vpc_id:
        raise fail("InvalidConfigurationRequest", "The subnets must belong to the VPC of the load balancer")
    _check_room([one for one in subnets if one.id not in balancer.interfaces])
    balancer.subnets = subnets
    _occupy(place, balancer)
    return {"AvailabilityZones": _zones(balancer), "IpAddressType": balancer.ip_address_type}


@op("elbv2", "set_security_groups")
def _(response, original):
    place, wish = Place(response), given(response)
    balancer = place.balancer(wish["LoadBalancerArn"])
    if not wish["SecurityGroups"]:
        raise fail("InvalidConfigurationRequest", "At least one security group is needed")
    balancer.security_groups = _groups(place, wish["SecurityGroups"], balancer.vpc_id)
    interfaces.regroup(place.account, place.region, balancer.interfaces.values(), balancer.security_groups)
    return {"SecurityGroupIds": balancer.security_groups}
