"""Alarms: new ones know nothing yet, a change keeps the state and ignores tags."""

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.resource_tagging import TaggedResource

from .hook import fail, given, op, replace, state
from .later import stamp

METRIC = (
    "AlarmName", "AlarmDescription", "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit",
    "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData",
    "EvaluateLowSampleCountPercentile", "Metrics", "ThresholdMetricId",
)
COMPOSITE = ("AlarmName", "AlarmDescription", "AlarmRule", "ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")


def _alarms(account, region):
    cloudwatch_backends[account][region]  # the tagging API asks only services that were touched
    return state("cloudwatch", account, region)


def _here(response):
    return _alarms(response.current_account, response.region)


def put(account, region, wish, kind="metric"):
    alarms = _alarms(account, region)
    name = wish["AlarmName"]
    known = alarms.get(name)
    now = stamp()
    if known and known["_kind"] != kind:
        raise fail("ValidationError", f"The alarm {name} exists already with another type.")
    record = {field: wish[field] for field in (METRIC if kind == "metric" else COMPOSITE) if wish.get(field) is not None}
    record |= {field: list(wish.get(field) or []) for field in ACTIONS}
    record |= {
        "AlarmArn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
        "ActionsEnabled": wish.get("ActionsEnabled", True),
        "AlarmConfigurationUpdatedTimestamp": now,
        "_kind": kind,
        "_tags": known["_tags"] if known else {tag["Key"]: tag["Value"] for tag in wish.get("Tags") or []},
    }
    if kind == "metric" and not record.get("Metrics"):
        record.setdefault("Dimensions", [])
    kept = ("StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp")
    fresh = {"StateValue": "INSUFFICIENT_DATA", "StateReason": "Unchecked: Initial alarm creation", "StateUpdatedTimestamp": now, "StateTransitionedTimestamp": now}
    alarms[name] = record | ({field: known[field] for field in kept if field in known} if known else fresh)
    return record["AlarmArn"]


def drop(account, region, name):
    _alarms(account, region).pop(name, None)


def _check(wish):
    if wish.get("Metrics"):
        if "MetricName" in wish or "Period" in wish:
            raise fail("ValidationError", "A metric alarm is defined by MetricName or by Metrics, not by both.")
        return
    if not wish.get("MetricName") or not wish.get("Namespace"):
        raise fail("ValidationError", "MetricName and Namespace are needed.")
    if bool(wish.get("Statistic")) == bool(wish.get("ExtendedStatistic")):
        raise fail("ValidationError", "Exactly one of Statistic and ExtendedStatistic must be specified.")
    period = wish.get("Period")
    if period not in (10, 20, 30) and (not period or period % 60):
        raise fail("ValidationError", f"The value '{period}' for parameter Period is invalid: it must be 10, 20, 30 or a multiple of 60.")
    if wish["EvaluationPeriods"] * period > (604800 if period >= 3600 else 86400):
        raise fail("ValidationError", "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")


@op("cloudwatch", "put_metric_alarm")
def _(response, original):
    wish = given(response)
    _check(wish)
    put(response.current_account, response.region, wish)
    return {}


@op("cloudwatch", "put_composite_alarm")
def _(response, original):
    put(response.current_account, response.region, given(response), "composite")
    return {}


@op("cloudwatch", "describe_alarms")
def _(response, original):
    wish = given(response)
    kinds = wish.get("AlarmTypes") or ["MetricAlarm"]
    if wish.get("AlarmNames") and wish.get("AlarmNamePrefix"):
        raise fail("ValidationError", "AlarmNames and AlarmNamePrefix exclude each other.")
    found = [
        one
        for name, one in sorted(_here(response).items())
        if (not wish.get("AlarmNames") or name in wish["AlarmNames"])
        and name.startswith(wish.get("AlarmNamePrefix") or "")
        and wish.get("StateValue", one["StateValue"]) == one["StateValue"]
        and (not wish.get("ActionPrefix") or any(action.startswith(wish["ActionPrefix"]) for action in one["AlarmActions"]))
    ]
    return {
        "MetricAlarms": [one for one in found if one["_kind"] == "metric" and "MetricAlarm" in kinds],
        "CompositeAlarms": [one for one in found if one["_kind"] == "composite" and "CompositeAlarm" in kinds],
    }


@op("cloudwatch", "describe_alarms_for_metric")
def _(response, original):
    wish = given(response)
    found = [
        one
        for one in _here(response).values()
        if one.get("MetricName") == wish["MetricName"]
        and one.get("Namespace") == wish["Namespace"]
        and ("Dimensions" not in wish or wish["Dimensions"] == one.get("Dimensions"))
    ]
    return {"MetricAlarms": found}


@op("cloudwatch", "delete_alarms")
def _(response, original):
    alarms, names = _here(response), given(response)["AlarmNames"]
    composites = [name for name in names if alarms.get(name, {}).get("_kind") == "composite"]
    if len(composites) > 1:
        raise fail("ValidationError", "You can delete at most one composite alarm per operation.")
    for one in alarms.values():
        for name in names:
            if one["_kind"] == "composite" and one["AlarmName"] not in names and f'("{name}")' in one["AlarmRule"].replace("'", '"'):
                raise fail("ValidationError", f"{name} cannot be deleted as it is used by the composite alarm {one['AlarmName']}.")
    for name in names:
        alarms.pop(name, None)
    return {}


@op("cloudwatch", "set_alarm_state")
def _(response, original):
    wish = given(response)
    alarm = _here(response).get(wish["AlarmName"])
    if alarm is None:
        raise fail("ResourceNotFound", f"The alarm {wish['AlarmName']} does not exist.", 404)
    alarm |= {
        "StateValue": wish["StateValue"],
        "StateReason": wish["StateReason"],
        "StateReasonData": wish.get("StateReasonData"),
        "StateUpdatedTimestamp": stamp(),
    }
    return {}


@op("cloudwatch", "enable_alarm_actions", "disable_alarm_actions")
def _(response, original):
    for name in given(response)["AlarmNames"]:
        if name in _here(response):
            _here(response)[name]["ActionsEnabled"] = response._get_action() == "EnableAlarmActions"
    return {}


# --- tags


def _tagged(alarms, arn):
    for one in alarms.values():
        if one["AlarmArn"] == arn:
            return one["_tags"]
    return None


def _or_moto(own):
    """Dashboards, insight rules and the like stay with moto."""

    def answer(response, original):
        tags = _tagged(_here(response), given(response)["ResourceARN"])
        if tags is not None:
            return own(tags, given(response))
        if ":alarm:" in given(response)["ResourceARN"]:
            raise fail("ResourceNotFoundException", "Unknown resource", 404)
        return original()

    return answer


def _add(tags, wish):
    tags.update({tag["Key"]: tag["Value"] for tag in wish["Tags"]})
    return {}


def _remove(tags, wish):
    for key in wish["TagKeys"]:
        tags.pop(key, None)
    return {}


op("cloudwatch", "list_tags_for_resource")(_or_moto(lambda tags, _: {"Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}))
op("cloudwatch", "tag_resource")(_or_moto(_add))
op("cloudwatch", "untag_resource")(_or_moto(_remove))


def iter_tagged_resources(self):
    for one in _alarms(self.account_id, self.region_name).values():
        yield TaggedResource(one["AlarmArn"], dict(one["_tags"]), "cloudwatch:alarm")
    yield from _moto_tagged(self)


_moto_tagged = replace(CloudWatchBackend, "iter_tagged_resources", iter_tagged_resources)


def tag_resource(self, arn, tags):
    known = _tagged(_alarms(self.account_id, self.region_name), arn)
    if known is None:
        _moto_tag(self, arn, tags)
    else:
        known.update(tags)


def untag_resource(self, arn, keys):
    known = _tagged(_alarms(self.account_id, self.region_name), arn)
    if known is None:
        _moto_untag(self, arn, keys)
    else:
        _remove(known, {"TagKeys": keys})


_moto_tag = replace(CloudWatchBackend, "tag_resource", tag_resource)
_moto_untag = replace(CloudWatchBackend, "untag_resource", untag_resource)
