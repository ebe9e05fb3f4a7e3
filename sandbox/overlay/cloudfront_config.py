"""A distribution's configuration: what AWS refuses, and what it fills in."""

from moto.s3.models import s3_backends

from . import cloudfront_policies as policies
from .acm import find as find_certificate
from .cloudfront import check_quantities, table
from .hook import fail

_NONE = {"Quantity": 0}
_READS = {"Quantity": 2, "Items": ["HEAD", "GET"]}
# The order in which AWS gives methods back, whatever was sent.
_METHODS = ["HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"]
_DEFAULTS = {
    "Aliases": _NONE,
    "DefaultRootObject": "",
    "OriginGroups": _NONE,
    "CacheBehaviors": _NONE,
    "CustomErrorResponses": _NONE,
    "Comment": "",
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": False,
    "ContinuousDeploymentPolicyId": "",
    "Staging": False,
    "ConnectionMode": "direct",
}
_BEHAVIOR = {
    "TrustedSigners": {"Enabled": False, "Quantity": 0},
    "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
    "AllowedMethods": {**_READS, "CachedMethods": _READS},
    "SmoothStreaming": False,
    "Compress": False,
    "LambdaFunctionAssociations": _NONE,
    "FunctionAssociations": _NONE,
    "FieldLevelEncryptionId": "",
    "GrpcConfig": {"Enabled": False},
}
_FORWARDING = {"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000}
_ORIGIN = {
    "OriginPath": "",
    "CustomHeaders": _NONE,
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "OriginShield": {"Enabled": False},
    "OriginAccessControlId": "",
}
_CUSTOM = {
    "OriginSslProtocols": {"Quantity": 2, "Items": ["TLSv1", "SSLv3"]},
    "OriginReadTimeout": 30,
    "OriginKeepaliveTimeout": 5,
    "IpAddressType": "ipv4",
}
_TIMEOUTS = {"OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5}
_DEFAULT_CERTIFICATE = {
    "CloudFrontDefaultCertificate": True,
    "SSLSupportMethod": "vip",
    "MinimumProtocolVersion": "TLSv1",
    "CertificateSource": "cloudfront",
}


def filled(account, wish):
    check_quantities(wish)
    config = _DEFAULTS | wish
    config["Logging"] = _DEFAULTS["Logging"] | config["Logging"]
    _check_logging(account, config["Logging"])
    if len(config["Comment"]) > 128:
        raise fail("InvalidArgument", "The parameter Comment is too big.")
    config["Origins"] = _items(config["Origins"], lambda one: _origin(account, one))
    if not config["Origins"]["Quantity"]:
        raise fail("InvalidArgument", "The parameter Origins is required.")
    config["DefaultCacheBehavior"] = _behavior(account, config["DefaultCacheBehavior"])
    config["CacheBehaviors"] = _items(config["CacheBehaviors"], lambda one: _behavior(account, one))
    targets = {one["Id"] for field in ("Origins", "OriginGroups") for one in config[field].get("Items", [])}
    for one in [config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", [])]:
        if one["TargetOriginId"] not in targets:
            raise fail("NoSuchOrigin", "One or more of your origins or origin groups do not exist.", 404)
    config["ViewerCertificate"] = _viewer_certificate(account, config)
    return config


def _check_logging(account, logging):
    """CloudFront writes with the help of access lists, which a bucket may forbid."""
    if not logging["Enabled"]:
        return
    name = logging["Bucket"].removesuffix(".s3.amazonaws.com")
    found = s3_backends[account]["aws"].buckets.get(name)
    if name == logging["Bucket"] or found is None:
        raise fail("InvalidArgument", "The parameter Logging Bucket does not refer to a valid S3 bucket.")
    if found.ownership_rule == "BucketOwnerEnforced":
        raise fail("InvalidArgument", f"The S3 bucket that you specified for CloudFront logs does not enable ACL access: {logging['Bucket']}")


def _items(holder, change):
    return {**holder, "Items": [change(one) for one in holder["Items"]]} if holder.get("Items") else {"Quantity": 0}


def _origin(account, wish):
    origin = _ORIGIN | wish
    kinds = [kind for kind in ("S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig") if kind in origin]
    if len(kinds) > 1 or (not kinds and not origin["OriginAccessControlId"]):
        raise fail("InvalidOrigin", "An origin needs exactly one of S3OriginConfig, CustomOriginConfig and VpcOriginConfig.")
    if kinds == ["S3OriginConfig"]:
        if ".s3" not in origin["DomainName"]:
            raise fail("InvalidArgument", "The parameter Origin DomainName does not refer to a valid S3 bucket.")
        origin["S3OriginConfig"] = {"OriginAccessIdentity": ""} | origin["S3OriginConfig"]
    if kinds == ["CustomOriginConfig"]:
        origin["CustomOriginConfig"] = _CUSTOM | origin["CustomOriginConfig"]
        _check_timeouts(origin["CustomOriginConfig"])
    if kinds == ["VpcOriginConfig"]:
        origin["VpcOriginConfig"] = _TIMEOUTS | origin["VpcOriginConfig"]
        _check_timeouts(origin["VpcOriginConfig"])
        known = table(account, "vpc-origins").get(origin["VpcOriginConfig"]["VpcOriginId"])
        if known is None:
            raise fail("EntityNotFound", "The entity was not found.", 404)
        if known["status"] != "Deployed":
            raise fail("InvalidArgument", f"The VPC origin {known['id']} is not deployed.")
    return origin


def _check_timeouts(config):
    if not 1 <= config["OriginReadTimeout"] <= 120:
        raise fail("InvalidOriginReadTimeout", "The read timeout specified for the origin is not valid.")
    if not 1 <= config["OriginKeepaliveTimeout"] <= 120:
        raise fail("InvalidOriginKeepaliveTimeout", "The keep alive timeout specified for the origin is not valid.")


def _behavior(account, wish):
    behavior = _BEHAVIOR | wish
    if bool(behavior.get("CachePolicyId")) == ("ForwardedValues" in behavior):
        raise fail("InvalidArgument", "The parameter ForwardedValues is required, unless a cache policy is given.")
    if "ForwardedValues" in behavior:
        forwarded = {"Headers": _NONE, "QueryStringCacheKeys": _NONE} | behavior["ForwardedValues"]
        behavior = _FORWARDING | behavior | {"ForwardedValues": forwarded}
    elif any(field in behavior for field in _FORWARDING):
        raise fail("InvalidArgument", "The parameters MinTTL, DefaultTTL and MaxTTL cannot be used with a cache policy.")
    methods = {"CachedMethods": _READS} | behavior["AllowedMethods"]
    behavior["AllowedMethods"] = {**_ordered(methods), "CachedMethods": _ordered(methods["CachedMethods"])}
    for field, kind in policies.FIELDS.items():
        if behavior.get(field):
            policies.check(account, kind, behavior[field])
    if "OriginRequestPolicyId" in behavior and "ForwardedValues" in behavior:
        raise fail("InvalidArgument", "An origin request policy needs a cache policy.")
    return behavior


def _ordered(methods):
    return {**methods, "Items": sorted(methods["Items"], key=_METHODS.index)}


def _viewer_certificate(account, config):
    wish, aliases = config.get("ViewerCertificate", {}), config["Aliases"].get("Items", [])
    arn = wish.get("ACMCertificateArn")
    if not arn and not wish.get("IAMCertificateId"):
        if aliases:
            raise _invalid(
                "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted "
                "certificate that validates your authorization to use the domain name."
            )
        return _DEFAULT_CERTIFICATE
    if not arn:
        raise fail("NotImplemented", "The sandbox knows certificates of ACM alone.", 501)
    certificate = find_certificate(account, "us-east-1", arn)
    if certificate is None or certificate["Status"] != "ISSUED":
        raise _invalid(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a "
            "valid certificate chain."
        )
    if not wish.get("SSLSupportMethod"):
        raise _invalid("A certificate needs an SSLSupportMethod.")
    for alias in aliases:
        if not any(covers(name, alias) for name in certificate["SubjectAlternativeNames"]):
            raise _invalid(f"The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) {alias}.")
    filled_in = {"CloudFrontDefaultCertificate": False, "MinimumProtocolVersion": "TLSv1", "Certificate": arn, "CertificateSource": "acm"}
    return filled_in | wish


def covers(name, alias):
    return name == alias or (name.startswith("*.") and alias.split(".", 1)[-1] == name[2:])


def _invalid(text):
    return fail("InvalidViewerCertificate", text)
