"""Amazon Managed Prometheus: workspaces that take a while to come and go; the alias is a prefix in lists and not unique."""

import uuid

from .delays import lasts
from .hook import fail, given, op, state
from .later import after, stamp

CREATE = lasts("WORKSPACE_CREATE", 20)
DELETE = lasts("WORKSPACE_DELETE", 20)
UPDATE = lasts("WORKSPACE_UPDATE", 5)


def _workspaces(response):
    return state("amp", response.current_account, response.region).setdefault("workspaces", {})


def _find(response, workspace_id):
    found = _workspaces(response).get(workspace_id)
    if found is None:
        raise fail("ResourceNotFoundException", f"Workspace not found: {workspace_id}", 404, resourceId=workspace_id, resourceType="AWS::APS::Workspace")
    return found


def _active(workspace):
    if workspace["status"]["statusCode"] != "ACTIVE":
        raise fail(
            "ConflictException",
            f"The workspace is in the state {workspace['status']['statusCode']}.",
            409,
            resourceId=workspace["workspaceId"],
            resourceType="AWS::APS::Workspace",
        )
    return workspace


def _short(workspace):
    return {key: workspace[key] for key in ("arn", "workspaceId", "status", "tags", "kmsKeyArn") if workspace.get(key) is not None}


@op("amp", "create_workspace")
def _(response, original):
    wish, workspaces = given(response), _workspaces(response)
    token = wish.get("clientToken") or str(uuid.uuid4())
    known = next((one for one in workspaces.values() if one["_token"] == token), None)
    if known:
        if known["_asked"] != {**wish, "clientToken": token}:
            raise fail("ConflictException", "The client token was used with other parameters.", 409, resourceId=known["workspaceId"], resourceType="AWS::APS::Workspace")
        return _short(known)
    workspace_id = f"ws-{uuid.uuid4()}"
    workspaces[workspace_id] = workspace = {
        "workspaceId": workspace_id,
        "alias": wish.get("alias"),
        "arn": f"arn:aws:aps:{response.region}:{response.current_account}:workspace/{workspace_id}",
        "status": {"statusCode": "CREATING"},
        "createdAt": stamp(),
        "tags": dict(wish.get("tags") or {}),
        "kmsKeyArn": wish.get("kmsKeyArn"),
        "_token": token,
        "_asked": {**wish, "clientToken": token},
    }

    def active(moment):
        workspace["status"] = {"statusCode": "ACTIVE"}
        workspace["prometheusEndpoint"] = f"https://aps-workspaces.{response.region}.amazonaws.com/workspaces/{workspace_id}/"

    after(response.current_account, CREATE, active)
    return _short(workspace)


@op("amp", "describe_workspace")
def _(response, original):
    return {"workspace": _find(response, given(response)["workspaceId"])}


@op("amp", "list_workspaces")
def _(response, original):
    prefix = given(response).get("alias") or ""
    return {
        "workspaces": [
            {key: value for key, value in one.items() if key != "prometheusEndpoint"}
            for one in _workspaces(response).values()
            if (one["alias"] or "").startswith(prefix)
        ]
    }


@op("amp", "update_workspace_alias")
def _(response, original):
    wish = given(response)
    workspace = _active(_find(response, wish["workspaceId"]))
    workspace |= {"alias": wish.get("alias"), "status": {"statusCode": "UPDATING"}}

    def active(moment):
        if workspace["status"]["statusCode"] == "UPDATING":
            workspace["status"] = {"statusCode": "ACTIVE"}

    after(response.current_account, UPDATE, active)
    return {}


@op("amp", "delete_workspace")
def _(response, original):
    workspaces = _workspaces(response)
    workspace = _active(_find(response, given(response)["workspaceId"]))
    workspace["status"] = {"statusCode": "DELETING"}
    after(response.current_account, DELETE, lambda moment: workspaces.pop(workspace["workspaceId"], None))
    return {}


def _tagged(response):
    arn = given(response)["resourceArn"]
    return _find(response, arn.split("/")[1] if "/" in arn else arn)["tags"]


@op("amp", "list_tags_for_resource")
def _(response, original):
    return {"tags": _tagged(response)}


@op("amp", "tag_resource")
def _(response, original):
    _tagged(response).update(given(response)["tags"])
    return {}


@op("amp", "untag_resource")
def _(response, original):
    for key in given(response)["tagKeys"]:
        _tagged(response).pop(key, None)
    return {}
