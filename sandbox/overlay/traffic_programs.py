"""The programs in containers, as far as they answer: a few paths each, with what they know of themselves."""

from urllib.parse import urlsplit

from .ecs import Place
from .ecs_start import secret_value
from .keycloak import Keycloak
from .rds import Place as Databases
from .traffic_messages import document

# By the name of the image, then by port.
_PATHS = {
    "mcp-gateway-registry": {80: ("/", "/health"), 7860: ("/", "/health")},
    "mcp-gateway-auth-server": {8888: ("/health",)},
    "keycloak": {8080: ("/", "/health", "/realms/master")},
    "mcp-gateway-grafana": {3000: ("/grafana", "/grafana/", "/grafana/api/health", "/api/health")},
}
# Each sets anew what it knows of the way before it; what nobody sets gets through.
_SCHEMES = ("x-cloudfront-forwarded-proto", "x-forwarded-proto")


def answer_of(account, region, address, port, request):
    """What comes back from an address and port; None when nothing listens there."""
    task = next((one for one in Place(account, region).tasks.values() if _listens(one, address)), None)
    container = _container(task, port) if task else None
    if container is None:
        return None
    image = container["image"].rsplit("/", 1)[-1].split("@")[0].split(":")[0]
    known = _PATHS.get(image, {}).get(port, ("/",))
    environment = {one["name"]: one["value"] for one in container.get("environment", [])}
    if image == "keycloak" and request.path not in known:
        return _keycloak(Place(account, region), container, environment, request)
    if request.path not in known:
        return document(404, {"detail": "Not Found"})
    return document(
        200,
        {
            "service": container["name"],
            "task": task["_id"],
            "host": request.host,
            "scheme": next((request.headers[one] for one in _SCHEMES if one in request.headers), request.scheme),
            "urls": {name: value for name, value in environment.items() if value.startswith(("http://", "https://"))},
        },
    )


def _listens(task, address):
    return task["_address"] == address and task["lastStatus"] == "RUNNING"


def _container(task, port):
    return next(
        (
            one
            for one in task["_definition"]["containerDefinitions"]
            if any(mapping.get("containerPort") == port for mapping in one["portMappings"])
        ),
        None,
    )


def _keycloak(here, container, environment, request):
    known = {one["name"]: secret_value(here, one["valueFrom"]) for one in container.get("secrets", [])}
    cluster = _cluster(Databases(here.account, here.region), urlsplit(known["KC_DB_URL"].removeprefix("jdbc:")).hostname)
    if cluster is None:
        return document(503, {"error": "no database"})
    if "_keycloak" not in cluster:
        cluster["_keycloak"] = Keycloak(known["KEYCLOAK_ADMIN"], known["KEYCLOAK_ADMIN_PASSWORD"])
    return cluster["_keycloak"].answer(request, environment.get("KC_HOSTNAME_URL") or environment["KC_HOSTNAME"])


def _cluster(databases, host):
    """What answers at an endpoint, straight or through a proxy."""
    proxy = next((one for one in databases.proxies.values() if one["Endpoint"] == host), None)
    if proxy:
        return databases.clusters.get(proxy["_cluster"])
    return next((one for one in databases.clusters.values() if host in (one["Endpoint"], one["ReaderEndpoint"])), None)
