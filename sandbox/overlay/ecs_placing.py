"""Where tasks run: launch types, capacity providers, subnets."""

from . import interfaces
from .ecs import invalid, strategy_of


def runs_on(cluster, wish):
    """Launch type or capacity provider, as a task shows it."""
    if wish.get("launchType") and wish.get("capacityProviderStrategy"):
        raise invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
    if wish.get("launchType"):
        return {"launchType": wish["launchType"]}
    strategy = strategy_of(wish.get("capacityProviderStrategy") or cluster["defaultCapacityProviderStrategy"])
    for one in strategy:
        if one["capacityProvider"] not in cluster["capacityProviders"]:
            raise invalid(
                f"The specified capacity provider '{one['capacityProvider']}' is not associated with the cluster. "
                "Associate the capacity provider with the cluster or modify the strategy and try again."
            )
    if not strategy:
        return {"launchType": "EC2"}
    chosen = max(strategy, key=lambda one: (one["base"] > 0, one["weight"]))
    return {"capacityProviderName": chosen["capacityProvider"], "launchType": "FARGATE"}


def check_network(here, definition, network):
    if definition["networkMode"] != "awsvpc":
        return
    config = (network or {}).get("awsvpcConfiguration")
    if not config:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if not config.get("subnets"):
        raise invalid("subnets can not be empty.")
    vpcs = set()
    for name in config["subnets"]:
        subnet = interfaces.subnet(here.account, here.region, name)
        if subnet is None:
            raise invalid(
                f"Error retrieving subnet information for [{name}]: The subnet ID '{name}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
        vpcs.add(subnet.vpc_id)
    for name in config.get("securityGroups", []):
        group = interfaces.group(here.account, here.region, name)
        if group is None:
            raise invalid(
                f"Error retrieving security group information for [{name}]: The security group '{name}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
        vpcs.add(group.vpc_id)
    if len(vpcs) > 1:
        raise invalid("The subnets and the security groups must belong to the same VPC.")
