"""Names as the world resolves them: those that AWS gives, and the records in the public zones of an account."""

import time

from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends

from .delays import scaled
from .hook import state
from .route53 import answered, name_of
from .traffic_balancers import Balancer
from .traffic_cloudfront import Edge, distributions

_ALIAS_TTL = 60
_LONGEST_CHAIN = 8


def resolve(account, host):
    """What answers for a name; None when there is no such name. What a record said is remembered as long as it asks
    for; that there was none is not."""
    remembered = state("resolver", account, "aws")
    name = name_of(host).rstrip(".")
    until, target = remembered.get(name, (0, None))
    if until <= time.time():
        target, lifetime = _followed(account, name)
        remembered[name] = time.time() + scaled(lifetime), target
    return _own(account, target) if target else None


def _followed(account, name):
    """The name of AWS's that records lead to, and for how many seconds of AWS that may be remembered."""
    lifetime = _ALIAS_TTL
    for hop in range(_LONGEST_CHAIN):
        if _own(account, name):
            return name, lifetime if hop else 0
        record = _record(account, name)
        if record is None:
            return None, 0
        if "AliasTarget" in record:
            name = record["AliasTarget"]["DNSName"].rstrip(".")
        elif record["Type"] == "CNAME":
            name, lifetime = record["ResourceRecords"][0]["Value"].lower().rstrip("."), min(lifetime, record["TTL"])
        else:  # an address: nothing of the account answers there
            return None, 0
    return None, 0


def _record(account, name):
    zones = [one for one in route53_backends[account]["aws"].zones.values() if not one.private_zone]
    within = [one for one in zones if f".{name}.".endswith(f".{one.name}")]
    for zone in sorted(within, key=lambda one: len(one.name), reverse=True)[:1]:
        for asked in (name, f"*.{name.partition('.')[2]}"):
            for kind in ("A", "CNAME"):
                record = answered(zone, (name_of(asked), kind, None))
                if record:
                    return record
    return None


def _own(account, name):
    if name in distributions(account):
        return Edge(account, resolve)
    plain = name.removeprefix("dualstack.")
    for region, store in elbv2_backends[account].items():
        for balancer in store.load_balancers.values():
            if balancer.dns_name.lower() == plain:
                return Balancer(account, region, balancer)
    return None
