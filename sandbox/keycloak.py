"""The sandbox's Keycloak by itself, on loopback: what is held to the answers of the real one.

`keycloak.py <username>` reads the password from its input, prints its port, and ends when its input does.
"""

import sys
import threading
from http.server import ThreadingHTTPServer

from overlay.keycloak import Keycloak
from overlay.traffic_handler import Handler
from overlay.traffic_messages import Client


class _Handler(Handler):
    def _answer(self):
        port = self.server.server_port
        request = self.asked("http", port, self.path, Client((self.client_address[0],)))
        self.give(self.server.keycloak.answer(request, f"http://127.0.0.1:{port}"))

    do_GET = do_POST = do_PUT = _answer


server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
server.keycloak = Keycloak(sys.argv[1], sys.stdin.readline().rstrip("\n"))
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
