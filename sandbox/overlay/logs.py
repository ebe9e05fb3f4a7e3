import re
import time

from moto.logs import models

from . import logs_patterns, logs_policies, permissions
from .delays import lasts, scaled
from .hook import backend, before, fail, given, op, replace, state

RECREATE = lasts("LOG_GROUP_RECREATE", 3)
RETENTION = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")


def _groups(response):
    return backend(response, "logs").groups


def _name(wish):
    return wish.get("logGroupName") or (wish.get("logGroupIdentifier") or wish.get("resourceIdentifier") or "").split(":log-group:")[-1].removesuffix(":*")


def _group(response, name):
    found = _groups(response).get(name)
    if found is None:
        raise fail("ResourceNotFoundException", "The specified log group does not exist.")
    return found


def _key(response, key_id):
    """Logs encrypts by itself: the key's own policy must let it."""
    key = permissions.find_key(response.current_account, response.region, key_id)
    if key is None or key.key_state != "Enabled" or not key_id.startswith("arn:"):
        raise fail("InvalidParameterException", f"The specified KMS key {key_id} does not exist or is not allowed to be used.")
    if not permissions.policy_allows(key.policy, "kms:Encrypt", (f"logs.{response.region}.amazonaws.com",)):
        raise fail("InvalidParameterException", f"The specified KMS key {key_id} does not exist or is not allowed to be used with Arn 'arn:aws:logs:{response.region}:{response.current_account}:log-group'")
    return key_id


@op("logs", "create_log_group")
def _(response, original):
    wish = given(response)
    name = wish["logGroupName"]
    if not re.fullmatch(r"[\.\-_/#A-Za-z0-9]{1,512}", name) or name.startswith("aws/"):
        raise fail("InvalidParameterException", f"1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+")
    if wish.get("logGroupClass", "STANDARD") not in CLASSES:
        raise fail("InvalidParameterException", f"Unknown log group class {wish['logGroupClass']}")
    deleted = state("logs", response.current_account, response.region).get(name, 0)
    if name not in _groups(response) and time.time() - deleted < scaled(RECREATE):
        raise fail("OperationAbortedException", "A conflicting operation is currently in progress against this resource. Please try again.")
    key = _key(response, wish["kmsKeyId"]) if wish.get("kmsKeyId") else None
    group = backend(response, "logs").create_log_group(name, dict(wish.get("tags") or {}), kmsKeyId=key)
    group.log_group_class = wish.get("logGroupClass", "STANDARD")
    group.deletion_protection = bool(wish.get("deletionProtectionEnabled"))
    return {}


@op("logs", "delete_log_group")
def _(response, original):
    name = given(response)["logGroupName"]
    group = _group(response, name)
    if getattr(group, "deletion_protection", False):
        raise fail("ValidationException", "The log group cannot be deleted while its deletion protection is enabled.")
    store = backend(response, "logs")
    store.tagger.delete_all_tags_for_resource(group.arn)
    store.delete_log_group(name)
    state("logs", response.current_account, response.region)[name] = time.time()
    return {}


@op("logs", "put_log_group_deletion_protection")
def _(response, original):
    wish = given(response)
    _group(response, _name(wish)).deletion_protection = wish["deletionProtectionEnabled"]
    return {}


@op("logs", "describe_log_groups")
def _(response, original):
    wish = given(response)
    if wish.get("limit", 50) > 50:
        raise fail("InvalidParameterException", f"1 validation error detected: Value '{wish['limit']}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50")
    if wish.get("logGroupNamePrefix") and wish.get("logGroupNamePattern"):
        raise fail("InvalidParameterException", "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    pattern = (wish.get("logGroupNamePattern") or "").lower()
    found = [
        _view(response, one)
        for name, one in sorted(_groups(response).items())
        if name.startswith(wish.get("logGroupNamePrefix") or "")
        and pattern in name.lower()
        and (not wish.get("logGroupIdentifiers") or name in [_name({"logGroupIdentifier": each}) for each in wish["logGroupIdentifiers"]])
        and wish.get("logGroupClass", _class(one)) == _class(one)
    ]
    start = int(wish.get("nextToken") or 0)
    end = start + wish.get("limit", 50)
    return {"logGroups": found[start:end], "nextToken": str(end) if end < len(found) else None}


def _class(group):
    return getattr(group, "log_group_class", "STANDARD")


def _view(response, group):
    own = group.to_describe_dict()
    own |= {"logGroupClass": _class(group), "deletionProtectionEnabled": getattr(group, "deletion_protection", False)}
    return own | logs_policies.retention(response.current_account, response.region, own)


@before("logs", "put_retention_policy")
def _(response):
    wish = given(response)
    _group(response, wish["logGroupName"])
    if wish["retentionInDays"] not in RETENTION:
        raise fail("InvalidParameterException", f"1 validation error detected: Value '{wish['retentionInDays']}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: {list(RETENTION)}")


@op("logs", "associate_kms_key")
def _(response, original):
    wish = given(response)
    _group(response, _name(wish)).kms_key_id = _key(response, wish["kmsKeyId"])
    return {}


@op("logs", "disassociate_kms_key")
def _(response, original):
    _group(response, _name(given(response))).kms_key_id = None
    return {}


@before("logs", "list_tags_for_resource", "tag_resource", "untag_resource")
def _(response):
    arn = given(response)["resourceArn"]
    if ":log-group:" not in arn:
        return
    if arn.endswith(":*"):
        raise fail("InvalidParameterException", f"1 validation error detected: Value '{arn}' at 'resourceArn' failed to satisfy constraint: the ARN of a log group ends without ':*'")
    _group(response, arn.split(":log-group:")[-1])


# --- reading


@op("logs", "filter_log_events")
def _(response, original):
    wish = given(response)
    group = _group(response, _name(wish))
    names, prefix = wish.get("logStreamNames"), wish.get("logStreamNamePrefix")
    if names and prefix:
        raise fail("InvalidParameterException", "logStreamNames and logStreamNamePrefix exclude each other.")
    for name in names or []:
        if name not in group.streams:
            raise fail("ResourceNotFoundException", "The specified log stream does not exist.")
    try:
        fits = logs_patterns.compiled(wish.get("filterPattern"))
    except logs_patterns.Invalid as problem:
        raise fail("InvalidParameterException", str(problem))
    low, high = wish.get("startTime", 0), wish.get("endTime", float("inf"))
    streams = [one for name, one in group.streams.items() if (not names or name in names) and name.startswith(prefix or "")]
    events = sorted(
        (
            one.to_filter_dict() | {"logStreamName": stream.log_stream_name}
            for stream in streams
            for one in stream.events
            if low <= one.timestamp <= high and fits(one.message)
        ),
        key=lambda one: one["timestamp"],
    )
    start = int(wish.get("nextToken") or 0)
    end = start + wish.get("limit", 10000)
    searched = [{"logStreamName": one.log_stream_name, "searchedCompletely": True} for one in streams]
    return {"events": events[start:end], "searchedLogStreams": searched, "nextToken": str(end) if end < len(events) else None}


class EventMessageFilter:
    """What moto's own readers ask."""

    def __init__(self, pattern):
        self.matches = logs_patterns.compiled(pattern)


replace(models, "EventMessageFilter", EventMessageFilter)
