"""Whether security groups let one service talk to another."""

from ipaddress import ip_address, ip_network

from . import interfaces


def reaches(account, region, source, target, port, answered=False):
    """`source` and `target` are (group ids, addresses); a target beyond the VPC has no groups that ask: it is `answered`."""
    return _allowed(account, region, source[0], "egress_rules", target, port) and (
        answered or _allowed(account, region, target[0], "ingress_rules", source, port)
    )


def _allowed(account, region, group_ids, direction, peer, port):
    groups = filter(None, (interfaces.group(account, region, group_id) for group_id in group_ids))
    return any(
        _covers(rule, port) and _concerns(rule, *peer) for group in groups for rule in getattr(group, direction)
    )


def _covers(rule, port):
    if rule.ip_protocol == "-1":
        return True
    return rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port


def _concerns(rule, group_ids, addresses):
    if rule.source_group.get("GroupId") in group_ids:
        return True
    cidr = rule.ip_range.get("CidrIp")
    return bool(cidr) and any(ip_address(address) in ip_network(cidr, strict=False) for address in addresses)
