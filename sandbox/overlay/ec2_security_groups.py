"""Security groups: names, descriptions, how a group is shown, and what keeps it from being deleted."""

import re

from .ec2 import filtered, interfaces_of, shown_tags, tags_of
from .hook import backend, before, fail, given, op

CHARACTERS = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*"


@before("ec2", "create_security_group")
def _(response):
    ec2, wish = backend(response, "ec2"), given(response)
    name, description = wish.get("GroupName", ""), wish.get("Description", "")
    vpc_id = wish.get("VpcId")
    if vpc_id:
        ec2.get_vpc(vpc_id)
    tags_of(wish, "security-group")
    for what, text in (("GroupName", name), ("GroupDescription", description)):
        if not text:
            raise fail("MissingParameter", f"The request must contain the parameter {what}")
        if len(text) > 255 or not re.fullmatch(CHARACTERS, text):
            raise fail(
                "InvalidParameterValue",
                f"Value ({text}) for parameter {what} is invalid. Character sets beyond ASCII are not supported.",
            )
    if name.startswith("sg-"):
        raise fail("InvalidParameterValue", "Value for parameter GroupName is invalid. It may not begin with sg-.")
    for group in ec2.groups.get(vpc_id or ec2.get_default_vpc().id, {}).values():
        if group.name.lower() == name.lower():
            raise fail("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{group.vpc_id}'")


@op("ec2", "create_security_group")
def _(response, original):
    answer = original()
    return {**answer.result, "Tags": shown_tags(backend(response, "ec2"), answer.result["GroupId"])}


@before("ec2", "delete_security_group")
def _(response):
    ec2, group_id = backend(response, "ec2"), given(response).get("GroupId")
    group = find(ec2, group_id)
    if group.is_default:
        raise fail("CannotDelete", f'the specified group: "{group_id}" name: "default" cannot be deleted by a user')
    named = any(
        rule.source_group.get("GroupId") == group_id
        for other in all_groups(ec2)
        if other is not group
        for rule in rules_of(other)
    )
    if named or interfaces_of(ec2, group=group_id):
        raise fail("DependencyViolation", f"resource {group_id} has a dependent object")


def all_groups(ec2):
    return [group for groups in ec2.groups.values() for group in groups.values()]


def rules_of(group):
    return [*group.ingress_rules, *group.egress_rules]


def find(ec2, group_id, name=None):
    group = ec2.get_security_group_from_id(group_id) if group_id else ec2.get_security_group_from_name(name)
    if group is None:
        raise fail("InvalidGroup.NotFound", f"The security group '{group_id or name}' does not exist")
    return group


def _permissions(rules):
    """Rules of the same protocol and ports in one permission."""
    found = {}
    for rule in rules:
        key = rule.ip_protocol, rule.from_port, rule.to_port
        permission = found.setdefault(
            key, {"IpProtocol": rule.ip_protocol, "IpRanges": [], "Ipv6Ranges": [], "UserIdGroupPairs": [], "PrefixListIds": []}
        )
        if rule.ip_protocol != "-1":
            permission |= {"FromPort": rule.from_port, "ToPort": rule.to_port}
        said = {"Description": rule.description} if rule.description else {}
        if rule.cidr_ipv4:
            permission["IpRanges"].append({"CidrIp": rule.cidr_ipv4} | said)
        elif rule.cidr_ipv6:
            permission["Ipv6Ranges"].append({"CidrIpv6": rule.cidr_ipv6} | said)
        elif rule.prefix_list_id:
            permission["PrefixListIds"].append({"PrefixListId": rule.prefix_list_id} | said)
        else:
            pair = {"GroupId": rule.source_group["GroupId"], "UserId": rule.source_group.get("UserId", rule.owner_id)}
            permission["UserIdGroupPairs"].append(pair | said)
    return list(found.values())


def _shown(ec2, group):
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "OwnerId": group.owner_id,
        "VpcId": group.vpc_id,
        "SecurityGroupArn": group.arn,
        "IpPermissions": _permissions(group.ingress_rules),
        "IpPermissionsEgress": _permissions(group.egress_rules),
        "Tags": shown_tags(ec2, group.id),
    }


def _each(direction, value):
    return lambda group: [value(rule) for rule in getattr(group, direction)]


_FIELDS = {
    "description": lambda group: group.description,
    "group-id": lambda group: group.id,
    "group-name": lambda group: group.name,
    "owner-id": lambda group: group.owner_id,
    "vpc-id": lambda group: group.vpc_id,
}
for _prefix, _direction in (("ip-permission", "ingress_rules"), ("egress.ip-permission", "egress_rules")):
    _FIELDS |= {
        f"{_prefix}.cidr": _each(_direction, lambda rule: rule.cidr_ipv4),
        f"{_prefix}.ipv6-cidr": _each(_direction, lambda rule: rule.cidr_ipv6),
        f"{_prefix}.from-port": _each(_direction, lambda rule: rule.from_port),
        f"{_prefix}.to-port": _each(_direction, lambda rule: rule.to_port),
        f"{_prefix}.group-id": _each(_direction, lambda rule: rule.source_group.get("GroupId")),
        f"{_prefix}.prefix-list-id": _each(_direction, lambda rule: rule.prefix_list_id),
        f"{_prefix}.protocol": _each(_direction, lambda rule: rule.ip_protocol),
    }


@op("ec2", "describe_security_groups")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    named = [find(ec2, one) for one in wish.get("GroupIds", [])] + [find(ec2, None, one) for one in wish.get("GroupNames", [])]
    found = named or all_groups(ec2)
    found = filtered(ec2, found, wish, _FIELDS, lambda group: group.id)
    return {"SecurityGroups": [_shown(ec2, group) for group in found]}
