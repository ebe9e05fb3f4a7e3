import hashlib

from moto.ecr.models import Image

from .hook import backend, before, fail, given, replace


def _create_digest(self):
    self._image_digest = "sha256:" + hashlib.sha256(self.image_manifest.encode()).hexdigest()


replace(Image, "_create_digest", _create_digest)


@before("ecr", "describe_images", "batch_get_image", "list_images", "put_image")
def _(response):
    wish = given(response)
    registry = wish.get("registryId") or response.current_account
    if registry != response.current_account or wish["repositoryName"] not in backend(response, "ecr").repositories:
        raise fail("RepositoryNotFoundException", f"The repository with name '{wish['repositoryName']}' does not exist in the registry with id '{registry}'")


@before("ecr", "put_lifecycle_policy")
def _(response):
    text = given(response)["lifecyclePolicyText"]
    if not 100 <= len(text) <= 30720:
        raise fail("InvalidParameterException", f"Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Member must have a length between 100 and 30720', was {len(text)}")
