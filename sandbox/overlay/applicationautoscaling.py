"""Application Auto Scaling for ECS services."""

import re
import uuid

from . import cloudwatch, ecs, ecs_rollouts
from .hook import fail, given, op, state
from .later import stamp

DIMENSION = "ecs:service:DesiredCount"


class Place:
    def __init__(self, account, region):
        self.account, self.region = account, region
        tables = state("application-autoscaling", account, region)
        self.targets = tables.setdefault("targets", {})  # by (namespace, resource, dimension)
        self.policies = tables.setdefault("policies", {})  # by the same and the policy's name


def _here(response):
    return Place(response.current_account, response.region)


def _key(wish):
    return wish["ServiceNamespace"], wish["ResourceId"], wish["ScalableDimension"]


def _words(key):
    return f"service namespace: {key[0]}, resource ID: {key[1]}, scalable dimension: {key[2]}"


def _target(here, wish):
    found = here.targets.get(_key(wish))
    if found is None:
        raise fail("ObjectNotFoundException", f"No scalable target found for {_words(_key(wish))}")
    return found


def _service(here, resource_id):
    match = re.fullmatch(r"service/([^/]+)/([^/]+)", resource_id)
    ecs_place = ecs.Place(here.account, here.region)
    service = match and ecs_place.services.get(match.groups())
    if not service or service["status"] != "ACTIVE":
        raise fail("ValidationException", f"ECS service doesn't exist: {resource_id}")
    return ecs_place, service


@op("application-autoscaling", "register_scalable_target")
def _(response, original):
    here, wish = _here(response), given(response)
    key = _key(wish)
    if key[0] != "ecs" or key[2] != DIMENSION:
        raise fail("NotImplemented", "The sandbox scales ECS services only.", 501)
    ecs_place, service = _service(here, key[1])
    known = here.targets.get(key)
    if known is None and ("MinCapacity" not in wish or "MaxCapacity" not in wish):
        raise fail("ValidationException", "MinCapacity and MaxCapacity are needed for a new scalable target.")
    if known and wish.get("Tags"):
        raise fail("ValidationException", "Tags cannot be given for a scalable target that is registered already: use TagResource.")
    low = wish.get("MinCapacity", known and known["MinCapacity"])
    high = wish.get("MaxCapacity", known and known["MaxCapacity"])
    if low < 0 or high < low:
        raise fail("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    record = known or {
        "ServiceNamespace": key[0],
        "ResourceId": key[1],
        "ScalableDimension": key[2],
        "RoleARN": f"arn:aws:iam::{here.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
        "CreationTime": stamp(),
        "ScalableTargetARN": f"arn:aws:application-autoscaling:{here.region}:{here.account}:scalable-target/{uuid.uuid4().hex[:4]}{uuid.uuid4().hex[:24]}",
        "SuspendedState": {name: False for name in ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")},
        "_tags": dict(wish.get("Tags") or {}),
    }
    record |= {"MinCapacity": low, "MaxCapacity": high}
    record["SuspendedState"] = record["SuspendedState"] | (wish.get("SuspendedState") or {})
    here.targets[key] = record
    pulled = min(max(service["desiredCount"], low), high)
    if pulled != service["desiredCount"]:
        ecs_rollouts.set_desired(ecs_place, service, pulled, f"Message: Successfully set desired count to {pulled}. Change successfully fulfilled by ecs. Cause: out of bounds")
    return {"ScalableTargetARN": record["ScalableTargetARN"]}


@op("application-autoscaling", "describe_scalable_targets")
def _(response, original):
    wish = given(response)
    return {
        "ScalableTargets": [
            one
            for key, one in _here(response).targets.items()
            if key[0] == wish["ServiceNamespace"]
            and (not wish.get("ResourceIds") or key[1] in wish["ResourceIds"])
            and wish.get("ScalableDimension", key[2]) == key[2]
        ]
    }


@op("application-autoscaling", "deregister_scalable_target")
def _(response, original):
    here, wish = _here(response), given(response)
    _target(here, wish)
    for key in [key for key in here.policies if key[:3] == _key(wish)]:
        _drop_alarms(here, here.policies.pop(key))
    del here.targets[_key(wish)]
    return {}


@op("application-autoscaling", "put_scaling_policy")
def _(response, original):
    here, wish = _here(response), given(response)
    target = _target(here, wish)
    key = (*_key(wish), wish["PolicyName"])
    known = here.policies.get(key)
    kind = wish.get("PolicyType") or (known and known["PolicyType"])
    if known and kind != known["PolicyType"]:
        raise fail("ValidationException", "The policy type of a scaling policy cannot be changed.")
    if kind not in ("TargetTrackingScaling", "StepScaling"):
        raise fail("ValidationException", f"Unsupported policy type: {kind}")
    field = f"{kind}PolicyConfiguration"
    config = wish.get(field)
    if not config:
        raise fail("ValidationException", f"{field} is needed for the policy type {kind}.")
    if known:
        _drop_alarms(here, known)
    here.policies[key] = record = {
        "PolicyARN": known["PolicyARN"] if known else f"arn:aws:autoscaling:{here.region}:{here.account}:scalingPolicy:{uuid.uuid4()}:resource/{key[0]}/{key[1]}:policyName/{key[3]}",
        "PolicyName": key[3],
        "ServiceNamespace": key[0],
        "ResourceId": key[1],
        "ScalableDimension": key[2],
        "PolicyType": kind,
        field: {"DisableScaleIn": False} | config if kind == "TargetTrackingScaling" else dict(config),
        "CreationTime": known["CreationTime"] if known else stamp(),
        "Alarms": [],
    }
    if kind == "TargetTrackingScaling":
        record["Alarms"] = [_alarm(here, target, record, config, side) for side in ("High", "Low")]
    return {"PolicyARN": record["PolicyARN"], "Alarms": record["Alarms"]}


def _alarm(here, target, policy, config, side):
    predefined = config.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType", "")
    _, cluster, service = target["ResourceId"].split("/")
    high = side == "High"
    name = f"TargetTracking-{target['ResourceId']}-Alarm{side}-{uuid.uuid4()}"
    arn = cloudwatch.put(
        here.account,
        here.region,
        {
            "AlarmName": name,
            "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}.",
            "AlarmActions": [policy["PolicyARN"]],
            "MetricName": "MemoryUtilization" if "Memory" in predefined else "CPUUtilization",
            "Namespace": "AWS/ECS",
            "Statistic": "Average",
            "Dimensions": [{"Name": "ClusterName", "Value": cluster}, {"Name": "ServiceName", "Value": service}],
            "Period": 60,
            "Unit": "Percent",
            "EvaluationPeriods": 3 if high else 15,
            "Threshold": config["TargetValue"] * (1 if high else 0.9),
            "ComparisonOperator": "GreaterThanThreshold" if high else "LessThanThreshold",
        },
    )
    return {"AlarmName": name, "AlarmARN": arn}


def _drop_alarms(here, policy):
    for one in policy["Alarms"]:
        cloudwatch.drop(here.account, here.region, one["AlarmName"])


@op("application-autoscaling", "describe_scaling_policies")
def _(response, original):
    wish = given(response)
    if int(wish.get("MaxResults") or 10) > 10:
        raise fail("ValidationException", "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10")
    found = [
        one
        for key, one in _here(response).policies.items()
        if key[0] == wish["ServiceNamespace"]
        and wish.get("ResourceId", key[1]) == key[1]
        and wish.get("ScalableDimension", key[2]) == key[2]
        and (not wish.get("PolicyNames") or key[3] in wish["PolicyNames"])
    ]
    start = int(wish.get("NextToken") or 0)
    end = start + int(wish.get("MaxResults") or 10)
    return {"ScalingPolicies": found[start:end], "NextToken": str(end) if end < len(found) else None}


@op("application-autoscaling", "delete_scaling_policy")
def _(response, original):
    here, wish = _here(response), given(response)
    key = (*_key(wish), wish["PolicyName"])
    if key not in here.policies:
        raise fail("ObjectNotFoundException", f"No scaling policy found for {_words(key)}, policy name: {key[3]}")
    _drop_alarms(here, here.policies.pop(key))
    return {}


@op("application-autoscaling", "describe_scaling_activities")
def _(response, original):
    return {"ScalingActivities": []}


def _tagged(response):
    arn = given(response)["ResourceARN"]
    for one in _here(response).targets.values():
        if one["ScalableTargetARN"] == arn:
            return one["_tags"]
    raise fail("ResourceNotFoundException", f"The resource {arn} does not exist.", ResourceName=arn)


@op("application-autoscaling", "list_tags_for_resource")
def _(response, original):
    return {"Tags": dict(_tagged(response))}


@op("application-autoscaling", "tag_resource")
def _(response, original):
    _tagged(response).update(given(response)["Tags"])
    return {}


@op("application-autoscaling", "untag_resource")
def _(response, original):
    tags = _tagged(response)
    for key in given(response)["TagKeys"]:
        tags.pop(key, None)
    return {}
