"""The local AWS: moto with the overlay, on one port. `server.py --port 0` takes a free one and prints it."""

import argparse
import json
import os
import signal
import sys
import threading
from urllib.parse import parse_qs

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

import overlay
from overlay import calls, dns, selftest, traffic, traffic_certificates


class Handler(MotoRequestHandler):
    def log(self, *_):
        """Calls are recorded; a line for each would drown what is worth reading."""


def application(moto):
    def answer(environ, start_response):
        path = environ["PATH_INFO"]
        if not path.startswith("/sandbox"):
            return moto(environ, start_response)
        if path == "/sandbox/ca":
            start_response("200 OK", [("Content-Type", "application/x-pem-file")])
            return [traffic_certificates.authority()]
        query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        known = path == "/sandbox/calls"
        body = calls.of(query.get("account"), clear=query.get("clear") == "1") if known else {"error": "not found"}
        start_response("200 OK" if known else "404 Not Found", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    return answer


def _end_with_parent():
    sys.stdin.read()
    os._exit(0)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--skip-selftest", action="store_true")
    options.add_argument("--until-input-closes", action="store_true", help="end with the process that started it")
    options = options.parse_args()

    overlay.load()
    served = application(DomainDispatcherApplication(create_backend_app))
    if not options.skip_selftest:
        selftest.run(served)
    server = make_server("127.0.0.1", options.port, served, threaded=True, request_handler=Handler)
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if options.until_input_closes:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    print(f"listening on {server.port}, proxy on {traffic.listen()}, dns on {dns.listen()}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
