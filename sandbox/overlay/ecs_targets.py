"""A service's place behind load balancers."""

from moto.elbv2.models import elbv2_backends

from .ecs import invalid
from .reach import reaches


def group_of(here, arn):
    return elbv2_backends[here.account][here.region].target_groups.get(arn)


def _balancers(here, arn):
    """The load balancers of which a listener or rule forwards to the group."""
    return [
        balancer
        for balancer in elbv2_backends[here.account][here.region].load_balancers.values()
        if any(
            arn in repr(action.data)
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
            for action in rule.actions
        )
    ]


def check(here, definition, wish):
    containers = {one["name"]: one for one in definition["containerDefinitions"]}
    for one in wish:
        arn = one.get("targetGroupArn")
        container = containers.get(one.get("containerName"))
        if container is None:
            raise invalid(f"The container {one.get('containerName')} does not exist in the task definition.")
        if one.get("containerPort") not in [mapping.get("containerPort") for mapping in container["portMappings"]]:
            raise invalid(f"The container {container['name']} did not have a container port {one.get('containerPort')} defined.")
        group = group_of(here, arn)
        if group is None:
            raise invalid(f"The target group with targetGroupArn {arn} does not exist.")
        if group.target_type != "ip" and definition["networkMode"] == "awsvpc":
            raise invalid(
                f"The provided target group {arn} has target type {group.target_type}, which is incompatible with the awsvpc network mode specified in the task definition."
            )
        if not _balancers(here, arn):
            raise invalid(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")


def register(here, task, balancers):
    for one in balancers:
        group = group_of(here, one["targetGroupArn"])
        if group:
            group.register([{"Id": task["_address"], "Port": one["containerPort"]}])


def deregister(here, task, balancers):
    """Takes the task out; returns how long requests under way are waited for."""
    delays = [0]
    for one in balancers:
        group = group_of(here, one["targetGroupArn"])
        if group and task["_address"] in group.targets:
            group.deregister([{"Id": task["_address"], "Port": one["containerPort"]}])
            delays.append(int(group.attributes.get("deregistration_delay.timeout_seconds", 300)))
    return max(delays)


def seconds_until_healthy(here, balancers):
    return max((_time(group, group.healthy_threshold_count) for group in _groups(here, balancers)), default=0)


def seconds_until_unhealthy(here, balancers):
    return max((_time(group, group.unhealthy_threshold_count) for group in _groups(here, balancers)), default=0)


def _time(group, count):
    return int(count) * int(group.health_check_interval_seconds)


def _groups(here, balancers):
    return [group for group in (group_of(here, one["targetGroupArn"]) for one in balancers) if group]


def unreachable(here, task, balancers):
    """The target group whose load balancer the security groups keep away from the task."""
    for one in balancers:
        group = group_of(here, one["targetGroupArn"])
        for balancer in _balancers(here, one["targetGroupArn"]) if group else []:
            port = one["containerPort"] if group.health_check_port == "traffic-port" else int(group.health_check_port)
            source = balancer.security_groups, [_address(subnet) for subnet in balancer.subnets]
            if not reaches(here.account, here.region, source, (task["_groups"], [task["_address"]]), port):
                return group.arn
    return None


def _address(subnet):
    return subnet.cidr_block.split("/")[0]
