"""Proxies. Whether a target is healthy is worked out at each look from what stands between proxy and database."""

import secrets


from . import interfaces, permissions
from .delays import lasts
from .hook import fail, given, op
from .later import after, stamp
from .rds import find, identifier, place, tags

CREATE = lasts("DB_PROXY_CREATE", 240)
MODIFY = lasts("DB_PROXY_MODIFY", 30)
DELETE = lasts("DB_PROXY_DELETE", 180)


@op("rds", "create_db_proxy")
def _(response, original):
    here, wish = place(response), given(response)
    name = identifier(wish.get("DBProxyName"), "DBProxyName")
    if name in here.proxies:
        raise fail("DBProxyAlreadyExistsFault", f"Proxy '{name}' already exists.")
    subnets = [interfaces.subnet(here.account, here.region, one) for one in wish.get("VpcSubnetIds", [])]
    if None in subnets:
        raise fail("InvalidSubnet", "The requested subnet is invalid, or multiple subnets were requested that are not all in a common VPC.")
    if len({one.vpc_id for one in subnets}) > 1 or len({one.availability_zone for one in subnets}) < 2:
        raise fail("InvalidSubnet", "A proxy needs subnets of one VPC in at least two Availability Zones.")
    vpc_id = subnets[0].vpc_id
    scheme = wish.get("DefaultAuthScheme", "NONE")
    if scheme == "NONE" and not wish.get("Auth"):
        raise fail("InvalidParameterValue", "Auth is required when DefaultAuthScheme is NONE.")
    if not 1 <= wish.get("IdleClientTimeout", 1800) <= 28800:
        raise fail("InvalidParameterValue", "IdleClientTimeout must be between 1 and 28800.")
    _role(here, wish["RoleArn"])
    groups = _groups(here, wish.get("VpcSecurityGroupIds"), vpc_id)
    arn = here.arn("db-proxy", f"prx-{secrets.token_hex(8)}0")
    now = stamp()
    here.proxies[name] = record = {
        "DBProxyName": name,
        "DBProxyArn": arn,
        "Status": "creating",
        "EngineFamily": wish["EngineFamily"],
        "VpcId": vpc_id,
        "VpcSecurityGroupIds": groups,
        "VpcSubnetIds": [one.id for one in subnets],
        "DefaultAuthScheme": scheme,
        "Auth": _auth(wish),
        "RoleArn": wish["RoleArn"],
        "Endpoint": here.host(f"{name}.proxy-"),
        "RequireTLS": bool(wish.get("RequireTLS")),
        "IdleClientTimeout": wish.get("IdleClientTimeout", 1800),
        "DebugLogging": bool(wish.get("DebugLogging")),
        "CreatedDate": now,
        "UpdatedDate": now,
        "EndpointNetworkType": wish.get("EndpointNetworkType", "IPV4"),
        "TargetConnectionNetworkType": wish.get("TargetConnectionNetworkType", "IPV4"),
        "TagList": tags(wish),
        "_arn": arn,
        "_cluster": None,
        "_registered": 0,
    }
    attached = [
        interfaces.attach(here.account, here.region, one.id, groups, f"Network interface for DBProxy {name}", "amazon-rds")
        for one in subnets
    ]
    record["_interfaces"] = [one.id for one in attached]
    record["_addresses"] = [one.private_ip_address for one in attached]
    group_arn = here.arn("target-group", f"prx-tg-{secrets.token_hex(8)}0")
    here.table("target-group")[name] = {
        "DBProxyName": name,
        "TargetGroupName": "default",
        "TargetGroupArn": group_arn,
        "IsDefault": True,
        "Status": "available",
        "ConnectionPoolConfig": pool({}),
        "CreatedDate": now,
        "UpdatedDate": now,
        "TagList": [],
        "_arn": group_arn,
    }

    def available(moment):
        if record["Status"] == "creating":
            record["Status"] = "available"

    after(here.account, CREATE, available)
    return {"DBProxy": record}


def _auth(wish):
    plain = {"POSTGRESQL": "POSTGRES_SCRAM_SHA_256", "MYSQL": "MYSQL_CACHING_SHA2_PASSWORD", "SQLSERVER": "SQL_SERVER_AUTHENTICATION"}
    filled = {"AuthScheme": "SECRETS", "IAMAuth": "DISABLED", "ClientPasswordAuthType": plain[wish["EngineFamily"]]}
    return [filled | one for one in wish.get("Auth") or []]


def _role(here, arn):
    role = permissions.role_named(here.account, arn)
    if role is None or not permissions.trusts(role, "rds.amazonaws.com"):
        raise fail("InvalidParameterValue", "IAM role ARN value is invalid or does not include the required permissions for: PROXY")


def _groups(here, ids, vpc_id):
    ids = ids or [interfaces.default_group(here.account, here.region, vpc_id)]
    for one in ids:
        group = interfaces.group(here.account, here.region, one)
        if group is None or group.vpc_id != vpc_id:
            raise fail("InvalidParameterValue", f"Invalid security group ID: {one}")
    return list(ids)


@op("rds", "describe_db_proxies")
def _(response, original):
    here, name = place(response), given(response).get("DBProxyName")
    return {"DBProxies": [find(here, "db-proxy", name)] if name else list(here.proxies.values())}


@op("rds", "modify_db_proxy")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "db-proxy", wish["DBProxyName"])
    ready(record)
    if wish.get("NewDBProxyName"):
        raise fail("NotImplemented", "The sandbox does not rename proxies.", 501)
    if wish.get("RoleArn"):
        _role(here, wish["RoleArn"])
    if "Auth" in wish:
        record["Auth"] = _auth(wish | {"EngineFamily": record["EngineFamily"]})
    if wish.get("SecurityGroups"):
        record["VpcSecurityGroupIds"] = _groups(here, wish["SecurityGroups"], record["VpcId"])
        interfaces.regroup(here.account, here.region, record["_interfaces"], record["VpcSecurityGroupIds"])
    for field in ("DefaultAuthScheme", "RequireTLS", "IdleClientTimeout", "DebugLogging", "RoleArn"):
        if wish.get(field) is not None:
            record[field] = wish[field]
    record |= {"Status": "modifying", "UpdatedDate": stamp()}

    def available(moment):
        if record["Status"] == "modifying":
            record["Status"] = "available"

    after(here.account, MODIFY, available)
    return {"DBProxy": record}


@op("rds", "delete_db_proxy")
def _(response, original):
    here, wish = place(response), given(response)
    record = find(here, "db-proxy", wish["DBProxyName"])
    name = record["DBProxyName"]
    if record["Status"] == "deleting":
        raise fail("InvalidDBProxyStateFault", f"DB proxy {name} is in an unsupported state - DELETING.")
    record["Status"] = "deleting"

    def gone(moment):
        if here.proxies.get(name) is record:
            interfaces.detach(here.account, here.region, record["_interfaces"])
            del here.proxies[name], here.table("target-group")[name]

    after(here.account, DELETE, gone)
    return {"DBProxy": record}


def ready(record):
    if record["Status"] not in ("available", "modifying"):
        raise fail(
            "InvalidDBProxyStateFault",
            f"DB proxy {record['DBProxyName']} is in an unsupported state - {record['Status'].upper()}, needs to be in [AVAILABLE, MODIFYING]",
        )


def pool(wish, live=None):
    live = live or {"MaxConnectionsPercent": 100, "MaxIdleConnectionsPercent": 50, "ConnectionBorrowTimeout": 120, "SessionPinningFilters": []}
    if "MaxIdleConnectionsPercent" in wish and "MaxConnectionsPercent" not in wish:
        raise fail("InvalidParameterCombination", "MaxIdleConnectionsPercent needs MaxConnectionsPercent in the same request.")
    wanted = live | wish
    if "MaxConnectionsPercent" in wish and "MaxIdleConnectionsPercent" not in wish:
        wanted["MaxIdleConnectionsPercent"] = wish["MaxConnectionsPercent"] // 2
    if not 1 <= wanted["MaxConnectionsPercent"] <= 100 or not 0 <= wanted["MaxIdleConnectionsPercent"] <= wanted["MaxConnectionsPercent"]:
        raise fail("InvalidParameterValue", "MaxConnectionsPercent must be 1 to 100 and MaxIdleConnectionsPercent not above it.")
    if not 0 <= wanted["ConnectionBorrowTimeout"] <= 300:
        raise fail("InvalidParameterValue", "ConnectionBorrowTimeout must be between 0 and 300.")
    return wanted
