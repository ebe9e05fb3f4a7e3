"""Network interfaces that a service holds in somebody's VPC: they keep its subnets and security groups in use."""

import ipaddress
import random

from moto.ec2.models import ec2_backends

from .hook import fail


def attach(account, region, subnet_id, group_ids, description, requester):
    ec2 = ec2_backends[account][region]
    address = _free_address(ec2, subnet(account, region, subnet_id))
    interface = ec2.create_network_interface(subnet_id, address, group_ids=list(group_ids), description=description)
    interface.status = "in-use"
    interface.requester_managed = True
    interface.requester_id = requester
    return interface


def _free_address(ec2, place):
    """Any that nobody has, but for the first four and the last one, which AWS keeps. By itself moto gives one twice."""
    taken = {one.private_ip_address for one in ec2.enis.values() if one.subnet.id == place.id}
    network = ipaddress.ip_network(place.cidr_block)
    if len(taken) >= network.num_addresses - 5:
        raise fail("InsufficientFreeAddressesInSubnet", f"There are not enough free addresses in subnet '{place.id}'.")
    while True:
        address = str(network[random.randrange(4, network.num_addresses - 1)])
        if address not in taken:
            return address


def regroup(account, region, interface_ids, group_ids):
    ec2 = ec2_backends[account][region]
    for interface in filter(None, map(ec2.enis.get, interface_ids)):
        interface._group_set = [ec2.get_security_group_from_id(group) for group in group_ids]


def detach(account, region, interface_ids):
    ec2 = ec2_backends[account][region]
    for interface in filter(None, map(ec2.enis.get, interface_ids)):
        interface.delete()


def subnet(account, region, subnet_id):
    for zone in ec2_backends[account][region].subnets.values():
        if subnet_id in zone:
            return zone[subnet_id]
    return None


def group(account, region, group_id):
    return ec2_backends[account][region].get_security_group_from_id(group_id)


def ranges(account, region, prefix_list_id):
    """What stands in a prefix list."""
    found = ec2_backends[account][region].managed_prefix_lists.get(prefix_list_id)
    return [one["Cidr"] for one in found.entries[max(found.entries)]] if found and found.entries else []


def default_group(account, region, vpc_id):
    return ec2_backends[account][region].get_default_security_group(vpc_id).id


def default_subnets(account, region):
    zones = ec2_backends[account][region].subnets.values()
    return [one.id for zone in zones for one in zone.values() if str(one.default_for_az).lower() == "true"]


def vpc(account, region, vpc_id):
    return ec2_backends[account][region].vpcs.get(vpc_id)
