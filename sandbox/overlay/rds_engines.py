"""The engine versions, instance classes and log types that exist."""

from moto.ec2.models import ec2_backends

from .hook import fail, given, op
from .rds import place

R_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")

ENGINES = {
    "aurora-postgresql": {
        "versions": (
            "13.15", "13.18", "13.20", "14.12", "14.15", "14.17", "15.7", "15.10", "15.12",
            "16.1", "16.2", "16.3", "16.4", "16.6", "16.8", "16.9", "17.4", "17.5",
        ),
        "default": "16.8",
        "logs": ("iam-db-auth-error", "instance", "postgresql"),
        "classes": ["db.serverless", "db.t3.medium", "db.t3.large", "db.t4g.medium", "db.t4g.large"]
        + [f"db.{family}.{size}" for family in ("r5", "r6g", "r6i", "r7g", "r8g") for size in R_SIZES],
        "port": 5432,
        "domain": "rds",
        "description": "Aurora (PostgreSQL)",
        "license": "postgresql-license",
    },
    "docdb": {
        "versions": ("3.6.0", "4.0.0", "5.0.0", "8.0.0", "8.0.1"),
        "default": "8.0.1",
        "logs": ("audit", "profiler"),
        "classes": ["db.serverless", "db.t3.medium", "db.t4g.medium"]
        + [f"db.{family}.{size}" for family in ("r5", "r6g", "r8g") for size in R_SIZES],
        "port": 27017,
        "domain": "docdb",
        "description": "Amazon DocumentDB (with MongoDB compatibility)",
        "license": "na",
    },
}


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def major(engine, version):
    return version.rsplit(".", 1)[0] if engine == "docdb" else version.split(".")[0]


def family(engine, version):
    return f"{engine}{major(engine, version)}"


def known(engine):
    if engine not in ENGINES:
        raise fail("InvalidParameterValue", f"Invalid DB engine: {engine}")
    return ENGINES[engine]


def resolve(engine, version):
    """The full version for what was asked; a major version means its newest minor one."""
    offered = known(engine)
    if not version:
        return offered["default"]
    if version in offered["versions"]:
        return version
    newest = [one for one in offered["versions"] if major(engine, one) == version]
    if not newest:
        raise fail("InvalidParameterCombination", f"Cannot find version {version} for {engine}")
    return max(newest, key=numbers)


def smallest_capacity(engine, version):
    if engine == "docdb":
        return 0.5
    pauses = {"13": 15, "14": 12, "15": 7, "16": 3}
    release, minor = numbers(version)
    return 0 if minor >= pauses.get(str(release), 0) else 0.5


def serverless(engine, version):
    return engine != "docdb" or numbers(version) >= (5, 0, 0)


def check_class(engine, version, name):
    offered = known(engine)
    if name not in offered["classes"] or (name == "db.serverless" and not serverless(engine, version)):
        raise fail(
            "InvalidParameterCombination",
            f"RDS does not support creating a DB instance with the following combination: DBInstanceClass={name}, "
            f"Engine={engine}, EngineVersion={version}, LicenseModel={offered['license']}. For supported "
            "combinations of instance class and database engine version, see the documentation.",
        )


def check_logs(engine, version, types):
    for one in types:
        if one not in known(engine)["logs"]:
            raise fail(
                "InvalidParameterCombination",
                f"You cannot use the log types '{one}' with engine version {engine} {version}. "
                "For supported log types, see the documentation.",
            )


def _version(engine, version):
    offered = ENGINES[engine]
    later = [one for one in offered["versions"] if numbers(one) > numbers(version)]
    record = {
        "Engine": engine,
        "MajorEngineVersion": major(engine, version),
        "EngineVersion": version,
        "DBParameterGroupFamily": family(engine, version),
        "DBEngineDescription": offered["description"],
        "DBEngineVersionDescription": f"{offered['description']} {version}",
        "ValidUpgradeTarget": [
            {
                "Engine": engine,
                "EngineVersion": one,
                "Description": f"{offered['description']} {one}",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": major(engine, one) != major(engine, version),
            }
            for one in later
        ],
        "ExportableLogTypes": list(offered["logs"]),
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": False,
        "SupportedEngineModes": ["provisioned"],
        "SupportedFeatureNames": [],
        "Status": "available",
        "SupportsParallelQuery": False,
        "SupportsGlobalDatabases": True,
        "SupportedCACertificateIdentifiers": ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"],
        "SupportsCertificateRotationWithoutRestart": True,
        "TagList": [],
    }
    if serverless(engine, version):
        record["ServerlessV2FeaturesSupport"] = {
            "MinCapacity": smallest_capacity(engine, version),
            "MaxCapacity": 256.0,
        }
    return record


def _chosen(wish):
    for engine, offered in ENGINES.items():
        if wish.get("Engine") not in (None, engine):
            continue
        for version in offered["versions"]:
            asked = wish.get("EngineVersion")
            if asked and asked not in (version, major(engine, version)):
                continue
            yield engine, version


@op("rds", "describe_db_engine_versions")
def _(response, original):
    wish = given(response)
    found = [_version(engine, version) for engine, version in _chosen(wish)]
    if wish.get("DBParameterGroupFamily"):
        found = [one for one in found if one["DBParameterGroupFamily"] == wish["DBParameterGroupFamily"]]
    if wish.get("DefaultOnly"):
        found = [
            one
            for one in found
            if one["EngineVersion"] == resolve(one["Engine"], wish.get("EngineVersion"))
        ]
    return {"DBEngineVersions": found}


@op("rds", "describe_orderable_db_instance_options")
def _(response, original):
    here, wish = place(response), given(response)
    known(wish.get("Engine"))
    zones = sorted(ec2_backends[here.account][here.region].subnets)
    options = []
    for engine, version in _chosen(wish):
        for name in ENGINES[engine]["classes"]:
            if wish.get("DBInstanceClass") not in (None, name) or wish.get("Vpc") is False:
                continue
            if name == "db.serverless" and not serverless(engine, version):
                continue
            options.append(
                {
                    "Engine": engine,
                    "EngineVersion": version,
                    "DBInstanceClass": name,
                    "LicenseModel": ENGINES[engine]["license"],
                    "AvailabilityZones": [{"Name": zone} for zone in zones],
                    "MultiAZCapable": False,
                    "ReadReplicaCapable": False,
                    "Vpc": True,
                    "SupportsStorageEncryption": True,
                    "StorageType": "aurora",
                    "SupportsIops": False,
                    "SupportsEnhancedMonitoring": True,
                    "SupportsIAMDatabaseAuthentication": engine != "docdb",
                    "SupportsPerformanceInsights": True,
                    "SupportedEngineModes": ["provisioned"],
                    "SupportedNetworkTypes": ["DUAL", "IPV4"],
                    "SupportsClusters": True,
                }
            )
    return {"OrderableDBInstanceOptions": options}
