# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A sandbox process of a test's own, and a receiver for its webhooks."""

import hashlib
import hmac
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

TESTS = Path(__file__).resolve().parents[1]
# Names of the fields in Razorpay's published samples.
KEYS_FILE = TESTS / "razorpay_sandbox" / "published_fields.json"
KEY_ID = "rzp_test_SANDBOXTESTS00"
KEY_SECRET = "key-secret-of-the-tests"
WEBHOOK_SECRET = "webhook-secret-of-the-tests"


def hmac_hex(secret: str, message: str | bytes) -> str:
    data = message.encode() if isinstance(message, str) else message
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


def wait_for(condition, timeout: float = 10):
    """Wait until the condition holds; fail with its last value."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < end, f"still {value!r} after {timeout} s"
        time.sleep(0.05)
    return value


class Sandbox:
    """Starts the process; speaks to its API and to its control API."""

    def __init__(self, folder, webhook_url: str | None = None):
        words = ["--port", "0", "--state", str(folder), "--quiet"]
        words += ["--key-id", KEY_ID, "--key-secret", KEY_SECRET]
        words += ["--webhook-secret", WEBHOOK_SECRET]
        if webhook_url:
            words += ["--webhook-url", webhook_url]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "razorpay_sandbox", *words],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().split(" on ")[1].split(",")[0]

    def kill(self):
        """As a crash would: no chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process.stdout.close()

    def raw(self, method, path, auth=(KEY_ID, KEY_SECRET), **options):
        return requests.request(
            method, self.url + path, auth=auth, timeout=10, **options
        )

    def api(self, method, path, body=None, status=200, headers=None):
        answer = self.raw(method, f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def control(self, path, body=None, method="POST", status=200):
        answer = self.raw(method, f"/_sandbox/{path}", json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json()

    def switch(self, **values):
        return self.control("switches", values)

    def pay(self, order_id, outcome, status=200, **details):
        body = {"outcome": outcome, **details}
        return self.control(f"orders/{order_id}/pay", body, status=status)

    def deliveries(self):
        return self.control("deliveries", method="GET")["items"]


@dataclass
class Received:
    body: bytes
    headers: dict


class Receiver:
    """Takes webhooks; answers 200, or what ``answers`` says first."""

    def __init__(self):
        self.items: list[Received] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                receiver.items.append(Received(body, dict(self.headers)))
                code = receiver.answers.pop(0) if receiver.answers else 200
                self.send_response(code)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                """Keep the test's output quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhook"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()

    def wait(self, count: int, timeout: float = 10):
        wait_for(lambda: len(self.items) >= count, timeout)
