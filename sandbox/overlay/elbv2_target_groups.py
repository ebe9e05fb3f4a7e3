"""Target groups and the health of their targets."""

import time

from moto.elbv2.models import FakeTargetGroup

from .delays import TARGET_CHECK, scaled
from .elbv2 import Place, merge_attributes, tag_dict
from .hook import fail, given, op, replace
from .reach import reaches

ATTRIBUTES = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.enabled": "false",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
_FIELDS = {
    "Protocol": "protocol",
    "Port": "port",
    "VpcId": "vpc_id",
    "HealthCheckProtocol": "health_check_protocol",
    "HealthCheckPort": "health_check_port",
    "HealthCheckEnabled": "health_check_enabled",
    "HealthCheckIntervalSeconds": "health_check_interval_seconds",
    "HealthCheckTimeoutSeconds": "health_check_timeout_seconds",
    "HealthyThresholdCount": "healthy_threshold_count",
    "UnhealthyThresholdCount": "unhealthy_threshold_count",
    "HealthCheckPath": "health_check_path",
    "Matcher": "matcher",
    "TargetType": "target_type",
    "ProtocolVersion": "protocol_version",
    "IpAddressType": "ip_address_type",
}


def _shown(place, group):
    fields = {name: getattr(group, attribute, None) for name, attribute in _FIELDS.items()}
    return {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "LoadBalancerArns": place.balancers_of(group.arn),
        **fields,
    }


@op("elbv2", "create_target_group")
def _(response, original):
    place, wish = Place(response), given(response)
    name = wish["Name"]
    known = next((one for one in place.store.target_groups.values() if one.name == name), None)
    if known:
        # Made a second time under another name, to see what the same settings would have given.
        response.params["Name"] = "second"
    tag_dict(wish)
    group = original().result["TargetGroups"][0]
    group.healthy_threshold_count = int(group.healthy_threshold_count)
    group.unhealthy_threshold_count = int(group.unhealthy_threshold_count)
    group.health_check_enabled = wish.get("HealthCheckEnabled", True)
    if known:
        del place.store.target_groups[group.arn]
        place.store.tagging_service.delete_all_tags_for_resource(group.arn)
        if all(getattr(known, field, None) == getattr(group, field, None) for field in _FIELDS.values()):
            return {"TargetGroups": [_shown(place, known)]}
        raise fail("DuplicateTargetGroupName", f"A target group with the same name '{name}' exists, but with different settings")
    group.attributes = dict(ATTRIBUTES)
    return {"TargetGroups": [_shown(place, group)]}


@op("elbv2", "describe_target_groups")
def _(response, original):
    place, wish = Place(response), given(response)
    if sum(bool(wish.get(field)) for field in ("LoadBalancerArn", "TargetGroupArns", "Names")) > 1:
        raise fail(
            "ValidationError",
            "Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time",
        )
    found = list(place.store.target_groups.values())
    if wish.get("LoadBalancerArn"):
        balancer = place.balancer(wish["LoadBalancerArn"])
        found = [one for one in found if balancer.arn in place.balancers_of(one.arn)]
    elif wish.get("TargetGroupArns"):
        found = [place.group(arn) for arn in wish["TargetGroupArns"]]
    elif wish.get("Names"):
        found = [one for one in found if one.name in wish["Names"]]
        if len(found) < len(set(wish["Names"])):
            raise fail("TargetGroupNotFound", "One or more target groups not found")
    return {"TargetGroups": [_shown(place, one) for one in found]}


@op("elbv2", "modify_target_group")
def _(response, original):
    place, wish = Place(response), given(response)
    group = place.group(wish["TargetGroupArn"])
    interval = wish.get("HealthCheckIntervalSeconds", group.health_check_interval_seconds)
    timeout = wish.get("HealthCheckTimeoutSeconds", group.health_check_timeout_seconds)
    if timeout >= interval:
        raise fail("ValidationError", f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'")
    original()
    if "Matcher" in wish:
        group.matcher = wish["Matcher"]
    return {"TargetGroups": [_shown(place, group)]}


@op("elbv2", "delete_target_group")
def _(response, original):
    place, arn = Place(response), given(response)["TargetGroupArn"]
    if arn not in place.store.target_groups:
        return {}
    if place.balancers_of(arn) or place.is_releasing(arn):
        raise fail("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
    del place.store.target_groups[arn]
    place.store.tagging_service.delete_all_tags_for_resource(arn)
    return {}


@op("elbv2", "describe_target_group_attributes")
def _(response, original):
    return {"Attributes": Place(response).group(given(response)["TargetGroupArn"]).attributes}


@op("elbv2", "modify_target_group_attributes")
def _(response, original):
    place, wish = Place(response), given(response)
    group = place.group(wish["TargetGroupArn"])
    delay = next((one["Value"] for one in wish["Attributes"] if one["Key"] == "deregistration_delay.timeout_seconds"), "0")
    if not delay.isdigit() or int(delay) > 3600:
        raise fail("ValidationError", f"'deregistration_delay.timeout_seconds' value '{delay}' must be between '0-3600' inclusive")
    return merge_attributes(group.attributes, wish, "Target group")


# --- health


def register(self, targets):
    _register(self, targets)
    for target in targets:
        self.targets[target["Id"]].setdefault("since", time.time())


def deregister(self, targets):
    _deregister(self, targets)
    for target in targets:
        delay = scaled(int(self.attributes["deregistration_delay.timeout_seconds"]))
        self.deregistered_targets[target["Id"]]["until"] = time.time() + delay


_register = replace(FakeTargetGroup, "register", register)
_deregister = replace(FakeTargetGroup, "deregister", deregister)


@op("elbv2", "describe_target_health")
def _(response, original):
    place, wish = Place(response), given(response)
    group = place.group(wish["TargetGroupArn"])
    draining = {key: one for key, one in group.deregistered_targets.items() if one["until"] > time.time()}
    asked = [one["Id"] for one in wish.get("Targets", [])] or [*group.targets, *draining]
    return {"TargetHealthDescriptions": [_health(place, group, one, draining) for one in asked]}


def _health(place, group, address, draining):
    target = group.targets.get(address)
    if target is None:
        port = draining.get(address, {}).get("Port", group.port)
        verdict = "unused", "Target.NotRegistered", "Target is not registered to the target group"
        if address in draining:
            verdict = "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
    else:
        port, verdict = target["Port"], verdict_on(place, group, target)
    state, reason, words = verdict
    found = next((one for one in place.ec2.enis.values() if one.private_ip_address == address), None)
    return {
        "Target": {"Id": address, "Port": port, "AvailabilityZone": found.availability_zone if found else None},
        "HealthCheckPort": str(port) if group.health_check_port == "traffic-port" else group.health_check_port,
        "TargetHealth": {"State": state, "Reason": reason, "Description": words},
    }


def verdict_on(place, group, target):
    arns = place.balancers_of(group.arn)
    if not arns:
        return "unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"
    if time.time() < target["since"] + scaled(TARGET_CHECK):
        return "initial", "Elb.InitialHealthChecking", "Initial health checks in progress"
    found = next((one for one in place.ec2.enis.values() if one.private_ip_address == target["Id"]), None)
    port = target["Port"] if group.health_check_port == "traffic-port" else int(group.health_check_port)
    for balancer in map(place.balancer, arns):
        own = [place.ec2.enis[one].private_ip_address for one in balancer.interfaces.values() if one in place.ec2.enis]
        there = [one.id for one in found.group_set] if found else []
        source, end = (balancer.security_groups, own), (there, [target["Id"]])
        if found is None or not reaches(place.account, place.region, source, end, port):
            return "unhealthy", "Target.Timeout", "Request timed out"
    return "healthy", None, None
