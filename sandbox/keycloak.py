"""The sandbox's Keycloak by itself, on loopback: what is held to the answers of the real one.

`keycloak.py <username>` reads the password from its input, prints its port, and ends when its input does.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from overlay.keycloak import Keycloak
from overlay.traffic_messages import Client, Request


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        """Nothing: what is worth reading is in the answers."""

    def _answer(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.command, "http", self.server.server_port, self.path, headers, Client((self.client_address[0],)), body)
        answer = self.server.keycloak.answer(request, f"http://127.0.0.1:{self.server.server_port}")
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer


server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
server.keycloak = Keycloak(sys.argv[1], sys.stdin.readline().rstrip("\n"))
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
