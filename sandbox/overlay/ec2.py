"""EC2: what all its kinds have in common."""

import re

from moto.ec2.models.core import TaggedEC2Resource

from .hook import fail, replace

NOT_YOURS = "You do not have permission to access the specified resource."


def get_tags(self):
    """Moto looks through all tags of the account with a regular expression, for each object of each answer."""
    return [{"key": key, "value": value} for key, value in self.ec2_backend.tags.get(self.id, {}).items()]


replace(TaggedEC2Resource, "get_tags", get_tags)


def tags_of(wish, resource_type):
    """The tags that a create call wants for its object."""
    for one in wish.get("TagSpecifications", []):
        if one.get("ResourceType") != resource_type:
            raise fail(
                "InvalidParameterValue",
                f"'{one.get('ResourceType')}' is not a valid taggable resource type for this operation.",
            )
    return {tag["Key"]: tag.get("Value", "") for one in wish.get("TagSpecifications", []) for tag in one.get("Tags", [])}


def shown_tags(ec2, resource_id):
    return [{"Key": key, "Value": value} for key, value in ec2.tags.get(resource_id, {}).items()]


def filtered(ec2, items, wish, fields, identify):
    """The items that pass all filters of a describe call. `fields` says what each filter is compared with."""
    for one in [*wish.get("Filters", []), *wish.get("Filter", [])]:
        find = _finder(ec2, one["Name"], fields, identify)
        items = [item for item in items if _passes(find(item), one.get("Values", []))]
    return items


def _finder(ec2, name, fields, identify):
    if name.startswith("tag:"):
        return lambda item: ec2.tags.get(identify(item), {}).get(name[4:])
    if name == "tag-key":
        return lambda item: list(ec2.tags.get(identify(item), {}))
    if name not in fields:
        raise fail("InvalidParameterValue", f"The filter '{name}' is invalid")
    return fields[name]


def _passes(found, values):
    found = found if isinstance(found, list) else [found]
    texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in found if one is not None]
    return any(_like(text, pattern) for text in texts for pattern in values)


def _like(text, pattern):
    """`*` and `?` stand for anything, unless a backslash is before them."""
    parts = re.findall(r"\\.|.", pattern, flags=re.S)
    expression = "".join({"*": ".*", "?": "."}.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch(expression, text, flags=re.S) is not None


def in_use(what, resource_id):
    return fail("DependencyViolation", f"The {what} '{resource_id}' has dependencies and cannot be deleted.")


def interfaces_of(ec2, **where):
    """Network interfaces by vpc, subnet or group: they are what holds these."""
    return [
        one
        for one in ec2.enis.values()
        if where.get("vpc") in (None, one.vpc_id)
        and where.get("subnet") in (None, one.subnet_id)
        and (where.get("group") is None or where["group"] in [group.id for group in one.group_set])
    ]
