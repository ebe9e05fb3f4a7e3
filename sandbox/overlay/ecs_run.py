"""The calls that start, show, stop and enter tasks."""

import secrets
import time

from . import ecs_definitions
from .ecs import cluster_named, invalid, place, wish_of
from .ecs_placing import check_network, runs_on
from .ecs_tasks import launch, stop
from .hook import fail, given, op


@op("ecs", "run_task")
def _(response, original):
    here, wish = place(response), wish_of(response)
    cluster = cluster_named(here, wish.get("cluster"))
    definition = ecs_definitions.find(here, wish["taskDefinition"])
    count = wish.get("count", 1)
    if not 1 <= count <= 10:
        raise invalid("Task count must be between 1 and 10.")
    token = wish.get("clientToken")
    if token in here.tokens:
        asked, arns = here.tokens[token]
        if asked != wish:
            raise fail("ConflictException", "The client token was used with other parameters.", resourceIds=arns)
        return {"tasks": [here.tasks[arn] for arn in arns if arn in here.tasks], "failures": []}
    if wish.get("propagateTags") == "SERVICE":
        raise invalid("Cannot propagate tags from a service: this task does not belong to one.")
    shared = runs_on(cluster, wish)
    if shared["launchType"] == "EC2":
        raise invalid("No Container Instances were found in your cluster.")
    check_network(here, definition, wish.get("networkConfiguration"))
    tags = wish.get("tags", []) + (definition["tags"] if wish.get("propagateTags") == "TASK_DEFINITION" else [])
    if wish.get("enableECSManagedTags"):
        tags = tags + [{"key": "aws:ecs:clusterName", "value": cluster["clusterName"]}]
    overrides = {"containerOverrides": [], "inferenceAcceleratorOverrides": []} | wish.get("overrides", {})
    for one in overrides["containerOverrides"]:
        if one.get("name") not in [container["name"] for container in definition["containerDefinitions"]]:
            raise invalid(f"Override for container named {one.get('name')} is not a container in the TaskDefinition.")
    tasks = [
        launch(
            here,
            cluster,
            definition,
            wish.get("networkConfiguration"),
            time.time(),
            group=wish.get("group") or f"family:{definition['family']}",
            tags=tags,
            overrides=overrides,
            enableExecuteCommand=bool(wish.get("enableExecuteCommand")),
            **({"startedBy": wish["startedBy"]} if wish.get("startedBy") else {}),
            **shared,
        )
        for _ in range(count)
    ]
    if token:
        here.tokens[token] = wish, [one["taskArn"] for one in tasks]
    return {"tasks": tasks, "failures": []}


def _find(here, cluster, wanted):
    arn = wanted if wanted.startswith("arn:") else here.arn("task", cluster["clusterName"], wanted)
    found = here.tasks.get(arn)
    return found if found and found["clusterArn"] == cluster["clusterArn"] else None


@op("ecs", "describe_tasks")
def _(response, original):
    here, wish = place(response), given(response)
    cluster = cluster_named(here, wish.get("cluster"), active=False)
    if len(wish["tasks"]) > 100:
        raise invalid("Tasks cannot be more than 100.")
    found, failures = [], []
    for name in wish["tasks"]:
        task = _find(here, cluster, name)
        if task:
            found.append(task | ({} if "TAGS" in wish.get("include", []) else {"tags": None}))
        else:
            failures.append({"arn": name if ":" in name else here.arn("task", cluster["clusterName"], name), "reason": "MISSING"})
    return {"tasks": found, "failures": failures}


@op("ecs", "list_tasks")
def _(response, original):
    here, wish = place(response), given(response)
    cluster = cluster_named(here, wish.get("cluster"), active=False)
    service = wish.get("serviceName", "").split("/")[-1]
    if wish.get("startedBy") and (service or wish.get("family")):
        raise invalid("startedBy must be the only filter.")
    if service and (cluster["clusterName"], service) not in here.services:
        raise fail("ServiceNotFoundException", "Service not found.")
    return {
        "taskArns": [
            one["taskArn"]
            for one in here.tasks_of(cluster)
            if one["desiredStatus"] == wish.get("desiredStatus", "RUNNING")
            and (not service or one["group"] == f"service:{service}")
            and wish.get("startedBy", one.get("startedBy")) == one.get("startedBy")
            and wish.get("family", one["_definition"]["family"]) == one["_definition"]["family"]
            and wish.get("launchType", one["launchType"]) == one["launchType"]
        ]
    }


@op("ecs", "stop_task")
def _(response, original):
    here, wish = place(response), given(response)
    task = _find(here, cluster_named(here, wish.get("cluster")), wish["task"])
    if task is None:
        raise invalid("The referenced task was not found.")
    stop(here, task, "UserInitiated", wish.get("reason") or "Task stopped by user", time.time())
    return {"task": task}


@op("ecs", "execute_command")
def _(response, original):
    here, wish = place(response), given(response)
    cluster = cluster_named(here, wish.get("cluster"))
    task = _find(here, cluster, wish["task"])
    if task is None or task["lastStatus"] != "RUNNING":
        raise invalid("The execute command failed because the task is not running.")
    if not task["enableExecuteCommand"]:
        raise invalid("The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.")
    if not wish.get("interactive"):
        raise invalid("Interactive is the only mode supported currently.")
    names = [one["name"] for one in task["containers"]]
    if not wish.get("container") and len(names) > 1:
        raise invalid("You must specify the name of the container since there are several in the task.")
    container = next((one for one in task["containers"] if one["name"] == wish.get("container", names[0])), None)
    if container is None:
        raise invalid(f"The container {wish['container']} is not in the task.")
    if any(agent["lastStatus"] != "RUNNING" for agent in container["managedAgents"]):
        raise fail("TargetNotConnectedException", "The execute command failed due to an internal error. Try again later.")
    session = f"ecs-execute-command-{secrets.token_hex(9)}"
    return {
        "clusterArn": cluster["clusterArn"],
        "containerArn": container["containerArn"],
        "containerName": container["name"],
        "interactive": True,
        "taskArn": task["taskArn"],
        "session": {
            "sessionId": session,
            "streamUrl": f"wss://ssmmessages.{here.region}.amazonaws.com/v1/data-channel/{session}?role=publish_subscribe",
            "tokenValue": secrets.token_urlsafe(64),
        },
    }
