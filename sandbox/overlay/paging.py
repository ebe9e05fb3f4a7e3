"""Pages, as botocore's own tables describe them, for operations that moto answers whole."""

import base64
import json
from functools import cache

import jmespath
from botocore.session import get_session
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores

_MARK = "sandbox:"

# What a call without a page size gets on AWS. EC2 gives everything.
_DEFAULTS = {
    "acm": 1000,
    "amp": 100,
    "application-autoscaling": 50,
    "cloudfront": 100,
    ("cloudwatch", "DescribeAlarms"): 50,
    ("cloudwatch", "ListMetrics"): 500,
    "ecr": 100,
    "ecs": 100,
    ("ecs", "ListAccountSettings"): 10,
    ("ecs", "ListServices"): 10,
    "efs": 100,
    "elbv2": 400,
    "iam": 100,
    "kms": 100,
    ("kms", "ListAliases"): 50,
    ("kms", "ListGrants"): 50,
    ("logs", "DescribeLogGroups"): 50,
    ("logs", "DescribeLogStreams"): 50,
    ("logs", "FilterLogEvents"): 10000,
    "rds": 100,
    "secretsmanager": 100,
    "servicediscovery": 100,
    "sns": 100,
}


@cache
def _table(service):
    try:
        model = get_session().get_component("data_loader").load_service_model(service, "paginators-1")
    except Exception:  # the service has no paginators
        return {}
    return model["pagination"]


def start(response, name, given):
    """A function that cuts the answer down to the page asked for, or None where AWS has no pages."""
    rule = _table(response.boto3_service_name).get(name)
    if rule is None or not all(isinstance(rule[part], str) for part in ("input_token", "output_token")):
        return None
    wish = given(response)
    token = wish.get(rule["input_token"])
    offset = _offset(token)
    if offset:
        _drop(response, rule["input_token"])
    key = rule["result_key"][0] if isinstance(rule["result_key"], list) else rule["result_key"]
    size = wish.get(rule.get("limit_key", ""))
    size = int(size) if size else _DEFAULTS.get((response.service_name, name), _DEFAULTS.get(response.service_name))
    return lambda result: _cut(result, key.split("."), rule, offset, size)


def _offset(token):
    try:
        text = base64.b64decode(token or "").decode()
    except ValueError:
        return 0
    return int(text[len(_MARK) :]) if text.startswith(_MARK) else 0


def _drop(response, key):
    """Our token means nothing to moto."""
    response.__dict__.get("params", {}).pop(key, None)
    response.querystring.pop(key, None)
    if isinstance(response.body, str) and response.body.startswith("{"):
        response.body = json.dumps({name: value for name, value in json.loads(response.body).items() if name != key})


def _cut(result, path, rule, offset, size):
    if isinstance(result, str) and result.startswith("{"):
        return json.dumps(_sliced(json.loads(result), path, rule, offset, size))
    if isinstance(result, ActionResult) and isinstance(result.result, dict):
        return ActionResult(_sliced(result.result, path, rule, offset, size))
    return result


def _sliced(answer, path, rule, offset, size):
    items = answer
    for part in path:
        items = _member(items, part)
    if not isinstance(items, (list, tuple)) or jmespath.search(rule["output_token"], answer):
        return answer
    end = None if size is None else offset + size
    if offset == 0 and (end is None or end >= len(items)):
        return answer
    more = end is not None and end < len(items)
    token = base64.b64encode(f"{_MARK}{end}".encode()).decode() if more else None
    return _with(answer, path, list(items)[offset:end], rule, token)


def _member(holder, name):
    if isinstance(holder, dict):
        return holder.get(name)
    return getattr(holder, name, getattr(holder, camelcase_to_underscores(name), None))


def _with(answer, path, items, rule, token):
    whole = dict(answer)
    inner = whole
    for part in path[:-1]:
        inner[part] = dict(inner[part])
        inner = inner[part]
    inner[path[-1]] = items
    if "Quantity" in inner:
        inner["Quantity"] = len(items)
    if token:
        _set(whole, rule["output_token"], token)
    if rule.get("more_results"):
        _set(whole, rule["more_results"], token is not None)
    return whole


def _set(holder, path, value):
    *parts, last = path.split(".")
    for part in parts:
        holder = holder[part]
    holder[last] = value
