"""What an account has before anything is built in it: the images and the zone that its user brought."""

import hashlib
import json

from moto.route53.models import route53_backends

from .hook import opening, state, store

ZONE = "example.com."
IMAGES = (
    "keycloak",
    "mcp-gateway-auth-server",
    "mcp-gateway-currenttime",
    "mcp-gateway-flight-booking-agent",
    "mcp-gateway-grafana",
    "mcp-gateway-mcpgw",
    "mcp-gateway-metrics-service",
    "mcp-gateway-realserverfaketools",
    "mcp-gateway-registry",
    "mcp-gateway-travel-assistant-agent",
)
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@opening
def push_images(account, region):
    ecr = store("ecr", account, region)
    for name in IMAGES:
        ecr.create_repository(name, None, None, None, None, None)
        ecr.put_image(name, _manifest(name), "latest", _MANIFEST)


@opening
def create_zone(account, region):
    seen = state("accounts", account, "aws")
    if not seen:
        seen["zone"] = True
        route53_backends[account]["aws"].create_hosted_zone(
            ZONE, private_zone=False, comment="", caller_reference="example", vpcid=None, vpcregion=None
        )


def _manifest(name):
    layers = [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", **_blob(f"{name} {n}")} for n in range(3)]
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json", **_blob(name)},
            "layers": layers,
        }
    )


def _blob(text):
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"size": int(digest[:6], 16), "digest": f"sha256:{digest}"}
