"""The name servers of the internet, as far as delegations go: every public zone of any account is delegated to itself."""

import socket
import struct
import threading

from moto.route53.models import route53_backends

_NS = 2
_ANSWER, _RECURSIVE = 0x8000, 0x0180
_HERE = 0xC00C  # the name that was asked for, at the beginning of the message
_TTL = 60


def listen():
    """Answers on a free port of loopback, which it returns."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    return server.getsockname()[1]


def _serve(server):
    while True:
        message, client = server.recvfrom(4096)
        try:
            server.sendto(_answer(message), client)
        except (IndexError, struct.error, UnicodeDecodeError):
            continue  # no question


def _answer(message):
    number, flags = struct.unpack("!HH", message[:4])
    name, end = _name(message, 12)
    kind = struct.unpack("!H", message[end : end + 2])[0]
    servers = sorted(_servers_of(name)) if kind == _NS else []
    head = struct.pack("!HHHHHH", number, _ANSWER | _RECURSIVE | flags & 0x7900, 1, len(servers), 0, 0)
    return head + message[12 : end + 4] + b"".join(map(_record, servers))


def _record(server):
    data = b"".join(bytes([len(label)]) + label.encode() for label in server.split(".")) + b"\0"
    return struct.pack("!HHHIH", _HERE, _NS, 1, _TTL, len(data)) + data


def _name(message, at):
    labels = []
    while message[at]:
        labels.append(message[at + 1 : at + 1 + message[at]].decode("ascii"))
        at += 1 + message[at]
    return ".".join(labels).lower(), at + 1


def _servers_of(name):
    return {
        server.rstrip(".")
        for account in list(route53_backends)
        for zone in list(route53_backends[account]["aws"].zones.values())
        if not zone.private_zone and zone.name.rstrip(".") == name
        for server in zone.delegation_set.name_servers
    }
