"""KMS: states that are honoured, rotation periods, policies that would lock their owner out."""

import json
import time
from datetime import timedelta

from moto.kms.models import KmsBackend
from moto.kms.utils import RESERVED_ALIASES

from . import calls, permissions
from .hook import backend, before, fail, given, op, replace
from .later import after, stamp

DAY = 86400


def _key(response, name):
    store = backend(response, "kms")
    known = (name or "").startswith("alias/") or ":alias/" in (name or "")
    found = permissions.find_key(response.current_account, response.region, name)
    if found is None:
        what = f"Alias {name} is not found." if known else f"Key '{name}' does not exist"
        raise fail("NotFoundException", what)
    return store.keys[found.id]


def _alive(key):
    if key.key_state == "PendingDeletion":
        raise fail("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    return key


def _usable(key):
    if _alive(key).key_state == "Disabled":
        raise fail("DisabledException", f"{key.arn} is disabled.")
    return key


# What a key about to be deleted refuses, and what a disabled one refuses too.
@before("kms", "update_key_description", "tag_resource", "untag_resource", "enable_key", "disable_key")
def _(response):
    _alive(_key(response, given(response)["KeyId"]))


@before("kms", "encrypt", "generate_data_key", "generate_data_key_without_plaintext", "create_grant", "sign")
def _(response):
    _usable(_key(response, given(response)["KeyId"]))


@before("kms", "create_alias", "update_alias")
def _(response):
    wish = given(response)
    if wish["AliasName"].startswith("alias/aws/"):
        raise fail("NotAuthorizedException", "The alias is reserved for AWS.")
    _alive(_key(response, wish["TargetKeyId"]))


def _decrypt(self, ciphertext_blob, encryption_context, key_id=None):
    plaintext, arn = _moto_decrypt(self, ciphertext_blob, encryption_context, key_id)
    _usable(self.keys[arn.split("/")[-1]])
    return plaintext, arn


_moto_decrypt = replace(KmsBackend, "decrypt", _decrypt)


# --- policies


def _check_policy(response, text, bypass):
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise fail("MalformedPolicyDocumentException", "Policy document should not contain invalid JSON.")
    for one in statements if isinstance(statements, list) else [statements]:
        named = one.get("Principal", {})
        named = named.get("AWS", []) if isinstance(named, dict) else []
        for arn in named if isinstance(named, list) else [named]:
            account = response.current_account
            if ":role/" in arn and f":{account}:" in arn and permissions.role_named(account, arn) is None:
                raise fail("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.")
    caller = calls.principal(response.current_account, response.access_key)
    root = f"arn:aws:iam::{response.current_account}:root"
    if not bypass and not permissions.policy_allows(text, "kms:PutKeyPolicy", (root, caller)):
        raise fail("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.")


@before("kms", "create_key")
def _(response):
    wish = given(response)
    if wish.get("Policy"):
        _check_policy(response, wish["Policy"], wish.get("BypassPolicyLockoutSafetyCheck"))
    if any(tag["TagKey"].startswith("aws:") for tag in wish.get("Tags") or []):
        raise fail("TagException", "aws: prefixed tag key names are not allowed for external use.")


@before("kms", "put_key_policy")
def _(response):
    wish = given(response)
    _alive(_key(response, wish["KeyId"]))
    _check_policy(response, wish["Policy"], wish.get("BypassPolicyLockoutSafetyCheck"))


@op("kms", "get_key_policy")
def _(response, original):
    wish = given(response)
    if wish.get("PolicyName", "default") != "default" or "alias/" in wish["KeyId"]:
        raise fail("NotFoundException", "No such policy exists")
    return {"Policy": _key(response, wish["KeyId"]).policy, "PolicyName": "default"}


# --- rotation


@op("kms", "enable_key_rotation")
def _(response, original):
    wish = given(response)
    key = _usable(_key(response, wish["KeyId"]))
    days = wish.get("RotationPeriodInDays") or getattr(key, "rotation_days", 365)
    if not 90 <= days <= 2560:
        raise fail("ValidationException", f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must be between 90 and 2560")
    key.rotation_days = days
    key.key_rotation_status = True
    return {}


@op("kms", "disable_key_rotation")
def _(response, original):
    _usable(_key(response, given(response)["KeyId"])).key_rotation_status = False
    return {}


@op("kms", "get_key_rotation_status")
def _(response, original):
    wish = given(response)
    if "alias/" in wish["KeyId"]:
        raise fail("NotFoundException", f"Invalid keyId {wish['KeyId']}")
    key = _key(response, wish["KeyId"])
    on = key.key_rotation_status and key.key_state == "Enabled"
    days = getattr(key, "rotation_days", 365)
    period = {"RotationPeriodInDays": days, "NextRotationDate": stamp(key.creation_date) + timedelta(days=days)} if on else {}
    return {"KeyId": key.arn, "KeyRotationEnabled": on, **period}


# --- deletion


@op("kms", "schedule_key_deletion")
def _(response, original):
    wish = given(response)
    key = _alive(_key(response, wish["KeyId"]))
    days = wish.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        raise fail("ValidationException", f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must be between 7 and 30")
    if key.key_manager == "AWS":
        raise fail("AccessDeniedException", "AWS managed keys cannot be deleted.")
    store = backend(response, "kms")
    store.schedule_key_deletion(key.id, days)
    scheduled = key.deletion_date

    def gone(moment):
        if key.deletion_date is scheduled:
            store.delete_key(key.id)

    after(response.current_account, days * DAY, gone)
    return {"KeyId": key.arn, "DeletionDate": key.deletion_date, "KeyState": "PendingDeletion", "PendingWindowInDays": days}


@op("kms", "cancel_key_deletion")
def _(response, original):
    key = _key(response, given(response)["KeyId"])
    if key.key_state != "PendingDeletion":
        raise fail("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    backend(response, "kms").cancel_key_deletion(key.id)
    return {"KeyId": key.arn}


# --- AWS's own keys


def _generate_default_keys(self, alias_name):
    key_id = _moto_default(self, alias_name)
    if key_id:
        self.keys[key_id].key_manager = "AWS"
        self.keys[key_id].description = f"Default key that protects my {alias_name.split('/')[-1]} data when no other key is defined"
    return key_id


_moto_default = replace(KmsBackend, "_generate_default_keys", _generate_default_keys)


@op("kms", "list_aliases")
def _(response, original):
    store, wish = backend(response, "kms"), given(response)
    only = _key(response, wish["KeyId"]).id if wish.get("KeyId") else None
    found = [
        {"AliasName": one.alias_name, "AliasArn": one.alias_arn, "TargetKeyId": one.target_key_id, "CreationDate": stamp(_made(one)), "LastUpdatedDate": stamp(_made(one))}
        for one in store.list_aliases(only)
    ]
    known = {one["AliasName"] for one in found}
    if not only:
        prefix = f"arn:aws:kms:{response.region}:{response.current_account}:"
        found += [{"AliasName": name, "AliasArn": prefix + name} for name in RESERVED_ALIASES if name not in known]
    return {"Aliases": sorted(found, key=lambda one: one["AliasName"]), "Truncated": False}


def _made(alias):
    if not hasattr(alias, "made"):
        alias.made = time.time()
    return alias.made
