"""Web ACLs of load balancers: changed as a whole and by lock token, put before a load balancer, and logged."""

import re
import uuid

from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends

from . import wafv2_rules as rules
from .hook import before, fail, given, op, state

QUOTA = 100


def _table(response, kind):
    return state("wafv2", response.current_account, response.region).setdefault(kind, {})


def _missing():
    return fail(
        "WAFNonexistentItemException",
        "AWS WAF couldn’t perform the operation because your resource doesn’t exist.",
    )


def _regional(wish):
    if wish.get("Scope") != "REGIONAL":
        raise fail("NotImplemented", "The sandbox has web ACLs for load balancers alone.", 501)


def _by_arn(response, arn):
    found = next((one for one in _table(response, "acls").values() if one["ARN"] == arn), None)
    if found is None:
        raise _missing()
    return found


def _find(response):
    wish = given(response)
    if wish.get("ARN"):
        return _by_arn(response, wish["ARN"])
    _regional(wish)
    found = _table(response, "acls").get(wish["Id"])
    if found is None or found["Name"] != wish["Name"]:
        raise _missing()
    return found


def _locked(response):
    found = _find(response)
    if found["_lock"] != given(response)["LockToken"]:
        raise fail(
            "WAFOptimisticLockException",
            "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.",
        )
    return found


def _summary(acl):
    return {**{key: acl[key] for key in ("Name", "Id", "ARN")}, "Description": acl.get("Description", ""), "LockToken": acl["_lock"]}


def _settings(wish):
    if len(wish.get("DefaultAction", {})) != 1 or "VisibilityConfig" not in wish:
        raise fail("WAFInvalidParameterException", "A web ACL needs one default action and a visibility configuration.")
    capacity = rules.check(wish.get("Rules", []))
    fields = ("Description", "DefaultAction", "VisibilityConfig")
    return {**{key: wish[key] for key in fields if key in wish}, "Rules": wish.get("Rules", []), "Capacity": capacity}


@op("wafv2", "create_web_acl")
def _(response, original):
    wish, acls = given(response), _table(response, "acls")
    _regional(wish)
    if not re.fullmatch(r"[\w\-]{1,128}", wish["Name"]):
        raise fail("WAFInvalidParameterException", f"The name {wish['Name']} is not valid.")
    if any(one["Name"] == wish["Name"] for one in acls.values()):
        raise fail("WAFDuplicateItemException", "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.")
    if len(acls) >= QUOTA:
        raise fail("WAFLimitsExceededException", "AWS WAF couldn’t perform the operation because you exceeded your resource limit.")
    key = str(uuid.uuid4())
    acl = _settings(wish) | {
        "Name": wish["Name"],
        "Id": key,
        "ARN": f"arn:aws:wafv2:{response.region}:{response.current_account}:regional/webacl/{wish['Name']}/{key}",
        "LabelNamespace": f"awswaf:{response.current_account}:webacl:{wish['Name']}:",
        "ManagedByFirewallManager": False,
        "_lock": str(uuid.uuid4()),
        "_tags": {one["Key"]: one["Value"] for one in wish.get("Tags", [])},
        "_before": [],
    }
    acls[key] = acl
    return {"Summary": _summary(acl)}


@op("wafv2", "list_web_ac_ls")
def _(response, original):
    _regional(given(response))
    return {"WebACLs": [_summary(one) for one in _table(response, "acls").values()]}


@op("wafv2", "get_web_acl")
def _(response, original):
    acl = _find(response)
    return {"WebACL": {key: value for key, value in acl.items() if not key.startswith("_")}, "LockToken": acl["_lock"]}


@op("wafv2", "update_web_acl")
def _(response, original):
    acl, settings = _locked(response), _settings(given(response))
    acl.pop("Description", None)
    acl.update(settings, _lock=str(uuid.uuid4()))
    return {"NextLockToken": acl["_lock"]}


@op("wafv2", "delete_web_acl")
def _(response, original):
    acl = _locked(response)
    if acl["_before"]:
        raise fail("WAFAssociatedItemException", "AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s associated with another resource.")
    del _table(response, "acls")[acl["Id"]]
    _table(response, "logging").pop(acl["ARN"], None)
    return {}


@op("wafv2", "list_tags_for_resource")
def _(response, original):
    acl = _by_arn(response, given(response)["ResourceARN"])
    tags = [{"Key": key, "Value": value} for key, value in acl["_tags"].items()]
    return {"TagInfoForResource": {"ResourceARN": acl["ARN"], "TagList": tags}}


@op("wafv2", "tag_resource")
def _(response, original):
    wish = given(response)
    _by_arn(response, wish["ResourceARN"])["_tags"].update({one["Key"]: one["Value"] for one in wish["Tags"]})
    return {}


@op("wafv2", "untag_resource")
def _(response, original):
    wish = given(response)
    for key in wish["TagKeys"]:
        _by_arn(response, wish["ResourceARN"])["_tags"].pop(key, None)
    return {}


def _balancer(response, arn):
    return elbv2_backends[response.current_account][response.region].load_balancers.get(arn)


@op("wafv2", "associate_web_acl")
def _(response, original):
    wish = given(response)
    acl, balancer = _by_arn(response, wish["WebACLArn"]), _balancer(response, wish["ResourceArn"])
    if balancer is None or balancer.state != "active":
        raise _missing()
    _release(response, wish["ResourceArn"])
    acl["_before"].append(wish["ResourceArn"])
    return {}


def _release(response, arn):
    for acl in _table(response, "acls").values():
        acl["_before"] = [one for one in acl["_before"] if one != arn]


@op("wafv2", "disassociate_web_acl")
def _(response, original):
    arn = given(response)["ResourceArn"]
    if _balancer(response, arn) is None:
        raise _missing()
    _release(response, arn)
    return {}


@before("elbv2", "delete_load_balancer")
def _(response):
    _release(response, given(response)["LoadBalancerArn"])


@op("wafv2", "list_resources_for_web_acl")
def _(response, original):
    wish = given(response)
    acl = _by_arn(response, wish["WebACLArn"])
    return {"ResourceArns": acl["_before"] if wish.get("ResourceType", "APPLICATION_LOAD_BALANCER") == "APPLICATION_LOAD_BALANCER" else []}


@op("wafv2", "get_web_acl_for_resource")
def _(response, original):
    arn = given(response)["ResourceArn"]
    acl = next((one for one in _table(response, "acls").values() if arn in one["_before"]), None)
    return {"WebACL": {key: value for key, value in acl.items() if not key.startswith("_")}} if acl else {}


@op("wafv2", "put_logging_configuration")
def _(response, original):
    wish = given(response)["LoggingConfiguration"]
    _by_arn(response, wish["ResourceArn"])
    if len(wish["LogDestinationConfigs"]) != 1:
        raise fail("WAFInvalidParameterException", "One log destination is needed, and no more.")
    [destination] = wish["LogDestinationConfigs"]
    name = re.fullmatch(rf"arn:aws:logs:{response.region}:{response.current_account}:log-group:([^:]+)(:\*)?", destination)
    if name is None:
        raise fail("NotImplemented", "The sandbox logs web ACLs to log groups alone.", 501)
    if not name[1].startswith("aws-waf-logs-"):
        raise fail("WAFInvalidParameterException", f"The ARN isn't valid: the name of the log destination {destination} has to begin with aws-waf-logs-.")
    if name[1] not in logs_backends[response.current_account][response.region].groups:
        raise fail("WAFLogDestinationPermissionIssueException", f"Unable to deliver logs to the configured destination {destination}.")
    for field in wish.get("RedactedFields", []):
        if not set(field) <= {"SingleHeader", "Method", "QueryString", "UriPath"}:
            raise fail("WAFInvalidParameterException", "Only the URI path, the query, a header or the method can be redacted.")
    _table(response, "logging")[wish["ResourceArn"]] = configuration = {**wish, "ManagedByFirewallManager": False, "LogType": "WAF_LOGS", "LogScope": "CUSTOMER"}
    return {"LoggingConfiguration": configuration}


@op("wafv2", "get_logging_configuration")
def _(response, original):
    found = _table(response, "logging").get(given(response)["ResourceArn"])
    if found is None:
        raise _missing()
    return {"LoggingConfiguration": found}


@op("wafv2", "list_logging_configurations")
def _(response, original):
    _regional(given(response))
    return {"LoggingConfigurations": list(_table(response, "logging").values())}


@op("wafv2", "delete_logging_configuration")
def _(response, original):
    if _table(response, "logging").pop(given(response)["ResourceArn"], None) is None:
        raise _missing()
    return {}
