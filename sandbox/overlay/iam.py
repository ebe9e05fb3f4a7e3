"""IAM: managed policies are named in the account's details and do not go while something holds them."""

from moto.iam.models import ManagedPolicy

from .hook import backend, before, fail, given

ManagedPolicy.policy_name = property(lambda policy: policy.name)


@before("iam", "delete_policy")
def _(response):
    policy = backend(response, "iam").managed_policies.get(given(response)["PolicyArn"])
    if policy is None:
        return
    if policy.attachment_count > 0:
        raise fail("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(policy.versions) > 1:
        raise fail(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy.",
            409,
        )
