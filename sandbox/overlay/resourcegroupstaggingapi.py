"""The tagging API: what every service tells of its tags, and kinds that moto does not tell of."""

from moto.core.resource_tagging import iter_taggable_backends, make_tag_matcher, match_resource_type
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.elbv2.models import elbv2_backends
from moto.events.models import events_backends

from .hook import fail, given, op, state


def _ec2(account, region):
    kinds = {"eipalloc": "elastic-ip", "vpce": "vpc-endpoint"}
    for resource, tags in list(ec2_backends[account][region].tags.items()):
        kind = kinds.get(resource.split("-")[0])
        if kind:
            yield f"arn:aws:ec2:{region}:{account}:{kind}/{resource}", dict(tags), f"ec2:{kind}"


def _elbv2(account, region):
    store = elbv2_backends[account][region]
    for balancer in store.load_balancers.values():
        for listener in balancer.listeners.values():
            for one, kind in [(listener, "listener"), *((rule, "listener-rule") for rule in listener._non_default_rules.values())]:
                yield one.arn, store.tagging_service.get_tag_dict_for_resource(one.arn), f"elasticloadbalancing:{kind}"


def _ecr(account, region):
    store = ecr_backends[account][region]
    for one in store.repositories.values():
        yield one.arn, store.tagger.get_tag_dict_for_resource(one.arn), "ecr:repository"


def _events(account, region):
    store = events_backends[account][region]
    for bus in store.event_buses.values():
        for one in bus.rules.values():
            yield one.arn, store.tagger.get_tag_dict_for_resource(one.arn), "events:rule"


def _own(account, region):
    for one in state("amp", account, region).get("workspaces", {}).values():
        yield one["arn"], one["tags"], "aps:workspace"
    tables = state("servicediscovery", account, region)
    for one in [*tables.get("namespaces", {}).values(), *tables.get("services", {}).values()]:
        yield one["Arn"], one["_tags"], f"servicediscovery:{one['Arn'].split(':')[5].split('/')[0]}"
    for one in state("application-autoscaling", account, region).get("targets", {}).values():
        yield one["ScalableTargetARN"], one["_tags"], "application-autoscaling:scalable-target"


# AWS takes a type as it stands in ARNs.
_MISCALLED = {"logs:loggroup": "logs:log-group"}


def _all(response):
    account, region = response.current_account, response.region
    seen = set()
    for store in iter_taggable_backends(account, region):
        for one in store.iter_tagged_resources():
            seen.add(one.arn)
            yield one.arn, one.tags, _MISCALLED.get(one.resource_type, one.resource_type)
    for source in (_ec2, _elbv2, _ecr, _events, _own):
        for arn, tags, kind in source(account, region):
            if arn not in seen:
                yield arn, tags, kind


@op("resourcegroupstaggingapi", "get_resources")
def _(response, original):
    wish = given(response)
    arns = wish.get("ResourceARNList")
    if arns and (wish.get("TagFilters") or wish.get("ResourceTypeFilters") or wish.get("ResourcesPerPage") or wish.get("PaginationToken")):
        raise fail("InvalidParameterException", "ResourceARNList excludes all other parameters.")
    if len(arns or []) > 100:
        raise fail("InvalidParameterException", "ResourceARNList must contain at most 100 ARNs.")
    size = int(wish.get("ResourcesPerPage") or 100)
    if not 1 <= size <= 100:
        raise fail("InvalidParameterException", "ResourcesPerPage must be between 1 and 100.")
    fits = make_tag_matcher(wish.get("TagFilters"))
    found = [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value or ""} for key, value in tags.items()]}
        for arn, tags, kind in _all(response)
        if tags and fits(tags) and match_resource_type(kind, wish.get("ResourceTypeFilters")) and (not arns or arn in arns)
    ]
    start = int(wish.get("PaginationToken") or 0)
    end = start + size
    return {"ResourceTagMappingList": found[start:end], "PaginationToken": str(end) if end < len(found) else ""}
