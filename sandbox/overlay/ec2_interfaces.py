"""Network interfaces that belong to a service: they can be looked at, but not touched."""

from moto.ec2.models.elastic_network_interfaces import NetworkInterface

from .ec2 import NOT_YOURS
from .hook import backend, before, fail, given, replace

# Who AWS says has attached the interface, by who asked for it.
_OWNERS = {"amazon-elb": "amazon-elb", "amazon-rds": "amazon-rds", "amazon-cloudfront": "amazon-aws"}


def attachment(self):
    if not self.requester_managed:
        return _attachment.fget(self)
    return {
        "AttachmentId": f"ela-attach-{self.id.removeprefix('eni-')}",
        "DeleteOnTermination": False,
        "DeviceIndex": 1,
        "InstanceOwnerId": _OWNERS.get(self.requester_id, "amazon-aws"),
        "Status": "attached",
    }


_attachment = replace(NetworkInterface, "attachment", property(attachment))


def get_filter_value(self, filter_name, method_name=None):
    if filter_name in ("attachment.status", "attachment.instance-owner-id") and self.requester_managed:
        return self.attachment["Status" if filter_name.endswith("status") else "InstanceOwnerId"]
    if filter_name == "requester-managed":
        return str(self.requester_managed).lower()
    if filter_name == "association.public-ip":
        return self.public_ip
    return _get_filter_value(self, filter_name, method_name)


_get_filter_value = replace(NetworkInterface, "get_filter_value", get_filter_value)


@before("ec2", "delete_network_interface")
def _(response):
    ec2, key = backend(response, "ec2"), given(response)["NetworkInterfaceId"]
    interface = ec2.get_network_interface(key)
    if interface.requester_managed:
        raise fail("AuthFailure", NOT_YOURS, 400)
    if interface.attachment_id:
        raise fail("InvalidParameterValue", f"Network interface '{key}' is currently in use.")


@before("ec2", "modify_network_interface_attribute")
def _(response):
    if backend(response, "ec2").get_network_interface(given(response)["NetworkInterfaceId"]).requester_managed:
        raise fail("AuthFailure", NOT_YOURS, 400)


@before("ec2", "detach_network_interface")
def _(response):
    if given(response)["AttachmentId"].startswith("ela-attach-"):
        raise fail("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
