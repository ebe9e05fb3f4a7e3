"""EventBridge: rules and their targets keep their bounds; what fails for one target fails in an answer of success."""

import re

from moto.events.models import EventsBackend

from . import tags
from .hook import backend, before, fail, given, op, replace

MOST_TARGETS = 5
STATES = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def _bad(value, member, constraint):
    return fail("ValidationException", f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}")


def _rule(response, wish):
    store = backend(response, "events")
    bus = store._get_event_bus(store._normalize_event_bus_arn(wish.get("EventBusName")))
    found = bus.rules.get(wish["Rule"])
    if found is None:
        raise fail("ResourceNotFoundException", f"Rule {wish['Rule']} does not exist on EventBus {bus.name}.")
    return found


def _dictionary(listed):
    return {tag["Key"]: tag["Value"] for tag in listed or []}


@before("events", "put_rule")
def _(response):
    wish = given(response)
    if not re.fullmatch(r"[\.\-_A-Za-z0-9]{1,64}", wish["Name"]):
        raise _bad(wish["Name"], "name", "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+ and have 64 characters at most")
    if len(wish.get("Description") or "") > 512:
        raise _bad(wish["Description"], "description", "Member must have length less than or equal to 512")
    if wish.get("State", "ENABLED") not in STATES:
        raise _bad(wish["State"], "state", f"Member must satisfy enum value set: [{', '.join(STATES)}]")
    if len(wish.get("EventPattern") or "") > 2048:
        raise fail("LimitExceededException", "The event pattern is longer than 2048 characters.")
    tags.check("ValidationException", _dictionary(wish.get("Tags")))


def _put_rule(self, name, *more, tags=None, event_bus_arn=None, **settings):
    """Tags count only when the rule is made."""
    known = self._get_event_bus(self._normalize_event_bus_arn(event_bus_arn)).rules
    fresh = {} if name in known else {"tags": tags}
    return _moto_put(self, name, *more, event_bus_arn=event_bus_arn, **fresh, **settings)


_moto_put = replace(EventsBackend, "put_rule", _put_rule)


@before("events", "tag_resource")
def _(response):
    wish = given(response)
    there = backend(response, "events").tagger.get_tag_dict_for_resource(wish["ResourceARN"])
    tags.check("ValidationException", _dictionary(wish["Tags"]), there)


@before("events", "put_targets")
def _(response):
    wish = given(response)
    there = [one["Id"] for one in _rule(response, wish).targets]
    for index, one in enumerate(wish["Targets"], 1):
        if not re.fullmatch(r"[\.\-_A-Za-z0-9]{1,64}", one["Id"]):
            raise _bad(one["Id"], f"targets.{index}.member.id", "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+")
    if len({*there, *(one["Id"] for one in wish["Targets"])}) > MOST_TARGETS:
        raise fail("LimitExceededException", "The requested resource exceeds the maximum number allowed.")


@op("events", "put_events")
def _(response, original):
    raise NotImplementedError("nothing is delivered")


@op("events", "remove_targets")
def _(response, original):
    wish = given(response)
    rule = _rule(response, wish)
    there = {one["Id"] for one in rule.targets}
    rule.remove_targets(wish["Ids"])
    failed = [
        {"TargetId": one, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": f"Rule '{rule.name}' does not have a target with the Id '{one}'."}
        for one in wish["Ids"]
        if one not in there
    ]
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}
