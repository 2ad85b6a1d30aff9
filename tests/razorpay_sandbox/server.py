# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP in front of the sandbox.

``/v1/...`` is Razorpay's API (Basic auth), ``/v1/checkout...`` is what the browser
needs (key id only, as at Razorpay), ``/_sandbox/...`` is the control API for tests
and for the curious; it accepts JSON only, so that no web page can drive it.
"""

import base64
import hmac
import json
import logging
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from . import page
from .engine import LOSE
from .entities import ApiError

_logger = logging.getLogger(__name__)

CHECKOUT_JS = Path(__file__).with_name("checkout.js")
LOCAL_HOSTS = ("127.0.0.1", "localhost")
MAX_BODY = 1 << 20
ROUTES = []


def route(method, pattern):
    """Register a handler; groups of the pattern are its arguments."""

    def decorate(function):
        ROUTES.append((method, re.compile(pattern + r"/?"), function))
        return function

    return decorate


# --- Razorpay's API ---------------------------------------------------------------


@route("POST", "/v1/customers")
def create_customer(call):
    return call.sandbox.create_customer(call.body)


@route("GET", "/v1/customers/(cust_[A-Za-z0-9]+)")
def get_customer(call, id_):
    return call.sandbox.find("customer", id_)


@route("POST", "/v1/orders")
def create_order(call):
    return call.sandbox.create_order(call.body)


@route("GET", "/v1/orders")
def list_orders(call):
    return call.sandbox.listing("order", call.query.get("receipt"), call.query)


@route("GET", "/v1/orders/(order_[A-Za-z0-9]+)")
def get_order(call, id_):
    return call.sandbox.find("order", id_)


@route("GET", "/v1/orders/(order_[A-Za-z0-9]+)/payments")
def order_payments(call, id_):
    call.sandbox.find("order", id_)
    return call.sandbox.listing("payment", id_)


@route("GET", "/v1/payments")
def list_payments(call):
    return call.sandbox.listing("payment", query=call.query)


@route("GET", "/v1/payments/(pay_[A-Za-z0-9]+)")
def get_payment(call, id_):
    return call.sandbox.find("payment", id_)


@route("POST", "/v1/payments/(pay_[A-Za-z0-9]+)/capture")
def capture(call, id_):
    return call.sandbox.capture(id_, call.body)


@route("POST", "/v1/payments/(pay_[A-Za-z0-9]+)/refund")
def refund(call, id_):
    key = call.headers.get("X-Refund-Idempotency")
    return call.sandbox.refund(id_, call.body, key)


@route("GET", "/v1/payments/(pay_[A-Za-z0-9]+)/refunds")
def payment_refunds(call, id_):
    return call.sandbox.listing("refund", id_)


@route("GET", "/v1/refunds/(rfnd_[A-Za-z0-9]+)")
def get_refund(call, id_):
    return call.sandbox.find("refund", id_)


@route("GET", "/v1/refunds")
def list_refunds(call):
    return call.sandbox.listing("refund", query=call.query)


@route("GET", "/v1/disputes")
def list_disputes(call):
    return call.sandbox.listing("dispute", query=call.query)


@route("GET", "/v1/disputes/(disp_[A-Za-z0-9]+)")
def get_dispute(call, id_):
    return call.sandbox.find("dispute", id_)


@route("GET", "/v1/settlements")
def list_settlements(call):
    return call.sandbox.listing("settlement", query=call.query)


@route("GET", "/v1/settlements/(setl_[A-Za-z0-9]+)")
def get_settlement(call, id_):
    return call.sandbox.find("settlement", id_)


@route("GET", "/v1/settlements/recon/combined")
def recon(call):
    return call.sandbox.recon(call.query)


# --- the checkout window ------------------------------------------------------------


@route("GET", "/v1/checkout/order")
def checkout_order(call):
    order = call.sandbox.find("order", call.query.get("order_id"))
    keys = ("id", "amount", "amount_paid", "currency", "status")
    return {key: order[key] for key in keys}


@route("POST", "/v1/checkout/pay")
def checkout_pay(call):
    """A failed payment is an ordinary answer here; the window shows the error."""
    details = {
        key: call.body.get(key) for key in ("email", "contact", "description", "notes")
    }
    outcome = call.body.get("outcome")
    if outcome not in ("paid", "failed", "late", "authorized"):
        raise ApiError("outcome is not one of the window's")
    payment = call.sandbox.pay(
        call.body.get("order_id"), outcome, call.body.get("method") or "upi", details
    )
    return _outcome(call, payment)


def _outcome(call, payment):
    """Signature for money, error otherwise; an authorised payment counts as money."""
    if payment["status"] in ("authorized", "captured"):
        answer = call.sandbox.checkout_answer(payment)
        return {**answer, "status": payment["status"]}
    error = {key[6:]: payment[key] for key in payment if key.startswith("error_")}
    error["metadata"] = {"order_id": payment["order_id"], "payment_id": payment["id"]}
    return {"status": payment["status"], "error": error}


# --- control ------------------------------------------------------------------------


@route("GET", "/_sandbox/state")
def state(call):
    kinds = ("order", "payment", "refund", "dispute", "settlement")
    state_ = {f"{kind}s": call.sandbox.listing(kind)["items"] for kind in kinds}
    return {"sandbox": True, **state_, "switches": call.sandbox.switches()}


@route("GET", "/_sandbox/switches")
def get_switches(call):
    return call.sandbox.switches()


@route("POST", "/_sandbox/switches")
def set_switches(call):
    return call.sandbox.set_switches(call.body)


@route("POST", "/_sandbox/webhook")
def set_webhook(call):
    return call.sandbox.set_webhook(call.body)


@route("POST", "/_sandbox/reset")
def reset(call):
    call.sandbox.reset()
    return {}


@route("POST", "/_sandbox/orders/(order_[A-Za-z0-9]+)/pay")
def control_pay(call, id_):
    """Pay without a browser; always tells the ids and a valid signature."""
    body = dict(call.body)
    outcome, method = body.pop("outcome", "paid"), body.pop("method", "upi")
    payment = call.sandbox.pay(id_, outcome, method, body)
    return {**_outcome(call, payment), **call.sandbox.checkout_answer(payment)}


@route("POST", "/_sandbox/payments/(pay_[A-Za-z0-9]+)/authorise")
def authorise(call, id_):
    return call.sandbox.authorise_late(id_)


@route("POST", "/_sandbox/payments/(pay_[A-Za-z0-9]+)/fail")
def fail_payment(call, id_):
    return call.sandbox.fail_payment(id_)


@route("POST", "/_sandbox/payments/(pay_[A-Za-z0-9]+)/refund")
def dashboard_refund(call, id_):
    """As a person would in the dashboard: no reference of the merchant's."""
    return call.sandbox.refund(id_, {"amount": call.body.get("amount")})


@route("POST", "/_sandbox/refunds/(rfnd_[A-Za-z0-9]+)/(process|fail)")
def finish_refund(call, id_, verb):
    status = {"process": "processed", "fail": "failed"}[verb]
    return call.sandbox.finish_refund(id_, status)


@route("POST", "/_sandbox/payments/(pay_[A-Za-z0-9]+)/dispute")
def dispute(call, id_):
    return call.sandbox.dispute(id_, call.body)


@route("POST", "/_sandbox/settle")
def settle(call):
    """``hold``: ids that stay unsettled; ``upto``: seconds, nothing younger."""
    return call.sandbox.settle(call.body.get("upto"), call.body.get("hold") or ())


@route("GET", "/_sandbox/ledger")
def ledger(call):
    """What was captured, given back, kept as fee, taken and settled; in paise."""
    return call.sandbox.ledger()


@route("POST", "/_sandbox/clock")
def clock(call):
    """``advance``: seconds that pass at once."""
    return call.sandbox.move_clock(call.body.get("advance", 0))


@route("POST", "/_sandbox/events")
def emit(call):
    call.sandbox.emit(call.body["event"], call.body.get("entities", {}))
    return {}


@route("GET", "/_sandbox/deliveries")
def deliveries(call):
    with call.sandbox.lock:
        items = call.sandbox.store.deliveries(
            call.query.get("state"),
            call.query.get("event"),
            before=int(call.query.get("before") or 0),
        )
    return {"count": len(items), "items": items}


@route("POST", "/_sandbox/deliveries/flush")
def flush(call):
    call.server.courier.flush()
    return deliveries(call)


@route("POST", r"/_sandbox/deliveries/(\d+)/redeliver")
def redeliver(call, id_):
    with call.sandbox.step():
        now = call.sandbox.now()
        call.sandbox.store.update_delivery(
            int(id_), state="pending", due=now, first_at=None
        )
    return {}


@route("GET", "/health")
def health(call):
    return {"status": "ok", "sandbox": True, "name": "Razorpay sandbox (no real money)"}


# --- HTTP ---------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """One call; knows the three kinds of callers."""

    protocol_version = "HTTP/1.1"
    server_version = "RazorpaySandbox"
    timeout = 60
    # Headers and body leave as two packets: without this each answer waits 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self):
        self._handle("GET")

    def do_POST(self):
        self._handle("POST")

    def do_OPTIONS(self):
        self.fault = None
        self._send(204, b"", "text/plain")

    def log_message(self, format, *args):
        _logger.info("%s " + format, self.address_string(), *args)

    def _handle(self, method):
        self.sandbox = self.server.sandbox
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query))
        self.fault = None
        try:
            self._read_body()
            self._check_host()
            if method == "GET" and parts.path in ("/", "/_sandbox"):
                self._send(200, page.render(self.sandbox), "text/html; charset=utf-8")
            elif method == "GET" and parts.path == "/v1/checkout.js":
                script = CHECKOUT_JS.read_bytes()
                self._send(200, script, "text/javascript; charset=utf-8")
            else:
                self._guard(parts.path)
                self._send_json(200, self._dispatch(method, parts.path))
        except ApiError as error:
            self._send_json(error.status, {"error": error.error})
        except (KeyError, TypeError, ValueError) as error:
            _logger.exception("Bad call %s", parts.path)
            self._send_json(400, {"error": ApiError(f"Bad request: {error!r}").error})

    def _read_body(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            raise ApiError("The body is too large", status=413)
        raw = self.rfile.read(length)
        self.body = {}
        if raw and "json" in (self.headers.get("Content-Type") or ""):
            self.body = json.loads(raw)
        elif raw:
            self.body = dict(parse_qsl(raw.decode()))

    def _check_host(self):
        """Only as localhost: a foreign name that resolves here is not let in."""
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        if host not in LOCAL_HOSTS:
            raise ApiError("The sandbox answers on localhost only", status=403)

    def _guard(self, path):
        if path.startswith("/_sandbox/"):
            if self.command == "POST" and "json" not in (
                self.headers.get("Content-Type") or ""
            ):
                raise ApiError("The control API takes JSON", status=415)
        elif path.startswith("/v1/checkout/"):
            key_id = self.body.get("key_id") or self.query.get("key_id")
            if key_id != self.sandbox.key_id:
                raise ApiError("The api key provided is invalid", status=401)
        elif path.startswith("/v1/"):
            self._authenticate()
            time.sleep(self.sandbox.switches()["api_delay"])
            self.fault = self.sandbox.take_fault(f"{self.command} {path}")
            if isinstance(self.fault, int):
                code = "SERVER_ERROR" if self.fault >= 500 else None
                raise ApiError(
                    "The sandbox was told to fail", status=self.fault, code=code
                )

    def _authenticate(self):
        expected = f"{self.sandbox.key_id}:{self.sandbox.key_secret}".encode()
        header = self.headers.get("Authorization") or ""
        token = base64.b64encode(expected).decode()
        if not hmac.compare_digest(header.encode(), f"Basic {token}".encode()):
            raise ApiError("Authentication failed", status=401, reason="NA")

    def _dispatch(self, method, path):
        for route_method, pattern, function in ROUTES:
            match = pattern.fullmatch(path)
            if match and route_method == method:
                return function(self, *match.groups())
        raise ApiError("The requested URL was not found on the server.", status=404)

    def _send_json(self, status, data):
        if isinstance(data, dict):
            data = {k: v for k, v in data.items() if not k.startswith("_")}
        self._send(status, json.dumps(data).encode(), "application/json")

    def _send(self, status, content, content_type):
        if self.fault == LOSE:
            # Done, and nobody hears of it: the connection just ends.
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Sandbox", "no real money")
        if status == self.fault and self.sandbox.switches()["retry_after"] is not None:
            self.send_header("Retry-After", str(self.sandbox.switches()["retry_after"]))
        self.send_header("Cache-Control", "no-store")
        if urlsplit(self.path).path.startswith("/v1/checkout"):
            # The window runs inside the shop's page, which has another origin.
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Listens on loopback only; there is no option to change that."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, sandbox, courier):
        self.sandbox = sandbox
        self.courier = courier
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request, client_address):
        """Whoever asked may be gone by now: killed, say."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
