"""Whether a role may do something for a service: trust, identity policies and, for keys, the key's own policy."""

import json
from fnmatch import fnmatchcase
from urllib.parse import unquote

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends


def role_named(account, arn):
    roles = iam_backends[account]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def trusts(role, service):
    return _verdict([_document(role.assume_role_policy_document)], "sts:AssumeRole", None, {}, service) == "Allow"


def allowed(role, action, resource, context=None):
    managed = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    documents = [_document(text) for text in [*role.policies.values(), *managed]]
    return _verdict(documents, action, resource, context or {}) == "Allow"


def may_decrypt(account, region, role, key_id, via):
    key = find_key(account, region, key_id)
    if key is None or key.key_state != "Enabled":
        return False
    context = {"kms:ViaService": f"{via}.{region}.amazonaws.com", "kms:CallerAccount": account}
    own = _verdict([_document(key.policy)], "kms:Decrypt", key.arn, context, role.arn)
    if own != "implicit":
        return own == "Allow"
    delegated = _verdict([_document(key.policy)], "kms:Decrypt", key.arn, context, f"arn:aws:iam::{account}:root")
    return delegated == "Allow" and allowed(role, "kms:Decrypt", key.arn, context)


def policy_allows(text, action, principals):
    return any(_verdict([_document(text)], action, None, {}, principal) == "Allow" for principal in principals)


def find_key(account, region, key_id):
    """By id, ARN, alias or alias ARN."""
    backend = kms_backends[account][region]
    try:
        return backend.keys[backend.any_id_to_key_id(key_id)]
    except Exception:  # moto answers an unknown id with several kinds of error
        return None


def _document(text):
    return text if isinstance(text, dict) else json.loads(unquote(text) if text.startswith("%") else text)


def _verdict(documents, action, resource, context, principal=None):
    statements = [
        statement
        for document in documents
        for statement in _many(document.get("Statement"))
        if _applies(statement, action, resource, context, principal)
    ]
    if any(statement["Effect"] == "Deny" for statement in statements):
        return "Deny"
    return "Allow" if statements else "implicit"


def _applies(statement, action, resource, context, principal):
    if principal is not None and not _names(statement.get("Principal"), principal):
        return False
    if "Action" in statement and not _any(statement["Action"], action, fold=True):
        return False
    if "NotAction" in statement and _any(statement["NotAction"], action, fold=True):
        return False
    if resource is not None and "Resource" in statement and not _any(statement["Resource"], resource):
        return False
    return all(
        _condition(operator, key, _many(wanted), context)
        for operator, tests in statement.get("Condition", {}).items()
        for key, wanted in tests.items()
    )


def _condition(operator, key, wanted, context):
    found = next((value for name, value in context.items() if name.lower() == key.lower()), None)
    if found is None:
        return operator.startswith(("StringNot", "ArnNot")) or operator.endswith("IfExists") or _deputy(key)
    matched = any(fnmatchcase(found, str(value)) for value in wanted)
    return not matched if operator.startswith(("StringNot", "ArnNot")) else matched


def _deputy(key):
    """Confused-deputy keys: the calling service fills them in with our own account."""
    return key.lower() in ("aws:sourceaccount", "aws:sourcearn")


def _names(principals, principal):
    if principals == "*":
        return True
    return any(
        value in ("*", principal) or f"arn:aws:iam::{value}:root" == principal
        for values in (principals or {}).values()
        for value in _many(values)
    )


def _any(patterns, value, fold=False):
    patterns = [str(pattern) for pattern in _many(patterns)]
    if fold:
        return any(fnmatchcase(value.lower(), pattern.lower()) for pattern in patterns)
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _many(value):
    return value if isinstance(value, list) else [] if value is None else [value]
