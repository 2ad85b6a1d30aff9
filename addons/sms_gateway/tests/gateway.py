# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A gateway for tests: real HTTP in a thread, strict about what it is sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API_KEY = "key-of-the-sandbox"
FIELDS = {"sender", "entity_id", "template_id", "to", "text", "reference"}


class Gateway:
    """``sent``: what was taken, each reference once; ``asked``: all requests."""

    def __init__(self):
        self.sent, self.asked, self.answers = {}, [], []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body, headers = gateway._answer(self.path, self.headers, raw)
                if status is None:  # hangs up
                    self.close_connection = True
                    return
                payload = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_args):
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/messages"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def will_answer(self, status, body=None, times=1, **headers):
        """The next answers, whatever is asked; status None: hangs up."""
        self.answers += [(status, body or {}, headers)] * times

    def _answer(self, path, headers, raw):
        self.asked.append((path, raw))
        if self.answers:
            return self.answers.pop(0)
        if headers.get("Authorization") != f"Bearer {API_KEY}":
            return 401, {"error": {"code": "key", "message": "Who are you?"}}, {}
        body = json.loads(raw)
        if set(body) != FIELDS or not all(isinstance(v, str) for v in body.values()):
            return 400, {"error": {"code": "fields", "message": "Fields"}}, {}
        if not body["to"].startswith("+91"):
            return 422, {"error": {"code": "number", "message": "Not India"}}, {}
        self.sent.setdefault(body["reference"], body)
        return 202, {"reference": body["reference"]}, {}
