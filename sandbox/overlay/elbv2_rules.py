"""Rules of a listener."""

import copy
import uuid

from moto.elbv2.models import FakeListenerRule

from .elbv2 import Place, tag_dict, write_tags
from .elbv2_actions import actions, shown_actions
from .hook import fail, given, op

QUOTA = 100
_CONFIGS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}


def _conditions(place, wish):
    """With both the values and the configuration, as AWS shows the fields that have had both."""
    found = copy.deepcopy(wish)
    place.store._validate_conditions(found)
    count = 0
    for one in found:
        name = _CONFIGS[one["Field"]]
        values = one.get(name, {}).get("Values") or one.get("Values", [])
        one.setdefault(name, {})["Values"] = values
        if one["Field"] in ("host-header", "path-pattern"):
            one["Values"] = values
        count += len(values)
    if count > 5:
        raise fail("ValidationError", "A rule can have 5 condition values at most")
    return found


@op("elbv2", "create_rule")
def _(response, original):
    place, wish = Place(response), given(response)
    listener = place.listener(wish["ListenerArn"])
    priority, tags = int(wish["Priority"]), tag_dict(wish)
    if not 1 <= priority <= 50000:
        raise fail("ValidationError", "Priority must be between 1 and 50000")
    if any(rule.priority == priority for rule in listener.rules.values()):
        raise fail("PriorityInUse", f"Priority '{priority}' is currently in use")
    if len(listener.rules) > QUOTA:
        raise fail("TooManyRules", "The maximum number of rules on load balancer has been reached")
    conditions = _conditions(place, wish["Conditions"])
    made = actions(place, wish["Actions"], listener.load_balancer_arn)
    arn = f"{listener.arn.replace(':listener/', ':listener-rule/')}/{uuid.uuid4().hex[:16]}"
    rule = FakeListenerRule(listener.arn, arn, conditions, priority, made)
    listener.register(arn, rule)
    write_tags(place, arn, tags)
    return {"Rules": [_shown(rule)]}


def _shown(rule):
    return {
        "RuleArn": rule.arn,
        "Priority": str(rule.priority),
        "Conditions": rule.conditions,
        "Actions": shown_actions(rule.actions),
        "IsDefault": rule.is_default,
    }


@op("elbv2", "describe_rules")
def _(response, original):
    place, wish = Place(response), given(response)
    if bool(wish.get("ListenerArn")) == bool(wish.get("RuleArns")):
        raise fail("ValidationError", "You must specify either listener rule ARNs or a listener ARN")
    if wish.get("RuleArns"):
        return {"Rules": [_shown(place.rule(arn)[1]) for arn in wish["RuleArns"]]}
    rules = place.listener(wish["ListenerArn"]).rules.values()
    ordered = sorted(rules, key=lambda rule: (rule.is_default, rule.priority if not rule.is_default else 0))
    return {"Rules": [_shown(rule) for rule in ordered]}


@op("elbv2", "modify_rule")
def _(response, original):
    place, wish = Place(response), given(response)
    listener, rule = place.rule(wish["RuleArn"])
    if rule.is_default:
        raise fail("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be modified")
    conditions = _conditions(place, wish["Conditions"]) if wish.get("Conditions") else rule.conditions
    made = actions(place, wish["Actions"], listener.load_balancer_arn) if wish.get("Actions") else rule.actions
    with place.releasing():
        rule.conditions, rule.actions = conditions, made
    return {"Rules": [_shown(rule)]}


@op("elbv2", "set_rule_priorities")
def _(response, original):
    place, pairs = Place(response), given(response)["RulePriorities"]
    wanted = {one["RuleArn"]: int(one["Priority"]) for one in pairs}
    found = {arn: place.rule(arn) for arn in wanted}
    for arn, (listener, rule) in found.items():
        if rule.is_default:
            raise fail("OperationNotPermitted", f"The priority of default rule '{arn}' cannot be modified")
        for other in listener.rules.values():
            if other is not rule and wanted.get(other.arn, other.priority) == wanted[arn]:
                raise fail("PriorityInUse", f"Priority '{wanted[arn]}' is currently in use")
    for arn, (_, rule) in found.items():
        rule.priority = wanted[arn]
    return {"Rules": [_shown(rule) for _, rule in found.values()]}


@op("elbv2", "delete_rule")
def _(response, original):
    place = Place(response)
    listener, rule = place.rule(given(response)["RuleArn"])
    if rule.is_default:
        raise fail("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be deleted")
    with place.releasing():
        listener.remove_rule(rule.arn)
    place.store.tagging_service.delete_all_tags_for_resource(rule.arn)
    return {}
