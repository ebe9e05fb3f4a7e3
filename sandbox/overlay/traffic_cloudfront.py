"""What CloudFront does with a request: every edge answers for every distribution, by the host asked for."""

from .cloudfront import table
from .cloudfront_config import covers
from .cloudfront_policies import check as policy_of
from .traffic_balancers import Balancer
from .traffic_certificates import names_of
from .traffic_messages import Answer, Client, Unanswered, like, page

# One of the addresses in AWS's prefix list for it.
ORIGIN_FACING = Client(("130.176.0.1",))
_SERVER = "CloudFront"
_DEFAULT_NAMES = ("*.cloudfront.net",)


def distributions(account):
    """What is served, by domain name: only what has been everywhere once, and is enabled there."""
    found = table(account, "distributions").values()
    return {one["domain"]: one["served"] for one in found if one.get("deployed") and one["served"]["Enabled"]}


def _distribution(account, host):
    for domain, config in distributions(account).items():
        if host == domain or any(covers(one.lower(), host) for one in config["Aliases"].get("Items", [])):
            return domain, config
    return None, None


class Edge:
    """`resolve(account, host)` finds what a name leads to."""

    def __init__(self, account, resolve):
        self.account, self.resolve = account, resolve

    def door(self, port, client):
        if port not in (80, 443):
            raise Unanswered("connection_timeout")
        return _Door(self, port == 443)


class _Door:
    def __init__(self, edge, secure):
        self.edge, self.secure = edge, secure

    def names_for(self, host):
        domain, config = _distribution(self.edge.account, host or "")
        arn = config and config["ViewerCertificate"].get("ACMCertificateArn")
        if host == domain or host is None:
            return _DEFAULT_NAMES
        return names_of(self.edge.account, "us-east-1", arn) if arn else ()

    def answer(self, request):
        _, config = _distribution(self.edge.account, request.host)
        if config is None:
            return _refused(403, "The request could not be satisfied: no distribution has this host.")
        behavior = next(
            (one for one in config["CacheBehaviors"].get("Items", []) if like(one["PathPattern"].lstrip("/"), request.path[1:])),
            config["DefaultCacheBehavior"],
        )
        if request.scheme == "http" and behavior["ViewerProtocolPolicy"] == "redirect-to-https":
            return Answer(301, {"Server": _SERVER, "Location": f"https://{request.host}{request.target}"})
        if request.scheme == "http" and behavior["ViewerProtocolPolicy"] == "https-only":
            return _refused(403, "The distribution supports HTTPS alone.")
        if request.method not in behavior["AllowedMethods"]["Items"]:
            return _refused(403, "This distribution is not configured to allow the HTTP request method.")
        origin = next(one for one in config["Origins"]["Items"] if one["Id"] == behavior["TargetOriginId"])
        try:
            answer = self._fetched(origin, behavior, request)
        except Unanswered as nobody:
            late = nobody.error == "connection_timeout"
            return _refused(504 if late else 502, "CloudFront wasn't able to connect to the origin.")
        cached = "Error from cloudfront" if answer.status >= 400 else "Miss from cloudfront"
        return answer.marked({"Via": "1.1 sandbox (CloudFront)", "X-Cache": cached})

    def _fetched(self, origin, behavior, request):
        behind, client, secure, port = self._origin(origin, request)
        door = behind.door(port, client)
        host = request.host if self._keeps_host(behavior) else origin["DomainName"].lower()
        own = {one["HeaderName"].lower(): one["HeaderValue"] for one in origin["CustomHeaders"].get("Items", [])}
        if secure != door.secure or (secure and not _proves(door, {host, origin["DomainName"].lower()})):
            raise Unanswered("tls_certificate_error")
        headers = {"host": host, "via": "1.1 sandbox (CloudFront)"} | own
        scheme = "https" if secure else "http"
        target = origin["OriginPath"] + request.target
        return door.answer(request.sent_on(client, headers, scheme=scheme, port=port, target=target))

    def _origin(self, origin, request):
        """Where it is, who asks there, whether by HTTPS, and on which port."""
        account = self.edge.account
        inside = origin.get("VpcOriginConfig")
        if inside:
            record = table(account, "vpc-origins")[inside["VpcOriginId"]]
            config = record["config"]
            balancer = _balancer(account, record["region"], config["Arn"])
            behind, client = balancer, _inside(balancer, record)
        else:
            config = origin["CustomOriginConfig"]
            behind, client = self.edge.resolve(account, origin["DomainName"]), ORIGIN_FACING
        if behind is None:
            raise Unanswered("dns_error")
        policy = config["OriginProtocolPolicy"]
        secure = policy == "https-only" or (policy == "match-viewer" and request.scheme == "https")
        return behind, client, secure, config["HTTPSPort" if secure else "HTTPPort"]

    def _keeps_host(self, behavior):
        """Whether the origin hears the host that the viewer asked for."""
        if not behavior.get("OriginRequestPolicyId"):
            forwarded = behavior.get("ForwardedValues", {}).get("Headers", {}).get("Items", [])
            return bool({"host", "*"} & {one.lower() for one in forwarded})
        policy = policy_of(self.edge.account, "OriginRequestPolicy", behavior["OriginRequestPolicyId"])
        headers = policy["config"]["HeadersConfig"]
        named = "host" in [one.lower() for one in headers.get("Headers", {}).get("Items", [])]
        return {"none": False, "whitelist": named, "allExcept": not named}.get(headers["HeaderBehavior"], True)


def _balancer(account, region, arn):
    found = Balancer(account, region, None)
    found.balancer = found.place.store.load_balancers.get(arn)
    return found if found.balancer else None


def _inside(behind, record):
    held = [behind.place.ec2.enis[one] for one in record["interfaces"] if behind and one in behind.place.ec2.enis]
    groups = {group.id for one in held for group in one.group_set}
    # Rules let it in by its group, or by the list of CloudFront's addresses.
    return Client(tuple(one.private_ip_address for one in held) + ORIGIN_FACING.addresses, tuple(groups))


def _proves(door, hosts):
    return any(covers(name, host) for host in hosts for name in door.names_for(host))


def _refused(status, words):
    return page(status, words, _SERVER).marked({"X-Cache": "Error from cloudfront"})
