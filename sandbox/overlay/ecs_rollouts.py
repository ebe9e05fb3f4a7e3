"""How a service's tasks follow its deployments: rolling updates, the circuit breaker, and the record of both."""

import math
import secrets
import time
import uuid

from . import ecs_connect, ecs_definitions, ecs_targets
from .delays import lasts
from .ecs_start import digest
from .hook import fail
from .ecs_placing import runs_on
from .ecs_tasks import Watcher, health_checks, healthy, launch, stop
from .later import after, stamp

RETRY = lasts("SERVICE_RETRY", 15)  # before the first replacement of a task that never ran; then twice as long each time
RETRY_MOST = 900
RETRY_AT_LEAST = 0.1  # seconds of ours
SHARED = ("capacityProviderStrategy", "launchType", "platformVersion", "platformFamily", "networkConfiguration")


class Follower(Watcher):
    """Tells the service what becomes of its tasks."""

    def __init__(self, here, service, deployment):
        self.here, self.service, self.deployment = here, service, deployment

    def activating(self, task, moment):
        ecs_targets.register(self.here, task, self.deployment["_balancers"])
        for one in self.deployment["_balancers"]:
            event(self.service, moment, f"registered 1 targets in (target-group {one['targetGroupArn']})")

    def running(self, task, moment):
        ecs_connect.join(self.here, task, self.deployment["serviceConnectResources"])
        wait = max(health_checks(task), ecs_targets.seconds_until_healthy(self.here, self.deployment["_balancers"]))
        after(self.here.account, wait, lambda at: self._checked(task, at), moment)
        reconcile(self.here, self.service, moment)

    def _checked(self, task, moment):
        if task["lastStatus"] != "RUNNING":
            return
        group = ecs_targets.unreachable(self.here, task, self.deployment["_balancers"])
        if group is None:
            healthy(task)
            if self.deployment["rolloutState"] == "IN_PROGRESS":
                self.deployment["failedTasks"] = 0
            reconcile(self.here, self.service, moment)
            return
        grace = self.service.get("healthCheckGracePeriodSeconds") or 0
        wait = ecs_targets.seconds_until_unhealthy(self.here, self.deployment["_balancers"])
        after(self.here.account, grace + wait, lambda at: self._give_up(task, at), moment)

    def _give_up(self, task, moment):
        if task["lastStatus"] != "RUNNING":
            return
        group = ecs_targets.unreachable(self.here, task, self.deployment["_balancers"])
        if group is None:
            self._checked(task, moment)
            return
        event(self.service, moment, f"(port {self.deployment['_balancers'][0]['containerPort']}) is unhealthy in (target-group {group}) due to (reason Health checks failed)")
        stop(self.here, task, "ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {group})", moment)

    def stopping(self, task, moment):
        ecs_connect.leave(self.here, task, self.deployment["serviceConnectResources"])
        wait = ecs_targets.deregister(self.here, task, self.deployment["_balancers"])
        if task["stopCode"] != "UserInitiated" and not task["stoppedReason"].startswith("Scaling activity"):
            _failed(self.here, self.service, self.deployment, task, moment)
        return wait

    def stopped(self, task, moment):
        reconcile(self.here, self.service, moment)


def event(service, moment, text):
    service["events"].insert(0, {"id": str(uuid.uuid4()), "createdAt": stamp(moment), "message": f"(service {service['serviceName']}) {text}"})
    del service["events"][100:]


def tasks_of(here, service, deployment=None):
    group = f"service:{service['serviceName']}"
    return [
        one
        for one in here.tasks.values()
        if one["group"] == group and one["clusterArn"] == service["clusterArn"] and one.get("_service") is service
        and (deployment is None or one["startedBy"] == deployment["id"])
    ]


def _live(here, service, deployment):
    return [one for one in tasks_of(here, service, deployment) if one["desiredStatus"] == "RUNNING"]


# --- deployments


def begin(here, cluster, service, connect, resources, moment):
    """A new revision of what the service asks for now, and its deployment."""
    definition = ecs_definitions.find(here, service["taskDefinition"], active=False)
    number = str(secrets.randbelow(9 * 10**18) + 10**18)
    names = service["serviceArn"].split("/")[-2:]
    revision = {
        "serviceRevisionArn": here.arn("service-revision", *names, number),
        "serviceArn": service["serviceArn"],
        "clusterArn": service["clusterArn"],
        "taskDefinition": service["taskDefinition"],
        "loadBalancers": service["loadBalancers"],
        "serviceRegistries": service["serviceRegistries"],
        "containerImages": [
            {"containerName": one["name"], "image": one["image"], "imageDigest": digest(here, one["image"])}
            for one in definition["containerDefinitions"]
        ],
        "guardDutyEnabled": False,
        "serviceConnectConfiguration": connect,
        "volumeConfigurations": service["_volumes"],
        "createdAt": stamp(moment),
        "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": one["targetGroupArn"]} for one in service["loadBalancers"]]},
        "_connect": resources,
    } | {field: service.get(field) for field in SHARED}
    service["_revisions"][revision["serviceRevisionArn"]] = revision
    sources = [_summary(here, service, one) for one in service["_deployments"]]
    for one in service["_history"]:
        if one["status"] in ("PENDING", "IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
            one.update(status="STOPPED", stoppedAt=stamp(moment), finishedAt=stamp(moment), statusReason="A newer service deployment has replaced this one.")
    record = {
        "serviceDeploymentArn": here.arn("service-deployment", *names, secrets.token_urlsafe(16)[:21].replace("_", "x").replace("-", "x")),
        "serviceArn": service["serviceArn"],
        "clusterArn": service["clusterArn"],
        "createdAt": stamp(moment),
        "startedAt": stamp(moment),
        "updatedAt": stamp(moment),
        "sourceServiceRevisions": sources,
        "status": "IN_PROGRESS",
        "deploymentConfiguration": service["deploymentConfiguration"],
        "_target": revision["serviceRevisionArn"],
    }
    service["_history"].insert(0, record)
    for one in service["_deployments"]:
        one["status"] = "ACTIVE"
    service["_deployments"].insert(0, _deployment(revision, number, record, moment))
    reconcile(here, service, moment)


def _deployment(revision, number, record, moment):
    return {
        "id": f"ecs-svc/{number}",
        "status": "PRIMARY",
        "taskDefinition": revision["taskDefinition"],
        "failedTasks": 0,
        "createdAt": stamp(moment),
        "updatedAt": stamp(moment),
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment ecs-svc/{number} in progress.",
        "serviceConnectConfiguration": revision["serviceConnectConfiguration"],
        "serviceConnectResources": revision["_connect"],
        "volumeConfigurations": revision["volumeConfigurations"],
        "_balancers": revision["loadBalancers"],
        "_revision": revision,
        "_record": record,
        "_next": 0,
        "_misses": 0,
        "_completed": False,
    } | {field: revision.get(field) for field in SHARED}


def view(here, service):
    shown = []
    for one in service["_deployments"]:
        live = _live(here, service, one)
        shown.append(
            one
            | {
                "desiredCount": service["desiredCount"] if one["status"] == "PRIMARY" and one["rolloutState"] != "FAILED" else 0,
                "runningCount": sum(task["lastStatus"] == "RUNNING" for task in live),
                "pendingCount": sum(task["lastStatus"] != "RUNNING" for task in live),
            }
        )
    return shown


def _summary(here, service, deployment):
    live = _live(here, service, deployment)
    running = sum(task["lastStatus"] == "RUNNING" for task in live)
    return {
        "arn": deployment["_revision"]["serviceRevisionArn"],
        "requestedTaskCount": service["desiredCount"] if deployment["status"] == "PRIMARY" else 0,
        "runningTaskCount": running,
        "pendingTaskCount": len(live) - running,
    }


def summaries(here, service):
    return [_summary(here, service, one) for one in service["_deployments"]]


def service_deployment(here, service, record):
    """The record with the counts of now."""
    target = next((one for one in service["_deployments"] if one["_revision"]["serviceRevisionArn"] == record["_target"]), None)
    gone = {"arn": record["_target"], "requestedTaskCount": 0, "runningTaskCount": 0, "pendingTaskCount": 0}
    breaker = service["deploymentConfiguration"].get("deploymentCircuitBreaker", {})
    return record | {
        "targetServiceRevision": _summary(here, service, target) if target else gone,
        "deploymentCircuitBreaker": {
            "status": record.get("_breaker", "MONITORING" if record["status"] == "IN_PROGRESS" else "MONITORING_COMPLETE") if breaker.get("enable") else "DISABLED",
            "failureCount": target["failedTasks"] if target else record.get("_failures", 0),
            "threshold": _threshold(service),
        },
    }


# --- the scheduler


def reconcile(here, service, moment):
    if service["status"] != "ACTIVE":
        _drain(here, service, moment)
        return
    if not service["_deployments"]:
        return
    primary = service["_deployments"][0]
    desired = service["desiredCount"]
    config = service["deploymentConfiguration"]
    floor = math.ceil(desired * config["minimumHealthyPercent"] / 100)
    ceiling = math.floor(desired * config["maximumPercent"] / 100)
    live = _live(here, service, primary)
    for task in live[desired:]:
        _scale_in(here, service, task, primary, moment)
    live = live[:desired]
    if primary["rolloutState"] != "FAILED":
        others = sum(len(_live(here, service, one)) for one in service["_deployments"][1:])
        _start(here, service, primary, min(desired - len(live), max(ceiling, 1) - len(live) - others), moment)
    well = sum(task["_healthy"] for task in live)
    _retire(here, service, primary, well, floor, moment)
    service["_deployments"][1:] = [
        one
        for one in service["_deployments"][1:]
        if any(task["lastStatus"] != "STOPPED" for task in tasks_of(here, service, one))
    ]
    if primary["rolloutState"] == "IN_PROGRESS" and well >= desired and len(service["_deployments"]) == 1:
        _complete(here, service, primary, moment)


def _start(here, service, deployment, count, moment):
    if count <= 0:
        return
    if deployment["_next"] > moment:
        return
    cluster = next(one for one in here.clusters.values() if one["clusterArn"] == service["clusterArn"])
    definition = ecs_definitions.find(here, deployment["taskDefinition"], active=False)
    shared = runs_on(cluster, {field: deployment.get(field) for field in ("launchType", "capacityProviderStrategy")})
    if shared["launchType"] == "EC2":
        event(service, moment, "was unable to place a task because no container instance met all of its requirements.")
        return
    tags = {"SERVICE": service["tags"], "TASK_DEFINITION": definition["tags"]}.get(service["propagateTags"], [])
    if service["enableECSManagedTags"]:
        tags = tags + [
            {"key": "aws:ecs:clusterName", "value": cluster["clusterName"]},
            {"key": "aws:ecs:serviceName", "value": service["serviceName"]},
        ]
    started = [
        launch(
            here,
            cluster,
            definition,
            deployment["networkConfiguration"],
            moment,
            Follower(here, service, deployment),
            group=f"service:{service['serviceName']}",
            startedBy=deployment["id"],
            enableExecuteCommand=service["enableExecuteCommand"],
            tags=tags,
            _service=service,
            **shared,
        )
        for _ in range(count)
    ]
    event(service, moment, f"has started {len(started)} tasks: {' '.join('(task ' + one['_id'] + ')' for one in started)}.")


def _scale_in(here, service, task, deployment, moment):
    stop(here, task, "ServiceSchedulerInitiated", f"Scaling activity initiated by (deployment {deployment['id']})", moment)
    event(service, moment, f"has stopped 1 running tasks: (task {task['_id']}).")


def _retire(here, service, primary, well, floor, moment):
    """Old tasks go as far as enough healthy ones remain."""
    old = [task for one in service["_deployments"][1:] for task in _live(here, service, one)]
    spare = well + sum(task["_healthy"] for task in old) - floor
    for task in sorted(old, key=lambda one: one["_healthy"]):
        if task["_healthy"] and spare <= 0:
            continue
        spare -= task["_healthy"]
        _scale_in(here, service, task, primary, moment)


def _complete(here, service, primary, moment):
    primary.update(rolloutState="COMPLETED", rolloutStateReason=f"ECS deployment {primary['id']} completed.", updatedAt=stamp(moment), _completed=True)
    event(service, moment, f"(deployment {primary['id']}) deployment completed.")
    event(service, moment, "has reached a steady state.")
    record = primary["_record"]
    if record["status"] in ("IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
        status = "SUCCESSFUL" if record["status"] == "IN_PROGRESS" else "ROLLBACK_SUCCESSFUL"
        record.update(status=status, finishedAt=stamp(moment), updatedAt=stamp(moment))


def _drain(here, service, moment):
    for deployment in service["_deployments"]:
        for task in _live(here, service, deployment):
            _scale_in(here, service, task, deployment, moment)
    if service["status"] == "DRAINING" and all(one["lastStatus"] == "STOPPED" for one in tasks_of(here, service)):
        service.update(status="INACTIVE", _deployments=[], _history=[], _revisions={})


# --- failure


def _threshold(service):
    return min(max(math.ceil(service["desiredCount"] * 0.5), 3), 200)


def _failed(here, service, deployment, task, moment):
    if task["_healthy"] or service["status"] != "ACTIVE" or deployment is not service["_deployments"][0]:
        return
    if deployment["rolloutState"] == "FAILED":
        return
    if "startedAt" not in task:
        deployment["_misses"] += 1
        wait = min(RETRY * 2 ** (deployment["_misses"] - 1), RETRY_MOST)
        if deployment["_misses"] == 3:
            event(service, moment, "is unable to consistently start tasks successfully.")
    else:
        wait = 0
    deployment["_next"] = after(here.account, wait, lambda at: reconcile(here, service, at), moment, RETRY_AT_LEAST)
    if deployment["rolloutState"] != "IN_PROGRESS":
        return
    deployment["failedTasks"] += 1
    breaker = service["deploymentConfiguration"].get("deploymentCircuitBreaker", {})
    if breaker.get("enable") and deployment["failedTasks"] >= _threshold(service):
        _trip(here, service, deployment, breaker.get("rollback"), moment)


def _trip(here, service, deployment, rollback, moment):
    reason = "ECS deployment circuit breaker: tasks failed to start."
    deployment.update(rolloutState="FAILED", rolloutStateReason=reason, updatedAt=stamp(moment))
    event(service, moment, f"(deployment {deployment['id']}) deployment failed: tasks failed to start.")
    record = deployment["_record"]
    record.update(_breaker="TRIGGERED", _failures=deployment["failedTasks"], updatedAt=stamp(moment))
    good = next((one for one in service["_deployments"][1:] if one["_completed"]), None) if rollback else None
    if record["status"] == "ROLLBACK_IN_PROGRESS":
        record.update(status="ROLLBACK_FAILED", finishedAt=stamp(moment), statusReason="The rollback failed: tasks failed to start.")
    elif good:
        _roll_back(here, service, good, record, moment)
    else:
        record.update(
            status="ROLLBACK_FAILED" if rollback else "STOPPED",
            finishedAt=stamp(moment),
            stoppedAt=stamp(moment),
            statusReason="Service deployment failed because the circuit breaker threshold was exceeded."
            + (" No rollback candidate was found to run the rollback." if rollback else ""),
        )
    for task in _live(here, service, deployment):
        _scale_in(here, service, task, deployment, moment)
    after(here.account, 0, lambda at: reconcile(here, service, at), moment)


def _roll_back(here, service, good, record, moment):
    revision = good["_revision"]
    event(service, moment, f"rolling back to (deployment {good['id']}).")
    service["_deployments"].remove(good)
    for one in service["_deployments"]:
        one["status"] = "ACTIVE"
    good.update(
        status="PRIMARY",
        rolloutState="IN_PROGRESS",
        rolloutStateReason="ECS deployment circuit breaker: rolling back to deploymentId " + good["id"] + ".",
        failedTasks=0,
        updatedAt=stamp(moment),
        _record=record,
        _next=0,
    )
    service["_deployments"].insert(0, good)
    service.update({field: revision.get(field) for field in (*SHARED, "taskDefinition", "loadBalancers", "serviceRegistries")})
    record.update(
        status="ROLLBACK_IN_PROGRESS",
        statusReason="Service deployment rolled back because the circuit breaker threshold was exceeded.",
        rollback={
            "reason": "Service deployment rolled back because the circuit breaker threshold was exceeded.",
            "startedAt": stamp(moment),
            "serviceRevisionArn": revision["serviceRevisionArn"],
        },
    )


def set_desired(here, service, count, text=None):
    """A change of the count alone starts no deployment."""
    service["desiredCount"] = count
    moment = time.time()
    if text:
        event(service, moment, text)
    reconcile(here, service, moment)


def roll_back_by_hand(here, service, record, moment):
    primary = service["_deployments"][0]
    good = next((one for one in service["_deployments"][1:] if one["_completed"]), None)
    if primary["_record"] is not record or record["status"] != "IN_PROGRESS" or good is None:
        raise fail("ConflictException", "The service deployment cannot be stopped in its present state.")
    primary.update(rolloutState="FAILED", rolloutStateReason="Deployment stopped by user.", updatedAt=stamp(moment))
    _roll_back(here, service, good, record, moment)
    reconcile(here, service, moment)
