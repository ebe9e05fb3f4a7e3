"""Cluster parameter groups: only what somebody set has the source `user`."""

import re

from .hook import fail, given, op
from .rds import find, identifier, place, tags, wanted
from .rds_engines import ENGINES, family

BOOLEAN, SWITCH = "0,1", "enabled,disabled"

# name: (default, apply type, data type, allowed values)
POSTGRES = {
    "autovacuum_naptime": ("5", "dynamic", "integer", "1-2147483"),
    "client_encoding": (None, "dynamic", "string", None),
    "deadlock_timeout": (None, "dynamic", "integer", "1-2147483647"),
    "idle_in_transaction_session_timeout": ("86400000", "dynamic", "integer", "0-2147483647"),
    "log_autovacuum_min_duration": ("10000", "dynamic", "integer", "-1-2147483647"),
    "log_connections": (None, "dynamic", "boolean", BOOLEAN),
    "log_disconnections": (None, "dynamic", "boolean", BOOLEAN),
    "log_lock_waits": (None, "dynamic", "boolean", BOOLEAN),
    "log_min_duration_statement": (None, "dynamic", "integer", "-1-2147483647"),
    "log_statement": (None, "dynamic", "string", "none,ddl,mod,all"),
    "max_connections": ("LEAST({DBInstanceClassMemory/9531392},5000)", "static", "integer", "6-262143"),
    "password_encryption": (None, "dynamic", "string", "md5,scram-sha-256"),
    "rds.force_ssl": ("0", "dynamic", "boolean", BOOLEAN),
    "rds.log_retention_period": ("4320", "dynamic", "integer", "1440-10080"),
    "rds.logical_replication": ("0", "static", "boolean", BOOLEAN),
    "shared_preload_libraries": ("pg_stat_statements", "static", "list", None),
    "ssl_min_protocol_version": ("TLSv1.2", "dynamic", "string", "TLSv1.2,TLSv1.3"),
    "statement_timeout": (None, "dynamic", "integer", "0-2147483647"),
    "timezone": ("UTC", "dynamic", "string", None),
    "track_activity_query_size": ("4096", "static", "integer", "100-1048576"),
    "work_mem": (None, "dynamic", "integer", "64-2147483647"),
}
DOCUMENTS = {
    "audit_logs": ("disabled", "dynamic", "string", "enabled,disabled,ddl,dml_read,dml_write,all,none"),
    "change_stream_log_retention_duration": ("10800", "dynamic", "integer", "3600-604800"),
    "default_collection_compression": ("none", "dynamic", "string", "zstd,lz4,none"),
    "profiler": ("disabled", "dynamic", "string", SWITCH),
    "profiler_sampling_rate": ("1.0", "dynamic", "float", "0.0-1.0"),
    "profiler_threshold_ms": ("100", "dynamic", "integer", "50-2147483646"),
    "tls": ("enabled", "static", "string", "disabled,enabled,fips-140-3,tls1.2+,tls1.3+"),
    "ttl_monitor": ("enabled", "dynamic", "string", "disabled,enabled"),
}

FAMILIES = {family(engine, version): engine for engine, offered in ENGINES.items() for version in offered["versions"]}


def catalogue(family_name):
    if FAMILIES[family_name] == "docdb":
        return DOCUMENTS
    secure = {"rds.force_ssl": ("1", *POSTGRES["rds.force_ssl"][1:])} if family_name.endswith("17") else {}
    return POSTGRES | secure


def value(here, group_name, name):
    group = here.parameter_groups.get(group_name)
    found = catalogue(group["DBParameterGroupFamily"] if group else group_name.removeprefix("default."))
    return (group["_values"].get(name) if group else None) or found[name][0]


def check_family(here, name, engine, version):
    """The group that a cluster is to have; AWS's own default one needs no record."""
    fitting = family(engine, version)
    if name is None or name == f"default.{fitting}":
        return f"default.{fitting}"
    group = here.parameter_groups.get(name.lower())
    if group is None:
        raise fail("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}", 404)
    if group["DBParameterGroupFamily"] != fitting:
        raise fail(
            "InvalidParameterCombination",
            f"The Parameter Group {name} with DBParameterGroupFamily {group['DBParameterGroupFamily']} cannot be used "
            f"for this instance. Please use a Parameter Group with DBParameterGroupFamily {fitting}",
        )
    return group["DBClusterParameterGroupName"]


def _defaults(here):
    """AWS's groups appear once a cluster has used them."""
    names = {cluster["DBClusterParameterGroup"] for cluster in here.clusters.values()}
    return [_default(here, name) for name in sorted(names) if name.startswith("default.")]


def _default(here, name):
    family_name = name.removeprefix("default.")
    if not name.startswith("default.") or family_name not in FAMILIES:
        raise fail("DBParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}", 404)
    return {
        "DBClusterParameterGroupName": name,
        "DBParameterGroupFamily": family_name,
        "Description": f"Default cluster parameter group for {family_name}",
        "DBClusterParameterGroupArn": here.arn("cluster-pg", name),
        "_values": {},
    }


def _group(here, name):
    if name.lower().startswith("default."):
        return _default(here, name.lower())
    return find(here, "cluster-pg", name)


def _own(here, name):
    if name.lower().startswith("default."):
        raise fail(
            "InvalidParameterValue",
            "The parameter DBClusterParameterGroupName is not a valid identifier. Identifiers must begin with a letter; "
            "must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
            "consecutive hyphens.",
        )
    return find(here, "cluster-pg", name)


@op("rds", "create_db_cluster_parameter_group")
def _(response, original):
    here, wish = place(response), given(response)
    name = identifier(wish.get("DBClusterParameterGroupName"), "DBClusterParameterGroupName", 255)
    if wish.get("DBParameterGroupFamily") not in FAMILIES:
        raise fail("InvalidParameterValue", f"ParameterGroupFamily {wish.get('DBParameterGroupFamily')} is not a valid parameter group family")
    if not wish.get("Description"):
        raise fail("InvalidParameterValue", "The parameter Description must be provided and must not be blank.")
    if name in here.parameter_groups:
        raise fail("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    here.parameter_groups[name] = record = {
        "DBClusterParameterGroupName": name,
        "DBParameterGroupFamily": wish["DBParameterGroupFamily"],
        "Description": wish["Description"],
        "DBClusterParameterGroupArn": here.arn("cluster-pg", name),
        "TagList": tags(wish),
        "_arn": here.arn("cluster-pg", name),
        "_values": {},
    }
    return {"DBClusterParameterGroup": record}


@op("rds", "describe_db_cluster_parameter_groups")
def _(response, original):
    here, name = place(response), given(response).get("DBClusterParameterGroupName")
    if name:
        return {"DBClusterParameterGroups": [_group(here, name)]}
    return {"DBClusterParameterGroups": _defaults(here) + list(here.parameter_groups.values())}


@op("rds", "describe_db_cluster_parameters")
def _(response, original):
    wish = given(response)
    group = _group(place(response), wish["DBClusterParameterGroupName"])
    names = wanted(wish, ("parameter-name",)).get("parameter-name")
    answer = []
    for name, (default, apply_type, data_type, allowed) in sorted(catalogue(group["DBParameterGroupFamily"]).items()):
        source = "user" if name in group["_values"] else "engine-default" if default is None else "system"
        if wish.get("Source") not in (None, source) or (names and name not in names):
            continue
        live = group["_values"].get(name, default)
        at_once = source == "user" and apply_type == "dynamic" and live != default
        answer.append(
            {
                "ParameterName": name,
                **({} if live is None else {"ParameterValue": live}),
                "Description": name.replace("_", " "),
                "Source": source,
                "ApplyType": apply_type,
                "DataType": data_type,
                **({"AllowedValues": allowed} if allowed else {}),
                "IsModifiable": True,
                "ApplyMethod": "immediate" if at_once else "pending-reboot",
                "SupportedEngineModes": ["provisioned"],
            }
        )
    return {"Parameters": answer}


@op("rds", "modify_db_cluster_parameter_group")
def _(response, original):
    here, wish = place(response), given(response)
    group = _own(here, wish["DBClusterParameterGroupName"])
    changes = _checked(group, wish.get("Parameters", []))
    for name, new in changes.items():
        _apply(here, group, name, new)
    return {"DBClusterParameterGroupName": group["DBClusterParameterGroupName"]}


@op("rds", "reset_db_cluster_parameter_group")
def _(response, original):
    here, wish = place(response), given(response)
    group = _own(here, wish["DBClusterParameterGroupName"])
    if wish.get("ResetAllParameters"):
        names = list(group["_values"])
    else:
        names = list(_checked(group, wish.get("Parameters", []), values=False))
    for name in names:
        _apply(here, group, name, None)
    return {"DBClusterParameterGroupName": group["DBClusterParameterGroupName"]}


@op("rds", "delete_db_cluster_parameter_group")
def _(response, original):
    here, wish = place(response), given(response)
    group = _own(here, wish["DBClusterParameterGroupName"])
    name = group["DBClusterParameterGroupName"]
    if any(cluster["DBClusterParameterGroup"] == name for cluster in here.clusters.values()):
        raise fail(
            "InvalidDBParameterGroupState",
            f"One or more database clusters are still members of this parameter group {name}, so the group cannot be deleted",
        )
    del here.parameter_groups[name]
    return {}


def _checked(group, parameters, values=True):
    if not parameters:
        raise fail("InvalidParameterCombination", "At least one parameter must be provided.")
    if len(parameters) > 20:
        raise fail("InvalidParameterValue", "The request contains more than 20 parameters.")
    offered, changes = catalogue(group["DBParameterGroupFamily"]), {}
    for one in parameters:
        name, new = one.get("ParameterName"), one.get("ParameterValue")
        if name not in offered:
            raise fail("InvalidParameterValue", f"Could not find parameter with name: {name}")
        _, apply_type, _, allowed = offered[name]
        if apply_type == "static" and one.get("ApplyMethod") == "immediate":
            raise fail(
                "InvalidParameterCombination", f"cannot use immediate apply method for static parameter: {name}"
            )
        if values and not _allows(allowed, new):
            raise fail("InvalidParameterValue", f"Invalid parameter value: {new} for: {name} allowed values are: {allowed}")
        changes[name] = new
    return changes


def _allows(allowed, new):
    if new is None:
        return False
    bounds = re.fullmatch(r"(-?[0-9.]+)-([0-9.]+)", allowed or "")
    if bounds:
        return bool(re.fullmatch(r"-?[0-9.]+", new)) and float(bounds[1]) <= float(new) <= float(bounds[2])
    return not allowed or new in allowed.split(",")


def _apply(here, group, name, new):
    before = group["_values"].get(name)
    if new is None:
        group["_values"].pop(name, None)
    else:
        group["_values"][name] = new
    if before == new or catalogue(group["DBParameterGroupFamily"])[name][1] == "dynamic":
        return
    for instance in here.instances.values():
        cluster = here.clusters.get(instance["DBClusterIdentifier"])
        if cluster and cluster["DBClusterParameterGroup"] == group["DBClusterParameterGroupName"]:
            instance["_parameters"] = "pending-reboot"
