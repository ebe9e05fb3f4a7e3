"""SQS: attributes have bounds, a change leaves the other ones alone, and a deleted queue's name is taken for a minute."""

import json
import time

from moto.sqs.models import Queue

from . import permissions, tags
from .delays import lasts, scaled
from .hook import backend, before, fail, given, op, replace, state

RECREATE = lasts("QUEUE_RECREATE", 60)
BOUNDS = {
    "DelaySeconds": (0, 900),
    "MessageRetentionPeriod": (60, 1209600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43200),
}


def _number(text):
    try:
        return int(text)
    except ValueError:
        return -1


def _check(response, wish, there=None):
    for name, (least, most) in BOUNDS.items():
        if name in wish and not least <= _number(wish[name]) <= most:
            raise fail("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
    if wish.get("Policy"):
        _check_policy(response, wish["Policy"])
    key = wish.get("KmsMasterKeyId", getattr(there, "kms_master_key_id", None))
    if key and wish.get("SqsManagedSseEnabled") == "true":
        raise fail("InvalidAttributeName", "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.")


def _check_policy(response, text):
    wrong = fail("InvalidAttributeValue", "Invalid value for the parameter Policy.")
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise wrong
    for one in statements if isinstance(statements, list) else [statements]:
        actions, named = one.get("Action"), one.get("Principal")
        if not named or not all(action == "*" or action.lower().startswith("sqs:") for action in _list(actions)):
            raise wrong
        for arn in _list(named.get("AWS", [])) if isinstance(named, dict) else []:
            account = response.current_account
            if ":role/" in arn and f":{account}:" in arn and permissions.role_named(account, arn) is None:
                raise wrong


def _list(value):
    return value if isinstance(value, list) else [value]


@before("sqs", "create_queue")
def _(response):
    wish = given(response)
    deleted = state("sqs", response.current_account, response.region).get(wish["QueueName"], 0)
    if time.time() - deleted < scaled(RECREATE):
        raise fail("QueueDeletedRecently", "You must wait 60 seconds after deleting a queue before you can create another with the same name.")
    _check(response, wish.get("Attributes") or {})
    tags.check("InvalidParameterValue", wish.get("tags") or {})


@before("sqs", "set_queue_attributes")
def _(response):
    there = backend(response, "sqs").get_queue(response._get_queue_name())
    _check(response, given(response)["Attributes"], there)


@before("sqs", "tag_queue")
def _(response):
    there = backend(response, "sqs").get_queue(response._get_queue_name())
    tags.check("InvalidParameterValue", given(response)["Tags"], there.tags)


@op("sqs", "delete_queue")
def _(response, original):
    answer = original()
    state("sqs", response.current_account, response.region)[response._get_queue_name()] = time.time()
    return answer


def _set_attributes(self, attributes, now=None):
    """By itself moto takes the policy out whenever anything else is set."""
    kept = {"Policy": self.policy} if hasattr(self, "_policy_json") else {}
    own = {"SqsManagedSseEnabled": "false"} if attributes.get("KmsMasterKeyId") else {}
    _moto_set(self, kept | own | attributes, now)


_moto_set = replace(Queue, "_set_attributes", _set_attributes)
