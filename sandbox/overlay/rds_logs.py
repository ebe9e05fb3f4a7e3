from moto.logs.models import logs_backends

from .rds_parameter_groups import value


def export(here, record):
    """A running cluster writes the logs that it exports; the service makes their groups."""
    name = record["DBClusterIdentifier"]
    if not any(one["DBInstanceStatus"] == "available" for one in here.members(name)):
        return
    groups = logs_backends[here.account][here.region]
    for kind in record["EnabledCloudwatchLogsExports"] or []:
        if record["Engine"] == "docdb":
            switch = {"audit": "audit_logs", "profiler": "profiler"}[kind]
            if value(here, record["DBClusterParameterGroup"], switch) in ("disabled", "none"):
                continue
        path = f"/aws/docdb/{name}/{kind}" if record["Engine"] == "docdb" else f"/aws/rds/cluster/{name}/{kind}"
        if path not in groups.groups:
            groups.create_log_group(path, {})
