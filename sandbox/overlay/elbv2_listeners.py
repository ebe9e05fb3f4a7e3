"""Listeners: one for each port of a load balancer; HTTPS needs a certificate that has been issued."""

import uuid

from moto.elbv2.models import FakeListener
from moto.elbv2.ssl_policies import SSL_POLICIES

from .acm import find as find_certificate
from .elbv2 import Place, tag_dict, write_tags
from .elbv2_actions import actions, shown_actions
from .hook import fail, given, op

DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"


@op("elbv2", "create_listener")
def _(response, original):
    place, wish = Place(response), given(response)
    balancer = place.balancer(wish["LoadBalancerArn"])
    if wish.get("Port") is None or wish.get("Protocol") is None:
        raise fail("ValidationError", "A listener needs a port and a protocol")
    tags, settings = tag_dict(wish), _settings(place, wish, wish["Protocol"])
    made = actions(place, wish.get("DefaultActions", []), balancer.arn)
    for other in balancer.listeners.values():
        if other.port == wish["Port"]:
            same = _settings_of(other) == settings and shown_actions(other.default_actions) == shown_actions(made)
            if same:
                return {"Listeners": [_shown(other)]}
            raise fail(
                "DuplicateListener", f"A listener already exists on this port for this load balancer '{balancer.arn}'"
            )
    arn = f"{balancer.arn.replace(':loadbalancer/', ':listener/')}/{uuid.uuid4().hex[:16]}"
    protocol, policy, certificate = settings
    listener = FakeListener(balancer.arn, arn, protocol, wish["Port"], policy, certificate, made, wish.get("AlpnPolicy"))
    listener.attributes = {}
    listener._default_rule[0].arn = f"{arn.replace(':listener/', ':listener-rule/')}/{uuid.uuid4().hex[:16]}"
    balancer.listeners[arn] = listener
    write_tags(place, arn, tags)
    return {"Listeners": [_shown(listener)]}


def _settings(place, wish, protocol):
    """Protocol, policy and certificate."""
    if protocol not in ("HTTP", "HTTPS"):
        raise fail("ValidationError", f"Listener protocol '{protocol}' must be one of 'HTTP, HTTPS'")
    certificates = wish.get("Certificates", [])
    if protocol == "HTTP":
        if certificates or wish.get("SslPolicy"):
            raise fail("InvalidConfigurationRequest", "Certificates and a security policy cannot be specified for HTTP listeners")
        return protocol, None, None
    if not certificates:
        raise fail("ValidationError", "A certificate must be specified for HTTPS listeners")
    if len(certificates) > 1:
        raise fail("ValidationError", "Up to '1' certificate ARNs can be specified, but '2' or more were specified")
    policy = wish.get("SslPolicy", DEFAULT_POLICY)
    if policy not in SSL_POLICIES:
        raise fail("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    return protocol, policy, _certificate(place, certificates[0]["CertificateArn"])


def _certificate(place, arn):
    found = find_certificate(place.account, place.region, arn)
    if found is None:
        raise fail("CertificateNotFound", f"Certificate '{arn}' not found")
    if found["Status"] != "ISSUED":
        raise fail(
            "UnsupportedCertificate",
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.",
        )
    return arn


def _settings_of(listener):
    return listener.protocol, listener.ssl_policy, listener.certificate


def _shown(listener):
    shown = {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": listener.load_balancer_arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": shown_actions(listener.default_actions),
        "Certificates": [listener.certificate] if listener.certificate else [],
    }
    if listener.protocol == "HTTPS":
        shown |= {"SslPolicy": listener.ssl_policy, "MutualAuthentication": {"Mode": "off"}}
    return shown


@op("elbv2", "describe_listeners")
def _(response, original):
    place, wish = Place(response), given(response)
    if wish.get("LoadBalancerArn"):
        found = list(place.balancer(wish["LoadBalancerArn"]).listeners.values())
    elif wish.get("ListenerArns"):
        found = [place.listener(arn) for arn in wish["ListenerArns"]]
    else:
        raise fail("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
    return {"Listeners": [_shown(one) for one in found]}


@op("elbv2", "modify_listener")
def _(response, original):
    place, wish = Place(response), given(response)
    listener = place.listener(wish["ListenerArn"])
    balancer = place.balancer(listener.load_balancer_arn)
    port, protocol = wish.get("Port", listener.port), wish.get("Protocol", listener.protocol)
    if any(one.port == port for one in balancer.listeners.values() if one is not listener):
        raise fail("DuplicateListener", f"A listener already exists on this port for this load balancer '{balancer.arn}'")
    asked = {field: wish[field] for field in ("Certificates", "SslPolicy") if wish.get(field)}
    if protocol == "HTTPS" and listener.protocol == "HTTPS":
        asked = {"Certificates": [{"CertificateArn": listener.certificate}], "SslPolicy": listener.ssl_policy} | asked
    settings = _settings(place, asked, protocol)
    made = actions(place, wish["DefaultActions"], balancer.arn) if wish.get("DefaultActions") else listener.default_actions
    with place.releasing():
        listener.port = port
        others = [one for one in listener.certificates if one != listener.certificate]
        listener.protocol, listener.ssl_policy, listener.certificate = settings
        listener.certificates = [listener.certificate, *others] if listener.certificate else []
        listener.default_actions = listener._default_rule[0].actions = made
    return {"Listeners": [_shown(listener)]}


@op("elbv2", "delete_listener")
def _(response, original):
    place = Place(response)
    listener = place.listener(given(response)["ListenerArn"])
    with place.releasing():
        del place.balancer(listener.load_balancer_arn).listeners[listener.arn]
    place.store.tagging_service.delete_all_tags_for_resource(listener.arn)
    return {}
