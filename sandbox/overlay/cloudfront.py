"""CloudFront: ids, versions and tags of all its kinds, and moto's index of tags."""

import secrets
import string

from moto.cloudfront.models import CloudFrontBackend
from moto.core.resource_tagging import TaggedResource

from .hook import fail, given, op, replace, state

_CAPITALS = string.ascii_uppercase + string.digits


def table(account, kind):
    return state("cloudfront", account, "aws").setdefault(kind, {})


def new_id(prefix="E", alphabet=_CAPITALS, length=13):
    return prefix + "".join(secrets.choice(alphabet) for _ in range(length))


def check_version(wish, record):
    """Every change and deletion names the version that it was thought out for."""
    if not wish.get("IfMatch"):
        raise fail("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if wish["IfMatch"] != record["etag"]:
        raise fail(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more request-header fields.",
            412,
        )


def check_quantities(value):
    if isinstance(value, list):
        for one in value:
            check_quantities(one)
    if isinstance(value, dict):
        if "Quantity" in value and value["Quantity"] != len(value.get("Items", [])):
            raise fail("InconsistentQuantities", "The value of Quantity and the size of Items don't match.")
        for one in value.values():
            check_quantities(one)


def tags_of(tags):
    return {tag["Key"]: tag.get("Value", "") for tag in (tags or {}).get("Items", [])}


def _tagged(response, arn):
    for kind in ("distributions", "vpc-origins"):
        for record in table(response.current_account, kind).values():
            if record["arn"] == arn:
                return record["tags"]
    raise fail("NoSuchResource", "The specified resource does not exist.", 404)


@op("cloudfront", "list_tags_for_resource")
def _(response, original):
    tags = _tagged(response, given(response)["Resource"])
    return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}}


@op("cloudfront", "tag_resource")
def _(response, original):
    wish = given(response)
    tags = _tagged(response, wish["Resource"])
    if len(tags | tags_of(wish["Tags"])) > 50:
        raise fail("InvalidTagging", "A resource can have 50 tags at most.")
    tags.update(tags_of(wish["Tags"]))
    return {}


@op("cloudfront", "untag_resource")
def _(response, original):
    wish = given(response)
    tags = _tagged(response, wish["Resource"])
    for key in wish["TagKeys"].get("Items", []):
        tags.pop(key, None)
    return {}


@op("cloudfront", "create_invalidation", "get_invalidation", "list_invalidations")
def _(response, original):
    raise fail("NotImplemented", "The sandbox has no caches, and so no invalidations.", 501)


def iter_tagged_resources(self):
    for record in table(self.account_id, "distributions").values():
        yield TaggedResource(record["arn"], record["tags"], "cloudfront:distribution")


def _by_arn(account, arn):
    return next(record["tags"] for record in table(account, "distributions").values() if record["arn"] == arn)


def tag_resource(self, arn, tags):
    _by_arn(self.account_id, arn).update(tags)


def untag_resource(self, arn, keys):
    for key in keys:
        _by_arn(self.account_id, arn).pop(key, None)


replace(CloudFrontBackend, "iter_tagged_resources", iter_tagged_resources)
replace(CloudFrontBackend, "tag_resource", tag_resource)
replace(CloudFrontBackend, "untag_resource", untag_resource)
