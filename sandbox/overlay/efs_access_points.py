"""Access points: a token used twice is an error that names the first one."""

import secrets

from .delays import lasts
from .efs import available, fail, find_point, find_system, merged, named, place
from .hook import given, op
from .later import after

ACCESS_POINT_CREATE = lasts("ACCESS_POINT_CREATE", 3)


@op("efs", "create_access_point")
def _(response, original):
    here, wish = place(response), given(response)
    for one in here.points.values():
        if one["ClientToken"] == wish["ClientToken"]:
            raise fail("AccessPointAlreadyExists", f"Access point already exists with client token {wish['ClientToken']}", 409, AccessPointId=one["AccessPointId"])
    system = available(find_system(here, wish["FileSystemId"]))
    point_id = f"fsap-{secrets.token_hex(8)}0"
    here.points[point_id] = point = {
        "ClientToken": wish["ClientToken"],
        "Tags": merged([], wish.get("Tags") or []),
        "AccessPointId": point_id,
        "AccessPointArn": here.arn("access-point", point_id),
        "FileSystemId": system["FileSystemId"],
        "PosixUser": wish.get("PosixUser"),
        "RootDirectory": {"Path": "/"} | (wish.get("RootDirectory") or {}),
        "OwnerId": here.account,
        "LifeCycleState": "creating",
    }

    def ready(moment):
        if point["LifeCycleState"] == "creating":
            point["LifeCycleState"] = "available"

    after(here.account, ACCESS_POINT_CREATE, ready)
    return point | {"Name": named(point["Tags"])}


@op("efs", "describe_access_points")
def _(response, original):
    here, wish = place(response), given(response)
    if wish.get("AccessPointId"):
        found = [find_point(here, wish["AccessPointId"])]
    elif wish.get("FileSystemId"):
        system_id = find_system(here, wish["FileSystemId"])["FileSystemId"]
        found = [one for one in here.points.values() if one["FileSystemId"] == system_id]
    else:
        found = list(here.points.values())
    return {"AccessPoints": [one | {"Name": named(one["Tags"])} for one in found]}


@op("efs", "delete_access_point")
def _(response, original):
    here = place(response)
    del here.points[find_point(here, given(response)["AccessPointId"])["AccessPointId"]]
    return {}
