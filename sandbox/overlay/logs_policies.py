"""Retention policies of an account: they stand above what each log group says of itself."""

import json
import time

from .delays import lasts
from .hook import fail, given, op, state
from .later import after

EFFECT = lasts("RETENTION_POLICY", 60)
DAYS = (30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
NEVER = "NEVER_EXPIRE"


def _policies(account, region):
    return state("logs-policies", account, region)


@op("logs", "put_account_policy")
def _(response, original):
    wish = given(response)
    if wish["policyType"] != "RETENTION_POLICY":
        return original()
    document = json.loads(wish["policyDocument"])
    if document.get("retentionInDays") not in (*DAYS, NEVER) or document.get("enforcementMode") not in ("NEW_ONLY", "RETROACTIVE"):
        raise fail("InvalidParameterException", "The policy document is not valid.")
    policy = {key: wish[key] for key in ("policyName", "policyDocument", "policyType", "selectionCriteria") if wish.get(key)}
    policy |= {"scope": "ALL", "accountId": response.current_account, "lastUpdatedTime": int(time.time() * 1000)}
    policies = _policies(response.current_account, response.region)

    def begin(moment):
        policies[policy["policyName"]] = policy | {"_days": document["retentionInDays"], "_all": document["enforcementMode"] == "RETROACTIVE", "_since": moment}

    after(response.current_account, EFFECT, begin)
    return {"accountPolicy": policy}


@op("logs", "delete_account_policy")
def _(response, original):
    wish = given(response)
    if wish["policyType"] != "RETENTION_POLICY":
        return original()
    if _policies(response.current_account, response.region).pop(wish["policyName"], None) is None:
        raise fail("ResourceNotFoundException", "The specified policy does not exist.")
    return {}


def retention(account, region, group):
    """What DescribeLogGroups shows in the place of the group's own days: the longest policy that applies."""
    applying = [
        one
        for one in _policies(account, region).values()
        if group["logGroupName"].startswith(_prefix(one)) and (one["_all"] or group["creationTime"] >= one["_since"] * 1000)
    ]
    if not applying:
        return {}
    longest = max(applying, key=lambda one: float("inf") if one["_days"] == NEVER else one["_days"])
    days = None if longest["_days"] == NEVER else longest["_days"]
    return {"retentionInDays": days, "retentionPolicyName": longest["policyName"]}


def _prefix(policy):
    """`LogGroupNamePrefix IN ["/ecs/"]`, or none."""
    return (policy.get("selectionCriteria") or '""').split('"')[1]
