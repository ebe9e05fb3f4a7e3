"""Task definitions, read back as ECS fills them in."""

import re

from .ecs import check_name, invalid, place, wish_of
from .hook import Refusal, fail, given, op
from .later import stamp

KEPT = ("taskRoleArn", "executionRoleArn", "requiresCompatibilities", "proxyConfiguration", "pidMode", "ipcMode", "runtimePlatform", "ephemeralStorage", "inferenceAccelerators", "enableFaultInjection")
FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: range(1024, 4097, 1024),
    1024: range(2048, 8193, 1024),
    2048: range(4096, 16385, 1024),
    4096: range(8192, 30721, 1024),
    8192: range(16384, 61441, 4096),
    16384: range(32768, 122881, 8192),
}


def find(here, wanted, active=True):
    """By ARN, family:revision, or family for its newest active revision."""
    text = wanted.split("/")[-1]
    family, _, revision = text.partition(":")
    revisions = [one for one in here.families.get(family, []) if one["status"] != "DELETED"]
    if revision:
        found = next((one for one in revisions if str(one["revision"]) == revision), None)
    else:
        found = next((one for one in reversed(revisions) if one["status"] == "ACTIVE"), None)
    if found is None:
        raise fail("ClientException", "Unable to describe task definition.")
    if active and found["status"] != "ACTIVE":
        raise fail("ClientException", "TaskDefinition is inactive")
    return found


def _units(text, scale, words):
    if text is None:
        return None
    match = re.fullmatch(rf"(\d+(?:\.\d+)?)\s*({words})?", str(text), re.IGNORECASE)
    if not match:
        raise fail("ClientException", f"Invalid value: {text}")
    return str(int(float(match[1]) * (scale if match[2] else 1)))


def _container(wish, awsvpc):
    if not wish.get("name") or not wish.get("image"):
        raise fail("ClientException", "Container.name and Container.image should not be null or empty.")
    filled = {"cpu": 0, "essential": True, "environment": [], "mountPoints": [], "volumesFrom": [], "portMappings": [], "systemControls": []} | wish
    filled["portMappings"] = [
        {"protocol": "tcp"} | one | ({"hostPort": one["containerPort"]} if awsvpc and "containerPort" in one else {})
        for one in filled["portMappings"]
    ]
    names = [one["name"] for one in filled["portMappings"] if "name" in one]
    if len(names) != len(set(names)):
        raise fail("ClientException", "Port mapping names must be unique.")
    if "healthCheck" in wish:
        filled["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3} | wish["healthCheck"]
    if "restartPolicy" in wish:
        filled["restartPolicy"] = dict(wish["restartPolicy"])
        if wish["restartPolicy"].get("enabled"):
            filled["restartPolicy"].setdefault("restartAttemptPeriod", 300)
    return filled


def _volume(wish):
    if "efsVolumeConfiguration" in wish:
        return wish | {"efsVolumeConfiguration": {"rootDirectory": "/"} | wish["efsVolumeConfiguration"]}
    return {"host": {}} | wish


def _check(wish, containers, cpu, memory):
    fargate = "FARGATE" in wish.get("requiresCompatibilities", [])
    if not any(one["essential"] for one in containers):
        raise fail("ClientException", "All containers were marked non-essential. At least one container must be essential.")
    names = [one["name"] for one in containers]
    if len(names) != len(set(names)):
        raise fail("ClientException", "Container names must be unique.")
    volumes = {one["name"] for one in wish.get("volumes", [])}
    for one in containers:
        for mount in one["mountPoints"]:
            if mount.get("sourceVolume") not in volumes:
                raise fail("ClientException", f"Unknown volume '{mount.get('sourceVolume')}'.")
        for other in one.get("dependsOn", []):
            if other["containerName"] not in names:
                raise fail("ClientException", f"Container '{one['name']}' depends on unknown container '{other['containerName']}'.")
    if not fargate:
        return
    if wish.get("networkMode") != "awsvpc":
        raise fail("ClientException", "Fargate only supports network mode ‘awsvpc’.")
    if cpu is None or memory is None:
        raise fail("ClientException", "Fargate requires that 'cpu' and 'memory' be defined at the task level.")
    if int(memory) not in FARGATE_MEMORY.get(int(cpu), ()):
        raise fail("ClientException", "No Fargate configuration exists for given values: " f"{cpu} CPU, {memory} memory. See the Amazon ECS documentation for the valid values.")
    if sum(one["cpu"] for one in containers) > int(cpu):
        raise fail("ClientException", "The sum of all container cpu values cannot be greater than the value of the task cpu.")
    if not wish.get("executionRoleArn") and any(
        one.get("secrets") or one.get("logConfiguration", {}).get("logDriver") == "awslogs" or ".dkr.ecr." in one["image"] for one in containers
    ):
        raise fail("ClientException", "Fargate requires task definition to have execution role ARN to support log driver awslogs, secrets and ECR images.")


@op("ecs", "register_task_definition")
def _(response, original):
    here, wish = place(response), wish_of(response)
    check_name(wish.get("family"), "Family")
    if not wish.get("containerDefinitions"):
        raise fail("ClientException", "Container list cannot be empty.")
    awsvpc = wish.get("networkMode") in ("awsvpc", "host")
    containers = [_container(one, awsvpc) for one in wish["containerDefinitions"]]
    cpu = _units(wish.get("cpu"), 1024, "vcpu")
    memory = _units(wish.get("memory"), 1024, "gb")
    _check(wish, containers, cpu, memory)
    revisions = here.families.setdefault(wish["family"], [])
    revision = len(revisions) + 1
    record = {
        "taskDefinitionArn": here.arn("task-definition", f"{wish['family']}:{revision}"),
        "containerDefinitions": containers,
        "family": wish["family"],
        "networkMode": wish.get("networkMode", "bridge"),
        "revision": revision,
        "volumes": [_volume(one) for one in wish.get("volumes", [])],
        "status": "ACTIVE",
        "requiresAttributes": _attributes(wish, containers),
        "placementConstraints": wish.get("placementConstraints", []),
        "compatibilities": ["EC2", "FARGATE"] if wish.get("networkMode") == "awsvpc" and cpu else ["EC2"],
        "cpu": cpu,
        "memory": memory,
        "registeredAt": stamp(),
        "registeredBy": f"arn:aws:iam::{here.account}:root",
        "tags": wish.get("tags") or [],
    } | {field: wish[field] for field in KEPT if wish.get(field) is not None}
    revisions.append(record)
    return {"taskDefinition": record, "tags": record["tags"] or None}


def _attributes(wish, containers):
    names = {"com.amazonaws.ecs.capability.docker-remote-api.1.18"}
    if wish.get("networkMode") == "awsvpc":
        names.add("ecs.capability.task-eni")
    if wish.get("taskRoleArn"):
        names.add("com.amazonaws.ecs.capability.task-iam-role")
    for one in containers:
        if one.get("logConfiguration"):
            names |= {f"com.amazonaws.ecs.capability.logging-driver.{one['logConfiguration']['logDriver']}", "ecs.capability.execution-role-awslogs"}
        if one.get("secrets"):
            names.add("ecs.capability.secrets.asm.environment-variables")
        if ".dkr.ecr." in one["image"]:
            names |= {"com.amazonaws.ecs.capability.ecr-auth", "ecs.capability.execution-role-ecr-pull"}
    return [{"name": name} for name in sorted(names)]


@op("ecs", "describe_task_definition")
def _(response, original):
    wish = given(response)
    record = find(place(response), wish["taskDefinition"], active=False)
    return {"taskDefinition": record, "tags": record["tags"] if "TAGS" in wish.get("include", []) else None}


@op("ecs", "deregister_task_definition")
def _(response, original):
    text = given(response)["taskDefinition"]
    if ":" not in text.split("/")[-1]:
        raise fail("ClientException", "Invalid revision number. Number: null")
    record = find(place(response), text, active=False)
    if record["status"] != "ACTIVE":
        raise fail("ClientException", "The specified task definition is inactive. Specify an active task definition and try again.")
    record |= {"status": "INACTIVE", "deregisteredAt": stamp()}
    return {"taskDefinition": record}


@op("ecs", "delete_task_definitions")
def _(response, original):
    here, wish = place(response), given(response)
    if len(wish["taskDefinitions"]) > 10:
        raise invalid("A maximum of 10 task definitions can be deleted at once.")
    deleted, failures = [], []
    for text in wish["taskDefinitions"]:
        try:
            record = find(here, text, active=False)
        except Refusal:
            failures.append({"arn": text, "reason": "The specified task definition was not found."})
            continue
        if record["status"] == "ACTIVE":
            failures.append({"arn": record["taskDefinitionArn"], "reason": "The specified task definition is still in ACTIVE status. Please deregister the target and try again."})
            continue
        deleted.append(dict(record) | {"status": "DELETE_IN_PROGRESS", "deleteRequestedAt": stamp()})
        used = {one["taskDefinitionArn"] for one in here.tasks.values() if one["lastStatus"] != "STOPPED"}
        used |= {one["taskDefinition"] for one in here.services.values() if one["status"] != "INACTIVE"}
        record["status"] = "DELETE_IN_PROGRESS" if record["taskDefinitionArn"] in used else "DELETED"
    return {"taskDefinitions": deleted, "failures": failures}


@op("ecs", "list_task_definitions")
def _(response, original):
    here, wish = place(response), given(response)
    status = wish.get("status", "ACTIVE")
    names = [wish["familyPrefix"]] if wish.get("familyPrefix") else sorted(here.families)
    found = [
        one["taskDefinitionArn"] for name in names for one in here.families.get(name, []) if one["status"] == status
    ]
    return {"taskDefinitionArns": found[::-1] if wish.get("sort") == "DESC" else found}


@op("ecs", "list_task_definition_families")
def _(response, original):
    here, wish = place(response), given(response)
    status = wish.get("status", "ALL")

    def fits(revisions):
        active = any(one["status"] == "ACTIVE" for one in revisions)
        return status == "ALL" or active == (status == "ACTIVE")

    return {
        "families": [
            name
            for name, revisions in sorted(here.families.items())
            if name.startswith(wish.get("familyPrefix") or "") and fits(revisions)
        ]
    }
