"""IAM: one answer for the whole account, and the refusals that order a deletion."""

import json
import re
from urllib.parse import quote

from .hook import backend, before, fail, given, op


LINKED = {
    "backup.amazonaws.com": "Backup",
    "ecs.amazonaws.com": "ECS",
    "ecs.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_ECSService",
    "elasticfilesystem.amazonaws.com": "AmazonElasticFileSystem",
    "elasticloadbalancing.amazonaws.com": "ElasticLoadBalancing",
    "rds.amazonaws.com": "RDS",
}


def _store(response):
    return backend(response, "iam")


def _encoded(text):
    return quote(text if isinstance(text, str) else json.dumps(text), safe="")


def _role(role):
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": _encoded(role.assume_role_policy_document),
    }


def _detail(role):
    return _role(role) | {
        "InstanceProfileList": role.instance_profile_list,
        "RolePolicyList": [{"PolicyName": name, "PolicyDocument": _encoded(text)} for name, text in role.policies.items()],
        "AttachedManagedPolicies": role.attached_managed_policies,
        "PermissionsBoundary": role.permissions_boundary,
        "Tags": list(role.tags.values()) if isinstance(role.tags, dict) else list(role.tags or []),
        "RoleLastUsed": {},
    }


def _policy(store, policy):
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": _boundaries(store, policy),
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
    }


def _boundaries(store, policy):
    return sum(role.permissions_boundary_arn == policy.arn for role in store.roles.values())


def _versions(policy):
    return [
        {
            "Document": _encoded(one.document),
            "VersionId": one.version_id,
            "IsDefaultVersion": one.version_id == policy.default_version_id,
            "CreateDate": one.create_date,
        }
        for one in policy.versions
    ]


def _aws_managed(policy):
    return policy.arn.startswith("arn:aws:iam::aws:")


def _told(policy, wanted):
    """Of AWS's own policies the details name those that something in the account uses."""
    return "AWSManagedPolicy" in wanted and policy.attachment_count if _aws_managed(policy) else "LocalManagedPolicy" in wanted


@op("iam", "get_account_authorization_details")
def _(response, original):
    store, wish = _store(response), given(response)
    wanted = wish.get("Filter") or ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
    details = [("UserDetailList", one) for one in store.users.values() if "User" in wanted]
    details += [("GroupDetailList", one) for one in store.groups.values() if "Group" in wanted]
    details += [("RoleDetailList", _detail(one)) for one in store.roles.values() if "Role" in wanted]
    details += [
        ("Policies", _policy(store, one) | {"PolicyVersionList": _versions(one)})
        for one in store.managed_policies.values()
        if _told(one, wanted)
    ]
    start, size = int(wish.get("Marker") or 0), int(wish.get("MaxItems") or 100)
    more = start + size < len(details)
    kinds = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    answer = {kind: [one for name, one in details[start : start + size] if name == kind] for kind in kinds}
    return answer | {"IsTruncated": more, "Marker": str(start + size) if more else None}


@op("iam", "list_roles")
def _(response, original):
    prefix = given(response).get("PathPrefix") or "/"
    roles = sorted(_store(response).roles.values(), key=lambda one: one.name)
    return {
        "Roles": [
            _role(one) | {"Description": one.description, "MaxSessionDuration": one.max_session_duration or 3600}
            for one in roles
            if one.path.startswith(prefix)
        ],
        "IsTruncated": False,
    }


@op("iam", "list_policies")
def _(response, original):
    store, wish = _store(response), given(response)
    scope, prefix = wish.get("Scope", "All"), wish.get("PathPrefix") or "/"
    found = [
        _policy(store, one)
        for one in store.managed_policies.values()
        if one.path.startswith(prefix)
        and (scope == "All" or _aws_managed(one) == (scope == "AWS"))
        and (one.attachment_count or not wish.get("OnlyAttached"))
    ]
    return {"Policies": found, "IsTruncated": False}


# --- refusals


def _service_linked(response, name):
    role = next((one for one in _store(response).roles.values() if one.name == name), None)
    if role and role.path.startswith("/aws-service-role/"):
        raise fail(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
        )


def _characters(text):
    return len(re.sub(r"\s", "", text))


def _limit(text):
    return fail("LimitExceeded", text, 409)


def _check_trust(response, text):
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise fail("MalformedPolicyDocument", "This policy contains invalid Json")
    if _characters(text) > 2048:
        raise _limit("Cannot exceed quota for ACLSizePerRole: 2048")
    arns = {one.arn for one in (*_store(response).roles.values(), *_store(response).users.values())}
    for one in statements if isinstance(statements, list) else [statements]:
        if one.get("Effect") not in ("Allow", "Deny"):
            raise fail("MalformedPolicyDocument", "Syntax errors in policy.")
        if "Principal" not in one and "NotPrincipal" not in one:
            raise fail("MalformedPolicyDocument", "AssumeRole policy must contain a Principal")
        named = one.get("Principal", {})
        named = named.get("AWS", []) if isinstance(named, dict) else []
        for arn in named if isinstance(named, list) else [named]:
            if re.search(rf"::{response.current_account}:(role|user)/", arn) and arn not in arns:
                raise fail("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{arn}"')


@before("iam", "create_role")
def _(response):
    wish = given(response)
    if not re.fullmatch(r"[\w+=,.@-]{1,64}", wish["RoleName"]):
        raise fail(
            "ValidationError",
            f"1 validation error detected: Value '{wish['RoleName']}' at 'roleName' failed to satisfy constraint: Member "
            "must satisfy regular expression pattern: [\\w+=,.@-]+ and have a length of at most 64",
        )
    if wish["RoleName"].lower() in {one.name.lower() for one in _store(response).roles.values()}:
        raise fail("EntityAlreadyExists", f"Role with name {wish['RoleName']} already exists.", 409)
    _check_trust(response, wish["AssumeRolePolicyDocument"])


@before("iam", "update_assume_role_policy")
def _(response):
    wish = given(response)
    _service_linked(response, wish["RoleName"])
    _store(response).get_role(wish["RoleName"])
    _check_trust(response, wish["PolicyDocument"])


@before("iam", "delete_role", "update_role", "detach_role_policy", "delete_role_policy", "tag_role", "untag_role")
def _(response):
    _service_linked(response, given(response)["RoleName"])


@before("iam", "put_role_policy")
def _(response):
    wish = given(response)
    _service_linked(response, wish["RoleName"])
    role = _store(response).get_role(wish["RoleName"])
    texts = {**role.policies, wish["PolicyName"]: wish["PolicyDocument"]}
    if sum(map(_characters, texts.values())) > 10240:
        raise _limit(f"Maximum policy size of 10240 bytes exceeded for role {role.name}")


@op("iam", "attach_role_policy")
def _(response, original):
    wish = given(response)
    _service_linked(response, wish["RoleName"])
    role = _store(response).get_role(wish["RoleName"])
    if wish["PolicyArn"] in role.managed_policies:
        return {}
    if len(role.managed_policies) >= 10:
        raise _limit("Cannot exceed quota for PoliciesPerRole: 10")
    return original()


@before("iam", "create_policy", "create_policy_version")
def _(response):
    if _characters(given(response)["PolicyDocument"]) > 6144:
        raise _limit("Cannot exceed quota for PolicySize: 6144")


@before("iam", "delete_policy")
def _(response):
    store = _store(response)
    policy = store.managed_policies.get(given(response)["PolicyArn"])
    if policy is None:
        return
    if policy.attachment_count or _boundaries(store, policy):
        raise fail("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(policy.versions) > 1:
        raise fail(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy.",
            409,
        )


@before("iam", "delete_policy_version")
def _(response):
    wish = given(response)
    policy = _store(response).managed_policies.get(wish["PolicyArn"])
    if policy and wish["VersionId"] == policy.default_version_id:
        raise fail("DeleteConflict", "Cannot delete the default version of a policy.", 409)


@op("iam", "create_service_linked_role")
def _(response, original):
    wish = given(response)
    path = f"/aws-service-role/{wish['AWSServiceName']}/"
    known = next((one.name for one in _store(response).roles.values() if one.path == path), None)
    if known and not wish.get("CustomSuffix"):
        raise fail("InvalidInput", f"Service role name {known} has been taken in this account, please try a different suffix.")
    result = original()
    if wish["AWSServiceName"] in LINKED:
        role = next(one for one in _store(response).roles.values() if one.path == path)
        role.name = f"AWSServiceRoleFor{LINKED[wish['AWSServiceName']]}"
    return result
