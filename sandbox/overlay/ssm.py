import re

from . import permissions
from .hook import backend, before, fail, given, op


@before("ssm", "put_parameter")
def _(response):
    wish = given(response)
    name, value = wish["Name"].split(":parameter", 1)[-1], wish.get("Value") or ""
    if "/" in name and not name.startswith("/"):
        raise fail("ValidationException", "Parameter name must be a fully qualified name.")
    if not re.fullmatch(r"[A-Za-z0-9_.\-/]+", name) or name.count("/") > 15:
        raise fail("ValidationException", "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_")
    if "{{" in value:
        raise fail("ValidationException", "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.")
    known = backend(response, "ssm").get_parameter(name)
    tier = wish.get("Tier") or (known.tier if known else "Standard")
    if known and known.tier == "Advanced" and tier == "Standard":
        raise fail("ValidationException", "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.")
    if tier == "Standard" and len(value.encode()) > 4096:
        raise fail("ValidationException", "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.")
    if known and wish.get("Overwrite") and wish.get("Type") not in (None, known.parameter_type):
        raise fail("HierarchyTypeMismatchException", "The parameter type cannot be changed.")
    if wish.get("Type") == "SecureString" and wish.get("KeyId"):
        key = permissions.find_key(response.current_account, response.region, wish["KeyId"])
        if key is None or key.key_state != "Enabled":
            raise fail("InvalidKeyId", f"Invalid keyId {wish['KeyId']}")
    if any(tag["Key"].startswith("aws:") for tag in wish.get("Tags") or []):
        raise fail("ValidationException", "aws: prefixed tag key names are not allowed for external use.")


@op("ssm", "describe_parameters")
def _(response, original):
    wish = given(response)
    found = backend(response, "ssm").describe_parameters(wish.get("Filters"), wish.get("ParameterFilters"))
    start, size = int(wish.get("NextToken") or 0), int(wish.get("MaxResults") or 50)
    if size > 50:
        raise fail("ValidationException", "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 50")
    arn = f"arn:aws:ssm:{response.region}:{response.current_account}:parameter"
    shown = [one.describe_response_object(False) | {"ARN": f"{arn}/{one.name.lstrip('/')}"} for one in found]
    return {"Parameters": shown[start : start + size], "NextToken": str(start + size) if start + size < len(shown) else None}
