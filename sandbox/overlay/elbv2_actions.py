"""What listeners and rules do, in the form in which AWS shows it: with all defaults filled in."""

import copy

from moto.elbv2.models import FakeAction

from .hook import fail

_REDIRECT = {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}


def actions(place, wish, balancer_arn):
    found = [_action(place, copy.deepcopy(one), index + 1, balancer_arn) for index, one in enumerate(wish)]
    last = [one.data["Type"] for one in found if one.data["Type"] in ("forward", "redirect", "fixed-response")]
    if len(last) != 1:
        raise fail("InvalidLoadBalancerAction", "The actions must end in exactly one forward, redirect or fixed-response action")
    return found


def _action(place, data, order, balancer_arn):
    data.setdefault("Order", order)
    kind = data.get("Type")
    if kind == "forward":
        _forward(place, data, balancer_arn)
    elif kind == "redirect":
        _redirect(data)
    elif kind == "fixed-response":
        if not data.get("FixedResponseConfig", {}).get("StatusCode", "")[:1] in ("2", "4", "5"):
            raise fail("ValidationError", "The status code of a fixed response must be 2XX, 4XX or 5XX")
    elif kind not in ("authenticate-oidc", "authenticate-cognito"):
        raise fail("ValidationError", f"1 validation error detected: Value '{kind}' at 'actions.{order}.member.type' failed to satisfy constraint")
    return FakeAction(data)


def _forward(place, data, balancer_arn):
    config = data.setdefault("ForwardConfig", {})
    groups = config.get("TargetGroups") or [{"TargetGroupArn": data.get("TargetGroupArn")}]
    if data.get("TargetGroupArn") and [one["TargetGroupArn"] for one in groups] != [data["TargetGroupArn"]]:
        raise fail("InvalidLoadBalancerAction", "TargetGroupArn and ForwardConfig name different target groups")
    if len(groups) > 5:
        raise fail("TooManyTargetGroups", "An action can forward to 5 target groups at most")
    for one in groups:
        arn = one.get("TargetGroupArn")
        if arn not in place.store.target_groups:
            raise fail("TargetGroupNotFound", f"Target group '{arn}' not found")
        if any(other != balancer_arn for other in place.balancers_of(arn)):
            raise fail(
                "TargetGroupAssociationLimit",
                f"The following target groups cannot be associated with more than one load balancer: {arn}",
            )
        if place.store.target_groups[arn].vpc_id != place.balancer(balancer_arn).vpc_id:
            raise fail("InvalidConfigurationRequest", f"The target group '{arn}' is not in the VPC of the load balancer")
        one.setdefault("Weight", 1)
    config["TargetGroups"] = groups
    config.setdefault("TargetGroupStickinessConfig", {"Enabled": False})
    data.pop("TargetGroupArn", None)
    if len(groups) == 1:
        data["TargetGroupArn"] = groups[0]["TargetGroupArn"]


def _redirect(data):
    config = data["RedirectConfig"] = _REDIRECT | data.get("RedirectConfig", {})
    if config.get("StatusCode") not in ("HTTP_301", "HTTP_302"):
        raise fail("ValidationError", "The status code of a redirect must be HTTP_301 or HTTP_302")
    if all(config[field] == _REDIRECT[field] for field in ("Protocol", "Host", "Port", "Path")):
        raise fail("InvalidLoadBalancerAction", "The redirect configuration is not valid because it creates a loop.")


def shown_actions(found):
    return [one.data for one in found]
