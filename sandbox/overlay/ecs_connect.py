"""Service Connect: names in a Cloud Map namespace. They are made with the service and outlive it."""

from . import servicediscovery
from .ecs import invalid
from .hook import fail


def resolved(here, cluster, definition, wish, service_arn):
    """The configuration as a deployment shows it, and the Cloud Map services behind it."""
    if not wish or not wish.get("enabled"):
        return ({"enabled": False} if wish else None), None
    map_ = servicediscovery.Place(here.account, here.region)
    wanted = wish.get("namespace") or (cluster["serviceConnectDefaults"] or {}).get("namespace")
    if not wanted:
        raise invalid("A namespace is required: the cluster has no Service Connect defaults.")
    namespace = servicediscovery.find_namespace(map_, wanted)
    if namespace is None:
        raise fail("NamespaceNotFoundException", "The specified namespace was not found.")
    ports = {
        mapping["name"]: mapping
        for container in definition["containerDefinitions"]
        for mapping in container["portMappings"]
        if "name" in mapping
    }
    services, resources = [], []
    for one in wish.get("services", []):
        if one["portName"] not in ports:
            raise invalid(f"portName ({one['portName']}) does not exist in the task definition's container port mappings.")
        name = one.get("discoveryName", one["portName"])
        default = {"port": ports[one["portName"]]["containerPort"], "dnsName": f"{name}.{namespace['Name']}"}
        aliases = [default | alias for alias in one.get("clientAliases") or []]
        services.append(one | {"discoveryName": name, "clientAliases": aliases})
        resources.append((name, _claim(map_, namespace, name, service_arn)))
    for name, found in resources:
        if found is None:
            servicediscovery.make_service(map_, namespace, {"Name": name}, "HTTP", {"AmazonECSManaged": "true"}, service_arn)
    return (
        wish | {"namespace": namespace["Arn"], "services": services},
        [{"discoveryName": name, "discoveryArn": _known(map_, namespace, name)["Arn"]} for name, _ in resources],
    )


def _known(map_, namespace, name):
    return next((one for one in map_.services_in(namespace["Id"]) if one["Name"] == name), None)


def _claim(map_, namespace, name, service_arn):
    found = _known(map_, namespace, name)
    if found and found["_owner"] != service_arn:
        raise invalid(f"SC service is already used by namespace/{namespace['Id']}: {name}")
    return found


def join(here, task, resources):
    for service in _services(here, resources):
        service["_instances"][task["_id"]] = {
            "Id": task["_id"],
            "Attributes": {"AWS_INSTANCE_IPV4": task["_address"], "AvailabilityZone": task["availabilityZone"]},
        }


def leave(here, task, resources):
    for service in _services(here, resources):
        service["_instances"].pop(task["_id"], None)


def _services(here, resources):
    arns = {one["discoveryArn"] for one in resources or []}
    return [one for one in servicediscovery.Place(here.account, here.region).services.values() if one["Arn"] in arns]
