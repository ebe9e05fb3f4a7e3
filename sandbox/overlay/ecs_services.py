import time

from . import ecs_connect, ecs_definitions, ecs_rollouts, ecs_targets
from .ecs import check_name, cluster_named, invalid, place, strategy_of, wish_of
from .ecs_placing import check_network, runs_on
from .hook import fail, given, op
from .later import stamp

# A change of one of these begins a deployment; the rest concerns later tasks or the count.
DEPLOYED = ("taskDefinition", "networkConfiguration", "platformVersion", "loadBalancers", "serviceRegistries", "_volumes", "_connect_wish")


def _view(here, service, include=()):
    shown = {key: value for key, value in service.items() if key != "tags"}
    if service["status"] != "ACTIVE":
        shown |= {"desiredCount": 0}
    deployments = ecs_rollouts.view(here, service)
    running = next((one for one in service["_history"] if one["status"] in ("PENDING", "IN_PROGRESS", "ROLLBACK_IN_PROGRESS")), None)
    return shown | {
        "deployments": deployments,
        "runningCount": sum(one["runningCount"] for one in deployments),
        "pendingCount": sum(one["pendingCount"] for one in deployments),
        "currentServiceDeployment": running and running["serviceDeploymentArn"],
        "currentServiceRevisions": ecs_rollouts.summaries(here, service),
        **({"tags": service["tags"]} if "TAGS" in include else {}),
    }


def _find(here, cluster, name):
    found = here.services.get((cluster["clusterName"], (name or "").split("/")[-1]))
    return found if found and (not name.startswith("arn:") or name == found["serviceArn"]) else None


def named(here, cluster_name, name):
    found = _find(here, cluster_named(here, cluster_name), name)
    if found is None:
        raise fail("ServiceNotFoundException", "Service not found.")
    if found["status"] != "ACTIVE":
        raise fail("ServiceNotActiveException", "Service was not ACTIVE.")
    return found


def _network(wish):
    if not wish:
        return None
    config = wish["awsvpcConfiguration"]
    return {"awsvpcConfiguration": {"securityGroups": [], "assignPublicIp": "DISABLED"} | config}


def _deployment_configuration(wish, live=None):
    live = live or {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    }
    merged = live | (wish or {})
    if merged["strategy"] != "ROLLING":
        raise fail("NotImplemented", "The sandbox knows rolling deployments only.", 501)
    if wish and "deploymentCircuitBreaker" in wish:
        merged["deploymentCircuitBreaker"] = {"enable": False, "rollback": False} | wish["deploymentCircuitBreaker"]
    if merged["maximumPercent"] < 100 or merged["minimumHealthyPercent"] > merged["maximumPercent"] or (merged["maximumPercent"] == 100 and merged["minimumHealthyPercent"] == 100):
        raise invalid("maximumPercent and minimumHealthyPercent leave no room for a deployment.")
    return merged


def _balancers(wish):
    return [{key: value for key, value in one.items() if value is not None} for one in wish or []]


def _rebalancing(wish, scheduling, config):
    chosen = wish.get("availabilityZoneRebalancing")
    if chosen == "ENABLED" and config["maximumPercent"] <= 100:
        raise invalid("Availability Zone rebalancing needs a maximumPercent above 100.")
    if chosen:
        return chosen
    return "ENABLED" if scheduling == "REPLICA" and config["maximumPercent"] > 100 else "DISABLED"


@op("ecs", "create_service")
def _(response, original):
    here, wish = place(response), wish_of(response)
    cluster = cluster_named(here, wish.get("cluster"))
    name = wish.get("serviceName", "")
    check_name(name, "Service names")
    known = _find(here, cluster, name)
    if known and known["status"] == "DRAINING":
        raise invalid("Unable to Start a service that is still Draining.")
    if known and known["status"] == "ACTIVE":
        if wish.get("clientToken") and known["_token"] == wish["clientToken"]:
            return {"service": _view(here, known, ("TAGS",))}
        raise invalid("Creation of service was not idempotent.")
    if not wish.get("taskDefinition"):
        raise invalid("TaskDefinition can not be blank.")
    definition = ecs_definitions.find(here, wish["taskDefinition"])
    shared = runs_on(cluster, wish)
    strategy = strategy_of(wish.get("capacityProviderStrategy") or ([] if wish.get("launchType") else cluster["defaultCapacityProviderStrategy"]))
    network = _network(wish.get("networkConfiguration"))
    check_network(here, definition, network)
    balancers = _balancers(wish.get("loadBalancers"))
    ecs_targets.check(here, definition, balancers)
    if wish.get("healthCheckGracePeriodSeconds") is not None and not balancers:
        raise invalid("Health check grace period is only valid for services configured to use load balancers")
    if shared["launchType"] == "FARGATE" and "FARGATE" not in definition["compatibilities"]:
        raise invalid("Task definition does not support launch_type FARGATE.")
    scheduling = wish.get("schedulingStrategy", "REPLICA")
    config = _deployment_configuration(wish.get("deploymentConfiguration"))
    arn = here.arn("service", cluster["clusterName"], name)
    connect, resources = ecs_connect.resolved(here, cluster, definition, wish.get("serviceConnectConfiguration"), arn)
    service = {
        "serviceArn": arn,
        "serviceName": name,
        "clusterArn": cluster["clusterArn"],
        "loadBalancers": balancers,
        "serviceRegistries": wish.get("serviceRegistries") or [],
        "status": "ACTIVE",
        "desiredCount": wish.get("desiredCount", 0 if scheduling == "DAEMON" else 1),
        **({"capacityProviderStrategy": strategy} if strategy else {"launchType": shared["launchType"]}),
        "platformVersion": wish.get("platformVersion", "LATEST"),
        "platformFamily": "Linux",
        "taskDefinition": definition["taskDefinitionArn"],
        "deploymentConfiguration": config,
        "roleArn": f"arn:aws:iam::{here.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "events": [],
        "createdAt": stamp(),
        "placementConstraints": wish.get("placementConstraints") or [],
        "placementStrategy": wish.get("placementStrategy") or [],
        "networkConfiguration": network,
        "schedulingStrategy": scheduling,
        "createdBy": f"arn:aws:iam::{here.account}:root",
        "enableECSManagedTags": bool(wish.get("enableECSManagedTags")),
        "propagateTags": wish.get("propagateTags", "NONE"),
        "enableExecuteCommand": bool(wish.get("enableExecuteCommand")),
        "availabilityZoneRebalancing": _rebalancing(wish, scheduling, config),
        "tags": wish.get("tags") or [],
        "_token": wish.get("clientToken"),
        "_volumes": wish.get("volumeConfigurations"),
        "_connect_wish": wish.get("serviceConnectConfiguration"),
        "_deployments": [],
        "_history": [],
        "_revisions": {},
    }
    if balancers:
        service["healthCheckGracePeriodSeconds"] = wish.get("healthCheckGracePeriodSeconds", 0)
    if wish.get("deploymentController"):
        service["deploymentController"] = wish["deploymentController"]
    here.services[cluster["clusterName"], name] = service
    ecs_rollouts.begin(here, cluster, service, connect, resources, time.time())
    return {"service": _view(here, service, ("TAGS",))}


@op("ecs", "update_service")
def _(response, original):
    here, wish = place(response), wish_of(response)
    cluster = cluster_named(here, wish.get("cluster"))
    service = named(here, wish.get("cluster"), wish["service"])
    trial = dict(service)
    if wish.get("taskDefinition"):
        trial["taskDefinition"] = ecs_definitions.find(here, wish["taskDefinition"])["taskDefinitionArn"]
    definition = ecs_definitions.find(here, trial["taskDefinition"], active=False)
    if "networkConfiguration" in wish:
        trial["networkConfiguration"] = _network(wish["networkConfiguration"])
        check_network(here, definition, trial["networkConfiguration"])
    if "loadBalancers" in wish:
        trial["loadBalancers"] = _balancers(wish["loadBalancers"])
    if "loadBalancers" in wish or "taskDefinition" in wish:
        ecs_targets.check(here, definition, trial["loadBalancers"])
    for field in ("platformVersion", "serviceRegistries", "placementConstraints", "placementStrategy", "propagateTags", "enableECSManagedTags", "enableExecuteCommand", "healthCheckGracePeriodSeconds"):
        if field in wish:
            trial[field] = wish[field]
    if "volumeConfigurations" in wish:
        trial["_volumes"] = wish["volumeConfigurations"]
    if "serviceConnectConfiguration" in wish:
        trial["_connect_wish"] = wish["serviceConnectConfiguration"]
    if "capacityProviderStrategy" in wish:
        runs_on(cluster, {"capacityProviderStrategy": wish["capacityProviderStrategy"]})
        trial.pop("launchType", None)
        trial["capacityProviderStrategy"] = strategy_of(wish["capacityProviderStrategy"])
        if not wish["capacityProviderStrategy"]:
            del trial["capacityProviderStrategy"]
            trial["launchType"] = "FARGATE"
    if "deploymentConfiguration" in wish:
        trial["deploymentConfiguration"] = _deployment_configuration(wish["deploymentConfiguration"], service["deploymentConfiguration"])
    if "availabilityZoneRebalancing" in wish:
        trial["availabilityZoneRebalancing"] = _rebalancing(wish, trial["schedulingStrategy"], trial["deploymentConfiguration"])
    if not trial["loadBalancers"]:
        trial.pop("healthCheckGracePeriodSeconds", None)
    connect, resources = ecs_connect.resolved(here, cluster, definition, trial["_connect_wish"], service["serviceArn"])
    deploy = wish.get("forceNewDeployment") or any(trial.get(field) != service.get(field) for field in DEPLOYED)
    if "desiredCount" in wish:
        trial["desiredCount"] = wish["desiredCount"]
    if "launchType" in service and "launchType" not in trial:
        del service["launchType"]
    if "capacityProviderStrategy" in service and "capacityProviderStrategy" not in trial:
        del service["capacityProviderStrategy"]
    service.update(trial)
    if deploy:
        ecs_rollouts.begin(here, cluster, service, connect, resources, time.time())
    else:
        ecs_rollouts.reconcile(here, service, time.time())
    return {"service": _view(here, service, ("TAGS",))}


@op("ecs", "delete_service")
def _(response, original):
    here, wish = place(response), given(response)
    cluster = cluster_named(here, wish.get("cluster"))
    service = _find(here, cluster, wish["service"])
    if service is None:
        raise fail("ServiceNotFoundException", "Service not found.")
    if service["status"] == "ACTIVE":
        if service["desiredCount"] > 0 and service["schedulingStrategy"] == "REPLICA" and not wish.get("force"):
            raise invalid("The service cannot be stopped while it is scaled above 0.")
        service["status"] = "DRAINING"
        answer = _view(here, service)
        ecs_rollouts.reconcile(here, service, time.time())
        return {"service": answer}
    return {"service": _view(here, service)}


@op("ecs", "describe_services")
def _(response, original):
    here, wish = place(response), given(response)
    cluster = cluster_named(here, wish.get("cluster"))
    names = wish.get("services") or []
    if not 1 <= len(names) <= 10:
        raise invalid("Services must contain between 1 and 10 entries.")
    found, failures = [], []
    for name in names:
        service = _find(here, cluster, name)
        if service:
            found.append(_view(here, service, wish.get("include") or []))
        else:
            failures.append({"arn": name if ":" in name else here.arn("service", cluster["clusterName"], name), "reason": "MISSING"})
    return {"services": found, "failures": failures}


@op("ecs", "list_services")
def _(response, original):
    here, wish = place(response), given(response)
    cluster = cluster_named(here, wish.get("cluster"))
    return {
        "serviceArns": [
            one["serviceArn"]
            for one in here.services_of(cluster)
            if one["status"] == "ACTIVE"
            and wish.get("launchType", one.get("launchType")) == one.get("launchType")
            and wish.get("schedulingStrategy", one["schedulingStrategy"]) == one["schedulingStrategy"]
        ]
    }


@op("ecs", "list_services_by_namespace")
def _(response, original):
    here, wish = place(response), given(response)
    found = []
    for one in here.services.values():
        connect = one["_deployments"] and one["_deployments"][0]["serviceConnectConfiguration"]
        namespace = connect and connect.get("namespace")
        if one["status"] == "ACTIVE" and namespace and wish["namespace"] in (namespace, namespace.split("/")[-1]):
            found.append(one["serviceArn"])
    return {"serviceArns": found}


# --- service deployments and revisions


def _all(here):
    return here.services.values()


@op("ecs", "list_service_deployments")
def _(response, original):
    here, wish = place(response), given(response)
    service = _find(here, cluster_named(here, wish.get("cluster")), wish["service"])
    if service is None:
        raise fail("ServiceNotFoundException", "Service not found.")
    window = wish.get("createdAt") or {}
    found = [
        one
        for one in service["_history"]
        if (not wish.get("status") or one["status"] in wish["status"])
        and not (window.get("after") and one["createdAt"] < _time(window["after"]))
        and not (window.get("before") and one["createdAt"] > _time(window["before"]))
    ]
    return {"serviceDeployments": [one | {"targetServiceRevisionArn": one["_target"]} for one in found]}


def _time(value):
    if hasattr(value, "tzinfo"):
        return value if value.tzinfo else value.replace(tzinfo=stamp().tzinfo)
    return stamp(float(value))


@op("ecs", "describe_service_deployments")
def _(response, original):
    here, arns = place(response), given(response)["serviceDeploymentArns"]
    if len(arns) > 20:
        raise invalid("Up to 20 service deployments can be described at once.")
    known = {one["serviceDeploymentArn"]: (service, one) for service in _all(here) for one in service["_history"]}
    return {
        "serviceDeployments": [ecs_rollouts.service_deployment(here, *known[arn]) for arn in arns if arn in known],
        "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known],
    }


@op("ecs", "describe_service_revisions")
def _(response, original):
    here, arns = place(response), given(response)["serviceRevisionArns"]
    known = {arn: one for service in _all(here) for arn, one in service["_revisions"].items()}
    return {
        "serviceRevisions": [known[arn] for arn in arns if arn in known],
        "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known],
    }


@op("ecs", "stop_service_deployment")
def _(response, original):
    here, wish = place(response), given(response)
    arn = wish["serviceDeploymentArn"]
    for service in _all(here):
        for one in service["_history"]:
            if one["serviceDeploymentArn"] == arn:
                ecs_rollouts.roll_back_by_hand(here, service, one, time.time())
                return {"serviceDeploymentArn": arn}
    raise fail("ServiceDeploymentNotFoundException", "The service deployment was not found.")
