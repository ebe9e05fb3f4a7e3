"""Cloud Map: namespaces come and go by operations; one with services in it stays."""

import secrets
import string
import uuid

from moto.route53.models import route53_backends

from . import interfaces
from .delays import lasts
from .hook import fail, given, op, state
from .later import after, stamp

CREATE = lasts("NAMESPACE_CREATE", 45)
DELETE = lasts("NAMESPACE_DELETE", 30)
INSTANCE = lasts("NAMESPACE_INSTANCE", 5)


class Place:
    def __init__(self, account, region):
        self.account, self.region = account, region
        tables = state("servicediscovery", account, region)
        self.namespaces = tables.setdefault("namespaces", {})
        self.services = tables.setdefault("services", {})
        self.operations = tables.setdefault("operations", {})

    def services_in(self, namespace_id):
        return [one for one in self.services.values() if one["NamespaceId"] == namespace_id]


def _here(response):
    return Place(response.current_account, response.region)


def _id(prefix, length=16):
    return prefix + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))


def _tags(wish):
    return {tag["Key"]: tag.get("Value", "") for tag in wish.get("Tags") or []}


def _operation(here, kind, targets, seconds, effect):
    """An operation that ends by itself; effect(moment) may return (code, message) of a failure."""
    now = stamp()
    record = {
        "Id": _id("", 32) + "-" + _id("", 8),
        "OwnerAccount": here.account,
        "Type": kind,
        "Status": "SUBMITTED",
        "CreateDate": now,
        "UpdateDate": now,
        "Targets": targets,
    }
    here.operations[record["Id"]] = record

    def begin(moment):
        record.update(Status="PENDING", UpdateDate=stamp(moment))

    def end(moment):
        failure = effect(moment)
        record.update(Status="FAIL" if failure else "SUCCESS", UpdateDate=stamp(moment))
        if failure:
            record["ErrorCode"], record["ErrorMessage"] = failure

    after(here.account, min(1, seconds), begin)
    after(here.account, seconds, end)
    return {"OperationId": record["Id"]}


def _running(here, namespace_id):
    return next(
        (
            one
            for one in here.operations.values()
            if one["Status"] in ("SUBMITTED", "PENDING") and one["Targets"].get("NAMESPACE") == namespace_id
        ),
        None,
    )


def find_namespace(here, wanted):
    """By id, ARN or, as ECS allows, by name."""
    for one in here.namespaces.values():
        if wanted in (one["Id"], one["Arn"]):
            return one
    return next((one for one in here.namespaces.values() if _http_name(one) == wanted), None)


def _http_name(namespace):
    return namespace["Properties"]["HttpProperties"]["HttpName"]


def _namespace(here, wanted):
    found = next((one for one in here.namespaces.values() if wanted in (one["Id"], one["Arn"])), None)
    if found is None:
        raise fail("NamespaceNotFound", f"Namespace {wanted} not found", 404)
    return found


def _service(here, wanted):
    found = next((one for one in here.services.values() if wanted in (one["Id"], one["Arn"])), None)
    if found is None:
        raise fail("ServiceNotFound", f"Service {wanted} not found", 404)
    return found


def _view_namespace(here, namespace):
    return namespace | {"ServiceCount": len(here.services_in(namespace["Id"]))}


def _view_service(service):
    return service | {"InstanceCount": len(service["_instances"])}


# --- namespaces


def make_namespace(here, kind, wish, vpc_id=None, seconds=CREATE):
    token = wish.get("CreatorRequestId") or str(uuid.uuid4())
    for one in here.operations.values():
        if one.get("_token") == token and one["Status"] in ("SUBMITTED", "PENDING"):
            raise fail("DuplicateRequest", "The operation is already in progress.", DuplicateOperationId=one["Id"])
    for one in here.namespaces.values():
        if one["Name"] == wish["Name"] and one["Type"] == kind and one["_vpc"] == vpc_id:
            raise fail(
                "NamespaceAlreadyExists",
                f"Namespace with name {wish['Name']} already exists.",
                CreatorRequestId=one["CreatorRequestId"],
                NamespaceId=one["Id"],
            )
    namespace_id = _id("ns-")
    now = stamp()
    namespace = {
        "Id": namespace_id,
        "Arn": f"arn:aws:servicediscovery:{here.region}:{here.account}:namespace/{namespace_id}",
        "ResourceOwner": here.account,
        "Name": wish["Name"],
        "Type": kind,
        "Description": wish.get("Description"),
        "Properties": {"HttpProperties": {"HttpName": _free_name(here, wish["Name"])}},
        "CreateDate": now,
        "CreatorRequestId": token,
        "_vpc": vpc_id,
        "_tags": _tags(wish),
    }

    def create(moment):
        if vpc_id:
            zones = route53_backends[here.account]["aws"]
            name = wish["Name"].rstrip(".") + "."
            if interfaces.vpc(here.account, here.region, vpc_id) is None:
                return "CANNOT_CREATE_HOSTED_ZONE", f"The VPC {vpc_id} does not exist."
            if any(
                zone.private_zone and zone.name.rstrip(".") + "." == name and any(one["vpc_id"] == vpc_id for one in zone.vpcs)
                for zone in zones.zones.values()
            ):
                return "CANNOT_CREATE_HOSTED_ZONE", f"ConflictingDomainExists: The VPC {vpc_id} has already been associated with the hosted zone with the same domain name."
            zone = zones.create_hosted_zone(
                name, True, caller_reference=namespace_id, vpcid=vpc_id, vpcregion=here.region, comment="Created by AWS Cloud Map"
            )
            soa = (wish.get("Properties") or {}).get("DnsProperties", {}).get("SOA", {"TTL": 15})
            namespace["Properties"]["DnsProperties"] = {"HostedZoneId": zone.resource_id, "SOA": soa}
        here.namespaces[namespace_id] = namespace
        return None

    answer = _operation(here, "CREATE_NAMESPACE", {"NAMESPACE": namespace_id}, seconds, create)
    here.operations[answer["OperationId"]]["_token"] = token
    return answer | {"_namespace": namespace}


def _free_name(here, name):
    """Two namespaces of one name (in two VPCs) get different HTTP names."""
    taken = {_http_name(one) for one in here.namespaces.values()}
    return name if name not in taken else f"{name}-{_id('', 8)}"


@op("servicediscovery", "create_private_dns_namespace")
def _(response, original):
    wish = given(response)
    return make_namespace(_here(response), "DNS_PRIVATE", wish, wish["Vpc"])


@op("servicediscovery", "create_http_namespace")
def _(response, original):
    return make_namespace(_here(response), "HTTP", given(response))


@op("servicediscovery", "update_private_dns_namespace", "update_http_namespace")
def _(response, original):
    here, wish = _here(response), given(response)
    namespace = _namespace(here, wish["Id"])
    if _running(here, namespace["Id"]):
        raise fail("ResourceInUse", f"Another operation is running on namespace {namespace['Id']}.")

    def update(moment):
        if "Description" in wish["Namespace"]:
            namespace["Description"] = wish["Namespace"]["Description"]
        soa = wish["Namespace"].get("Properties", {}).get("DnsProperties", {}).get("SOA")
        if soa:
            namespace["Properties"]["DnsProperties"]["SOA"] = soa

    return _operation(here, "UPDATE_NAMESPACE", {"NAMESPACE": namespace["Id"]}, DELETE, update)


@op("servicediscovery", "delete_namespace")
def _(response, original):
    here, wish = _here(response), given(response)
    namespace = _namespace(here, wish["Id"])
    busy = _running(here, namespace["Id"])
    if busy and busy["Type"] == "DELETE_NAMESPACE":
        raise fail("DuplicateRequest", "The operation is already in progress.", DuplicateOperationId=busy["Id"])
    if here.services_in(namespace["Id"]):
        raise fail("ResourceInUse", "Namespace has associated services.")

    def delete(moment):
        if here.services_in(namespace["Id"]):
            return "NAMESPACE_IN_USE", "Namespace has associated services."
        here.namespaces.pop(namespace["Id"], None)
        zone_id = namespace["Properties"].get("DnsProperties", {}).get("HostedZoneId")
        route53_backends[here.account]["aws"].zones.pop(zone_id, None)
        return None

    return _operation(here, "DELETE_NAMESPACE", {"NAMESPACE": namespace["Id"]}, DELETE, delete)


@op("servicediscovery", "get_namespace")
def _(response, original):
    here = _here(response)
    return {"Namespace": _view_namespace(here, _namespace(here, given(response)["Id"]))}


def _chosen(records, filters, texts):
    def fits(record, one):
        value, wanted = texts[one["Name"]](record), one["Values"]
        if one.get("Condition", "EQ") == "BEGINS_WITH":
            return (value or "").startswith(wanted[0])
        return value in wanted

    for one in filters:
        if one["Name"] not in texts:
            raise fail("InvalidInput", f"Unknown filter {one['Name']}")
    return [record for record in records if all(fits(record, one) for one in filters)]


@op("servicediscovery", "list_namespaces")
def _(response, original):
    here = _here(response)
    texts = {
        "TYPE": lambda one: one["Type"],
        "NAME": lambda one: one["Name"],
        "HTTP_NAME": _http_name,
        "RESOURCE_OWNER": lambda one: "SELF",
    }
    found = _chosen(here.namespaces.values(), given(response).get("Filters") or [], texts)
    return {"Namespaces": [_view_namespace(here, one) for one in found]}


@op("servicediscovery", "get_operation")
def _(response, original):
    found = _here(response).operations.get(given(response)["OperationId"])
    if found is None:
        raise fail("OperationNotFound", "The operation was not found.", 404)
    return {"Operation": found}


@op("servicediscovery", "list_operations")
def _(response, original):
    texts = {
        "NAMESPACE_ID": lambda one: one["Targets"].get("NAMESPACE"),
        "SERVICE_ID": lambda one: one["Targets"].get("SERVICE"),
        "STATUS": lambda one: one["Status"],
        "TYPE": lambda one: one["Type"],
    }
    return {"Operations": _chosen(_here(response).operations.values(), given(response).get("Filters") or [], texts)}


# --- services and instances


def make_service(here, namespace, wish, kind, tags=None, owner=None):
    same = next((one for one in here.services_in(namespace["Id"]) if one["Name"].lower() == wish["Name"].lower()), None)
    if same:
        raise fail(
            "ServiceAlreadyExists",
            "Service already exists.",
            CreatorRequestId=same["CreatorRequestId"],
            ServiceId=same["Id"],
            ServiceArn=same["Arn"],
        )
    service_id = _id("srv-")
    here.services[service_id] = service = {
        "Id": service_id,
        "Arn": f"arn:aws:servicediscovery:{here.region}:{here.account}:service/{service_id}",
        "ResourceOwner": here.account,
        "Name": wish["Name"],
        "NamespaceId": namespace["Id"],
        "Description": wish.get("Description"),
        "DnsConfig": wish.get("DnsConfig"),
        "Type": kind,
        "HealthCheckConfig": wish.get("HealthCheckConfig"),
        "HealthCheckCustomConfig": wish.get("HealthCheckCustomConfig"),
        "CreateDate": stamp(),
        "CreatorRequestId": wish.get("CreatorRequestId") or str(uuid.uuid4()),
        "CreatedByAccount": here.account,
        "_instances": {},
        "_owner": owner,
        "_tags": tags if tags is not None else _tags(wish),
    }
    return service


@op("servicediscovery", "create_service")
def _(response, original):
    here, wish = _here(response), given(response)
    dns = wish.get("DnsConfig") or {}
    namespace = _namespace(here, wish.get("NamespaceId") or dns.get("NamespaceId"))
    kind = namespace["Type"] if dns.get("DnsRecords") else "HTTP"
    return {"Service": _view_service(make_service(here, namespace, wish, "DNS_HTTP" if kind == "DNS_PRIVATE" else kind))}


@op("servicediscovery", "get_service")
def _(response, original):
    return {"Service": _view_service(_service(_here(response), given(response)["Id"]))}


@op("servicediscovery", "list_services")
def _(response, original):
    here = _here(response)
    texts = {"NAMESPACE_ID": lambda one: one["NamespaceId"], "RESOURCE_OWNER": lambda one: "SELF"}
    filters = [
        one if one["Name"] != "NAMESPACE_ID" else one | {"Values": [value.split("/")[-1] for value in one["Values"]]}
        for one in given(response).get("Filters") or []
    ]
    return {"Services": [_view_service(one) for one in _chosen(here.services.values(), filters, texts)]}


@op("servicediscovery", "delete_service")
def _(response, original):
    here = _here(response)
    service = _service(here, given(response)["Id"])
    if service["_instances"]:
        raise fail("ResourceInUse", "Service contains registered instances; delete the instances before deleting the service")
    del here.services[service["Id"]]
    return {}


@op("servicediscovery", "register_instance")
def _(response, original):
    here, wish = _here(response), given(response)
    service = _service(here, wish["ServiceId"])

    def register(moment):
        service["_instances"][wish["InstanceId"]] = {"Id": wish["InstanceId"], "Attributes": dict(wish["Attributes"])}

    return _operation(here, "REGISTER_INSTANCE", {"INSTANCE": wish["InstanceId"], "SERVICE": service["Id"]}, INSTANCE, register)


@op("servicediscovery", "deregister_instance")
def _(response, original):
    here, wish = _here(response), given(response)
    service = _service(here, wish["ServiceId"])
    if wish["InstanceId"] not in service["_instances"]:
        raise fail("InstanceNotFound", f"Instance {wish['InstanceId']} not found", 404)

    def deregister(moment):
        service["_instances"].pop(wish["InstanceId"], None)

    return _operation(here, "DEREGISTER_INSTANCE", {"INSTANCE": wish["InstanceId"], "SERVICE": service["Id"]}, INSTANCE, deregister)


@op("servicediscovery", "list_instances")
def _(response, original):
    service = _service(_here(response), given(response)["ServiceId"])
    return {"Instances": list(service["_instances"].values())}


@op("servicediscovery", "get_instance")
def _(response, original):
    wish = given(response)
    found = _service(_here(response), wish["ServiceId"])["_instances"].get(wish["InstanceId"])
    if found is None:
        raise fail("InstanceNotFound", f"Instance {wish['InstanceId']} not found", 404)
    return {"Instance": found}


@op("servicediscovery", "discover_instances")
def _(response, original):
    here, wish = _here(response), given(response)
    namespace = find_namespace(here, wish["NamespaceName"])
    if namespace is None:
        raise fail("NamespaceNotFound", f"Namespace {wish['NamespaceName']} not found", 404)
    service = next((one for one in here.services_in(namespace["Id"]) if one["Name"] == wish["ServiceName"]), None)
    if service is None:
        raise fail("ServiceNotFound", f"Service {wish['ServiceName']} not found", 404)
    return {
        "Instances": [
            {"InstanceId": one["Id"], "NamespaceName": namespace["Name"], "ServiceName": service["Name"], "HealthStatus": "HEALTHY", "Attributes": one["Attributes"]}
            for one in service["_instances"].values()
        ]
    }


# --- tags


def _tagged(here, arn):
    for one in [*here.namespaces.values(), *here.services.values()]:
        if one["Arn"] == arn:
            return one["_tags"]
    raise fail("ResourceNotFoundException", f"Resource {arn} not found", 404)


@op("servicediscovery", "list_tags_for_resource")
def _(response, original):
    tags = _tagged(_here(response), given(response)["ResourceARN"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@op("servicediscovery", "tag_resource")
def _(response, original):
    wish = given(response)
    _tagged(_here(response), wish["ResourceARN"]).update(_tags(wish))
    return {}


@op("servicediscovery", "untag_resource")
def _(response, original):
    wish = given(response)
    tags = _tagged(_here(response), wish["ResourceARN"])
    for key in wish["TagKeys"]:
        tags.pop(key, None)
    return {}


def _not_here(response, original):
    raise fail("NotImplemented", "The sandbox knows no public DNS namespaces and no changes of Cloud Map services.", 501)


op("servicediscovery", "create_public_dns_namespace", "update_public_dns_namespace", "update_service", "get_service_attributes", "update_service_attributes", "delete_service_attributes", "get_instances_health_status", "update_instance_custom_health_status", "discover_instances_revision")(_not_here)
