"""Distributions: every change takes minutes to be served everywhere, and only what is disabled everywhere can go."""

import string

from . import hook
from .cloudfront import check_version, new_id, table, tags_of
from .cloudfront_config import filled
from .delays import DISTRIBUTION_DEPLOY
from .hook import fail, given, op
from .later import after, stamp

_SUMMARY = (
    "Aliases",
    "Origins",
    "OriginGroups",
    "DefaultCacheBehavior",
    "CacheBehaviors",
    "CustomErrorResponses",
    "Comment",
    "PriceClass",
    "Enabled",
    "ViewerCertificate",
    "Restrictions",
    "WebACLId",
    "HttpVersion",
    "IsIPV6Enabled",
    "Staging",
    "ConnectionMode",
)


def _find(response, key):
    found = table(response.current_account, "distributions").get(key)
    if found is None:
        raise fail("NoSuchDistribution", "The specified distribution does not exist.", 404)
    return found


def _check_aliases(config, own=None):
    """An alias belongs to one distribution of all accounts, enabled or not."""
    wanted = {one.lower() for one in config["Aliases"].get("Items", [])}
    for (name, _, _), stored in hook.states():
        for other in stored.get("distributions", {}).values() if name == "cloudfront" else ():
            if other is not own and wanted & {one.lower() for one in other["config"]["Aliases"].get("Items", [])}:
                raise fail(
                    "CNAMEAlreadyExists",
                    "One or more of the CNAMEs you provided are already associated with a different resource.",
                    409,
                )


def _deploy(account, record):
    record |= {"status": "InProgress", "modified": stamp(), "etag": new_id()}
    config = record["config"]

    def deployed(moment):
        if record["config"] is config:
            record.update(status="Deployed", served=config, deployed=True)

    after(account, DISTRIBUTION_DEPLOY, deployed)


def _create(response, wish, tags):
    account = response.current_account
    for other in table(account, "distributions").values():
        if other["config"]["CallerReference"] == wish["CallerReference"]:
            raise fail(
                "DistributionAlreadyExists",
                "The caller reference that you are using to create a distribution is associated with another "
                f"distribution. Already exists: {other['id']}",
                409,
            )
    config = filled(account, wish)
    _check_aliases(config)
    key = new_id()
    record = {
        "id": key,
        "arn": f"arn:aws:cloudfront::{account}:distribution/{key}",
        "domain": new_id("d", string.ascii_lowercase + string.digits) + ".cloudfront.net",
        "config": config,
        "served": config,
        "tags": tags,
    }
    table(account, "distributions")[key] = record
    _deploy(account, record)
    location = f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{key}"
    return {"Distribution": _shown(record), "Location": location, "ETag": record["etag"]}


@op("cloudfront", "create_distribution")
def _(response, original):
    return _create(response, given(response)["DistributionConfig"], {})


@op("cloudfront", "create_distribution_with_tags")
def _(response, original):
    wish = given(response)["DistributionConfigWithTags"]
    return _create(response, wish["DistributionConfig"], tags_of(wish["Tags"]))


def _shown(record):
    return {
        "Id": record["id"],
        "ARN": record["arn"],
        "Status": record["status"],
        "LastModifiedTime": record["modified"],
        "InProgressInvalidationBatches": 0,
        "DomainName": record["domain"],
        "ActiveTrustedSigners": {"Enabled": False, "Quantity": 0},
        "ActiveTrustedKeyGroups": {"Enabled": False, "Quantity": 0},
        "DistributionConfig": record["config"],
        "AliasICPRecordals": _recordals(record),
    }


def _recordals(record):
    return [{"CNAME": one, "ICPRecordalStatus": "APPROVED"} for one in record["config"]["Aliases"].get("Items", [])]


@op("cloudfront", "get_distribution")
def _(response, original):
    record = _find(response, given(response)["Id"])
    return {"Distribution": _shown(record), "ETag": record["etag"]}


@op("cloudfront", "get_distribution_config")
def _(response, original):
    record = _find(response, given(response)["Id"])
    return {"DistributionConfig": record["config"], "ETag": record["etag"]}


@op("cloudfront", "list_distributions")
def _(response, original):
    wish = given(response)
    found = [_summary(one) for one in table(response.current_account, "distributions").values()]
    return {
        "DistributionList": {
            "Marker": wish.get("Marker", ""),
            "MaxItems": int(wish.get("MaxItems") or 100),
            "IsTruncated": False,
            "Quantity": len(found),
            "Items": found,
        }
    }


def _summary(record):
    return {
        "Id": record["id"],
        "ARN": record["arn"],
        "ETag": record["etag"],
        "Status": record["status"],
        "LastModifiedTime": record["modified"],
        "DomainName": record["domain"],
        "AliasICPRecordals": _recordals(record),
        **{field: record["config"][field] for field in _SUMMARY},
    }


@op("cloudfront", "update_distribution")
def _(response, original):
    wish = given(response)
    record = _find(response, wish["Id"])
    check_version(wish, record)
    if wish["DistributionConfig"]["CallerReference"] != record["config"]["CallerReference"]:
        raise fail("IllegalUpdate", "The update contains modifications that are not allowed: the caller reference.")
    config = filled(response.current_account, wish["DistributionConfig"])
    _check_aliases(config, record)
    record["config"] = config
    _deploy(response.current_account, record)
    return {"Distribution": _shown(record), "ETag": record["etag"]}


@op("cloudfront", "delete_distribution")
def _(response, original):
    wish = given(response)
    record = _find(response, wish["Id"])
    check_version(wish, record)
    if record["config"]["Enabled"] or record["served"]["Enabled"]:
        raise fail("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.", 409)
    del table(response.current_account, "distributions")[record["id"]]
    return {}
