"""Cache, origin request and response headers policies: AWS's own under their fixed ids, and those of an account."""

import uuid

from moto.core.utils import camelcase_to_underscores

from .cloudfront import check_version, new_id, table
from .hook import fail, given, op
from .later import stamp

FIELDS = {
    "CachePolicyId": "CachePolicy",
    "OriginRequestPolicyId": "OriginRequestPolicy",
    "ResponseHeadersPolicyId": "ResponseHeadersPolicy",
}
_MANAGED = {
    "CachePolicy": {
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "Managed-CachingDisabled",
        "658327ea-f89d-4fab-a63d-7e88639e58f6": "Managed-CachingOptimized",
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": "Managed-CachingOptimizedForUncompressedObjects",
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65": "Managed-UseOriginCacheControlHeaders",
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe": "Managed-UseOriginCacheControlHeaders-QueryStrings",
    },
    "OriginRequestPolicy": {
        "216adef6-5c7f-47e4-b989-5492eafa07d3": "Managed-AllViewer",
        "b689b0a8-53d0-40ab-baf2-68738e2966ac": "Managed-AllViewerExceptHostHeader",
        "33f36d7e-f396-46d9-90e0-52428a34d9dc": "Managed-AllViewerAndCloudFrontHeaders-2022-06",
        "59781a5b-3903-41f3-afcb-af62929ccde1": "Managed-CORS-CustomOrigin",
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": "Managed-CORS-S3Origin",
        "acba4595-bd28-49b8-b9fe-13317c0390fa": "Managed-UserAgentRefererHeaders",
    },
    "ResponseHeadersPolicy": {
        "67f7725c-6f97-4210-82d7-5512b31e9d03": "Managed-SecurityHeadersPolicy",
        "60669652-455b-4ae9-85a4-c4c02393f86c": "Managed-SimpleCORS",
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd": "Managed-CORS-With-Preflight",
        "e61eb60c-9c35-4d20-a928-2b84e02af89c": "Managed-CORS-and-SecurityHeadersPolicy",
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63": "Managed-CORS-with-preflight-and-SecurityHeadersPolicy",
    },
}
_NO_COOKIES = {"CookiesConfig": {"CookieBehavior": "none"}}
_WORDS = {"CachePolicy": "cache", "OriginRequestPolicy": "origin request", "ResponseHeadersPolicy": "response headers"}


def _config_of(kind, name):
    """As much of AWS's own policies as can be told from their documentation in a few words."""
    config = {"Name": name, "Comment": ""}
    if kind == "CachePolicy":
        disabled = name.endswith("Disabled")
        ttl = {"DefaultTTL": 0, "MaxTTL": 0, "MinTTL": 0} if disabled else {"DefaultTTL": 86400, "MaxTTL": 31536000, "MinTTL": 1}
        key = {
            "EnableAcceptEncodingGzip": not disabled,
            "EnableAcceptEncodingBrotli": not disabled,
            "HeadersConfig": {"HeaderBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"},
            **_NO_COOKIES,
        }
        config |= ttl | {"ParametersInCacheKeyAndForwardedToOrigin": key}
    if kind == "OriginRequestPolicy":
        headers = {"HeaderBehavior": "allViewer"}
        if name.endswith("ExceptHostHeader"):
            headers = {"HeaderBehavior": "allExcept", "Headers": {"Quantity": 1, "Items": ["host"]}}
        config |= {
            "HeadersConfig": headers,
            "CookiesConfig": {"CookieBehavior": "all"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
        }
    return config


_BUILT_IN = {
    kind: {
        key: {"id": key, "etag": new_id(), "modified": stamp(0), "config": _config_of(kind, name), "type": "managed"}
        for key, name in names.items()
    }
    for kind, names in _MANAGED.items()
}


def _all(account, kind):
    return _BUILT_IN[kind] | table(account, kind)


def check(account, kind, key):
    found = _all(account, kind).get(key)
    if found is None:
        raise fail(f"NoSuch{kind}", f"The specified {_WORDS[kind]} policy does not exist.", 404)
    return found


def _shown(kind, record):
    return {"Id": record["id"], "LastModifiedTime": record["modified"], f"{kind}Config": record["config"]}


def _own(account, kind, wish, error):
    record = check(account, kind, wish["Id"])
    if record["type"] == "managed":
        raise fail(error, "An AWS managed policy cannot be changed or deleted.")
    check_version(wish, record)
    return record


def _used(account, field, key):
    return any(
        behavior.get(field) == key
        for one in table(account, "distributions").values()
        for config in (one["config"], one["served"])
        for behavior in [config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", [])]
    )


def _operations(field, kind):
    name = camelcase_to_underscores(kind)

    def unique(account, config, but=None):
        if any(one["config"]["Name"] == config["Name"] and one["id"] != but for one in _all(account, kind).values()):
            raise fail(f"{kind}AlreadyExists", f"A {_WORDS[kind]} policy with this name already exists.", 409)

    def answer(record):
        return {kind: _shown(kind, record), "ETag": record["etag"]}

    @op("cloudfront", f"create_{name}")
    def _(response, original):
        config = given(response)[f"{kind}Config"]
        unique(response.current_account, config)
        record = {"id": str(uuid.uuid4()), "etag": new_id(), "modified": stamp(), "config": config, "type": "custom"}
        table(response.current_account, kind)[record["id"]] = record
        return answer(record)

    @op("cloudfront", f"get_{name}")
    def _(response, original):
        return answer(check(response.current_account, kind, given(response)["Id"]))

    @op("cloudfront", f"get_{name}_config")
    def _(response, original):
        record = check(response.current_account, kind, given(response)["Id"])
        return {f"{kind}Config": record["config"], "ETag": record["etag"]}

    @op("cloudfront", f"update_{name}")
    def _(response, original):
        wish = given(response)
        record = _own(response.current_account, kind, wish, "IllegalUpdate")
        unique(response.current_account, wish[f"{kind}Config"], record["id"])
        record |= {"config": wish[f"{kind}Config"], "etag": new_id(), "modified": stamp()}
        return answer(record)

    @op("cloudfront", f"delete_{name}")
    def _(response, original):
        record = _own(response.current_account, kind, given(response), "IllegalDelete")
        if _used(response.current_account, field, record["id"]):
            raise fail(f"{kind}InUse", f"The {_WORDS[kind]} policy is attached to a cache behavior.", 409)
        del table(response.current_account, kind)[record["id"]]
        return {}

    @op("cloudfront", f"list_{name[:-1]}ies")
    def _(response, original):
        wanted = given(response).get("Type")
        found = [one for one in _all(response.current_account, kind).values() if wanted in (None, one["type"])]
        items = [{"Type": one["type"], kind: _shown(kind, one)} for one in found]
        return {f"{kind}List": {"MaxItems": 100, "Quantity": len(items), "Items": items}}


for _field, _kind in FIELDS.items():
    _operations(_field, _kind)
