"""Tasks: how they come up, end, and what they leave behind."""

import secrets
import uuid

from moto.ec2.models import ec2_backends
from moto.logs.models import logs_backends

from . import interfaces
from .delays import lasts
from .ecs_start import crashes, digest, trouble
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
        "_public": _public(network),
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


def _public(network):
    return (network or {}).get("awsvpcConfiguration", {}).get("assignPublicIp") == "ENABLED"


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
