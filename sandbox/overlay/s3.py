"""S3 answers by a way of its own; its calls are recorded all the same. New buckets have the settings of today, and the
tags that came with the call."""

import json

import xmltodict
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response

from . import calls
from .hook import replace

PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def _recorded(name):
    def respond(self, request, full_url, headers):
        answer = original(self, request, full_url, headers)
        record = calls.begin(self, self._get_action_from_method_and_request_uri(request))
        calls.end(record, None, *answer)
        return answer

    original = replace(S3Response, name, respond)


for _name in ("bucket_response", "key_response"):
    _recorded(_name)


def create_bucket(self, bucket_name, region_name, **others):
    """Nobody but its owner gets in, and what is in it is encrypted."""
    made = _create_bucket(self, bucket_name, region_name, **others)
    made.public_access_block = PublicAccessBlock(True, True, True, True)
    made.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
    made.ownership_rule = "BucketOwnerEnforced"
    return made


def put(self, request, bucket_name, querystring):
    is_there = bucket_name in self.backend.buckets
    answer = _put(self, request, bucket_name, querystring)
    if not querystring and not is_there:
        _tag(self, bucket_name)
    return answer


def _tag(response, name):
    wish = xmltodict.parse(response.body)["CreateBucketConfiguration"] if response.body else {}
    tags = (wish.get("Tags") or {}).get("Tag") or []
    tags = tags if isinstance(tags, list) else [tags]
    if tags:
        response.backend.put_bucket_tagging(name, {tag["Key"]: tag["Value"] or "" for tag in tags})


def get_permission(self, action, resource):
    """Moto knows no conditions. All calls pass for encrypted ones here, so what is denied to others is denied to nobody."""
    if self.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(self.policy)
    document["Statement"] = [one for one in _many(document["Statement"]) if one.get("Condition") != PLAIN]
    return IAMPolicy(json.dumps(document)).is_action_permitted(action, resource)


def _many(value):
    return value if isinstance(value, list) else [value]


replace(FakeBucket, "get_permission", get_permission)
_create_bucket = replace(S3Backend, "create_bucket", create_bucket)
_put = replace(S3Response, "_bucket_response_put", put)
