"""How a request comes in and its answer goes out."""

from http.server import BaseHTTPRequestHandler

from .traffic_messages import Request


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *_):
        """Nothing: what is worth reading is in the answers."""

    def asked(self, scheme, port, target, client):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
        return Request(self.command, scheme, port, target, headers, client, body)

    def give(self, answer):
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
