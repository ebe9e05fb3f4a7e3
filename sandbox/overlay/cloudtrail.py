"""CloudTrail's event history: the record of calls, some minutes late."""

import base64
import json
import re
import time
from datetime import datetime, timezone

from moto.core.utils import get_service_model

from . import calls
from .delays import EVENT_HISTORY, scaled
from .hook import fail, given, op

_NAMES = re.compile(r"(Id|Ids|Arn|Arns|Name|Names|Identifier|Identifiers|SecretId|cluster|service|Resource|Resources)$", re.I)
_MADE = re.compile(r"\b(?:vpc|subnet|igw|nat|rtb|sg|sgr|eipalloc|vpce|eni)-[0-9a-f]{8,17}\b|arn:aws[a-z-]*:[^\s\"<>]+")
_SECRET = re.compile(r"secret(String|Binary)|password|token", re.I)
_TYPES = {
    "vpc": "AWS::EC2::VPC",
    "subnet": "AWS::EC2::Subnet",
    "igw": "AWS::EC2::InternetGateway",
    "nat": "AWS::EC2::NatGateway",
    "rtb": "AWS::EC2::RouteTable",
    "sg": "AWS::EC2::SecurityGroup",
    "eipalloc": "AWS::EC2::EIP",
    "vpce": "AWS::EC2::VPCEndpoint",
    "eni": "AWS::EC2::NetworkInterface",
}
_ATTRIBUTES = {
    "EventId": lambda event: [event["EventId"]],
    "EventName": lambda event: [event["EventName"]],
    "ReadOnly": lambda event: [event["ReadOnly"]],
    "Username": lambda event: [event["Username"]],
    "AccessKeyId": lambda event: [event["AccessKeyId"]],
    "EventSource": lambda event: [event["EventSource"]],
    "ResourceName": lambda event: [one["ResourceName"] for one in event["Resources"]],
    "ResourceType": lambda event: [one.get("ResourceType") for one in event["Resources"]],
}


@op("cloudtrail", "lookup_events")
def _(response, original):
    wish = given(response)
    attributes = wish.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise fail("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    size = wish.get("MaxResults", 50)
    if not 1 <= size <= 50:
        raise fail("InvalidMaxResultsException", "MaxResults must be between 1 and 50.")
    seen = time.time() - scaled(EVENT_HISTORY)
    found = [_event(one) for one in calls.records(response.current_account, response.region) if one["time"] <= seen]
    found = [one for one in reversed(found) if _wanted(one, attributes, wish)]
    start = int(base64.b64decode(wish["NextToken"])) if wish.get("NextToken") else 0
    answer = {"Events": found[start : start + size]}
    if start + size < len(found):
        answer["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
    return answer


def _wanted(event, attributes, wish):
    moment = event["EventTime"].replace(tzinfo=None)
    if wish.get("StartTime") and moment < wish["StartTime"] or wish.get("EndTime") and moment > wish["EndTime"]:
        return False
    return all(one["AttributeValue"] in _ATTRIBUTES[one["AttributeKey"]](event) for one in attributes)


def _event(record):
    source = f"{get_service_model(record['service']).endpoint_prefix}.amazonaws.com"
    moment = datetime.fromtimestamp(record["time"], timezone.utc)
    user = record["principal"].split("/")[-1]
    details = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole" if ":assumed-role/" in record["principal"] else "IAMUser",
            "arn": record["principal"],
            "accountId": record["account"],
            "accessKeyId": record["accessKeyId"],
        },
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": record["operation"],
        "awsRegion": record["region"],
        "sourceIPAddress": "127.0.0.1",
        "userAgent": record["userAgent"],
        "requestParameters": _shown(record.get("request")),
        "responseElements": None,
        "eventID": record["id"],
        "readOnly": record["readOnly"],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": record["account"],
    }
    if record.get("error"):
        details["errorCode"] = record["error"]
    return {
        "EventId": record["id"],
        "EventName": record["operation"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "AccessKeyId": record["accessKeyId"],
        "EventTime": moment,
        "EventSource": source,
        "Username": user,
        "Resources": _resources(record),
        "CloudTrailEvent": json.dumps(details, default=str),
    }


def _shown(value):
    """As CloudTrail writes it: first letters small, secrets left out."""
    if isinstance(value, dict):
        return {
            key[:1].lower() + key[1:]: "HIDDEN_DUE_TO_SECURITY_REASONS" if _SECRET.search(key) else _shown(one)
            for key, one in value.items()
        }
    return [_shown(one) for one in value] if isinstance(value, list) else value


def _resources(record):
    names = {*_named(record.get("request")), *_MADE.findall(record.get("answer", ""))}
    return [{"ResourceName": one, "ResourceType": _TYPES.get(one.split("-")[0])} for one in sorted(names)]


def _named(value, key=""):
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _named(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one, key)
    elif isinstance(value, str) and _NAMES.search(key) and not _SECRET.search(key):
        yield value
