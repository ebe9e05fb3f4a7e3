"""Route 53: records as AWS stores them, and changes that take a while to be everywhere."""

import secrets
import string
import time

from moto.route53 import models
from moto.route53.models import FakeZone, route53_backends

from .delays import DNS_CHANGE, scaled
from .elbv2_zones import ZONES
from .hook import fail, given, op, replace, state
from .later import stamp

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
_ALPHABET = string.ascii_uppercase + string.digits


def _id(prefix, length):
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


replace(models.HostedZoneIdentifier, "generate", lambda self, existing_ids=None, tags=None: _id("Z", 20))


def records_of(zone):
    """What the zone holds, by name, type and set identifier; a new zone has its own two."""
    if "records" not in zone.__dict__:
        servers = zone.delegation_set.name_servers
        zone.records, zone.former = {}, {}
        _put(zone, {"Name": zone.name, "Type": "NS", "TTL": 172800, "ResourceRecords": [{"Value": f"{one}."} for one in servers]})
        start = f"{servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
        _put(zone, {"Name": zone.name, "Type": "SOA", "TTL": 900, "ResourceRecords": [{"Value": start}]})
    return zone.records


replace(FakeZone, "resource_record_set_count", property(lambda self: len(records_of(self))))


def _put(zone, record):
    zone.former[_key(record)] = answered(zone, _key(record))
    zone.records[_key(record)] = record | {"since": time.time()}


def _key(record):
    return record["Name"], record["Type"], record.get("SetIdentifier")


def name_of(text):
    """Lower case, with a final dot, and other than letters, digits and a few signs as octal codes."""
    plain = text.replace("\\052", "*").lower().rstrip(".") + "."
    return "".join(one if one.isalnum() or one in "-_.\\/" else f"\\{ord(one):03o}" for one in plain)


def answered(zone, key):
    """What everybody is told of a name: a change gets about for a while."""
    record = records_of(zone).get(key)
    fresh = record and time.time() < record["since"] + scaled(DNS_CHANGE)
    return zone.former[key] if fresh else record


def value_since(account, name, kind, value):
    """Since when a public zone of the account has answered a name with a value; None when it does not."""
    for zone in route53_backends[account]["aws"].zones.values():
        record = None if zone.private_zone else records_of(zone).get((name_of(name), kind, None))
        if record and value.rstrip(".") in [one["Value"].rstrip(".") for one in record.get("ResourceRecords", [])]:
            return record["since"] + scaled(DNS_CHANGE)
    return None


def values_of(account, name, kind):
    """What the public zones of an account answer for a name."""
    zones = [one for one in route53_backends[account]["aws"].zones.values() if not one.private_zone]
    found = [answered(one, (name_of(name), kind, None)) for one in zones]
    return [value["Value"] for record in found if record for value in record.get("ResourceRecords", [])]


def _zone(response, zone_id):
    zone = response.backend.zones.get(zone_id.removeprefix("/hostedzone/"))
    if zone is None:
        raise fail("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", 404)
    return zone


# --- changes


def _change(response):
    change = {"Id": f"/change/{_id('C', 20)}", "SubmittedAt": stamp(), "since": time.time()}
    state("route53-changes", response.current_account, "aws")[change["Id"]] = change
    return _shown_change(change)


def _shown_change(change):
    status = "INSYNC" if time.time() >= change["since"] + scaled(DNS_CHANGE) else "PENDING"
    return {"Id": change["Id"], "Status": status, "SubmittedAt": change["SubmittedAt"]}


@op("route53", "get_change")
def _(response, original):
    change_id = "/change/" + given(response)["Id"].removeprefix("/change/")
    change = state("route53-changes", response.current_account, "aws").get(change_id)
    if change is None:
        raise fail("NoSuchChange", f"Could not find resource with ID: {change_id}", 404)
    return {"ChangeInfo": _shown_change(change)}


# --- zones


@op("route53", "create_hosted_zone")
def _(response, original):
    wish = given(response)
    if any(zone.caller_reference == wish["CallerReference"] for zone in response.backend.zones.values()):
        raise fail(
            "HostedZoneAlreadyExists",
            f"A hosted zone has already been created with the specified caller reference: {wish['CallerReference']}",
            409,
        )
    if wish.get("VPC"):
        response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return {**original().result, "ChangeInfo": _change(response)}


@op("route53", "delete_hosted_zone")
def _(response, original):
    zone = _zone(response, given(response)["Id"])
    if len(records_of(zone)) > 2:
        raise fail(
            "HostedZoneNotEmpty", "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
        )
    del response.backend.zones[zone.resource_id]
    return {"ChangeInfo": _change(response)}


@op("route53", "list_hosted_zones_by_name")
def _(response, original):
    """The name is where the list begins, not what it is limited to."""
    wish = given(response)
    zones = sorted(response.backend.zones.values(), key=lambda zone: (_reversed(zone.name), zone.resource_id))
    if wish.get("DNSName"):
        start = _reversed(name_of(wish["DNSName"])), wish.get("HostedZoneId", "").removeprefix("/hostedzone/")
        zones = [zone for zone in zones if (_reversed(zone.name), zone.resource_id) >= start]
    size = int(wish.get("MaxItems") or 100)
    rest = zones[size:]
    answer = {"HostedZones": zones[:size], "DNSName": wish.get("DNSName"), "MaxItems": str(size), "IsTruncated": bool(rest)}
    if rest:
        answer |= {"NextDNSName": rest[0].name, "NextHostedZoneId": rest[0].resource_id}
    return answer


def _reversed(name):
    return list(reversed(name.rstrip(".").split(".")))


# --- records


@op("route53", "list_resource_record_sets")
def _(response, original):
    wish = given(response)
    zone = _zone(response, wish["HostedZoneId"])
    if wish.get("StartRecordType") and not wish.get("StartRecordName"):
        raise fail("InvalidInput", "The input is not valid: a start type needs a start name")
    found = sorted(records_of(zone).values(), key=_order)
    if wish.get("StartRecordName"):
        name, kind = name_of(wish["StartRecordName"]), wish.get("StartRecordType", "")
        start = _reversed(name), kind, wish.get("StartRecordIdentifier") or ""
        found = [one for one in found if _order(one) >= start]
    size = min(int(wish.get("MaxItems") or 300), 300)
    rest = found[size:]
    answer = {
        "ResourceRecordSets": [{key: value for key, value in one.items() if key != "since"} for one in found[:size]],
        "IsTruncated": bool(rest),
        "MaxItems": str(size),
    }
    if rest:
        answer |= {"NextRecordName": rest[0]["Name"], "NextRecordType": rest[0]["Type"]}
    return answer


def _order(record):
    return _reversed(record["Name"]), record["Type"], record.get("SetIdentifier") or ""


@op("route53", "change_resource_record_sets")
def _(response, original):
    wish = given(response)
    zone = _zone(response, wish["HostedZoneId"])
    changes = wish["ChangeBatch"]["Changes"]
    weight = sum(len(one["ResourceRecordSet"].get("ResourceRecords", [])) * (1 + (one["Action"] == "UPSERT")) for one in changes)
    if weight > 1000:
        raise _refused(["Number of records limit of 1000 exceeded."])
    old, problems = dict(records_of(zone)), []
    for change in changes:
        problem = _apply(zone, change["Action"], _record(change))
        if problem:
            problems.append(problem)
    problems += _conflicts(zone)
    if problems:
        zone.records = old
        raise _refused(problems)
    return {"ChangeInfo": _change(response)}


def _refused(problems):
    text = "[" + ", ".join(problems) + "]"
    return fail("InvalidChangeBatch", text, 400, messages=problems)


def _record(change):
    record = dict(change["ResourceRecordSet"])
    parts = [field for field in ("AliasTarget", "TTL", "TrafficPolicyInstanceId") if field in record]
    if parts not in (["AliasTarget"], ["TTL"]) or ("TTL" in record) != bool(record.get("ResourceRecords")):
        raise fail(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found {'none' if not parts else 'more than one'} in Change with "
            f"[Action={change['Action']}, Name={record['Name']}, Type={record['Type']}, "
            f"SetIdentifier={record.get('SetIdentifier', 'null')}]",
        )
    record["Name"] = name_of(record["Name"])
    if "AliasTarget" in record:
        record["AliasTarget"] = record["AliasTarget"] | {"DNSName": name_of(record["AliasTarget"]["DNSName"])}
    return record


def _apply(zone, action, record):
    """Carries out one change, or says why not."""
    name, kind = record["Name"], record["Type"]
    what = f"resource record set [name='{name}', type='{kind}']"
    known = zone.records.get(_key(record))
    if name != zone.name and not name.endswith(f".{zone.name}"):
        return f"RRSet with DNS name {name} is not permitted in zone {zone.name}"
    if action == "DELETE":
        if known is None:
            return f"Tried to delete {what} but it was not found"
        if {key: value for key, value in known.items() if key != "since"} != record:
            return f"Tried to delete {what} but the values provided do not match the current values"
        del zone.records[_key(record)]
        return None
    if action == "CREATE" and known:
        return f"Tried to create {what} but it already exists"
    if kind == "CNAME" and name == zone.name:
        return f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone.name}"
    _put(zone, record)
    return _alias_problem(record) if "AliasTarget" in record else None


def _alias_problem(record):
    target = record["AliasTarget"]
    domain = "cloudfront.net." if target["HostedZoneId"] == CLOUDFRONT_ZONE else None
    domain = domain or next((f"{region}.elb.amazonaws.com." for region, zone in ZONES.items() if zone == target["HostedZoneId"]), None)
    if domain and not target["DNSName"].endswith(f".{domain}"):
        return (
            f"Tried to create an alias that targets {target['DNSName']}, type {record['Type']} in zone "
            f"{target['HostedZoneId']}, but the alias target name does not lie within the target zone"
        )
    if domain == "cloudfront.net." and target["EvaluateTargetHealth"]:
        return "EvaluateTargetHealth must be false for an alias that targets CloudFront"
    return None


def _conflicts(zone):
    """Nothing stands beside a CNAME."""
    names = {}
    for name, kind, _ in zone.records:
        names.setdefault(name, set()).add(kind)
    return [
        f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same "
        f"DNS name in zone {zone.name}"
        for name, kinds in names.items()
        if "CNAME" in kinds and len(kinds) > 1
    ]
