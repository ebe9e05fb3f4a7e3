"""Secrets Manager: versions and their labels as AWS keeps them, names that stay taken while a deletion is pending."""

import base64
import json
import re
import secrets as chance
import string
import uuid
from datetime import timedelta

from moto.core.resource_tagging import TaggedResource
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends

from . import permissions
from .delays import lasts
from .hook import fail, given, op, replace, state
from .later import after, stamp

FORCED = lasts("SECRET_FORCED_DELETE", 5)
PENDING = "You can't perform this operation on the secret because it was marked for deletion."


def _secrets(account, region):
    secretsmanager_backends[account][region]  # the tagging API asks only services that were touched
    return state("secretsmanager", account, region)


def _here(response):
    return _secrets(response.current_account, response.region)


def lookup(account, region, secret_id):
    """By name, ARN, or an ARN without its last six characters; those about to be deleted as well."""
    for secret in _secrets(account, region).values():
        if secret_id in (secret["Name"], secret["ARN"], secret["ARN"][:-7]):
            return secret
    return None


def current(secret, version_id=None, stage="AWSCURRENT"):
    if secret.get("DeletedDate"):
        return None
    return next((one.get("SecretString") for key, one in secret["_versions"].items() if (key == version_id if version_id else stage in one["stages"])), None)


def _find(response, secret_id, pending_too=False):
    found = lookup(response.current_account, response.region, secret_id)
    if found is None:
        raise fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    if found.get("DeletedDate") and not pending_too:
        raise fail("InvalidRequestException", PENDING)
    return found


def _holder(secret, stage):
    return next((key for key, one in secret["_versions"].items() if stage in one["stages"]), None)


def _token(wish):
    token = wish.get("ClientRequestToken") or str(uuid.uuid4())
    if not 32 <= len(token) <= 64:
        raise fail("InvalidParameterException", "ClientRequestToken must be 32-64 characters long.")
    return token


def _value(wish):
    if "SecretString" in wish and "SecretBinary" in wish:
        raise fail("InvalidParameterException", "You can't specify both a binary secret value and a string secret value in the same request.")
    value = {field: wish[field] for field in ("SecretString", "SecretBinary") if field in wish}
    if any(len(one) > 65536 for one in value.values()):
        raise fail("ValidationException", "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536")
    return value


def _add(secret, token, value, stages):
    """A new version, or nothing when the same one exists already: then no label moves."""
    known = secret["_versions"].get(token)
    if known:
        if {field: known.get(field) for field in ("SecretString", "SecretBinary") if field in known} == value:
            return
        raise fail(
            "ResourceExistsException",
            f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {secret['ARN']}.",
        )
    secret["_versions"][token] = {**value, "stages": [], "created": stamp()}
    for stage in stages if secret["_versions"].keys() != {token} else {*stages, "AWSCURRENT"}:
        _move(secret, stage, token)
    secret["LastChangedDate"] = stamp()


def _move(secret, stage, to):
    holder = _holder(secret, stage)
    if holder:
        secret["_versions"][holder]["stages"].remove(stage)
    if to:
        secret["_versions"][to]["stages"].append(stage)
    if stage == "AWSCURRENT" and holder and holder != to:
        _move(secret, "AWSPREVIOUS", holder)
        if to and "AWSPREVIOUS" in secret["_versions"][to]["stages"]:
            secret["_versions"][to]["stages"].remove("AWSPREVIOUS")


def _view(secret):
    labels = {key: one["stages"] for key, one in secret["_versions"].items() if one["stages"]}
    return secret | {"Tags": secret["_tags"], "VersionIdsToStages": labels or None, "SecretVersionsToStages": labels or None}


def _short(secret, **more):
    return {"ARN": secret["ARN"], "Name": secret["Name"], **more}


def _merge(tags, more):
    return [{"Key": key, "Value": value} for key, value in ({t["Key"]: t["Value"] for t in tags} | {t["Key"]: t.get("Value", "") for t in more}).items()]


def _check_key(response, key_id):
    if key_id and key_id != "alias/aws/secretsmanager":
        key = permissions.find_key(response.current_account, response.region, key_id)
        if key is None:
            raise fail("InvalidParameterException", f"KMS key {key_id} was not found.")
        if key.key_state != "Enabled":
            raise fail("InvalidRequestException", "You can't create or use a secret with a KMS key that is not enabled.")
    return key_id if key_id and key_id != "alias/aws/secretsmanager" else None


@op("secretsmanager", "create_secret")
def _(response, original):
    wish = given(response)
    name = wish.get("Name", "")
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
        raise fail("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
    token, value = _token(wish), _value(wish)
    known = lookup(response.current_account, response.region, name)
    if known and known.get("DeletedDate"):
        raise fail("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
    if known:
        version = known["_versions"].get(token)
        if version and {field: version[field] for field in ("SecretString", "SecretBinary") if field in version} == value:
            return _short(known, VersionId=token)
        raise fail("ResourceExistsException", f"The operation failed because the secret {name} already exists.")
    suffix = "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(6))
    now = stamp()
    secret = {
        "ARN": f"arn:aws:secretsmanager:{response.region}:{response.current_account}:secret:{name}-{suffix}",
        "Name": name,
        "Description": wish.get("Description") or None,
        "KmsKeyId": _check_key(response, wish.get("KmsKeyId")),
        "CreatedDate": now,
        "LastChangedDate": now,
        "_tags": _merge([], wish.get("Tags") or []),
        "_versions": {},
    }
    if value:
        _add(secret, token, value, ["AWSCURRENT"])
    _here(response)[secret["ARN"]] = secret
    return _short(secret, **({"VersionId": token} if value else {}))


@op("secretsmanager", "put_secret_value")
def _(response, original):
    wish = given(response)
    token, value = _token(wish), _value(wish)
    secret = _find(response, wish["SecretId"])
    if not value:
        raise fail("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
    _add(secret, token, value, wish.get("VersionStages") or ["AWSCURRENT"])
    return _short(secret, VersionId=token, VersionStages=secret["_versions"][token]["stages"])


@op("secretsmanager", "update_secret")
def _(response, original):
    wish = given(response)
    value = _value(wish)
    secret = _find(response, wish["SecretId"])
    token = _token(wish)
    if value and token in secret["_versions"]:
        raise fail("ResourceExistsException", f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {secret['ARN']}.")
    if "KmsKeyId" in wish:
        secret["KmsKeyId"] = _check_key(response, wish["KmsKeyId"])
    if "Description" in wish:
        secret["Description"] = wish["Description"] or None
    secret["LastChangedDate"] = stamp()
    if not value:
        return _short(secret)
    _add(secret, token, value, ["AWSCURRENT"])
    return _short(secret, VersionId=token)


@op("secretsmanager", "update_secret_version_stage")
def _(response, original):
    wish = given(response)
    secret = _find(response, wish["SecretId"])
    stage, source, target = wish["VersionStage"], wish.get("RemoveFromVersionId"), wish.get("MoveToVersionId")
    holder = _holder(secret, stage)
    for version in filter(None, (source, target)):
        if version not in secret["_versions"]:
            raise fail("InvalidParameterException", f"Not a valid version: {version}")
    if holder and holder != target and source != holder:
        raise fail(
            "InvalidParameterException",
            f"The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId.",
        )
    if source and holder != source:
        raise fail("InvalidParameterException", f"The staging label {stage} is not attached to version {source}.")
    if not target and stage == "AWSCURRENT":
        raise fail("InvalidParameterException", "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.")
    if holder != target:
        _move(secret, stage, target)
    secret["LastChangedDate"] = stamp()
    return _short(secret)


@op("secretsmanager", "get_secret_value")
def _(response, original):
    wish = given(response)
    return _read(response, _find(response, wish["SecretId"]), wish.get("VersionId"), wish.get("VersionStage"))


def _read(response, secret, version_id=None, stage=None):
    key = version_id or _holder(secret, stage or "AWSCURRENT")
    version = secret["_versions"].get(key)
    if version is None:
        raise fail(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for "
            + (f"VersionId: {version_id}" if version_id else f"staging label: {stage or 'AWSCURRENT'}"),
        )
    if version_id and stage and stage not in version["stages"]:
        raise fail("InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId.")
    encrypted = permissions.find_key(response.current_account, response.region, secret["KmsKeyId"]) if secret["KmsKeyId"] else None
    if secret["KmsKeyId"] and (encrypted is None or encrypted.key_state != "Enabled"):
        raise fail("InvalidRequestException", "Secrets Manager can't use the KMS key: its state is not valid for this operation.")
    value = {field: version[field] for field in ("SecretString", "SecretBinary") if field in version}
    if "SecretBinary" in value:
        value["SecretBinary"] = base64.b64decode(value["SecretBinary"])
    return _short(secret, VersionId=key, VersionStages=version["stages"], CreatedDate=version["created"], **value)


@op("secretsmanager", "batch_get_secret_value")
def _(response, original):
    wish = given(response)
    ids = wish.get("SecretIdList") or [one["ARN"] for one in _matching(response, wish.get("Filters", []))]
    values, errors = [], []
    for secret_id in ids:
        secret = lookup(response.current_account, response.region, secret_id)
        if secret is None or secret.get("DeletedDate") or not _holder(secret, "AWSCURRENT"):
            code = "InvalidRequestException" if secret and secret.get("DeletedDate") else "ResourceNotFoundException"
            errors.append({"SecretId": secret_id, "ErrorCode": code, "Message": "Secrets Manager can't find the specified secret."})
        else:
            values.append(_read(response, secret))
    return {"SecretValues": values, "Errors": errors}


@op("secretsmanager", "describe_secret")
def _(response, original):
    return _view(_find(response, given(response)["SecretId"], pending_too=True))


def _matching(response, filters):
    def fits(secret, key, value):
        texts = {
            "name": [secret["Name"]],
            "description": (secret["Description"] or "").split(),
            "tag-key": [tag["Key"] for tag in secret["_tags"]],
            "tag-value": [tag["Value"] for tag in secret["_tags"]],
            "owning-service": [secret.get("OwningService") or ""],
            "primary-region": [""],
        }
        words = sum(texts.values(), []) if key == "all" else texts[key]
        folded = key in ("description", "all")
        negated, value = value.startswith("!"), value.lstrip("!")
        hit = any((word.lower() if folded else word).startswith(value.lower() if folded else value) for word in words)
        return hit != negated

    known = ("all", "description", "name", "owning-service", "primary-region", "tag-key", "tag-value")
    for one in filters:
        if one.get("Key") not in known:
            raise fail("ValidationException", f"Invalid filter key: {one.get('Key')}")
    return [
        secret
        for secret in _here(response).values()
        if all(any(fits(secret, one["Key"], value) for value in one["Values"]) for one in filters)
    ]


@op("secretsmanager", "list_secrets")
def _(response, original):
    wish = given(response)
    found = [
        _view(secret)
        for secret in _matching(response, wish.get("Filters") or [])
        if wish.get("IncludePlannedDeletion") or not secret.get("DeletedDate")
    ]
    return {"SecretList": found}


@op("secretsmanager", "list_secret_version_ids")
def _(response, original):
    wish = given(response)
    secret = _find(response, wish["SecretId"], pending_too=True)
    return _short(
        secret,
        Versions=[
            {"VersionId": key, "VersionStages": one["stages"], "CreatedDate": one["created"]}
            for key, one in secret["_versions"].items()
            if one["stages"] or wish.get("IncludeDeprecated")
        ],
    )


@op("secretsmanager", "delete_secret")
def _(response, original):
    wish = given(response)
    force, days = wish.get("ForceDeleteWithoutRecovery"), wish.get("RecoveryWindowInDays")
    if force and days is not None:
        raise fail("InvalidParameterException", "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
    if days is not None and not 7 <= days <= 30:
        raise fail("InvalidParameterException", "RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
    secret = lookup(response.current_account, response.region, wish["SecretId"])
    if secret is None and force:
        name = wish["SecretId"]
        return {"ARN": f"arn:aws:secretsmanager:{response.region}:{response.current_account}:secret:{name}-forced", "Name": name, "DeletionDate": stamp()}
    secret = _find(response, wish["SecretId"], pending_too=bool(force))
    due = stamp() + timedelta(days=0 if force else days or 30)
    secret["DeletedDate"] = stamp()
    if force:
        secrets = _here(response)
        after(response.current_account, FORCED, lambda moment: secrets.pop(secret["ARN"], None))
    return _short(secret, DeletionDate=due)


@op("secretsmanager", "restore_secret")
def _(response, original):
    secret = _find(response, given(response)["SecretId"], pending_too=True)
    if not secret.pop("DeletedDate", None):
        raise fail("InvalidRequestException", "You can't restore a secret that is not scheduled for deletion.")
    return _short(secret)


@op("secretsmanager", "tag_resource")
def _(response, original):
    wish = given(response)
    secret = _find(response, wish["SecretId"])
    secret["_tags"] = _merge(secret["_tags"], wish["Tags"])
    return {}


@op("secretsmanager", "untag_resource")
def _(response, original):
    wish = given(response)
    secret = _find(response, wish["SecretId"])
    secret["_tags"] = [tag for tag in secret["_tags"] if tag["Key"] not in wish["TagKeys"]]
    return {}


@op("secretsmanager", "put_resource_policy")
def _(response, original):
    wish = given(response)
    secret = _find(response, wish["SecretId"])
    try:
        statements = json.loads(wish["ResourcePolicy"])["Statement"]
    except (ValueError, KeyError, TypeError):
        raise fail("MalformedPolicyDocumentException", "This resource policy contains a syntax error.")
    if wish.get("BlockPublicPolicy") and any(
        one.get("Effect") == "Allow" and one.get("Principal") in ("*", {"AWS": "*"}) and not one.get("Condition")
        for one in (statements if isinstance(statements, list) else [statements])
    ):
        raise fail("PublicPolicyException", "You can't use this resource policy because it grants public access.")
    secret["_policy"] = wish["ResourcePolicy"]
    return _short(secret)


@op("secretsmanager", "get_resource_policy")
def _(response, original):
    secret = _find(response, given(response)["SecretId"], pending_too=True)
    return _short(secret, ResourcePolicy=secret.get("_policy"))


@op("secretsmanager", "delete_resource_policy")
def _(response, original):
    secret = _find(response, given(response)["SecretId"])
    secret.pop("_policy", None)
    return _short(secret)


@op("secretsmanager", "rotate_secret")
def _(response, original):
    wish = given(response)
    secret = _find(response, wish["SecretId"])
    if not wish.get("RotationLambdaARN") and not secret.get("RotationLambdaARN"):
        raise fail("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
    raise fail("NotImplemented", "The sandbox runs no rotation functions.", 501)


def _not_here(response, original):
    raise fail("NotImplemented", "The sandbox neither rotates nor replicates secrets.", 501)


for name in ("cancel_rotate_secret", "replicate_secret_to_regions", "remove_regions_from_replication", "stop_replication_to_replica"):
    op("secretsmanager", name)(_not_here)


def iter_tagged_resources(self):
    for secret in _secrets(self.account_id, self.region_name).values():
        yield TaggedResource(secret["ARN"], {t["Key"]: t["Value"] for t in secret["_tags"]}, "secretsmanager:secret")


def tag_resource(self, arn, tags):
    secret = lookup(self.account_id, self.region_name, arn)
    secret["_tags"] = _merge(secret["_tags"], [{"Key": key, "Value": value} for key, value in tags.items()])


def untag_resource(self, arn, keys):
    secret = lookup(self.account_id, self.region_name, arn)
    secret["_tags"] = [tag for tag in secret["_tags"] if tag["Key"] not in keys]


replace(SecretsManagerBackend, "iter_tagged_resources", iter_tagged_resources)
replace(SecretsManagerBackend, "tag_resource", tag_resource)
replace(SecretsManagerBackend, "untag_resource", untag_resource)
