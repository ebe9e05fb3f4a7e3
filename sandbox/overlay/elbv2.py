"""Load balancing: what all its kinds have in common."""

import time

from moto.elbv2.exceptions import TooManyTagsError

from .delays import TARGET_GROUP_RELEASE, scaled
from .hook import backend, fail, given, op, state


class Place:
    """An account in a region, and moto's store of its load balancers."""

    def __init__(self, response):
        self.account, self.region = response.current_account, response.region
        self.store = backend(response, "elbv2")
        self.ec2 = backend(response, "ec2")

    def balancer(self, arn):
        found = self.store.load_balancers.get(arn)
        if found is None:
            raise fail("LoadBalancerNotFound", f"Load balancer '{arn}' not found")
        return found

    def group(self, arn):
        found = self.store.target_groups.get(arn)
        if found is None:
            raise fail("TargetGroupNotFound", f"Target groups '{arn}' not found")
        return found

    def listeners(self):
        return [one for balancer in self.store.load_balancers.values() for one in balancer.listeners.values()]

    def listener(self, arn):
        found = next((one for one in self.listeners() if one.arn == arn), None)
        if found is None:
            raise fail("ListenerNotFound", f"Listener '{arn}' not found")
        return found

    def rule(self, arn):
        found = next(((one, rule) for one in self.listeners() for rule in one.rules.values() if rule.arn == arn), None)
        if found is None:
            raise fail("RuleNotFound", f"Rule '{arn}' not found")
        return found

    def balancers_of(self, group_arn):
        """The load balancers that forward to a target group."""
        arns = [
            listener.load_balancer_arn
            for listener in self.listeners()
            for rule in listener.rules.values()
            if group_arn in targets_of(rule.actions)
        ]
        return list(dict.fromkeys(arns))

    def releasing(self):
        """For a while after a target group was taken out of the last rule it still reads as in use."""
        return _Releasing(self)

    def is_releasing(self, arn):
        return state("elbv2-releasing", self.account, self.region).get(arn, 0) > time.time()


class _Releasing:
    def __init__(self, place):
        self.place = place

    def _used(self):
        return {arn for arn in self.place.store.target_groups if self.place.balancers_of(arn)}

    def __enter__(self):
        self.before = self._used()

    def __exit__(self, *_):
        until = time.time() + scaled(TARGET_GROUP_RELEASE)
        freed = dict.fromkeys(self.before - self._used(), until)
        state("elbv2-releasing", self.place.account, self.place.region).update(freed)


def targets_of(actions):
    return [
        group["TargetGroupArn"] for action in actions for group in action.data.get("ForwardConfig", {}).get("TargetGroups", [])
    ]


def tag_dict(wish):
    tags = {tag["Key"]: tag.get("Value", "") for tag in wish.get("Tags", [])}
    if len(tags) < len(wish.get("Tags", [])):
        raise fail("DuplicateTagKeys", "A tag key was specified more than once.")
    if len(tags) > 50:
        raise TooManyTagsError()
    return tags


def write_tags(place, arn, tags):
    place.store.tagging_service.tag_resource(arn, [{"Key": key, "Value": value} for key, value in tags.items()])


@op("elbv2", "add_tags")
def _(response, original):
    place, wish = Place(response), given(response)
    tags = tag_dict(wish)
    for arn in wish["ResourceArns"]:
        _exists(place, arn)
        if len(place.store.tagging_service.get_tag_dict_for_resource(arn) | tags) > 50:
            raise TooManyTagsError()
    for arn in wish["ResourceArns"]:
        write_tags(place, arn, tags)
    return {}


@op("elbv2", "describe_tags")
def _(response, original):
    place, arns = Place(response), given(response)["ResourceArns"]
    if len(arns) > 20:
        raise fail("ValidationError", "Up to '20' resource ARNs can be specified, but more were specified")
    for arn in arns:
        _exists(place, arn)
    return original()


def _exists(place, arn):
    finders = {"loadbalancer": place.balancer, "targetgroup": place.group, "listener": place.listener, "listener-rule": place.rule}
    kind = arn.split(":")[-1].split("/")[0]
    if kind not in finders:
        raise fail("ValidationError", f"'{arn}' is not a valid load balancer ARN")
    finders[kind](arn)


def merge_attributes(known, wish, what):
    """All of them or none: one unknown key refuses the call."""
    for one in wish["Attributes"]:
        if one["Key"] not in known:
            raise fail("ValidationError", f"{what} attribute key '{one['Key']}' is not recognized")
        if str(known[one["Key"]]) in ("true", "false") and one["Value"] not in ("true", "false"):
            raise fail("ValidationError", f"{what} attribute '{one['Key']}' value '{one['Value']}' must be one of [true, false]")
    known.update({one["Key"]: one["Value"] for one in wish["Attributes"]})
    return {"Attributes": known}


