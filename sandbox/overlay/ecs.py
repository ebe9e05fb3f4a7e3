"""ECS: what an account has in a region, clusters and tags. Records are kept as AWS answers them; names that
begin with an underscore stay inside."""

import copy
import re

from moto.core.resource_tagging import TaggedResource
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends

from . import servicediscovery
from .hook import Refusal, fail, given, op, replace, state

NAME = r"[A-Za-z0-9_-]{1,255}"
PROVIDERS = ("FARGATE", "FARGATE_SPOT")


class Place:
    def __init__(self, account, region):
        self.account, self.region = account, region
        ecs_backends[account][region]  # the tagging API asks only services that were touched
        tables = state("ecs", account, region)
        self.clusters = tables.setdefault("clusters", {})  # by name
        self.services = tables.setdefault("services", {})  # by (cluster name, service name)
        self.families = tables.setdefault("families", {})  # by name, all revisions in order
        self.tasks = tables.setdefault("tasks", {})  # by ARN
        self.tokens = tables.setdefault("tokens", {})

    def arn(self, kind, *names):
        return f"arn:aws:ecs:{self.region}:{self.account}:{kind}/{'/'.join(names)}"

    def services_of(self, cluster):
        return [one for one in self.services.values() if one["clusterArn"] == cluster["clusterArn"]]

    def tasks_of(self, cluster):
        return [one for one in self.tasks.values() if one["clusterArn"] == cluster["clusterArn"]]


def place(response):
    return Place(response.current_account, response.region)


def wish_of(response):
    """The request, free to be kept."""
    return copy.deepcopy(given(response))


def invalid(message):
    return fail("InvalidParameterException", message)


def cluster_named(here, name, active=True):
    found = here.clusters.get((name or "default").split("/")[-1])
    if found is None or (active and found["status"] != "ACTIVE") or (":" in (name or "") and found["clusterArn"] != name):
        raise fail("ClusterNotFoundException", "Cluster not found.")
    return found


def check_name(name, what):
    if not re.fullmatch(NAME, name or ""):
        raise invalid(f"{what} must be 255 letters, numbers, hyphens and underscores at most.")


def strategy_of(wish):
    return [{"weight": 0, "base": 0} | one for one in wish]


# --- clusters


def _view(here, cluster, include):
    shown = {key: value for key, value in cluster.items() if key not in ("tags", "settings", "configuration", "attachments")}
    tasks = here.tasks_of(cluster)
    shown |= {
        "runningTasksCount": sum(one["lastStatus"] == "RUNNING" for one in tasks),
        "pendingTasksCount": sum(one["lastStatus"] in ("PROVISIONING", "PENDING", "ACTIVATING") for one in tasks),
        "activeServicesCount": sum(one["status"] == "ACTIVE" for one in here.services_of(cluster)),
    }
    for word, field in (("TAGS", "tags"), ("SETTINGS", "settings"), ("CONFIGURATIONS", "configuration"), ("ATTACHMENTS", "attachments")):
        if word in include:
            shown[field] = cluster[field]
    return shown


def _settings(wish, live=()):
    known = {"containerInsights": "disabled"} | {one["name"]: one["value"] for one in live}
    for one in wish or []:
        if one["name"] != "containerInsights" or one["value"] not in ("disabled", "enabled", "enhanced"):
            raise invalid(f"Invalid cluster setting: {one['name']} = {one['value']}")
        known[one["name"]] = one["value"]
    return [{"name": name, "value": value} for name, value in known.items()]


def _providers(names, strategy):
    for name in names:
        if name not in PROVIDERS:
            raise invalid("The specified capacity provider was not found. Specify a valid name or ARN and try again.")
    for one in strategy:
        if one["capacityProvider"] not in names:
            raise invalid(
                "The specified capacity provider strategy contains a capacity provider that is not associated with the "
                "cluster. Associate the capacity provider with the cluster or modify the strategy and try again."
            )


def _namespace(here, defaults):
    """A name that ECS does not find becomes a new HTTP namespace, without a word."""
    if not defaults or not defaults.get("namespace"):
        return None
    map_ = servicediscovery.Place(here.account, here.region)
    found = servicediscovery.find_namespace(map_, defaults["namespace"])
    if found is None and defaults["namespace"].startswith("arn:"):
        raise fail("NamespaceNotFoundException", "The specified namespace was not found.")
    if found is None:
        found = servicediscovery.make_namespace(map_, "HTTP", {"Name": defaults["namespace"]})["_namespace"]
    return {"namespace": found["Arn"]}


@op("ecs", "create_cluster")
def _(response, original):
    here, wish = place(response), wish_of(response)
    name = wish.get("clusterName") or "default"
    check_name(name, "Cluster names")
    known = here.clusters.get(name)
    if known and known["status"] == "ACTIVE":
        if known["_asked"] != {**wish, "clusterName": name}:
            raise invalid("Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
        return {"cluster": _view(here, known, ("TAGS", "SETTINGS", "CONFIGURATIONS", "ATTACHMENTS"))}
    strategy = strategy_of(wish.get("defaultCapacityProviderStrategy") or [])
    _providers(wish.get("capacityProviders") or [], strategy)
    here.clusters[name] = cluster = {
        "clusterArn": here.arn("cluster", name),
        "clusterName": name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "statistics": [],
        "tags": wish.get("tags") or [],
        "settings": _settings(wish.get("settings")),
        "configuration": wish.get("configuration"),
        "capacityProviders": wish.get("capacityProviders") or [],
        "defaultCapacityProviderStrategy": strategy,
        "attachments": [],
        "serviceConnectDefaults": _namespace(here, wish.get("serviceConnectDefaults")),
        "_asked": {**wish, "clusterName": name},
    }
    return {"cluster": _view(here, cluster, ("TAGS", "SETTINGS", "CONFIGURATIONS", "ATTACHMENTS"))}


@op("ecs", "describe_clusters")
def _(response, original):
    here, wish = place(response), given(response)
    found, failures = [], []
    for name in wish.get("clusters") or ["default"]:
        try:
            found.append(_view(here, cluster_named(here, name, active=False), wish.get("include") or []))
        except Refusal:  # an absent cluster does not fail the rest
            failures.append({"arn": name if ":" in name else here.arn("cluster", name), "reason": "MISSING"})
    return {"clusters": found, "failures": failures}


@op("ecs", "list_clusters")
def _(response, original):
    return {"clusterArns": [one["clusterArn"] for one in place(response).clusters.values() if one["status"] == "ACTIVE"]}


@op("ecs", "update_cluster")
def _(response, original):
    here, wish = place(response), wish_of(response)
    cluster = cluster_named(here, wish["cluster"])
    if "settings" in wish:
        cluster["settings"] = _settings(wish["settings"], cluster["settings"])
    if "configuration" in wish:
        cluster["configuration"] = wish["configuration"]
    if "serviceConnectDefaults" in wish:
        cluster["serviceConnectDefaults"] = _namespace(here, wish["serviceConnectDefaults"])
    return {"cluster": _view(here, cluster, ("SETTINGS", "CONFIGURATIONS"))}


@op("ecs", "update_cluster_settings")
def _(response, original):
    here, wish = place(response), wish_of(response)
    cluster = cluster_named(here, wish["cluster"])
    cluster["settings"] = _settings(wish["settings"], cluster["settings"])
    return {"cluster": _view(here, cluster, ("SETTINGS",))}


@op("ecs", "put_cluster_capacity_providers")
def _(response, original):
    here, wish = place(response), wish_of(response)
    cluster = cluster_named(here, wish["cluster"])
    strategy = strategy_of(wish["defaultCapacityProviderStrategy"])
    _providers(wish["capacityProviders"], strategy)
    in_use = {one.get("capacityProviderName") for one in here.tasks_of(cluster) if one["lastStatus"] != "STOPPED"}
    for one in cluster["capacityProviders"]:
        if one not in wish["capacityProviders"] and one in in_use:
            raise fail("ResourceInUseException", "The capacity provider cannot be removed because it is in use by tasks.")
    cluster |= {"capacityProviders": wish["capacityProviders"], "defaultCapacityProviderStrategy": strategy}
    return {"cluster": _view(here, cluster, ("SETTINGS",))}


@op("ecs", "delete_cluster")
def _(response, original):
    here = place(response)
    cluster = cluster_named(here, given(response)["cluster"], active=False)
    if any(one["status"] in ("ACTIVE", "DRAINING") for one in here.services_of(cluster)):
        raise fail("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
    if any(one["lastStatus"] != "STOPPED" for one in here.tasks_of(cluster)):
        raise fail("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
    cluster["status"] = "INACTIVE"
    return {"cluster": _view(here, cluster, ("TAGS", "SETTINGS"))}


@op("ecs", "describe_capacity_providers")
def _(response, original):
    here, wish = place(response), given(response)
    wanted = wish.get("capacityProviders") or PROVIDERS
    return {
        "capacityProviders": [
            {"capacityProviderArn": here.arn("capacity-provider", name), "name": name, "status": "ACTIVE", "tags": []}
            for name in PROVIDERS
            if name in wanted or here.arn("capacity-provider", name) in wanted
        ],
        "failures": [
            {"arn": here.arn("capacity-provider", name), "reason": "MISSING"} for name in wanted if name.split("/")[-1] not in PROVIDERS
        ],
    }


# --- tags


def _tagged(here, arn):
    for one in here.clusters.values():
        if one["clusterArn"] == arn:
            return one
    for one in here.services.values():
        if one["serviceArn"] == arn:
            if one["status"] == "INACTIVE":
                raise invalid("The specified service is inactive. Specify an active service and try again.")
            return one
    for revisions in here.families.values():
        for one in revisions:
            if one["taskDefinitionArn"] == arn and one["status"] != "DELETED":
                return one
    if arn in here.tasks:
        return here.tasks[arn]
    raise invalid("The specified resource could not be found." if ":" in arn else "Invalid identifier: Identifier is not an ARN")


def _merged(tags, more):
    return [{"key": k, "value": v} for k, v in ({t["key"]: t["value"] for t in tags} | {t["key"]: t.get("value", "") for t in more}).items()]


@op("ecs", "list_tags_for_resource")
def _(response, original):
    return {"tags": _tagged(place(response), given(response)["resourceArn"])["tags"]}


@op("ecs", "tag_resource")
def _(response, original):
    wish = wish_of(response)
    record = _tagged(place(response), wish["resourceArn"])
    if record.get("status") == "INACTIVE":
        raise invalid("The specified resource is inactive. Specify an active resource and try again.")
    record["tags"] = _merged(record["tags"], wish["tags"])
    return {}


@op("ecs", "untag_resource")
def _(response, original):
    wish = given(response)
    record = _tagged(place(response), wish["resourceArn"])
    record["tags"] = [tag for tag in record["tags"] if tag["key"] not in wish["tagKeys"]]
    return {}


def iter_tagged_resources(self):
    here = Place(self.account_id, self.region_name)
    records = [(one["clusterArn"], one, "ecs:cluster") for one in here.clusters.values() if one["status"] == "ACTIVE"]
    records += [(one["serviceArn"], one, "ecs:service") for one in here.services.values() if one["status"] == "ACTIVE"]
    records += [
        (one["taskDefinitionArn"], one, "ecs:task-definition")
        for revisions in here.families.values()
        for one in revisions
        if one["status"] == "ACTIVE"
    ]
    records += [(arn, one, "ecs:task") for arn, one in here.tasks.items() if one["lastStatus"] != "STOPPED"]
    for arn, record, kind in records:
        yield TaggedResource(arn, {tag["key"]: tag["value"] for tag in record["tags"]}, kind)


def tag_resource(self, arn, tags):
    record = _tagged(Place(self.account_id, self.region_name), arn)
    record["tags"] = _merged(record["tags"], [{"key": key, "value": value} for key, value in tags.items()])


def untag_resource(self, arn, keys):
    record = _tagged(Place(self.account_id, self.region_name), arn)
    record["tags"] = [tag for tag in record["tags"] if tag["key"] not in keys]


replace(EC2ContainerServiceBackend, "iter_tagged_resources", iter_tagged_resources)
replace(EC2ContainerServiceBackend, "tag_resource", tag_resource)
replace(EC2ContainerServiceBackend, "untag_resource", untag_resource)
