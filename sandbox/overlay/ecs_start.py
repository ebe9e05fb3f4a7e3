"""Why a task does not start: its images, secrets, log groups and volumes, and the rights of its execution role."""

import json
import re

from moto.ecr.models import ecr_backends
from moto.logs.models import logs_backends
from moto.ssm.models import ssm_backends

from . import ecs_ways, efs_mount_targets, permissions, secretsmanager

ECR = r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?"
PULLING = "unable to pull secrets or registry auth: execution resource retrieval failed: unable to"


def trouble(here, task):
    """(reason, container name) or None."""
    definition = task["_definition"]
    role = permissions.role_named(here.account, definition.get("executionRoleArn"))
    for container in definition["containerDefinitions"]:
        found = (
            ecs_ways.trouble(here, task, container)
            or _secrets(here, role, container)
            or _registry(here, role, container)
            or _image(here, container)
            or _logs(here, role, container)
        )
        if found:
            return found, container["name"]
    for volume in definition["volumes"]:
        found = "efsVolumeConfiguration" in volume and efs_mount_targets.trouble(here.account, here.region, volume["efsVolumeConfiguration"], task)
        if found:
            return f"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: {found}", None
    return None


def crashes(image):
    """The sandbox runs nothing: an image called so is one whose program fails at once."""
    return "crash" in image.split("/")[-1]


def image_in_registry(here, image):
    """The image's record in ECR; None when it is missing; False when it is not an ECR image."""
    match = re.fullmatch(ECR, image)
    if not match:
        return False
    account, region, name, tag, digest = match.groups()
    repository = ecr_backends[account][region].repositories.get(name)
    for one in repository.images if repository else []:
        if one.get_image_digest() == digest or (not digest and (tag or "latest") in one.image_tags):
            return one
    return None


def digest(here, image):
    if re.search(r"@(sha256:[0-9a-f]{64})$", image):
        return image.split("@")[1]
    found = image_in_registry(here, image)
    return found.get_image_digest() if found else None


def _image(here, container):
    image = container["image"]
    if image_in_registry(here, image) is None:
        return f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {image}: not found"
    return None


def _registry(here, role, container):
    match = re.fullmatch(ECR, container["image"])
    if not match:
        return None
    account, region, name = match.groups()[:3]
    repository = f"arn:aws:ecr:{region}:{account}:repository/{name}"
    needed = (("ecr:GetAuthorizationToken", "*"), ("ecr:BatchGetImage", repository), ("ecr:GetDownloadUrlForLayer", repository))
    for action, resource in needed:
        if role is None or not permissions.allowed(role, action, resource):
            return (
                f"ResourceInitializationError: {PULLING} get registry auth from Amazon ECR: AccessDeniedException: "
                f"the execution role is not authorized to perform: {action} on resource: {resource}"
            )
    return None


def _secrets(here, role, container):
    for one in container.get("secrets", []):
        source = one["valueFrom"]
        problem = _asm(here, role, source) if ":secretsmanager:" in source else _parameter(here, role, source)
        if problem:
            return f"ResourceInitializationError: {PULLING} {problem}"
    return None


def secret_value(here, source):
    """What a container gets to see of a secret or a parameter."""
    if ":secretsmanager:" not in source:
        known = _known_parameter(here, source)
        return known.decrypt(known.value) if known.parameter_type == "SecureString" else known.value
    arn, key, stage, version = _parts(source)
    value = secretsmanager.current(secretsmanager.lookup(here.account, here.region, arn), version or None, stage or "AWSCURRENT")
    return json.loads(value)[key] if key else value


def _parts(source):
    parts = source.split(":")
    stage, version = (parts[8:10] + ["", ""])[:2] if len(parts) > 8 else ("", "")
    return ":".join(parts[:7]), parts[7] if len(parts) > 7 else "", stage, version


def _asm(here, role, source):
    arn, key, stage, version = _parts(source)
    start = f"retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {arn} from secrets manager:"
    if role is None or not permissions.allowed(role, "secretsmanager:GetSecretValue", arn):
        return f"{start} AccessDeniedException: the execution role is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn}"
    secret = secretsmanager.lookup(here.account, here.region, arn)
    value = secret and secretsmanager.current(secret, version or None, stage or "AWSCURRENT")
    if value is None:
        return f"{start} ResourceNotFoundException: Secrets Manager can't find the specified secret."
    if secret["KmsKeyId"] and not permissions.may_decrypt(here.account, here.region, role, secret["KmsKeyId"], "secretsmanager"):
        return f"{start} AccessDeniedException: Access to KMS is not allowed"
    if key:
        try:
            found = key in json.loads(value)
        except (ValueError, TypeError):
            return f"{start} retrieved secret from Secrets Manager is not valid JSON"
        if not found:
            return f"{start} retrieved secret from Secrets Manager did not contain json key {key}"
    return None


def _known_parameter(here, source):
    name = source.split(":parameter", 1)[-1] if source.startswith("arn:") else source
    parameters = ssm_backends[here.account][here.region]
    return parameters.get_parameter(name) or parameters.get_parameter(name.lstrip("/"))


def _parameter(here, role, source):
    name = source.split(":parameter", 1)[-1] if source.startswith("arn:") else source
    known = _known_parameter(here, source)
    arn = source if source.startswith("arn:") else f"arn:aws:ssm:{here.region}:{here.account}:parameter/{name.lstrip('/')}"
    start = "retrieve secrets from ssm: service call has been retried 1 time(s):"
    if role is None or not permissions.allowed(role, "ssm:GetParameters", arn):
        return f"{start} AccessDeniedException: the execution role is not authorized to perform: ssm:GetParameters on resource: {arn}"
    if known is None:
        return f"{start} invalid parameters: {name}"
    key = known.keyid if known.parameter_type == "SecureString" else None
    if key and key != "alias/aws/ssm" and not permissions.may_decrypt(here.account, here.region, role, key, "ssm"):
        return f"{start} AccessDeniedException: the ciphertext refers to a key that the execution role may not use"
    return None


def _logs(here, role, container):
    config = container.get("logConfiguration", {})
    if config.get("logDriver") != "awslogs":
        return None
    options = config.get("options", {})
    name, region = options.get("awslogs-group"), options.get("awslogs-region", here.region)
    groups = logs_backends[here.account][region]
    start = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream:"
    if role is None or not permissions.allowed(role, "logs:CreateLogStream", f"arn:aws:logs:{region}:{here.account}:log-group:{name}:log-stream:x"):
        return f"{start} AccessDeniedException: the execution role is not authorized to perform: logs:CreateLogStream on {name}"
    if name not in groups.groups:
        if options.get("awslogs-create-group") != "true":
            return f"{start} ResourceNotFoundException: The specified log group does not exist. : exit status 1"
        groups.create_log_group(name, {})
    return None
