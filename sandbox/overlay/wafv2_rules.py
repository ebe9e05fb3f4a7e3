"""Rules of a web ACL: what AWS refuses, and how much of the capacity they take."""

from .hook import fail

CAPACITY = 5000
MANAGED = {"AWSManagedRulesCommonRuleSet": 700, "AWSManagedRulesKnownBadInputsRuleSet": 200, "AWSManagedRulesAmazonIpReputationList": 25}
_SEARCHED = {"SingleHeader", "UriPath", "QueryString", "Method", "Body"}
_WINDOWS = (60, 120, 300, 600)


def check(rules):
    """The capacity that they take."""
    for field in ("Name", "Priority"):
        values = [rule[field] for rule in rules]
        if len(set(values)) < len(values):
            raise _invalid(f"two rules have the same {field}")
    taken = sum(_rule(rule) for rule in rules)
    if taken > CAPACITY:
        raise fail("WAFLimitsExceededException", f"The rules take {taken} units, and a web ACL has {CAPACITY}.")
    return taken


def _invalid(why):
    return fail("WAFInvalidParameterException", f"Error reason: {why}")


def _rule(rule):
    if not rule.get("VisibilityConfig", {}).get("MetricName"):
        raise _invalid(f"the rule {rule['Name']} has no metric name")
    managed = "ManagedRuleGroupStatement" in rule["Statement"]
    action, other = ("OverrideAction", "Action") if managed else ("Action", "OverrideAction")
    if len(rule.get(action) or {}) != 1 or other in rule:
        raise _invalid(f"the rule {rule['Name']} needs an {action}, and no {other}")
    return _statement(rule["Statement"])


def _statement(statement, nested=False):
    if len(statement) != 1:
        raise _invalid("a statement says one thing")
    [(kind, wish)] = statement.items()
    if kind == "ManagedRuleGroupStatement":
        return _group(wish, nested)
    if kind == "RateBasedStatement":
        return _rate(wish, nested)
    if kind == "NotStatement":
        return _statement(wish["Statement"], True)
    if kind in ("AndStatement", "OrStatement"):
        return sum(_statement(one, True) for one in wish["Statements"])
    if kind == "ByteMatchStatement":
        return _match(wish)
    raise fail("NotImplemented", f"The sandbox knows no {kind}.", 501)


def _group(wish, nested):
    if nested:
        raise _invalid("a managed rule group cannot be nested")
    if wish["VendorName"] != "AWS" or wish["Name"] not in MANAGED:
        raise _invalid(f"there is no rule group {wish['Name']}")
    scope = wish.get("ScopeDownStatement")
    return MANAGED[wish["Name"]] + (_statement(scope, True) if scope else 0)


def _rate(wish, nested):
    if nested:
        raise _invalid("a rate-based statement cannot be nested")
    if not 10 <= wish["Limit"] <= 2_000_000_000 or wish.get("EvaluationWindowSec", 300) not in _WINDOWS:
        raise _invalid("limit or window is out of range")
    wish.setdefault("EvaluationWindowSec", 300)
    kind, scope = wish["AggregateKeyType"], wish.get("ScopeDownStatement")
    if (kind == "FORWARDED_IP") != ("ForwardedIPConfig" in wish):
        raise _invalid("forwarded addresses need a configuration, and others have none")
    if kind == "CONSTANT" and not scope:
        raise _invalid("a limit for all needs a scope-down statement")
    return 2 + (_statement(scope, True) if scope else 0)


def _match(wish):
    if len(wish["FieldToMatch"]) != 1 or not set(wish["FieldToMatch"]) <= _SEARCHED:
        raise _invalid("one field is searched")
    if not wish.get("TextTransformations") or not wish.get("SearchString"):
        raise _invalid("a match needs text and a transformation")
    header = wish["FieldToMatch"].get("SingleHeader")
    if header and header["Name"] != header["Name"].lower():
        raise _invalid("header names are written in lower case")
    return 2 + 10 * sum(one["Type"] != "NONE" for one in wish["TextTransformations"])
