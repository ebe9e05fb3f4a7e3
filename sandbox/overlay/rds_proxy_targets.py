"""What a proxy stands before. Whether a target is healthy is worked out at each look from what lies between the two."""

import json
import time

from . import permissions, secretsmanager
from .delays import lasts, scaled
from .hook import fail, given, op
from .later import stamp
from .rds import find, group_ids, place
from .rds_proxies import pool, ready
from .reach import reaches

REGISTERING = lasts("DB_PROXY_TARGET_REGISTERING", 20)
CAPACITY = lasts("DB_PROXY_TARGET_CAPACITY", 120)
USABLE = ("available", "modifying", "backing-up")


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
    ready(record)
    if wish.get("NewName"):
        raise fail("InvalidParameterValue", "The default target group cannot be renamed.")
    group["ConnectionPoolConfig"] = pool(wish.get("ConnectionPoolConfig", {}), group["ConnectionPoolConfig"])
    group["UpdatedDate"] = stamp()
    return {"DBProxyTargetGroup": group}


@op("rds", "register_db_proxy_targets")
def _(response, original):
    here, wish = place(response), given(response)
    record, _ = _target_group(here, wish)
    ready(record)
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
    ready(record)
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
