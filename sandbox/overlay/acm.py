"""Certificates: issued once the records that prove the domains stand in a zone."""

import hashlib
import time
import uuid
from datetime import timedelta

from moto.acm.models import AWSCertificateManagerBackend, acm_backends
from moto.core.resource_tagging import TaggedResource

from .delays import CERTIFICATE_RECORDS, CERTIFICATE_VALIDATION, scaled
from .hook import fail, given, op, replace, state, store
from .later import stamp
from .route53 import value_since, values_of

_NAMES_QUOTA = 10
_PENDING_SECONDS = 72 * 3600
_AUTHORITIES = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")


def _certificates(account, region):
    acm_backends[account][region]  # the tagging API asks only services that were touched
    return state("acm", account, region)


def find(account, region, arn):
    """A certificate as it is now, or None."""
    found = _certificates(account, region).get(arn)
    return _seen(found) if found else None


def _get(response, arn):
    found = find(response.current_account, response.region, arn)
    if found is None:
        raise fail("ResourceNotFoundException", f"Could not find certificate {arn}.")
    return found


def _seen(record):
    """Brings the certificate up to the present moment."""
    if record["Status"] != "PENDING_VALIDATION" or time.time() < record["since"] + scaled(CERTIFICATE_RECORDS):
        return record
    stand = []
    for one in record["DomainValidationOptions"]:
        one["ResourceRecord"] = proof = _proof(record["account"], one["DomainName"])
        stand.append(value_since(record["account"], proof["Name"], "CNAME", proof["Value"]))
        if stand[-1] is not None and time.time() >= stand[-1] + scaled(CERTIFICATE_VALIDATION):
            one["ValidationStatus"] = "SUCCESS"
    if any(_is_refused(record["account"], one["DomainName"]) for one in record["DomainValidationOptions"]):
        record |= {"Status": "FAILED", "FailureReason": "CAA_ERROR"}
    elif all(one["ValidationStatus"] == "SUCCESS" for one in record["DomainValidationOptions"]):
        issued = stamp()
        record |= {"Status": "ISSUED", "IssuedAt": issued, "NotBefore": issued, "NotAfter": issued + timedelta(days=395)}
        record |= {"Serial": ":".join(uuid.uuid4().hex[index : index + 2] for index in range(0, 32, 2)), "Issuer": "Amazon"}
        record["RenewalEligibility"] = "INELIGIBLE"
    elif time.time() >= record["since"] + scaled(_PENDING_SECONDS):
        record["Status"] = "VALIDATION_TIMED_OUT"
    return record


def _is_refused(account, domain):
    """Whether the nearest CAA records let others issue and not Amazon."""
    name = domain.removeprefix("*.")
    while "." in name:
        records = [value.split(maxsplit=2)[1:] for value in values_of(account, name, "CAA")]
        issuers = [value.strip('"').partition(";")[0].strip() for tag, value in records if tag == "issue"]
        if records:
            return bool(issuers) and not any(issuer in _AUTHORITIES for issuer in issuers)
        name = name.partition(".")[2]
    return False


def _proof(account, domain):
    """One record for a name, in every region and for every certificate of the account."""
    bare = domain.removeprefix("*.")
    name = hashlib.md5(f"{account} {bare} name".encode()).hexdigest()
    value = hashlib.md5(f"{account} {bare} value".encode()).hexdigest()
    return {"Name": f"_{name}.{bare}.", "Type": "CNAME", "Value": f"_{value}.{value[:10]}.acm-validations.aws."}


@op("acm", "request_certificate")
def _(response, original):
    wish = given(response)
    table = _certificates(response.current_account, response.region)
    if wish.get("ValidationMethod", "EMAIL") != "DNS":
        raise fail("NotImplemented", "The sandbox validates by DNS alone.", 501)
    names = list(dict.fromkeys(one.lower() for one in [wish["DomainName"], *wish.get("SubjectAlternativeNames", [])]))
    if len(names) > _NAMES_QUOTA:
        raise fail("LimitExceededException", "The number of domain names exceeds the limit of 10.")
    if len(names[0]) > 64:
        raise fail("InvalidParameterException", "The first domain name can be 64 octets long at most.")
    token = wish.get("IdempotencyToken")
    for record in table.values():
        if token and record["token"] == token and record["asked"] == names and time.time() < record["since"] + scaled(3600):
            return {"CertificateArn": record["CertificateArn"]}
    arn = f"arn:aws:acm:{response.region}:{response.current_account}:certificate/{uuid.uuid4()}"
    table[arn] = {
        "CertificateArn": arn,
        "DomainName": names[0],
        "SubjectAlternativeNames": names,
        "DomainValidationOptions": [
            {"DomainName": one, "ValidationDomain": one, "ValidationMethod": "DNS", "ValidationStatus": "PENDING_VALIDATION"}
            for one in names
        ],
        "Subject": f"CN={names[0]}",
        "Status": "PENDING_VALIDATION",
        "Type": "AMAZON_ISSUED",
        "CreatedAt": stamp(),
        "SignatureAlgorithm": "SHA256WITHRSA",
        "KeyAlgorithm": wish.get("KeyAlgorithm", "RSA_2048").replace("_", "-"),
        "RenewalEligibility": "INELIGIBLE",
        "Options": {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"} | wish.get("Options", {}),
        "KeyUsages": [],
        "ExtendedKeyUsages": [],
        "tags": {tag["Key"]: tag.get("Value", "") for tag in wish.get("Tags", [])},
        "token": token,
        "asked": names,
        "account": response.current_account,
        "since": time.time(),
    }
    return {"CertificateArn": arn}


def in_use_by(account, region, arn):
    """Load balancers of the region, and distributions until what they serve no longer has it."""
    users = [
        balancer.arn
        for balancer in store("elbv2", account, region).load_balancers.values()
        if any(arn in listener.certificates for listener in balancer.listeners.values())
    ]
    for one in state("cloudfront", account, "aws").get("distributions", {}).values():
        served = [one["config"], one["served"]]
        if any(config["ViewerCertificate"].get("ACMCertificateArn") == arn for config in served):
            users.append(one["arn"])
    return users


@op("acm", "describe_certificate")
def _(response, original):
    record = _get(response, given(response)["CertificateArn"])
    users = in_use_by(response.current_account, response.region, record["CertificateArn"])
    return {"Certificate": {**record, "InUseBy": users}}


_SUMMARY = (
    "CertificateArn",
    "DomainName",
    "Status",
    "Type",
    "KeyAlgorithm",
    "KeyUsages",
    "ExtendedKeyUsages",
    "RenewalEligibility",
    "NotBefore",
    "NotAfter",
    "CreatedAt",
    "IssuedAt",
)


@op("acm", "list_certificates")
def _(response, original):
    """Without being asked for other keys the list has RSA certificates of up to 2048 bits alone."""
    wish = given(response)
    kinds = wish.get("Includes", {}).get("keyTypes") or ["RSA_1024", "RSA_2048"]
    statuses = wish.get("CertificateStatuses")
    found = []
    for record in map(_seen, _certificates(response.current_account, response.region).values()):
        if record["KeyAlgorithm"].replace("-", "_") not in kinds or (statuses and record["Status"] not in statuses):
            continue
        shown = {field: record.get(field) for field in _SUMMARY}
        shown["InUse"] = bool(in_use_by(response.current_account, response.region, record["CertificateArn"]))
        shown["SubjectAlternativeNameSummaries"] = record["SubjectAlternativeNames"]
        shown["HasAdditionalSubjectAlternativeNames"] = False
        shown["ExportOption"] = record["Options"]["Export"]
        found.append(shown)
    return {"CertificateSummaryList": found}


@op("acm", "get_certificate")
def _(response, original):
    record = _get(response, given(response)["CertificateArn"])
    if record["Status"] == "PENDING_VALIDATION":
        raise fail("RequestInProgressException", f"The certificate {record['CertificateArn']} is not yet issued.")
    raise fail("NotImplemented", "The sandbox has no bodies of certificates.", 501)


@op("acm", "import_certificate", "export_certificate", "renew_certificate", "resend_validation_email")
def _(response, original):
    raise fail("NotImplemented", "The sandbox requests certificates, and does nothing else to them.", 501)


@op("acm", "update_certificate_options")
def _(response, original):
    wish = given(response)
    _get(response, wish["CertificateArn"])["Options"] |= wish["Options"]
    return {}


@op("acm", "delete_certificate")
def _(response, original):
    arn = _get(response, given(response)["CertificateArn"])["CertificateArn"]
    if in_use_by(response.current_account, response.region, arn):
        raise fail("ResourceInUseException", f"Certificate {arn} is in use.")
    del _certificates(response.current_account, response.region)[arn]
    return {}


# --- tags


@op("acm", "list_tags_for_certificate")
def _(response, original):
    tags = _get(response, given(response)["CertificateArn"])["tags"]
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@op("acm", "add_tags_to_certificate")
def _(response, original):
    wish = given(response)
    record = _get(response, wish["CertificateArn"])
    tags = record["tags"] | {tag["Key"]: tag.get("Value", "") for tag in wish["Tags"]}
    if len(tags) > 50:
        raise fail("TooManyTagsException", "The request contains too many tags.")
    record["tags"] = tags
    return {}


@op("acm", "remove_tags_from_certificate")
def _(response, original):
    wish = given(response)
    tags = _get(response, wish["CertificateArn"])["tags"]
    for tag in wish["Tags"]:
        if tag.get("Value", tags.get(tag["Key"])) == tags.get(tag["Key"]):
            tags.pop(tag["Key"], None)
    return {}


def iter_tagged_resources(self):
    for arn, record in _certificates(self.account_id, self.region_name).items():
        yield TaggedResource(arn, record["tags"], "acm:certificate")


def tag_resource(self, arn, tags):
    _certificates(self.account_id, self.region_name)[arn]["tags"].update(tags)


def untag_resource(self, arn, keys):
    for key in keys:
        _certificates(self.account_id, self.region_name)[arn]["tags"].pop(key, None)


replace(AWSCertificateManagerBackend, "iter_tagged_resources", iter_tagged_resources)
replace(AWSCertificateManagerBackend, "tag_resource", tag_resource)
replace(AWSCertificateManagerBackend, "untag_resource", untag_resource)
