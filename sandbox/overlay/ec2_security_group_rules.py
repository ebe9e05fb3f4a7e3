"""Security group rules. A call is taken whole or not at all; each source in it becomes a rule of its own."""

import re
from ipaddress import ip_network

from moto.ec2.models.security_groups import SecurityGroupRule

from .ec2 import filtered, shown_tags, tags_of
from .ec2_security_groups import CHARACTERS, all_groups, find, rules_of
from .hook import backend, fail, given, op, replace

QUOTA = 60
# A prefix list counts for as many rules as it may have entries.
_WEIGHTS = {
    "com.amazonaws.global.cloudfront.origin-facing": 55,
    "com.amazonaws.global.groundstation": 5,
    "vpc-lattice": 10,
}
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
_SOURCES = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("UserIdGroupPairs", "GroupId"),
    ("PrefixListIds", "PrefixListId"),
)
# The words that a single rule has for its sources, and those that permissions have.
_KINDS = {"CidrIpv4": "CidrIp", "CidrIpv6": "CidrIpv6", "ReferencedGroupId": "GroupId", "PrefixListId": "PrefixListId"}

replace(
    SecurityGroupRule, "description", property(lambda self: self.__dict__.get("said") or self.ip_range.get("Description"))
)


class _Rule:
    """A rule as a call describes it: normalised and comparable."""

    def __init__(self, protocol, from_port, to_port, kind, source, said=None):
        self.protocol = _protocol(protocol)
        self.ports = _ports(self.protocol, from_port, to_port)
        self.kind, self.source = kind, source
        if kind in ("CidrIp", "CidrIpv6"):
            self.source = _cidr(source)
        self.said = said or None
        if said and (len(said) > 255 or not re.fullmatch(CHARACTERS, said)):
            raise fail(
                "InvalidParameterValue",
                "Invalid rule description. Valid descriptions are strings less than 256 characters "
                "from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
            )

    @classmethod
    def of(cls, rule):
        kind = "CidrIp" if rule.cidr_ipv4 else "CidrIpv6" if rule.cidr_ipv6 else None
        kind = kind or ("PrefixListId" if rule.prefix_list_id else "GroupId")
        source = rule.cidr_ipv4 or rule.cidr_ipv6 or rule.prefix_list_id or rule.source_group["GroupId"]
        return cls(rule.ip_protocol, rule.from_port, rule.to_port, kind, source)

    key = property(lambda self: (self.protocol, self.ports, self.kind, self.source))

    def write(self, rule):
        rule.ip_protocol = self.protocol
        rule.from_port, rule.to_port = self.ports
        rule.said = self.said
        rule.ip_range = {self.kind: self.source} if self.kind.startswith("Cidr") else {}
        rule.prefix_list_id = self.source if self.kind == "PrefixListId" else None
        rule.source_group = {"GroupId": self.source, "UserId": rule.owner_id} if self.kind == "GroupId" else {}

    def __str__(self):
        ports = "" if self.protocol == "-1" else f"from port: {self.ports[0]}, to port: {self.ports[1]}, "
        return f'"peer: {self.source}, {self.protocol.upper().replace("-1", "ALL")}, {ports}ALLOW"'


def _protocol(value):
    if value is None:
        raise fail("MissingParameter", "The request must contain the parameter ipProtocol")
    name = str(value).lower()
    name = _PROTOCOLS.get(name, name)
    if name not in ("-1", *_PROTOCOLS.values()) and not (name.isdigit() and int(name) < 256):
        raise fail("InvalidParameterValue", f"Invalid value '{value}' for IP protocol. Unknown protocol.")
    return name


def _ports(protocol, from_port, to_port):
    if protocol in ("tcp", "udp"):
        if from_port is None or to_port is None:
            raise fail("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
        if not 0 <= int(from_port) <= int(to_port) <= 65535:
            raise fail("InvalidParameterValue", f"Invalid TCP/UDP port range ({from_port}:{to_port})")
        return int(from_port), int(to_port)
    if protocol in ("icmp", "icmpv6"):
        return int(-1 if from_port is None else from_port), int(-1 if to_port is None else to_port)
    return None, None


def _cidr(text):
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise fail("InvalidParameterValue", f"CIDR block {text} is malformed") from None


def _asked(wish):
    """All rules of a call, in either of its forms."""
    permissions = wish.get("IpPermissions", [])
    if not permissions and wish.get("IpProtocol"):
        permissions = [{**wish, "IpRanges": [{"CidrIp": wish["CidrIp"]}] if wish.get("CidrIp") else []}]
    found = [
        _Rule(one.get("IpProtocol"), one.get("FromPort"), one.get("ToPort"), kind, source.get(kind), source.get("Description"))
        for one in permissions
        for field, kind in _SOURCES
        for source in one.get(field, [])
    ]
    if not found:
        raise fail("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
    return found


def _check_source(ec2, group, rule):
    if rule.kind == "GroupId":
        other = find(ec2, rule.source)
        if other.vpc_id != group.vpc_id:
            raise fail("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
    if rule.kind == "PrefixListId" and rule.source not in ec2.managed_prefix_lists:
        raise fail("InvalidPrefixListID.NotFound", f"The prefix list ID '{rule.source}' does not exist")


def _check_quota(ec2, rules):
    for other_family in ("CidrIpv6", "CidrIp"):
        weight = sum(_weight(ec2, rule) for rule in rules if rule.kind != other_family)
        if weight > QUOTA:
            raise fail("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")


def _weight(ec2, rule):
    if rule.kind != "PrefixListId":
        return 1
    known = ec2.managed_prefix_lists[rule.source]
    return known.max_entries or next((one for name, one in _WEIGHTS.items() if known.prefix_list_name.endswith(name)), 1)


def _direction(response):
    return "egress_rules" if response._get_action().endswith("Egress") else "ingress_rules"


@op("ec2", "authorize_security_group_ingress", "authorize_security_group_egress")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    group, direction = find(ec2, wish.get("GroupId"), wish.get("GroupName")), _direction(response)
    asked, tags = _asked(wish), tags_of(wish, "security-group-rule")
    live = getattr(group, direction)
    taken = {_Rule.of(rule).key for rule in live}
    if len({rule.key for rule in asked}) < len(asked):
        raise fail("InvalidParameterValue", "The same permission must not appear multiple times")
    for rule in asked:
        _check_source(ec2, group, rule)
        if rule.key in taken:
            raise fail("InvalidPermission.Duplicate", f"the specified rule {rule} already exists")
    _check_quota(ec2, [*asked, *map(_Rule.of, live)])

    made = []
    for rule in asked:
        one = SecurityGroupRule(ec2, None, group.id, None, None, None, is_egress=direction == "egress_rules", tags=tags)
        rule.write(one)
        made.append(one)
    live.extend(made)
    return {"Return": True, "SecurityGroupRules": [_shown(ec2, one) for one in made]}


@op("ec2", "revoke_security_group_ingress", "revoke_security_group_egress")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    group, direction = find(ec2, wish.get("GroupId"), wish.get("GroupName")), _direction(response)
    live, unknown = getattr(group, direction), []
    if wish.get("SecurityGroupRuleIds"):
        known = {rule.id: rule for rule in live}
        for rule_id in wish["SecurityGroupRuleIds"]:
            if rule_id not in known:
                raise _no_rule(rule_id)
        gone = [known[rule_id] for rule_id in wish["SecurityGroupRuleIds"]]
    else:
        known = {_Rule.of(rule).key: rule for rule in live}
        asked = _asked(wish)
        unknown = [rule for rule in asked if rule.key not in known]
        if unknown and not ec2.get_vpc(group.vpc_id).is_default:
            raise fail("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        gone = [known[rule.key] for rule in asked if rule.key in known]
    setattr(group, direction, [rule for rule in live if rule not in gone])
    for rule in gone:
        ec2.tags.pop(rule.id, None)
    return {"Return": True, "UnknownIpPermissions": [_permission(rule) for rule in unknown]}


def _permission(rule):
    field = next(field for field, kind in _SOURCES if kind == rule.kind)
    return {"IpProtocol": rule.protocol, "FromPort": rule.ports[0], "ToPort": rule.ports[1], field: [{rule.kind: rule.source}]}


def _no_rule(rule_id):
    return fail("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule_id}' does not exist")


@op("ec2", "modify_security_group_rules")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    group, changes = find(ec2, wish.get("GroupId")), []
    for one in wish["SecurityGroupRules"]:
        live = group.get_rule(one["SecurityGroupRuleId"])
        if live is None:
            raise _no_rule(one["SecurityGroupRuleId"])
        asked = one["SecurityGroupRule"]
        sources = [(kind, asked[field]) for field, kind in _KINDS.items() if asked.get(field)]
        if len(sources) != 1:
            raise fail("InvalidParameterCombination", "Exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId is needed.")
        rule = _Rule(asked.get("IpProtocol"), asked.get("FromPort"), asked.get("ToPort"), *sources[0], asked.get("Description"))
        if rule.kind != _Rule.of(live).kind:
            raise fail("InvalidParameterValue", f"Invalid rule type for security group rule '{live.id}'. The type of a rule cannot change.")
        _check_source(ec2, group, rule)
        changes.append((live, rule))
    for direction in ("ingress_rules", "egress_rules"):
        changed = {id(live): rule for live, rule in changes}
        after = [changed.get(id(live)) or _Rule.of(live) for live in getattr(group, direction)]
        keys = [rule.key for rule in after]
        if len(set(keys)) < len(keys):
            twice = next(rule for rule in after if keys.count(rule.key) > 1)
            raise fail("InvalidPermission.Duplicate", f"the specified rule {twice} already exists")
        _check_quota(ec2, after)
    for live, rule in changes:
        rule.write(live)
    return {"Return": True}


@op("ec2", "update_security_group_rule_descriptions_ingress", "update_security_group_rule_descriptions_egress")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    group = find(ec2, wish.get("GroupId"), wish.get("GroupName"))
    for one in wish.get("SecurityGroupRuleDescriptions", []):
        live = group.get_rule(one["SecurityGroupRuleId"])
        if live is None:
            raise _no_rule(one["SecurityGroupRuleId"])
        live.said = one.get("Description")
    if wish.get("IpPermissions"):
        known = {_Rule.of(rule).key: rule for rule in getattr(group, _direction(response))}
        for rule in _asked(wish):
            if rule.key not in known:
                raise fail("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
            known[rule.key].said = rule.said
    return {"Return": True}


def _shown(ec2, rule):
    shown = {
        "SecurityGroupRuleId": rule.id,
        "SecurityGroupRuleArn": f"arn:aws:ec2:{ec2.region_name}:{ec2.account_id}:security-group-rule/{rule.id}",
        "GroupId": rule.group_id,
        "GroupOwnerId": rule.owner_id,
        "IsEgress": rule.is_egress,
        "IpProtocol": rule.ip_protocol,
        "FromPort": -1 if rule.from_port is None else rule.from_port,
        "ToPort": -1 if rule.to_port is None else rule.to_port,
        "CidrIpv4": rule.cidr_ipv4,
        "CidrIpv6": rule.cidr_ipv6,
        "PrefixListId": rule.prefix_list_id,
        "Description": rule.description,
        "Tags": shown_tags(ec2, rule.id),
    }
    if rule.source_group:
        shown["ReferencedGroupInfo"] = {"GroupId": rule.source_group["GroupId"], "UserId": rule.owner_id}
    return shown


_FIELDS = {"group-id": lambda rule: rule.group_id, "security-group-rule-id": lambda rule: rule.id}


@op("ec2", "describe_security_group_rules")
def _(response, original):
    ec2, wish = backend(response, "ec2"), given(response)
    found = [rule for group in all_groups(ec2) for rule in rules_of(group)]
    ids = wish.get("SecurityGroupRuleIds", [])
    for rule_id in ids:
        if rule_id not in {rule.id for rule in found}:
            raise _no_rule(rule_id)
    if ids:
        found = [rule for rule in found if rule.id in ids]
    found = filtered(ec2, found, wish, _FIELDS, lambda rule: rule.id)
    return {"SecurityGroupRules": [_shown(ec2, rule) for rule in found]}
