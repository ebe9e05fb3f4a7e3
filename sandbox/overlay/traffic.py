"""The way from the internet to what an account has built: a proxy on loopback that leads to it by its public names.

The proxy's user is the account, its password the address that the client has on the internet.
"""

import base64
import re
import threading
from http.server import ThreadingHTTPServer
from urllib.parse import urlsplit

from .hook import visiting
from .traffic_certificates import secured
from .traffic_handler import Handler
from .traffic_messages import Client, Unanswered
from .traffic_names import resolve

_OUTSIDE = "198.51.100.7"  # an address of the documentation: nobody has it
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class _Proxy(Handler):
    def do_CONNECT(self):
        host, _, port = self.path.rpartition(":")
        met = self._meet(host, int(port))
        if met is None:
            return
        account, client, door = met
        self.send_response_only(200, "Connection Established")
        self.end_headers()
        self.close_connection = True
        _Site(account, client, door, int(port), self.connection, self.client_address, self.server)

    def _plain(self):
        address = urlsplit(self.path)
        if address.scheme != "http" or not address.hostname:
            return self._refuse(400, "http_request_error")
        port = address.port or 80
        met = self._meet(address.hostname, port)
        if met is None:
            return
        account, client, door = met
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        with visiting(account):
            self.give(door.answer(self.asked("http", port, target, client)))

    def _meet(self, host, port):
        """The account, the client, and the door that the client gets to; None when it is told why it gets to none."""
        user = re.fullmatch(r"Basic ([\w+/=]+)", self.headers.get("Proxy-Authorization", ""))
        account, _, address = base64.b64decode(user[1]).decode().partition(":") if user else ("", "", "")
        if not re.fullmatch(r"\d{12}", account):
            return self._refuse(407, "http_request_denied", {"Proxy-Authenticate": 'Basic realm="account"'})
        client = Client((address or _OUTSIDE,))
        with visiting(account):
            found = resolve(account, host)
            if found is None:
                return self._refuse(502, "dns_error")
            try:
                return account, client, found.door(port, client)
            except Unanswered as nobody:
                return self._refuse(504 if nobody.error == "connection_timeout" else 502, nobody.error)

    def _refuse(self, status, error, headers=None):
        self.send_response_only(status)
        for name, value in {"Proxy-Status": f"sandbox; error={error}", "Content-Length": "0", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()


class _Site(Handler):
    """A connection that the proxy has let through."""

    def __init__(self, account, client, door, port, connection, *rest):
        self.account, self.visitor, self.door, self.port = account, client, door, port
        try:
            super().__init__(secured(connection, self._names_for) if door.secure else connection, *rest)
        except OSError:  # the client went away, or did not like the certificate
            pass

    def _names_for(self, host):
        with visiting(self.account):
            return self.door.names_for(host)

    def _answer(self):
        request = self.asked("https" if self.door.secure else "http", self.port, self.path, self.visitor)
        with visiting(self.account):
            answer = self.door.answer(request)
        self.give(answer)


for _method in _METHODS:
    setattr(_Proxy, f"do_{_method}", _Proxy._plain)
    setattr(_Site, f"do_{_method}", _Site._answer)


def listen():
    """Begins to listen, and returns the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port
