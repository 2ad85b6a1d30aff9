# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The state machine of the sandbox: orders, payments, refunds, events.

order    created -> attempted -> paid            (never back)
payment  created -> authorized -> captured -> refunded
         created -> failed -> authorized         (late authorisation)
refund   pending -> processed | failed
"""

import contextlib
import hashlib
import hmac
import json
import re
import threading
import time

from . import entities
from .entities import ApiError
from .settling import Settling

SWITCHES = {
    # names of events that are never delivered; "*" is all of them
    "drop": [],
    # how many times more each event is delivered
    "repeat": 0,
    # seconds before the first delivery
    "delay": 0,
    # the events of one step arrive last first
    "reorder": False,
    # None | "signature" | "body" (changed after it was signed)
    "corrupt": None,
    # nothing is delivered until it is switched off (a test can fetch and post itself)
    "paused": False,
    # seconds until a late payment turns authorized; None waits for the control API
    "late_seconds": 8,
    # "processed" or "failed" at once, or "pending" until the control API says more
    "refund_mode": "processed",
    # seconds for which a refund is in work (a repeated request gets 409 meanwhile)
    "refund_seconds": 0,
    # the next N calls of the API answer 502, before anything was done
    "api_failures": 0,
    # what the next calls answer instead of working: [429, 503, ...]
    "api_status": [],
    # seconds in Retry-After of those answers; None leaves the header out
    "retry_after": None,
    # the next N calls of the API do their work; the answer is lost on the way
    "api_lose": 0,
    # the calls that the four above are about, "POST /v1/orders" say; a regex, "" is all
    "fail_paths": "",
    # seconds before each answer of the API
    "api_delay": 0,
}
LOSE = "lose"
REFUND_MODES = ("processed", "pending", "failed")
OUTCOMES = ("paid", "failed", "authorized", "late", "pending")


def sign(secret: str, message) -> str:
    """HMAC-SHA256 in hex, as Razorpay signs checkouts and webhooks."""
    data = message.encode() if isinstance(message, str) else message
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


class Sandbox(Settling):
    """Everything that happens; each public method is one locked, saved step."""

    def __init__(self, store, key_id, key_secret, webhook_secret, webhook_url=None):
        self.store = store
        self.key_id = key_id
        self.key_secret = key_secret
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        with self.step():
            webhook = {"url": webhook_url, "secret": webhook_secret}
            store.set_setting("webhook", webhook)
            # A refund that was in work when the process was killed may be tried again.
            store.db.execute("DELETE FROM idempotency WHERE refund_id IS NULL")

    @contextlib.contextmanager
    def step(self):
        """Hold the lock; save on success, forget on error; wake the courier."""
        with self.lock:
            try:
                yield
            except BaseException:
                self.store.rollback()
                raise
            self.store.commit()
            self.changed.notify_all()

    # settings
    def switches(self):
        return {**SWITCHES, **self.store.setting("switches", {})}

    def set_switches(self, values):
        unknown = set(values) - set(SWITCHES)
        if unknown:
            raise ApiError(f"Unknown switches: {', '.join(sorted(unknown))}")
        if values.get("refund_mode", "processed") not in REFUND_MODES:
            raise ApiError(f"refund_mode must be one of {', '.join(REFUND_MODES)}")
        try:
            re.compile(values.get("fail_paths", ""))
        except re.error as error:
            raise ApiError(f"fail_paths: {error}") from error
        with self.step():
            self.store.set_setting("switches", {**self.switches(), **values})
            return self.switches()

    def set_webhook(self, values):
        with self.step():
            webhook = {**self.store.setting("webhook"), **values}
            self.store.set_setting("webhook", webhook)
        return {"url": webhook["url"]}

    def reset(self):
        with self.step():
            webhook = self.store.setting("webhook")
            self.store.wipe()
            self.store.set_setting("webhook", webhook)

    def take_fault(self, call):
        """Return how this call of the API must go wrong, and use that up.

        :param str call: method and path, as ``fail_paths`` knows them
        :return: the status to answer with, LOSE, or None when all goes well
        """
        with self.step():
            switches = self.switches()
            if not re.search(switches["fail_paths"], call):
                return None
            if switches["api_status"]:
                status, *left = switches["api_status"]
                self.set_switches({"api_status": left})
                return status
            for name, fault in (("api_failures", 502), ("api_lose", LOSE)):
                if switches[name]:
                    self.set_switches({name: switches[name] - 1})
                    return fault
            return None

    # the clock
    def now(self):
        """Seconds since 1970, as the sandbox sees them: tests may move it on."""
        with self.lock:
            return time.time() + self.store.setting("clock", 0)

    def move_clock(self, seconds):
        """Control: let time pass; deliveries, late payments and days follow it."""
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise ApiError("advance must be seconds", field="advance")
        with self.step():
            self.store.set_setting("clock", self.store.setting("clock", 0) + seconds)
            return {"now": self.now(), "offset": self.store.setting("clock")}

    # reading
    def find(self, kind, id_):
        with self.lock:
            entity = self.store.get(kind, id_)
        if not entity:
            raise ApiError("The id provided does not exist")
        return entity

    def listing(self, kind, parent=None, query=None):
        """Return a collection; ``query`` may have from, to, count (at most 100), skip.

        ``from`` and ``to`` are seconds since 1970, both included.
        """
        with self.lock:
            items = self.store.all(kind, parent, newest=parent is None)
        if query is not None:
            items = entities.page(items, query)
        items = [entities.public(item) for item in items]
        return {"entity": "collection", "count": len(items), "items": items}

    # customers and orders
    def create_customer(self, body):
        with self.step():
            who = f"{body.get('email')}|{body.get('contact')}"
            for known in self.store.all("customer", parent=who):
                if str(body.get("fail_existing", "1")) == "0":
                    return known
                raise ApiError("Customer already exists for the merchant")
            customer = {
                "id": entities.new_id("cust"),
                "entity": "customer",
                "name": body.get("name"),
                "email": body.get("email"),
                "contact": body.get("contact"),
                "gstin": body.get("gstin"),
                "notes": entities.check_notes(body.get("notes")),
                "created_at": int(self.now()),
            }
            self.store.put("customer", customer, parent=who)
            return customer

    def create_order(self, body):
        with self.step():
            order = entities.make_order(body, int(self.now()))
            if body.get("unique_receipt") and order["receipt"]:
                for known in self.store.all("order", parent=order["receipt"]):
                    if known["amount"] != order["amount"]:
                        raise ApiError(
                            "An order with this receipt and another amount exists.",
                            field="receipt",
                        )
                    return entities.public(known)
            self.store.put("order", order, parent=order["receipt"])
            return entities.public(order)

    # payments
    def pay(self, order_id, outcome, method="upi", details=None):
        """Attempt a payment; ``details`` are e-mail, contact, notes, amount...

        :return: the payment, and what the checkout hands to the browser
        """
        details = details or {}
        if outcome not in OUTCOMES:
            raise ApiError(f"outcome must be one of {', '.join(OUTCOMES)}")
        if method not in entities.METHODS:
            raise ApiError("The method is invalid.", field="method")
        with self.step():
            order = self.find("order", order_id)
            if order["status"] == "paid":
                raise ApiError("Payment already done for this order.")
            if order["_method"] and order["_method"] != method:
                raise ApiError("Payment method is not allowed for this order.")
            order["attempts"] += 1
            order["status"] = "attempted"
            self.store.put("order", order)
            payment = entities.make_payment(order, method, details, int(self.now()))
            self.store.put("payment", payment, parent=order_id)
            if outcome in ("paid", "authorized"):
                self._authorise(payment, capture=outcome == "paid")
            elif outcome in ("failed", "late"):
                self._fail(
                    payment, late=outcome == "late", reason=details.get("reason")
                )
            return entities.public(self.find("payment", payment["id"]))

    def checkout_answer(self, payment):
        """Return what Razorpay's checkout gives to the page after a payment."""
        ids = f"{payment['order_id']}|{payment['id']}"
        return {
            "razorpay_payment_id": payment["id"],
            "razorpay_order_id": payment["order_id"],
            "razorpay_signature": sign(self.key_secret, ids),
        }

    def _fail(self, payment, *, late=False, reason=None):
        reason = "payment_timed_out" if late else reason or "payment_failed"
        payment.update(entities.failure(reason), status="failed")
        if late and self.switches()["late_seconds"] is not None:
            late = self.store.setting("late", {})
            late[payment["id"]] = self.now() + self.switches()["late_seconds"]
            self.store.set_setting("late", late)
        self.store.put("payment", payment)
        self._emit([("payment.failed", {"payment": payment})])

    def _authorise(self, payment, *, capture):
        late = self.store.setting("late", {})
        if late.pop(payment["id"], None):
            self.store.set_setting("late", late)
        payment.update(status="authorized")
        payment.update({key: None for key in entities.failure("")})
        self.store.put("payment", payment)
        order = self.store.get("order", payment["order_id"])
        events = [("payment.authorized", {"payment": dict(payment)})]
        if order["status"] == "paid":
            # A paid order takes no second payment: the money goes back by itself.
            self._emit(events)
            self._mark_captured(payment)
            self._refund(payment, payment["amount"], {"notes": {"reason": "auto"}})
            return
        if capture and order["_automatic"]:
            events += self._capture(payment, order)
        self._emit(events)

    def _mark_captured(self, payment):
        fee, tax = entities.fee_and_tax(payment["amount"])
        payment.update(status="captured", captured=True, fee=fee, tax=tax)
        self.store.put("payment", payment)

    def _capture(self, payment, order):
        self._mark_captured(payment)
        order.update(
            status="paid",
            amount_paid=payment["amount"],
            amount_due=max(0, order["amount"] - payment["amount"]),
        )
        self.store.put("order", order)
        return [
            ("payment.captured", {"payment": dict(payment)}),
            ("order.paid", {"payment": dict(payment), "order": dict(order)}),
        ]

    def capture(self, payment_id, body):
        with self.step():
            payment = self.find("payment", payment_id)
            amount = entities.check_amount(body.get("amount"))
            if payment["captured"]:
                raise ApiError("This payment has already been captured")
            if payment["status"] != "authorized":
                raise ApiError(
                    "Only payments which have been authorized and not yet captured"
                    " can be captured"
                )
            if amount != payment["amount"]:
                raise ApiError(
                    "Capture amount must be equal to the amount authorized",
                    field="amount",
                )
            order = self.find("order", payment["order_id"])
            if order["status"] == "paid":
                raise ApiError("Order already paid")
            self._emit(self._capture(payment, order))
            return entities.public(payment)

    def authorise_late(self, payment_id):
        """Control: the bank's answer arrives after all."""
        with self.step():
            payment = self.find("payment", payment_id)
            if payment["status"] not in ("created", "failed"):
                raise ApiError("Only a created or failed payment can be authorised")
            self._authorise(payment, capture=True)
            return entities.public(self.find("payment", payment_id))

    def fail_payment(self, payment_id):
        """Control: the bank declines a payment that was waiting."""
        with self.step():
            payment = self.find("payment", payment_id)
            if payment["status"] != "created":
                raise ApiError("Only a created payment can fail")
            self._fail(payment)
            return entities.public(payment)

    def authorise_due(self):
        """Authorise the late payments whose time has come; return when the next is."""
        with self.lock:
            if not self.store.setting("late"):
                return None
        with self.step():
            for payment_id, at in self.store.setting("late").items():
                if at <= self.now():
                    self._authorise(self.find("payment", payment_id), capture=True)
            return min(self.store.setting("late").values(), default=None)

    # refunds
    def refund(self, payment_id, body, key=None):
        """``POST payments/{id}/refund``; ``key`` is X-Refund-Idempotency."""
        request = json.dumps([payment_id, body], sort_keys=True)
        if key is None:
            return self._refund_step(payment_id, body)
        if not entities.IDEMPOTENCY_KEY.fullmatch(key):
            raise ApiError("The idempotency key is invalid.", reason="NA")
        with self.step():
            known = self.store.idempotent(key)
            if known and known["request"] != request:
                raise ApiError(
                    "Different request with the same idempotency key has already been"
                    " processed.",
                    reason="NA",
                )
            if known and not known["refund_id"]:
                raise ApiError(
                    "The previous request with this idempotency key is in progress.",
                    status=409,
                    reason="NA",
                )
            if known:
                return entities.public(self.find("refund", known["refund_id"]))
            self.store.set_idempotent(key, request)
        try:
            refund = self._refund_step(payment_id, body)
        except ApiError:
            with self.step():
                self.store.drop_idempotent(key)
            raise
        with self.step():
            self.store.set_idempotent(key, request, refund["id"])
        return refund

    def _refund_step(self, payment_id, body):
        time.sleep(self.switches()["refund_seconds"])
        with self.step():
            payment = self.find("payment", payment_id)
            amount = body.get("amount")
            if amount is None:
                amount = payment["amount"] - payment["amount_refunded"]
            if not payment["captured"]:
                raise ApiError(
                    "The payment status should be captured for action to be taken"
                )
            if payment["amount_refunded"] >= payment["amount"]:
                raise ApiError("The payment has been fully refunded already")
            amount = entities.check_amount(amount)
            if amount > payment["amount"] - payment["amount_refunded"]:
                raise ApiError(
                    "The total refund amount is greater than the refund payment amount",
                    field="amount",
                )
            return entities.public(self._refund(payment, amount, body))

    def _refund(self, payment, amount, body):
        refund = entities.make_refund(payment, amount, body, int(self.now()))
        self._add_refunded(payment, amount)
        parts = {"refund": refund, "payment": payment}
        self._emit([("refund.created", dict(parts))])
        mode = self.switches()["refund_mode"]
        if mode != "pending":
            refund["status"] = mode
            if mode == "failed":
                self._add_refunded(payment, -amount)
            self._emit([(f"refund.{mode}", dict(parts))])
        self.store.put("refund", refund, parent=payment["id"])
        return refund

    def _add_refunded(self, payment, amount):
        payment["amount_refunded"] += amount
        whole = payment["amount_refunded"] >= payment["amount"]
        payment["refund_status"] = (
            "full" if whole else "partial" if payment["amount_refunded"] else None
        )
        payment["status"] = "refunded" if whole else "captured"
        self.store.put("payment", payment)

    def finish_refund(self, refund_id, status):
        """Control: a pending refund is processed, or fails."""
        with self.step():
            refund = self.find("refund", refund_id)
            if refund["status"] != "pending":
                raise ApiError("Only a pending refund can change")
            refund["status"] = status
            self.store.put("refund", refund)
            payment = self.find("payment", refund["payment_id"])
            if status == "failed":
                self._add_refunded(payment, -refund["amount"])
            parts = {"refund": refund, "payment": payment}
            self._emit([(f"refund.{status}", parts)])
            return entities.public(refund)

    # events
    def emit(self, name, parts):
        """Control: send any event with any entities."""
        with self.step():
            self._emit([(name, parts)])

    def _emit(self, events):
        """Store signed deliveries; the courier takes them from there."""
        switches = self.switches()
        secret = self.store.setting("webhook")["secret"]
        now = self.now()
        for name, parts in reversed(events) if switches["reorder"] else events:
            body = json.dumps(entities.make_event(name, parts, int(now)))
            signature = sign(secret, body)
            if switches["corrupt"] == "signature":
                signature = sign(secret + "x", body)
            elif switches["corrupt"] == "body":
                body = body.replace('"amount": ', '"amount": 1', 1)
            dropped = "*" in switches["drop"] or name in switches["drop"]
            event_id = entities.new_id("evt")
            for _copy in range(1 + switches["repeat"]):
                self.store.add_delivery(
                    event_id=event_id,
                    event=name,
                    body=body,
                    signature=signature,
                    state="dropped" if dropped else "pending",
                    due=now + switches["delay"],
                )
