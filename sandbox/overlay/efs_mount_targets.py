"""Mount targets: one in a zone, each with an interface that holds its subnet and groups."""

import secrets

from . import interfaces
from .delays import lasts
from .efs import Place, available, fail, find_point, find_system, place
from .hook import given, op
from .later import after
from .reach import reaches

MOUNT_TARGET_CREATE = lasts("MOUNT_TARGET_CREATE", 90)
MOUNT_TARGET_DELETE = lasts("MOUNT_TARGET_DELETE", 60)


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
    here, wish = place(response), given(response)
    system = available(find_system(here, wish["FileSystemId"]))
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

    def ready(moment):
        if target["LifeCycleState"] == "creating":
            target["LifeCycleState"] = "available"

    after(here.account, MOUNT_TARGET_CREATE, ready)
    return target


@op("efs", "describe_mount_targets")
def _(response, original):
    here, wish = place(response), given(response)
    if wish.get("MountTargetId"):
        return {"MountTargets": [_target(here, wish["MountTargetId"])]}
    if wish.get("AccessPointId"):
        return {"MountTargets": here.targets_of(find_point(here, wish["AccessPointId"])["FileSystemId"])}
    if not wish.get("FileSystemId"):
        raise fail("BadRequest", "Must specify exactly one mutually exclusive parameter.")
    return {"MountTargets": here.targets_of(find_system(here, wish["FileSystemId"])["FileSystemId"])}


@op("efs", "describe_mount_target_security_groups")
def _(response, original):
    target = _target(place(response), given(response)["MountTargetId"])
    return {"SecurityGroups": _settled(target)["_groups"]}


def _settled(target):
    if target["LifeCycleState"] == "deleting":
        raise fail("IncorrectMountTargetState", f"Mount target {target['MountTargetId']} is being deleted.", 409)
    return target


@op("efs", "modify_mount_target_security_groups")
def _(response, original):
    here, wish = place(response), given(response)
    target = _settled(_target(here, wish["MountTargetId"]))
    target["_groups"] = _groups(here, wish.get("SecurityGroups") or [interfaces.default_group(here.account, here.region, target["VpcId"])], target["VpcId"])
    interfaces.regroup(here.account, here.region, [target["NetworkInterfaceId"]], target["_groups"])
    return {}


@op("efs", "delete_mount_target")
def _(response, original):
    here, wish = place(response), given(response)
    target = _target(here, wish["MountTargetId"])
    if target["LifeCycleState"] != "deleting":
        target["LifeCycleState"] = "deleting"

        def gone(moment):
            interfaces.detach(here.account, here.region, [target["NetworkInterfaceId"]])
            here.targets.pop(target["MountTargetId"], None)

        after(here.account, MOUNT_TARGET_DELETE, gone)
    return {}


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
