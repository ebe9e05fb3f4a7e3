"""Whether security groups let one service talk to another."""

from ipaddress import ip_address, ip_network

from . import interfaces


def reaches(account, region, source, target, port, answered=False):
    """`source` and `target` are (group ids, addresses); a target beyond the VPC has no groups that ask: it is `answered`."""
    return _allowed(account, region, source[0], "egress_rules", target, port) and (
        answered or _allowed(account, region, target[0], "ingress_rules", source, port)
    )


def admits(account, region, group_ids, client, port):
    """Whether groups let in a client whose own groups nobody asks."""
    return _allowed(account, region, group_ids, "ingress_rules", client, port)


def _allowed(account, region, group_ids, direction, peer, port):
    groups = filter(None, (interfaces.group(account, region, group_id) for group_id in group_ids))
    return any(
        _covers(rule, port) and _concerns(account, region, rule, *peer) for group in groups for rule in getattr(group, direction)
    )


def _covers(rule, port):
    if rule.ip_protocol == "-1":
        return True
    return rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port


def _concerns(account, region, rule, group_ids, addresses):
    if rule.source_group.get("GroupId") in group_ids:
        return True
    ranges = [rule.ip_range.get("CidrIp"), *interfaces.ranges(account, region, getattr(rule, "prefix_list_id", None))]
    networks = [ip_network(one, strict=False) for one in ranges if one]
    return any(ip_address(address) in network for address in addresses for network in networks)
