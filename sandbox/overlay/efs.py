"""EFS: file systems, whose states last and whose token answers with an error."""

import json
import secrets
import time

from moto.core.resource_tagging import TaggedResource
from moto.efs.models import EFSBackend, efs_backends

from . import permissions
from .delays import lasts, scaled
from .hook import fail as refusal, replace
from .hook import given, op, state
from .later import after, stamp

CREATE = lasts("FILE_SYSTEM_CREATE", 5)
UPDATE = lasts("FILE_SYSTEM_UPDATE", 10)
DELETE = lasts("FILE_SYSTEM_DELETE", 5)
BACKUP = lasts("FILE_SYSTEM_BACKUP", 10)
DAY = 86400


def fail(code, message, status=400, **members):
    return refusal(code, message, status, ErrorCode=code, **members)


class Place:
    def __init__(self, account, region):
        self.account, self.region = account, region
        efs_backends[account][region]  # the tagging API asks only services that were touched
        tables = state("efs", account, region)
        self.systems = tables.setdefault("systems", {})
        self.targets = tables.setdefault("targets", {})
        self.points = tables.setdefault("points", {})

    def arn(self, kind, name):
        return f"arn:aws:elasticfilesystem:{self.region}:{self.account}:{kind}/{name}"

    def targets_of(self, system_id):
        return [one for one in self.targets.values() if one["FileSystemId"] == system_id]


def place(response):
    return Place(response.current_account, response.region)


def bare(name):
    return (name or "").split("/")[-1]


def find_system(here, name):
    found = here.systems.get(bare(name))
    if found is None:
        raise fail("FileSystemNotFound", f"File system '{name}' does not exist.", 404)
    return found


def available(system):
    if system["LifeCycleState"] not in ("available", "updating"):
        raise fail("IncorrectFileSystemLifeCycleState", f"File system {system['FileSystemId']} is not available.", 409)
    return system


def find_point(here, name):
    found = here.points.get(bare(name))
    if found is None:
        raise fail("AccessPointNotFound", f"Access Point {name} does not exist.", 404)
    return found


def named(tags):
    return next((tag["Value"] for tag in tags if tag["Key"] == "Name"), None)


def merged(tags, more):
    return [{"Key": k, "Value": v} for k, v in ({t["Key"]: t["Value"] for t in tags} | {t["Key"]: t["Value"] for t in more}).items()]


def _view(here, system):
    return system | {
        "Name": named(system["Tags"]),
        "NumberOfMountTargets": len(here.targets_of(system["FileSystemId"])),
        "SizeInBytes": {"Value": 6144, "Timestamp": stamp(), "ValueInIA": 0, "ValueInStandard": 6144, "ValueInArchive": 0},
    }


# --- file systems


@op("efs", "create_file_system")
def _(response, original):
    here, wish = place(response), given(response)
    for one in here.systems.values():
        if one["CreationToken"] == wish["CreationToken"]:
            raise fail("FileSystemAlreadyExists", f"File system '{one['FileSystemId']}' already exists with creation token '{wish['CreationToken']}'", 409, FileSystemId=one["FileSystemId"])
    mode = wish.get("ThroughputMode", "bursting")
    if (mode == "provisioned") != ("ProvisionedThroughputInMibps" in wish):
        raise fail("BadRequest", "ProvisionedThroughputInMibps belongs to the throughput mode provisioned.")
    if wish.get("PerformanceMode") == "maxIO" and mode == "elastic":
        raise fail("BadRequest", "The performance mode maxIO does not support elastic throughput.")
    if wish.get("KmsKeyId") and not wish.get("Encrypted"):
        raise fail("BadRequest", "KmsKeyId needs Encrypted.")
    key = None
    if wish.get("Encrypted"):
        key = permissions.find_key(here.account, here.region, wish.get("KmsKeyId") or "alias/aws/elasticfilesystem")
        if key is None or key.key_state != "Enabled":
            raise fail("BadRequest", f"The KMS key {wish.get('KmsKeyId')} does not exist or is not enabled.")
    system_id = f"fs-{secrets.token_hex(8)}0"
    here.systems[system_id] = system = {
        "OwnerId": here.account,
        "CreationToken": wish["CreationToken"],
        "FileSystemId": system_id,
        "FileSystemArn": here.arn("file-system", system_id),
        "CreationTime": stamp(),
        "LifeCycleState": "creating",
        "PerformanceMode": wish.get("PerformanceMode", "generalPurpose"),
        "Encrypted": bool(wish.get("Encrypted")),
        "KmsKeyId": key and key.arn,
        "ThroughputMode": mode,
        "ProvisionedThroughputInMibps": wish.get("ProvisionedThroughputInMibps"),
        "AvailabilityZoneName": wish.get("AvailabilityZoneName"),
        "Tags": merged([], wish.get("Tags") or []),
        "FileSystemProtection": {"ReplicationOverwriteProtection": "ENABLED"},
        "_policy": None,
        "_lifecycle": [],
        "_backup": None,
        "_changed": 0,
    }
    if wish.get("Backup", bool(wish.get("AvailabilityZoneName"))):
        _set_backup(here, system, "ENABLED")

    def ready(moment):
        if system["LifeCycleState"] == "creating":
            system["LifeCycleState"] = "available"

    after(here.account, CREATE, ready)
    return _view(here, system)


@op("efs", "describe_file_systems")
def _(response, original):
    here, wish = place(response), given(response)
    if wish.get("FileSystemId") and wish.get("CreationToken"):
        raise fail("BadRequest", "You cannot specify both a file system ID and a creation token.")
    if wish.get("FileSystemId"):
        return {"FileSystems": [_view(here, find_system(here, wish["FileSystemId"]))]}
    token = wish.get("CreationToken")
    return {"FileSystems": [_view(here, one) for one in here.systems.values() if token in (None, one["CreationToken"])]}


@op("efs", "update_file_system")
def _(response, original):
    here, wish = place(response), given(response)
    system = available(find_system(here, wish["FileSystemId"]))
    mode = wish.get("ThroughputMode", system["ThroughputMode"])
    amount = wish.get("ProvisionedThroughputInMibps", system["ProvisionedThroughputInMibps"]) if mode == "provisioned" else None
    if mode == "provisioned" and not amount:
        raise fail("BadRequest", "ProvisionedThroughputInMibps is needed for the throughput mode provisioned.")
    if system["PerformanceMode"] == "maxIO" and mode == "elastic":
        raise fail("BadRequest", "The performance mode maxIO does not support elastic throughput.")
    lowered = mode == system["ThroughputMode"] == "provisioned" and amount < system["ProvisionedThroughputInMibps"]
    if (mode != system["ThroughputMode"] or lowered) and time.time() - system["_changed"] < scaled(DAY):
        raise fail("TooManyRequests", "You can change the throughput mode or lower the throughput once in 24 hours.", 429)
    if mode != system["ThroughputMode"]:
        system["_changed"] = time.time()
    system |= {"ThroughputMode": mode, "ProvisionedThroughputInMibps": amount, "LifeCycleState": "updating"}

    def ready(moment):
        if system["LifeCycleState"] == "updating":
            system["LifeCycleState"] = "available"

    after(here.account, UPDATE, ready)
    return _view(here, system)


@op("efs", "delete_file_system")
def _(response, original):
    here, wish = place(response), given(response)
    system = find_system(here, wish["FileSystemId"])
    if here.targets_of(system["FileSystemId"]):
        raise fail("FileSystemInUse", f"Some mount targets still exist in file system {system['FileSystemId']}.", 409)
    system["LifeCycleState"] = "deleting"

    def gone(moment):
        here.systems.pop(system["FileSystemId"], None)
        for key in [key for key, one in here.points.items() if one["FileSystemId"] == system["FileSystemId"]]:
            del here.points[key]

    after(here.account, DELETE, gone)
    return {}


@op("efs", "put_file_system_policy")
def _(response, original):
    here, wish = place(response), given(response)
    system = available(find_system(here, wish["FileSystemId"]))
    try:
        statements = json.loads(wish["Policy"])["Statement"]
    except (ValueError, KeyError, TypeError):
        raise fail("InvalidPolicyException", "The policy is not valid JSON.")
    for one in statements if isinstance(statements, list) else [statements]:
        principals = one.get("Principal", {})
        named = principals.get("AWS", []) if isinstance(principals, dict) else []
        for arn in named if isinstance(named, list) else [named]:
            if ":role/" in arn and permissions.role_named(here.account, arn) is None:
                raise fail("InvalidPolicyException", "Policy contains invalid Principal block.")
    system["_policy"] = wish["Policy"]
    return {"FileSystemId": system["FileSystemId"], "Policy": system["_policy"]}


@op("efs", "describe_file_system_policy")
def _(response, original):
    system = find_system(place(response), given(response)["FileSystemId"])
    if system["_policy"] is None:
        raise fail("PolicyNotFound", f"Policy for file system {system['FileSystemId']} does not exist.", 404)
    return {"FileSystemId": system["FileSystemId"], "Policy": system["_policy"]}


@op("efs", "delete_file_system_policy")
def _(response, original):
    available(find_system(place(response), given(response)["FileSystemId"]))["_policy"] = None
    return {}


def _set_backup(here, system, wanted):
    if system["_backup"] == wanted:
        return
    underway = wanted.removesuffix("ED") + "ING"
    system["_backup"] = underway

    def done(moment):
        # A later wish wins over one that is still being carried out.
        if system["_backup"] == underway:
            system["_backup"] = wanted

    after(here.account, BACKUP, done)


@op("efs", "put_backup_policy")
def _(response, original):
    here, wish = place(response), given(response)
    system = available(find_system(here, wish["FileSystemId"]))
    if wish["BackupPolicy"]["Status"] not in ("ENABLED", "DISABLED"):
        raise fail("ValidationException", "The status of a backup policy is set to ENABLED or DISABLED.")
    _set_backup(here, system, wish["BackupPolicy"]["Status"])
    return {"BackupPolicy": {"Status": system["_backup"]}}


@op("efs", "describe_backup_policy")
def _(response, original):
    system = find_system(place(response), given(response)["FileSystemId"])
    if system["_backup"] is None:
        raise fail("PolicyNotFound", f"None backup policy found for file system {system['FileSystemId']}.", 404)
    return {"BackupPolicy": {"Status": system["_backup"]}}


@op("efs", "put_lifecycle_configuration")
def _(response, original):
    here, wish = place(response), given(response)
    system = available(find_system(here, wish["FileSystemId"]))
    system["_lifecycle"] = list(wish["LifecyclePolicies"])
    return {"LifecyclePolicies": system["_lifecycle"]}


@op("efs", "describe_lifecycle_configuration")
def _(response, original):
    return {"LifecyclePolicies": find_system(place(response), given(response)["FileSystemId"])["_lifecycle"]}


# --- tags


def _tagged(here, name):
    return find_point(here, name) if bare(name).startswith("fsap-") else find_system(here, name)


@op("efs", "list_tags_for_resource", "describe_tags")
def _(response, original):
    wish = given(response)
    return {"Tags": _tagged(place(response), wish.get("ResourceId") or wish["FileSystemId"])["Tags"]}


@op("efs", "tag_resource")
def _(response, original):
    wish = given(response)
    record = _tagged(place(response), wish["ResourceId"])
    record["Tags"] = merged(record["Tags"], wish["Tags"])
    return {}


@op("efs", "untag_resource")
def _(response, original):
    wish = given(response)
    record = _tagged(place(response), wish["ResourceId"])
    record["Tags"] = [tag for tag in record["Tags"] if tag["Key"] not in wish["TagKeys"]]
    return {}


def iter_tagged_resources(self):
    here = Place(self.account_id, self.region_name)
    for one in here.systems.values():
        yield TaggedResource(one["FileSystemArn"], {t["Key"]: t["Value"] for t in one["Tags"]}, "elasticfilesystem:file-system")
    for one in here.points.values():
        yield TaggedResource(one["AccessPointArn"], {t["Key"]: t["Value"] for t in one["Tags"]}, "elasticfilesystem:access-point")


def tag_resource(self, arn, tags):
    record = _tagged(Place(self.account_id, self.region_name), arn)
    record["Tags"] = merged(record["Tags"], [{"Key": key, "Value": value} for key, value in tags.items()])


def untag_resource(self, arn, keys):
    record = _tagged(Place(self.account_id, self.region_name), arn)
    record["Tags"] = [tag for tag in record["Tags"] if tag["Key"] not in keys]


replace(EFSBackend, "iter_tagged_resources", iter_tagged_resources)
replace(EFSBackend, "tag_resource", tag_resource)
replace(EFSBackend, "untag_resource", untag_resource)
