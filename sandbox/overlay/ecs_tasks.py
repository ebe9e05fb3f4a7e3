"""Tasks: how they come up, end, and what they leave behind."""

import secrets
import time
import uuid

from moto.ec2.models import ec2_backends
from moto.logs.models import logs_backends

from . import ecs_definitions, interfaces
from .delays import lasts
from .ecs import cluster_named, invalid, place, strategy_of, wish_of
from .ecs_start import crashes, digest, trouble
from .hook import fail, given, op
from .later import after, stamp

PROVISION = lasts("TASK_PROVISION", 10)
PULL = lasts("TASK_PULL", 20)
ACTIVATE = lasts("TASK_ACTIVATE", 5)
AGENT = lasts("TASK_EXEC_AGENT", 15)
CRASH = lasts("TASK_CRASH", 5)
RUN = lasts("TASK_RUN", 20)  # how long the program of a task that belongs to no service takes
STOP = lasts("TASK_STOP", 3)
DEPROVISION = lasts("TASK_DEPROVISION", 8)
KEPT = lasts("TASK_KEPT", 3600)
HEALTHY = lasts("TASK_HEALTHY", 40)  # without any check
KEPT_AT_LEAST = 60  # seconds of ours: a stopped task can still be read when everything else is quick


class Watcher:
    """What a task's owner hears of it."""

    def activating(self, task, moment): ...
    def running(self, task, moment): ...
    def stopping(self, task, moment):
        return 0

    def stopped(self, task, moment): ...


NOBODY = Watcher()


def launch(here, cluster, definition, network, moment, watcher=NOBODY, **fields):
    task_id = secrets.token_hex(16)
    arn = here.arn("task", cluster["clusterName"], task_id)
    subnet, groups = _network(here, network)
    task = {
        "taskArn": arn,
        "clusterArn": cluster["clusterArn"],
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "lastStatus": "PROVISIONING",
        "desiredStatus": "RUNNING",
        "cpu": definition["cpu"],
        "memory": definition["memory"],
        "createdAt": stamp(moment),
        "version": 1,
        "platformFamily": "Linux",
        "platformVersion": "1.4.0",
        "healthStatus": "UNKNOWN",
        "overrides": {"containerOverrides": [], "inferenceAcceleratorOverrides": []},
        "enableExecuteCommand": False,
        "ephemeralStorage": definition.get("ephemeralStorage", {"sizeInGiB": 20}),
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "tags": [],
        "containers": [_container(here, arn, one) for one in definition["containerDefinitions"]],
        "_id": task_id,
        "_definition": definition,
        "_subnet": subnet.id if subnet else None,
        "_groups": groups,
        "_watcher": watcher,
        "_interface": None,
        "_address": None,
        "_healthy": False,
    } | fields
    if subnet:
        _attach(here, task, subnet)
    here.tasks[arn] = task
    after(here.account, PROVISION, lambda at: _pending(here, task, at), moment)
    return task


def _network(here, network):
    config = (network or {}).get("awsvpcConfiguration")
    if not config:
        return None, []
    ec2 = ec2_backends[here.account][here.region]
    held = [one.subnet.id for one in ec2.enis.values()]
    found = [one for one in (interfaces.subnet(here.account, here.region, name) for name in config["subnets"]) if one]
    subnet = min(found, key=lambda one: held.count(one.id)) if found else None
    return subnet, config.get("securityGroups") or ([interfaces.default_group(here.account, here.region, subnet.vpc_id)] if subnet else [])


def _attach(here, task, subnet):
    interface = interfaces.attach(here.account, here.region, subnet.id, task["_groups"], f"arn:aws:ecs:{here.region}:{here.account}:attachment/{uuid.uuid4()}", "amazon-ecs")
    task["_interface"], task["_address"] = interface.id, interface.private_ip_address
    task["availabilityZone"] = subnet.availability_zone
    task["attachments"] = [
        {
            "id": str(uuid.uuid4()),
            "type": "ElasticNetworkInterface",
            "status": "ATTACHING",
            "details": [
                {"name": "subnetId", "value": subnet.id},
                {"name": "networkInterfaceId", "value": interface.id},
                {"name": "macAddress", "value": interface.mac_address},
                {"name": "privateIPv4Address", "value": interface.private_ip_address},
            ],
        }
    ]
    for container in task["containers"]:
        container["networkInterfaces"] = [{"attachmentId": task["attachments"][0]["id"], "privateIpv4Address": task["_address"]}]


def _container(here, task_arn, one):
    return {
        "containerArn": here.arn("container", *task_arn.split("/")[1:], str(uuid.uuid4())),
        "taskArn": task_arn,
        "name": one["name"],
        "image": one["image"],
        "lastStatus": "PENDING",
        "networkInterfaces": [],
        "healthStatus": "UNKNOWN",
        "cpu": str(one["cpu"]),
        **({"memory": str(one["memory"])} if "memory" in one else {}),
        **({"memoryReservation": str(one["memoryReservation"])} if "memoryReservation" in one else {}),
    }


def _status(task, status):
    task["lastStatus"] = status
    task["version"] += 1


def _containers(task):
    """Pairs of what runs and how it was defined."""
    return list(zip(task["containers"], task["_definition"]["containerDefinitions"]))


# --- up


def _pending(here, task, moment):
    if task["lastStatus"] != "PROVISIONING":
        return
    if task["_subnet"] and not all(interfaces.group(here.account, here.region, one) for one in task["_groups"]):
        stop(here, task, "TaskFailedToStart", "Unexpected EC2 error while attempting to Create Network Interface: InvalidGroup.NotFound", moment)
        return
    if task["_subnet"] is None and task["_definition"]["networkMode"] == "awsvpc":
        stop(here, task, "TaskFailedToStart", "Unexpected EC2 error while attempting to Create Network Interface: InvalidSubnetID.NotFound", moment)
        return
    _status(task, "PENDING")
    task.update(connectivity="CONNECTED", connectivityAt=stamp(moment), pullStartedAt=stamp(moment))
    for one in task.get("attachments", []):
        one["status"] = "ATTACHED"
    after(here.account, PULL, lambda at: _pulled(here, task, at), moment)


def _pulled(here, task, moment):
    if task["lastStatus"] != "PENDING":
        return
    found = trouble(here, task)
    if found:
        reason, name = found
        for container in task["containers"]:
            if container["name"] == name and reason.startswith("CannotPull"):
                container["reason"] = reason
        stop(here, task, "TaskFailedToStart", reason, moment)
        return
    task["pullStoppedAt"] = stamp(moment)
    for container in task["containers"]:
        container.update(lastStatus="RUNNING", runtimeId=f"{task['_id']}-{secrets.randbelow(10**10)}", imageDigest=digest(here, container["image"]))
    _status(task, "ACTIVATING")
    task["_watcher"].activating(task, moment)
    after(here.account, ACTIVATE, lambda at: _running(here, task, at), moment)


def _running(here, task, moment):
    if task["lastStatus"] != "ACTIVATING":
        return
    _status(task, "RUNNING")
    task["startedAt"] = stamp(moment)
    for container, definition in _containers(task):
        log(here, task, definition, f"{definition['name']} started", moment)
        if task["enableExecuteCommand"]:
            container["managedAgents"] = [{"name": "ExecuteCommandAgent", "lastStatus": "PENDING"}]
        if crashes(container["image"]):
            after(here.account, CRASH, lambda at, c=container, d=definition: _ends(here, task, c, d, 1, at), moment)
        elif _is_first_step(task, definition) or (task["_watcher"] is NOBODY and definition["essential"]):
            after(here.account, RUN, lambda at, c=container, d=definition: _ends(here, task, c, d, 0, at), moment)
    if task["enableExecuteCommand"]:
        after(here.account, AGENT, lambda at: _agents(task, at), moment)
    task["_watcher"].running(task, moment)


def _is_first_step(task, definition):
    """Others wait for its end."""
    return any(
        other["containerName"] == definition["name"] and other["condition"] in ("COMPLETE", "SUCCESS")
        for one in task["_definition"]["containerDefinitions"]
        for other in one.get("dependsOn", [])
    )


def _agents(task, moment):
    for container in task["containers"]:
        for agent in container.get("managedAgents", []):
            agent.update(lastStatus="RUNNING", lastStartedAt=stamp(moment))


def _ends(here, task, container, definition, code, moment):
    if task["lastStatus"] != "RUNNING" or container["lastStatus"] != "RUNNING":
        return
    container.update(lastStatus="STOPPED", exitCode=code)
    log(here, task, definition, f"{definition['name']} ended with exit status {code}", moment)
    if definition["essential"]:
        stop(here, task, "EssentialContainerExited", "Essential container in task exited", moment)


def healthy(task):
    task["_healthy"] = True
    for container, definition in _containers(task):
        if "healthCheck" in definition:
            container["healthStatus"] = task["healthStatus"] = "HEALTHY"


def health_checks(task):
    """Seconds until a container with a check of its own is known to be well."""
    checks = [one["healthCheck"] for one in task["_definition"]["containerDefinitions"] if "healthCheck" in one]
    return max((one["interval"] for one in checks), default=HEALTHY)


def log(here, task, definition, text, moment):
    config = definition.get("logConfiguration", {})
    if config.get("logDriver") != "awslogs":
        return
    options = config["options"]
    groups = logs_backends[here.account][options.get("awslogs-region", here.region)]
    group = groups.groups.get(options["awslogs-group"])
    if group is None:
        return
    stream = f"{options.get('awslogs-stream-prefix', 'ecs')}/{definition['name']}/{task['_id']}"
    if stream not in group.streams:
        group.create_log_stream(stream)
    group.put_log_events(stream, [{"timestamp": int(moment * 1000), "message": text}])


# --- down


def stop(here, task, code, reason, moment):
    if task["desiredStatus"] == "STOPPED":
        return
    began = task["lastStatus"] in ("ACTIVATING", "RUNNING")
    task.update(desiredStatus="STOPPED", stopCode=code, stoppedReason=reason, stoppingAt=stamp(moment))
    _status(task, "DEACTIVATING" if began else "DEPROVISIONING")
    wait = task["_watcher"].stopping(task, moment)
    if began:
        after(here.account, wait if code != "EssentialContainerExited" else 0, lambda at: _stopping(here, task, at), moment)
    else:
        after(here.account, DEPROVISION, lambda at: _stopped(here, task, at), moment)


def _stopping(here, task, moment):
    _status(task, "STOPPING")
    after(here.account, STOP, lambda at: _deprovisioning(here, task, at), moment)


def _deprovisioning(here, task, moment):
    for container in task["containers"]:
        if container["lastStatus"] == "RUNNING":
            container.update(lastStatus="STOPPED", exitCode=143)
    task["executionStoppedAt"] = stamp(moment)
    _status(task, "DEPROVISIONING")
    after(here.account, DEPROVISION, lambda at: _stopped(here, task, at), moment)


def _stopped(here, task, moment):
    for container in task["containers"]:
        container["lastStatus"] = "STOPPED"
    for one in task.get("attachments", []):
        one["status"] = "DELETED"
    interfaces.detach(here.account, here.region, [task["_interface"]])
    task["stoppedAt"] = stamp(moment)
    _status(task, "STOPPED")
    after(here.account, KEPT, lambda at: here.tasks.pop(task["taskArn"], None), moment, KEPT_AT_LEAST)
    task["_watcher"].stopped(task, moment)


# --- calls


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


def runs_on(cluster, wish):
    """Launch type or capacity provider, as a task shows it."""
    if wish.get("launchType") and wish.get("capacityProviderStrategy"):
        raise invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
    if wish.get("launchType"):
        return {"launchType": wish["launchType"]}
    strategy = strategy_of(wish.get("capacityProviderStrategy") or cluster["defaultCapacityProviderStrategy"])
    for one in strategy:
        if one["capacityProvider"] not in cluster["capacityProviders"]:
            raise invalid(
                f"The specified capacity provider '{one['capacityProvider']}' is not associated with the cluster. "
                "Associate the capacity provider with the cluster or modify the strategy and try again."
            )
    if not strategy:
        return {"launchType": "EC2"}
    chosen = max(strategy, key=lambda one: (one["base"] > 0, one["weight"]))
    return {"capacityProviderName": chosen["capacityProvider"], "launchType": "FARGATE"}


def check_network(here, definition, network):
    if definition["networkMode"] != "awsvpc":
        return
    config = (network or {}).get("awsvpcConfiguration")
    if not config:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if not config.get("subnets"):
        raise invalid("subnets can not be empty.")
    vpcs = set()
    for name in config["subnets"]:
        subnet = interfaces.subnet(here.account, here.region, name)
        if subnet is None:
            raise invalid(
                f"Error retrieving subnet information for [{name}]: The subnet ID '{name}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
        vpcs.add(subnet.vpc_id)
    for name in config.get("securityGroups", []):
        group = interfaces.group(here.account, here.region, name)
        if group is None:
            raise invalid(
                f"Error retrieving security group information for [{name}]: The security group '{name}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
        vpcs.add(group.vpc_id)
    if len(vpcs) > 1:
        raise invalid("The subnets and the security groups must belong to the same VPC.")


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
