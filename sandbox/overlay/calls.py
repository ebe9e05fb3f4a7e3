"""A record of every call: who called what, when, and how it ended. Tests read it, and CloudTrail is fed from it."""

import itertools
import re
import time
import uuid

from moto.sts.models import sts_backends

_records = {}
_numbers = itertools.count(1)
_READS = ("Describe", "Get", "List", "Lookup", "Search", "BatchGet", "Filter", "Head", "Test")


def begin(response, name):
    record = {
        "number": next(_numbers),
        "id": str(uuid.uuid4()),
        "service": response.service_name,
        "operation": name,
        "time": time.time(),
        "account": response.current_account,
        "region": response.region,
        "accessKeyId": response.access_key,
        "userAgent": response.headers.get("User-Agent", ""),
        "readOnly": (name or "").startswith(_READS),
        "response": response,
    }
    _records.setdefault(response.current_account, []).append(record)
    return record


def end(record, request, status, headers, body):
    response = record.pop("response")
    record["principal"] = principal(record["account"], record["accessKeyId"])
    record["status"] = int(status)
    if record["status"] >= 400:
        record["error"] = _error(headers, body)
    if not record["readOnly"]:
        record["request"] = request
        record["answer"] = body if isinstance(body, str) else ""


def principal(account, access_key):
    role = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    return role.arn if role else f"arn:aws:sts::{account}:user/sandbox"


def of(account, clear=False):
    """The calls of an account, or of all, oldest first and fit for JSON."""
    chosen = [account] if account else list(_records)
    found = [record for one in chosen for record in _records.get(one, [])]
    if clear:
        for one in chosen:
            _records.pop(one, None)
    hidden = ("response", "request", "answer")
    found.sort(key=lambda record: record["number"])
    return [{key: value for key, value in record.items() if key not in hidden} for record in found]


def records(account, region):
    """The calls of an account in a region as they were kept, oldest first."""
    return [record for record in _records.get(account, []) if record["region"] == region and "status" in record]


def forget():
    _records.clear()


def _error(headers, body):
    kind = next((value for key, value in headers.items() if key.lower() == "x-amzn-errortype"), None)
    if kind:
        return kind.split("#")[-1]
    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    found = re.search(r"<Code>([^<]*)</Code>", text) or re.search(r'"__type": *"([^"]*)"', text)
    return found[1].split("#")[-1] if found else None
