"""Proxies. Whether a target is healthy is worked out at each look from what stands between proxy and database."""

import json
import secrets
import time


from . import interfaces, permissions, secretsmanager
from .delays import lasts, scaled
from .hook import fail, given, op
from .later import after, stamp
from .rds import find, group_ids, identifier, place, tags
from .reach import reaches

CREATE = lasts("DB_PROXY_CREATE", 240)
MODIFY = lasts("DB_PROXY_MODIFY", 30)
DELETE = lasts("DB_PROXY_DELETE", 180)
REGISTERING = lasts("DB_PROXY_TARGET_REGISTERING", 20)
CAPACITY = lasts("DB_PROXY_TARGET_CAPACITY", 120)
USABLE = ("available", "modifying", "backing-up")


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
        "ConnectionPoolConfig": _pool({}),
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
    _ready(record)
    if wish.get("NewDBProxyName"):
        raise fail("InternalFailure", "The sandbox does not rename proxies.", 501)
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


def _ready(record):
    if record["Status"] not in ("available", "modifying"):
        raise fail(
            "InvalidDBProxyStateFault",
            f"DB proxy {record['DBProxyName']} is in an unsupported state - {record['Status'].upper()}, needs to be in [AVAILABLE, MODIFYING]",
        )


# --- target group and targets


def _pool(wish, live=None):
    live = live or {"MaxConnectionsPercent": 100, "MaxIdleConnectionsPercent": 50, "ConnectionBorrowTimeout": 120, "SessionPinningFilters": []}
    if "MaxIdleConnectionsPercent" in wish and "MaxConnectionsPercent" not in wish:
        raise fail("InvalidParameterCombination", "MaxIdleConnectionsPercent needs MaxConnectionsPercent in the same request.")
    pool = live | wish
    if "MaxConnectionsPercent" in wish and "MaxIdleConnectionsPercent" not in wish:
        pool["MaxIdleConnectionsPercent"] = wish["MaxConnectionsPercent"] // 2
    if not 1 <= pool["MaxConnectionsPercent"] <= 100 or not 0 <= pool["MaxIdleConnectionsPercent"] <= pool["MaxConnectionsPercent"]:
        raise fail("InvalidParameterValue", "MaxConnectionsPercent must be 1 to 100 and MaxIdleConnectionsPercent not above it.")
    if not 0 <= pool["ConnectionBorrowTimeout"] <= 300:
        raise fail("InvalidParameterValue", "ConnectionBorrowTimeout must be between 0 and 300.")
    return pool


def _target_group(here, wish):
    record = find(here, "db-proxy", wish["DBProxyName"])
    if wish.get("TargetGroupName", "default") != "default":
        raise fail("DBProxyTargetGroupNotFoundFault", f"Target group {wish['TargetGroupName']} not found.", 404)
    return record, here.table("target-group")[record["DBProxyName"]]


@op("rds", "describe_db_proxy_target_groups")
def _(response, original):
    here, wish = place(response), given(response)
    return {"TargetGroups": [_target_group(here, wish)[1]]}


@op("rds", "modify_db_proxy_target_group")
def _(response, original):
    here, wish = place(response), given(response)
    record, group = _target_group(here, wish)
    _ready(record)
    if wish.get("NewName"):
        raise fail("InvalidParameterValue", "The default target group cannot be renamed.")
    group["ConnectionPoolConfig"] = _pool(wish.get("ConnectionPoolConfig", {}), group["ConnectionPoolConfig"])
    group["UpdatedDate"] = stamp()
    return {"DBProxyTargetGroup": group}


@op("rds", "register_db_proxy_targets")
def _(response, original):
    here, wish = place(response), given(response)
    record, _ = _target_group(here, wish)
    _ready(record)
    names = wish.get("DBClusterIdentifiers", [])
    if len(names) != 1 or wish.get("DBInstanceIdentifiers"):
        raise fail("InvalidParameterCombination", "Exactly one cluster can be registered with a proxy.")
    cluster = find(here, "cluster", names[0])
    name = cluster["DBClusterIdentifier"]
    if record["_cluster"]:
        raise fail("DBProxyTargetAlreadyRegisteredFault", f"Target {record['_cluster']} is already registered with {record['DBProxyName']}.")
    if record["EngineFamily"] != "POSTGRESQL" or cluster["Engine"] != "aurora-postgresql":
        raise fail("InvalidParameterValue", f"DB cluster {name} has an engine that the proxy does not serve.")
    if cluster["_vpc"] != record["VpcId"]:
        raise fail("InvalidParameterValue", f"DB cluster {name} is not in the VPC of the proxy.")
    members = here.members(name)
    if not members:
        raise fail("InvalidDBClusterStateFault", f"DB cluster {name} has no instances.")
    for one in members:
        if one["DBInstanceStatus"] not in USABLE:
            raise fail(
                "InvalidDBInstanceState",
                f"DB Instance {one['DBInstanceIdentifier']} is in an unsupported state - "
                f"{one['DBInstanceStatus'].upper().replace('-', '_')}, needs to be in [AVAILABLE, MODIFYING, BACKING_UP]",
            )
    record |= {"_cluster": name, "_registered": time.time()}
    return {"DBProxyTargets": _targets(here, record)}


@op("rds", "deregister_db_proxy_targets")
def _(response, original):
    here, wish = place(response), given(response)
    record, _ = _target_group(here, wish)
    _ready(record)
    for name in wish.get("DBClusterIdentifiers", []) + wish.get("DBInstanceIdentifiers", []):
        if name.lower() != record["_cluster"]:
            raise fail("DBProxyTargetNotFoundFault", f"Target {name} is not registered with {record['DBProxyName']}.", 404)
        record["_cluster"] = None
    return {}


@op("rds", "describe_db_proxy_targets")
def _(response, original):
    here, wish = place(response), given(response)
    record, _ = _target_group(here, wish)
    return {"Targets": _targets(here, record)}


def _targets(here, record):
    cluster = here.clusters.get(record["_cluster"])
    if cluster is None:
        return []
    found = [
        {"TargetArn": cluster["DBClusterArn"], "RdsResourceId": cluster["DBClusterIdentifier"], "Type": "TRACKED_CLUSTER", "Port": cluster["Port"]}
    ]
    members = sorted(here.members(record["_cluster"]), key=lambda one: one["_joined"])
    for index, one in enumerate(members):
        state, reason, words = _health(here, record, cluster, one)
        found.append(
            {
                "TargetArn": one["DBInstanceArn"],
                "Endpoint": one.get("Endpoint", {}).get("Address"),
                "TrackedClusterId": cluster["DBClusterIdentifier"],
                "RdsResourceId": one["DBInstanceIdentifier"],
                "Port": cluster["Port"],
                "Type": "RDS_INSTANCE",
                "Role": "READ_ONLY" if index else "READ_WRITE",
                "TargetHealth": {"State": state, "Reason": reason, "Description": words},
            }
        )
    return found


def _health(here, record, cluster, instance):
    waited = time.time() - max(record["_registered"], instance.get("_since", time.time()))
    if waited < scaled(REGISTERING):
        return "REGISTERING", None, None
    if waited < scaled(CAPACITY):
        return "UNAVAILABLE", "PENDING_PROXY_CAPACITY", "DBProxy Target unavailable due to an internal error"
    if instance["DBInstanceStatus"] not in USABLE:
        return "UNAVAILABLE", "UNREACHABLE", "Database is unreachable"
    source = record["VpcSecurityGroupIds"], record["_addresses"]
    target = group_ids(instance), instance["_addresses"]
    if not reaches(here.account, here.region, source, target, cluster["Port"]):
        return "UNAVAILABLE", "CONNECTION_FAILED", "The proxy could not connect to the database. Check the security groups."
    refused = _refused(here, record, cluster)
    if refused:
        return "UNAVAILABLE", "AUTH_FAILURE", refused
    return "AVAILABLE", None, None


def _refused(here, record, cluster):
    """Why the proxy has no credentials that the database takes."""
    role = permissions.role_named(here.account, record["RoleArn"])
    if record["DefaultAuthScheme"] == "IAM_AUTH":
        return None
    for auth in record["Auth"]:
        secret = secretsmanager.lookup(here.account, here.region, auth.get("SecretArn"))
        if role is None or secret is None:
            return "Proxy does not have any registered credentials"
        if not permissions.allowed(role, "secretsmanager:GetSecretValue", secret["ARN"]):
            return "Proxy authentication with IAM role failed: secretsmanager:GetSecretValue is not allowed"
        key = secret.get("KmsKeyId")
        if key and not permissions.may_decrypt(here.account, here.region, role, key, "secretsmanager"):
            return "Proxy authentication with IAM role failed: kms:Decrypt is not allowed"
        try:
            value = json.loads(secretsmanager.current(secret) or "")
            pair = value["username"], value["password"]
        except (ValueError, KeyError, TypeError):
            return "The secret does not hold a username and a password"
        if pair == (cluster["MasterUsername"], cluster["_password"]):
            return None
    return "The credentials in the secret are not those of a database user"
