"""What goes to and fro between clients, load balancers and CloudFront."""

import json
import re
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Client:
    """Who asks, as security groups tell it. Groups have clients inside a VPC alone."""

    addresses: tuple = ()
    groups: tuple = ()

    peer = property(lambda self: (self.groups, self.addresses))


@dataclass(frozen=True)
class Request:
    method: str
    scheme: str
    port: int
    target: str  # path and query
    headers: dict  # names in lower case
    client: Client
    body: bytes = b""

    host = property(lambda self: self.headers.get("host", "").rsplit(":", 1)[0].lower())
    path = property(lambda self: self.target.split("?", 1)[0])
    query = property(lambda self: self.target.partition("?")[2])

    def sent_on(self, client, headers, **changes):
        """The same from a middleman, who adds its client to those that the request came through."""
        passed = [self.headers.get("x-forwarded-for"), *self.client.addresses[:1]]
        headers = self.headers | {"x-forwarded-for": ", ".join(filter(None, passed))} | headers
        return replace(self, client=client, headers={name: value for name, value in headers.items() if value is not None}, **changes)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    def marked(self, headers):
        return replace(self, headers=self.headers | headers)


def page(status, words, server):
    return Answer(status, {"Server": server, "Content-Type": "text/plain"}, f"{status} {words}\n".encode())


def document(status, content):
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(content).encode())


class Unanswered(Exception):
    """No connection comes about; `error` as RFC 9209 names it."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


def like(pattern, text):
    """`*` is any number of characters, `?` one."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None
