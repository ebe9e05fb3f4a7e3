"""EFS: states that last, tokens that answer with an error, mount targets with interfaces of their own."""

import json
import secrets
import time

from moto.core.resource_tagging import TaggedResource
from moto.efs.models import EFSBackend, efs_backends

from . import interfaces, permissions
from .delays import lasts, scaled
from .hook import fail as refusal
from .hook import given, op, state
from .later import after, stamp
from .reach import reaches

CREATE = lasts("FILE_SYSTEM_CREATE", 5)
UPDATE = lasts("FILE_SYSTEM_UPDATE", 10)
DELETE = lasts("FILE_SYSTEM_DELETE", 5)
BACKUP = lasts("FILE_SYSTEM_BACKUP", 10)
MOUNT_TARGET_CREATE = lasts("MOUNT_TARGET_CREATE", 90)
MOUNT_TARGET_DELETE = lasts("MOUNT_TARGET_DELETE", 60)
ACCESS_POINT_CREATE = lasts("ACCESS_POINT_CREATE", 3)
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


def _here(response):
    return Place(response.current_account, response.region)


def _bare(name):
    return (name or "").split("/")[-1]


def _system(here, name):
    found = here.systems.get(_bare(name))
    if found is None:
        raise fail("FileSystemNotFound", f"File system '{name}' does not exist.", 404)
    return found


def _available(system):
    if system["LifeCycleState"] not in ("available", "updating"):
        raise fail("IncorrectFileSystemLifeCycleState", f"File system {system['FileSystemId']} is not available.", 409)
    return system


def _named(tags):
    return next((tag["Value"] for tag in tags if tag["Key"] == "Name"), None)


def _merged(tags, more):
    return [{"Key": k, "Value": v} for k, v in ({t["Key"]: t["Value"] for t in tags} | {t["Key"]: t["Value"] for t in more}).items()]


def _view(here, system):
    return system | {
        "Name": _named(system["Tags"]),
        "NumberOfMountTargets": len(here.targets_of(system["FileSystemId"])),
        "SizeInBytes": {"Value": 6144, "Timestamp": stamp(), "ValueInIA": 0, "ValueInStandard": 6144, "ValueInArchive": 0},
    }


# --- file systems


@op("efs", "create_file_system")
def _(response, original):
    here, wish = _here(response), given(response)
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
        "Tags": _merged([], wish.get("Tags") or []),
        "FileSystemProtection": {"ReplicationOverwriteProtection": "ENABLED"},
        "_policy": None,
        "_lifecycle": [],
        "_backup": None,
        "_changed": 0,
    }
    if wish.get("Backup", bool(wish.get("AvailabilityZoneName"))):
        _set_backup(here, system, "ENABLED")

    def available(moment):
        if system["LifeCycleState"] == "creating":
            system["LifeCycleState"] = "available"

    after(here.account, CREATE, available)
    return _view(here, system)


@op("efs", "describe_file_systems")
def _(response, original):
    here, wish = _here(response), given(response)
    if wish.get("FileSystemId") and wish.get("CreationToken"):
        raise fail("BadRequest", "You cannot specify both a file system ID and a creation token.")
    if wish.get("FileSystemId"):
        return {"FileSystems": [_view(here, _system(here, wish["FileSystemId"]))]}
    token = wish.get("CreationToken")
    return {"FileSystems": [_view(here, one) for one in here.systems.values() if token in (None, one["CreationToken"])]}


@op("efs", "update_file_system")
def _(response, original):
    here, wish = _here(response), given(response)
    system = _available(_system(here, wish["FileSystemId"]))
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

    def available(moment):
        if system["LifeCycleState"] == "updating":
            system["LifeCycleState"] = "available"

    after(here.account, UPDATE, available)
    return _view(here, system)


@op("efs", "delete_file_system")
def _(response, original):
    here, wish = _here(response), given(response)
    system = _system(here, wish["FileSystemId"])
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
    here, wish = _here(response), given(response)
    system = _available(_system(here, wish["FileSystemId"]))
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
    system = _system(_here(response), given(response)["FileSystemId"])
    if system["_policy"] is None:
        raise fail("PolicyNotFound", f"Policy for file system {system['FileSystemId']} does not exist.", 404)
    return {"FileSystemId": system["FileSystemId"], "Policy": system["_policy"]}


@op("efs", "delete_file_system_policy")
def _(response, original):
    _available(_system(_here(response), given(response)["FileSystemId"]))["_policy"] = None
    return {}


def _set_backup(here, system, wanted):
    if system["_backup"] == wanted:
        return
    system["_backup"] = wanted.removesuffix("ED") + "ING"

    def done(moment):
        system["_backup"] = wanted

    after(here.account, BACKUP, done)


@op("efs", "put_backup_policy")
def _(response, original):
    here, wish = _here(response), given(response)
    system = _available(_system(here, wish["FileSystemId"]))
    if wish["BackupPolicy"]["Status"] not in ("ENABLED", "DISABLED"):
        raise fail("ValidationException", "The status of a backup policy is set to ENABLED or DISABLED.")
    _set_backup(here, system, wish["BackupPolicy"]["Status"])
    return {"BackupPolicy": {"Status": system["_backup"]}}


@op("efs", "describe_backup_policy")
def _(response, original):
    system = _system(_here(response), given(response)["FileSystemId"])
    if system["_backup"] is None:
        raise fail("PolicyNotFound", f"None backup policy found for file system {system['FileSystemId']}.", 404)
    return {"BackupPolicy": {"Status": system["_backup"]}}


@op("efs", "put_lifecycle_configuration")
def _(response, original):
    here, wish = _here(response), given(response)
    system = _available(_system(here, wish["FileSystemId"]))
    system["_lifecycle"] = list(wish["LifecyclePolicies"])
    return {"LifecyclePolicies": system["_lifecycle"]}


@op("efs", "describe_lifecycle_configuration")
def _(response, original):
    return {"LifecyclePolicies": _system(_here(response), given(response)["FileSystemId"])["_lifecycle"]}


# --- mount targets


def _target(here, name):
    found = here.targets.get(name)
    if found is None:
        raise fail("MountTargetNotFound", f"Mount target '{name}' does not exist.", 404)
    return found


def _groups(here, ids, vpc_id):
    if len(ids) > 5:
        raise fail("SecurityGroupLimitExceeded", "The maximum number of security groups per interface has been reached.")
    for one in ids:
        group = interfaces.group(here.account, here.region, one)
        if group is None or group.vpc_id != vpc_id:
            raise fail("SecurityGroupNotFound", f"The security group '{one}' does not exist in the VPC of the subnet.")
    return list(ids)


@op("efs", "create_mount_target")
def _(response, original):
    here, wish = _here(response), given(response)
    system = _available(_system(here, wish["FileSystemId"]))
    subnet = interfaces.subnet(here.account, here.region, wish["SubnetId"])
    if subnet is None:
        raise fail("SubnetNotFound", f"The subnet ID '{wish['SubnetId']}' does not exist")
    others = here.targets_of(system["FileSystemId"])
    if any(one["VpcId"] != subnet.vpc_id for one in others):
        raise fail("MountTargetConflict", "requested subnet for new mount target is not in the same VPC as existing mount targets", 409)
    if any(one["AvailabilityZoneName"] == subnet.availability_zone for one in others):
        raise fail("MountTargetConflict", "mount target already exists in this AZ", 409)
    groups = _groups(here, wish.get("SecurityGroups") or [interfaces.default_group(here.account, here.region, subnet.vpc_id)], subnet.vpc_id)
    target_id = f"fsmt-{secrets.token_hex(8)}0"
    interface = interfaces.attach(here.account, here.region, subnet.id, groups, f"EFS mount target for {system['FileSystemId']} ({target_id})", here.account)
    here.targets[target_id] = target = {
        "OwnerId": here.account,
        "MountTargetId": target_id,
        "FileSystemId": system["FileSystemId"],
        "SubnetId": subnet.id,
        "LifeCycleState": "creating",
        "IpAddress": wish.get("IpAddress") or interface.private_ip_address,
        "NetworkInterfaceId": interface.id,
        "AvailabilityZoneId": subnet.availability_zone_id,
        "AvailabilityZoneName": subnet.availability_zone,
        "VpcId": subnet.vpc_id,
        "_groups": groups,
    }

    def available(moment):
        if target["LifeCycleState"] == "creating":
            target["LifeCycleState"] = "available"

    after(here.account, MOUNT_TARGET_CREATE, available)
    return target


@op("efs", "describe_mount_targets")
def _(response, original):
    here, wish = _here(response), given(response)
    if wish.get("MountTargetId"):
        return {"MountTargets": [_target(here, wish["MountTargetId"])]}
    if wish.get("AccessPointId"):
        return {"MountTargets": here.targets_of(_point(here, wish["AccessPointId"])["FileSystemId"])}
    if not wish.get("FileSystemId"):
        raise fail("BadRequest", "Must specify exactly one mutually exclusive parameter.")
    return {"MountTargets": here.targets_of(_system(here, wish["FileSystemId"])["FileSystemId"])}


@op("efs", "describe_mount_target_security_groups")
def _(response, original):
    target = _target(_here(response), given(response)["MountTargetId"])
    return {"SecurityGroups": _settled(target)["_groups"]}


def _settled(target):
    if target["LifeCycleState"] == "deleting":
        raise fail("IncorrectMountTargetState", f"Mount target {target['MountTargetId']} is being deleted.", 409)
    return target


@op("efs", "modify_mount_target_security_groups")
def _(response, original):
    here, wish = _here(response), given(response)
    target = _settled(_target(here, wish["MountTargetId"]))
    target["_groups"] = _groups(here, wish.get("SecurityGroups") or [interfaces.default_group(here.account, here.region, target["VpcId"])], target["VpcId"])
    interfaces.regroup(here.account, here.region, [target["NetworkInterfaceId"]], target["_groups"])
    return {}


@op("efs", "delete_mount_target")
def _(response, original):
    here, wish = _here(response), given(response)
    target = _target(here, wish["MountTargetId"])
    if target["LifeCycleState"] != "deleting":
        target["LifeCycleState"] = "deleting"

        def gone(moment):
            interfaces.detach(here.account, here.region, [target["NetworkInterfaceId"]])
            here.targets.pop(target["MountTargetId"], None)

        after(here.account, MOUNT_TARGET_DELETE, gone)
    return {}


# --- access points


def _point(here, name):
    found = here.points.get(_bare(name))
    if found is None:
        raise fail("AccessPointNotFound", f"Access Point {name} does not exist.", 404)
    return found


@op("efs", "create_access_point")
def _(response, original):
    here, wish = _here(response), given(response)
    for one in here.points.values():
        if one["ClientToken"] == wish["ClientToken"]:
            raise fail("AccessPointAlreadyExists", f"Access point already exists with client token {wish['ClientToken']}", 409, AccessPointId=one["AccessPointId"])
    system = _available(_system(here, wish["FileSystemId"]))
    point_id = f"fsap-{secrets.token_hex(8)}0"
    here.points[point_id] = point = {
        "ClientToken": wish["ClientToken"],
        "Tags": _merged([], wish.get("Tags") or []),
        "AccessPointId": point_id,
        "AccessPointArn": here.arn("access-point", point_id),
        "FileSystemId": system["FileSystemId"],
        "PosixUser": wish.get("PosixUser"),
        "RootDirectory": {"Path": "/"} | (wish.get("RootDirectory") or {}),
        "OwnerId": here.account,
        "LifeCycleState": "creating",
    }

    def available(moment):
        if point["LifeCycleState"] == "creating":
            point["LifeCycleState"] = "available"

    after(here.account, ACCESS_POINT_CREATE, available)
    return point | {"Name": _named(point["Tags"])}


@op("efs", "describe_access_points")
def _(response, original):
    here, wish = _here(response), given(response)
    if wish.get("AccessPointId"):
        found = [_point(here, wish["AccessPointId"])]
    elif wish.get("FileSystemId"):
        system_id = _system(here, wish["FileSystemId"])["FileSystemId"]
        found = [one for one in here.points.values() if one["FileSystemId"] == system_id]
    else:
        found = list(here.points.values())
    return {"AccessPoints": [one | {"Name": _named(one["Tags"])} for one in found]}


@op("efs", "delete_access_point")
def _(response, original):
    here = _here(response)
    del here.points[_point(here, given(response)["AccessPointId"])["AccessPointId"]]
    return {}


# --- tags


def _tagged(here, name):
    return _point(here, name) if _bare(name).startswith("fsap-") else _system(here, name)


@op("efs", "list_tags_for_resource", "describe_tags")
def _(response, original):
    wish = given(response)
    return {"Tags": _tagged(_here(response), wish.get("ResourceId") or wish["FileSystemId"])["Tags"]}


@op("efs", "tag_resource")
def _(response, original):
    wish = given(response)
    record = _tagged(_here(response), wish["ResourceId"])
    record["Tags"] = _merged(record["Tags"], wish["Tags"])
    return {}


@op("efs", "untag_resource")
def _(response, original):
    wish = given(response)
    record = _tagged(_here(response), wish["ResourceId"])
    record["Tags"] = [tag for tag in record["Tags"] if tag["Key"] not in wish["TagKeys"]]
    return {}


def iter_tagged_resources(self):
    here = Place(self.account_id, self.region_name)
    for one in here.systems.values():
        yield TaggedResource(one["FileSystemArn"], {t["Key"]: t["Value"] for t in one["Tags"]}, "elasticfilesystem:file-system")
    for one in here.points.values():
        yield TaggedResource(one["AccessPointArn"], {t["Key"]: t["Value"] for t in one["Tags"]}, "elasticfilesystem:access-point")


EFSBackend.iter_tagged_resources = iter_tagged_resources


# --- mounting


def trouble(account, region, volume, task):
    """Why a task cannot mount a volume, or None."""
    here = Place(account, region)
    system = here.systems.get(volume["fileSystemId"])
    if system is None or system["LifeCycleState"] not in ("available", "updating"):
        return f"stderr: Failed to resolve \"{volume['fileSystemId']}.efs.{region}.amazonaws.com\" - the file system does not exist"
    auth = volume.get("authorizationConfig", {})
    point = auth.get("accessPointId")
    if point and (here.points.get(point, {}).get("FileSystemId") != system["FileSystemId"]):
        return f"stderr: access point {point} does not exist: mount.nfs4: access denied by server while mounting"
    if system["_policy"] and "aws:SecureTransport" in system["_policy"] and volume.get("transitEncryption") != "ENABLED":
        return "stderr: mount.nfs4: access denied by server while mounting 127.0.0.1:/"
    zone = task["availabilityZone"]
    target = next((one for one in here.targets_of(system["FileSystemId"]) if one["AvailabilityZoneName"] == zone), None)
    if target is None or target["LifeCycleState"] != "available":
        return (
            f"stderr: Failed to resolve \"{system['FileSystemId']}.efs.{region}.amazonaws.com\" - check that your file system ID is correct, "
            f"and ensure that the VPC has an EFS mount target for this file system ID in {zone}."
        )
    if not reaches(account, region, (task["_groups"], [task["_address"]]), (target["_groups"], [target["IpAddress"]]), 2049):
        return "stderr: Mount attempt 1/3 failed due to timeout after 15 sec, wait 0 sec before next attempt: unsuccessful EFS utils command execution; code: 32"
    return None
