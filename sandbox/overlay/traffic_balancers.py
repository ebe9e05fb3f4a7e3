"""What a load balancer does with a request: its security groups, listeners, rules and targets decide."""

from types import SimpleNamespace
from urllib.parse import parse_qs

from .elbv2 import Place
from .elbv2_target_groups import verdict_on
from .reach import admits, reaches
from .traffic_certificates import names_of
from .traffic_messages import Answer, Client, Unanswered, like, page
from .traffic_programs import answer_of

_SERVER = "awselb/2.0"


class Balancer:
    def __init__(self, account, region, balancer):
        self.account, self.region, self.balancer = account, region, balancer
        self.place = Place(SimpleNamespace(current_account=account, region=region))

    def door(self, port, client):
        """The listener that a client gets to."""
        inside = bool(client.groups)
        open_ = self.balancer.state == "active" and (inside or self.balancer.scheme == "internet-facing")
        if not open_ or not admits(self.account, self.region, self.balancer.security_groups, client.peer, port):
            raise Unanswered("connection_timeout")
        listener = next((one for one in self.balancer.listeners.values() if one.port == port), None)
        if listener is None:
            raise Unanswered("connection_refused")
        return Listener(self, listener)

    @property
    def addresses(self):
        held = map(self.place.ec2.enis.get, self.balancer.interfaces.values())
        return tuple(one.private_ip_address for one in held if one)


class Listener:
    def __init__(self, behind, listener):
        self.behind, self.listener = behind, listener
        self.secure = listener.protocol == "HTTPS"

    def names_for(self, host):
        return names_of(self.behind.account, self.behind.region, self.listener.certificate)

    def answer(self, request):
        rules = sorted(self.listener.rules.values(), key=lambda rule: (rule.is_default, 0 if rule.is_default else rule.priority))
        rule = next(one for one in rules if one.is_default or all(_holds(condition, request) for condition in one.conditions))
        action = rule.actions[-1].data
        if action["Type"] == "redirect":
            return _redirected(action["RedirectConfig"], request)
        if action["Type"] == "fixed-response":
            config = action["FixedResponseConfig"]
            headers = {"Server": _SERVER, "Content-Type": config.get("ContentType", "text/plain")}
            return Answer(int(config["StatusCode"]), headers, config.get("MessageBody", "").encode())
        if action["Type"] != "forward":
            return page(501, f"The sandbox does not carry out {action['Type']}", _SERVER)
        return self._forwarded(action["ForwardConfig"]["TargetGroups"], request)

    def _forwarded(self, groups, request):
        place, account, region = self.behind.place, self.behind.account, self.behind.region
        group = place.group(max(groups, key=lambda one: one["Weight"])["TargetGroupArn"])
        if not group.targets:
            return page(503, "Service Temporarily Unavailable", _SERVER)
        # With no healthy target left, all of them are tried.
        healthy = [one for one in group.targets.values() if verdict_on(place, group, one)[0] == "healthy"]
        target = (healthy or list(group.targets.values()))[0]
        own = Client(self.behind.addresses, tuple(self.behind.balancer.security_groups))
        held = next((one for one in place.ec2.enis.values() if one.private_ip_address == target["Id"]), None)
        there = [one.id for one in held.group_set] if held else [], [target["Id"]]
        if held is None or not reaches(account, region, own.peer, there, target["Port"]):
            return page(504, "Gateway Time-out", _SERVER)
        headers = {"x-forwarded-proto": self.listener.protocol.lower(), "x-forwarded-port": str(self.listener.port)}
        processing = self.behind.balancer.attrs["routing.http.xff_header_processing.mode"]
        if processing != "append":
            headers["x-forwarded-for"] = request.headers.get("x-forwarded-for") if processing == "preserve" else None
        answer = answer_of(account, region, target["Id"], target["Port"], request.sent_on(own, headers, scheme="http"))
        return answer or page(502, "Bad Gateway", _SERVER)


def _holds(condition, request):
    values, kind = condition.get("Values", []), condition["Field"]
    if kind == "path-pattern":
        return any(like(one, request.path) for one in condition["PathPatternConfig"]["Values"])
    if kind == "host-header":
        return any(like(one.lower(), request.host) for one in condition["HostHeaderConfig"]["Values"])
    if kind == "http-header":
        sent = request.headers.get(condition["HttpHeaderConfig"]["HttpHeaderName"].lower())
        return sent is not None and any(like(one.lower(), sent.lower()) for one in condition["HttpHeaderConfig"]["Values"])
    if kind == "http-request-method":
        return request.method in condition["HttpRequestMethodConfig"]["Values"]
    if kind == "query-string":
        asked = parse_qs(request.query, keep_blank_values=True)
        return any(
            like(one["Value"], value)
            for one in condition["QueryStringConfig"]["Values"]
            for key, sent in asked.items()
            if one.get("Key") in (None, key)
            for value in sent
        )
    raise NotImplementedError(f"the condition {kind} with {values}")


def _redirected(config, request):
    now = {
        "protocol": request.scheme,
        "host": request.host,
        "port": str(request.port),
        "path": request.path.lstrip("/"),
        "query": request.query,
    }

    def filled(name):
        text = config[name]
        for key, value in now.items():
            text = text.replace(f"#{{{key}}}", value)
        return text

    query = filled("Query")
    address = f"{filled('Protocol').lower()}://{filled('Host')}:{filled('Port')}{filled('Path')}"
    status = int(config["StatusCode"].removeprefix("HTTP_"))
    return Answer(status, {"Server": _SERVER, "Location": address + (f"?{query}" if query else "")})
