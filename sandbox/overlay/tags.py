"""The rules that tags keep wherever AWS checks them."""

import re

from .hook import fail

MOST = 50
ALLOWED = re.compile(r"[\w\s.:/=+\-@]*")


def check(code, tags, there=()):
    """`tags` as a dictionary, beside the keys that are `there`; refuses with this code."""
    if len({*tags, *there}) > MOST:
        raise fail(code, f"A resource can have {MOST} tags at most.")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            raise fail(code, "Tag keys that start with aws: are reserved for AWS.")
        if not 1 <= len(key) <= 128 or len(value or "") > 256:
            raise fail(code, f"The key or the value of tag {key} is too short or too long.")
        if not ALLOWED.fullmatch(key) or not ALLOWED.fullmatch(value or ""):
            raise fail(code, f"Tag {key} has a character that is not allowed.")
