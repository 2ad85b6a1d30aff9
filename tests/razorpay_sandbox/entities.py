# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shapes and input rules of Razorpay's entities; pure functions, no state.

Keys that start with an underscore are the sandbox's own notes and never leave it
(see :func:`public`).
"""

import re
import secrets
import string

ALPHABET = string.ascii_letters + string.digits
IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_-]{10,}")
METHODS = ("card", "netbanking", "upi", "wallet", "emi", "paylater")
MINIMUM_MINOR = 100
LARGEST_PAGE = 100
RECEIPT_LENGTH = 40
NOTES_COUNT = 15
NOTE_LENGTH = 256


class ApiError(Exception):
    """A refusal in Razorpay's own shape: ``{"error": {...}}``."""

    def __init__(self, description, *, status=400, field=None, reason=None, code=None):
        super().__init__(description)
        self.status = status
        self.error = {
            "code": code or "BAD_REQUEST_ERROR",
            "description": description,
            "source": "business",
            "step": "payment_initiation",
            "reason": reason or "input_validation_failed",
            "metadata": {},
        }
        if field:
            self.error["field"] = field


def new_id(prefix: str) -> str:
    """Return a Razorpay-like id: prefix, underscore, 14 letters and digits."""
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _i in range(14))


def public(entity: dict) -> dict:
    """Return the entity as the API shows it."""
    return {k: v for k, v in entity.items() if not k.startswith("_")}


def page(items: list, query: dict) -> list:
    """Return the wanted part of a list: ``from``, ``to``, ``count``, ``skip``."""
    numbers = {}
    for name, default in (("from", 0), ("to", 1 << 40), ("count", 10), ("skip", 0)):
        text = str(query.get(name, default))
        if not text.isdigit():
            raise ApiError(f"The {name} must be an integer.", field=name)
        numbers[name] = int(text)
    if not 1 <= numbers["count"] <= LARGEST_PAGE:
        raise ApiError("The count must be between 1 and 100.", field="count")
    found = [
        item
        for item in items
        if numbers["from"] <= item.get("created_at", 0) <= numbers["to"]
    ]
    return found[numbers["skip"] : numbers["skip"] + numbers["count"]]


def check_amount(value, field="amount") -> int:
    """Return the amount in minor units, or refuse it as Razorpay does."""
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiError(f"The {field} must be an integer.", field=field)
    if value < MINIMUM_MINOR:
        raise ApiError("The amount must be at least INR 1.00", field=field)
    return value


def check_notes(notes):
    """Notes: at most 15 pairs of at most 256 characters; none is ``[]``."""
    if not notes:
        return []
    if not isinstance(notes, dict):
        raise ApiError("notes must be an array", field="notes")
    if len(notes) > NOTES_COUNT:
        raise ApiError("number of fields in notes should be less than or equal to 15")
    for value in notes.values():
        if len(str(value)) > NOTE_LENGTH:
            raise ApiError("notes values must not be greater than 256 characters")
    return notes


def _wants_automatic_capture(body: dict) -> bool:
    """The sandbox's dashboard setting is "manual": who wants capture must ask."""
    capture = (body.get("payment") or {}).get("capture")
    if capture:
        return capture == "automatic"
    return body.get("payment_capture") in (1, True, "1", "true")


def make_order(body: dict, now: int) -> dict:
    """Check the body of ``POST /v1/orders`` and return the order in state created."""
    amount = check_amount(body.get("amount"))
    currency = body.get("currency")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise ApiError("The currency field is required.", field="currency")
    receipt = body.get("receipt")
    if receipt is not None and not 1 <= len(str(receipt)) <= RECEIPT_LENGTH:
        raise ApiError(
            "The receipt may not be greater than 40 characters.", field="receipt"
        )
    method = body.get("method")
    if method and method not in METHODS:
        raise ApiError("The method is invalid.", field="method")
    return {
        "amount": amount,
        "amount_due": amount,
        "amount_paid": 0,
        "attempts": 0,
        "created_at": now,
        "currency": currency,
        "entity": "order",
        "id": new_id("order"),
        "notes": check_notes(body.get("notes")),
        "offer_id": None,
        "receipt": receipt,
        "status": "created",
        "_automatic": _wants_automatic_capture(body),
        "_method": method,
        "_customer_id": body.get("customer_id"),
    }


def make_payment(order: dict, method: str, details: dict, now: int) -> dict:
    """Return a payment in state created for the order."""
    payment = {
        "id": new_id("pay"),
        "entity": "payment",
        "amount": details.get("amount") or order["amount"],
        "currency": details.get("currency") or order["currency"],
        "status": "created",
        "order_id": order["id"],
        "invoice_id": None,
        "international": False,
        "method": method,
        "amount_refunded": 0,
        "refund_status": None,
        "captured": False,
        "description": details.get("description"),
        "card_id": None,
        "bank": None,
        "wallet": None,
        "vpa": None,
        "email": details.get("email") or "void@razorpay.com",
        "contact": details.get("contact") or "+919999999999",
        "notes": details.get("notes") or [],
        "fee": None,
        "tax": None,
        "error_code": None,
        "error_description": None,
        "error_source": None,
        "error_step": None,
        "error_reason": None,
        "acquirer_data": {},
        "created_at": now,
    }
    if order.get("_customer_id"):
        payment["customer_id"] = order["_customer_id"]
    return {**payment, **_method_details(method)}


def _method_details(method: str) -> dict:
    """Return what the bank's side adds to a payment."""
    if method == "upi":
        return {
            "vpa": "success@razorpay",
            "upi": {"vpa": "success@razorpay"},
            "acquirer_data": {"rrn": None, "upi_transaction_id": secrets.token_hex(16)},
        }
    if method == "netbanking":
        return {"bank": "HDFC", "acquirer_data": {"bank_transaction_id": "0125836177"}}
    if method == "wallet":
        return {"wallet": "airtelmoney", "acquirer_data": {"transaction_id": None}}
    card = {
        "id": new_id("card"),
        "entity": "card",
        "name": "SANDBOX",
        "last4": "0153",
        "network": "Visa",
        "type": "debit",
        "issuer": None,
        "international": False,
        "emi": False,
        "sub_type": "consumer",
        "token_iin": None,
    }
    return {
        "card_id": card["id"],
        "card": card,
        "acquirer_data": {"auth_code": "828553"},
    }


def failure(reason: str) -> dict:
    """Return the error fields of a failed payment."""
    descriptions = {
        "payment_failed": (
            "Your payment could not be completed because the bank declined it."
            " Try another payment method or contact your bank.",
            "bank",
        ),
        "payment_timed_out": (
            "Payment was unsuccessful as your bank did not answer in time. If amount"
            " got deducted, it will be refunded within 5-7 working days.",
            "gateway",
        ),
        "insufficient_funds": (
            "Your payment didn't go through due to insufficient account balance.",
            "customer",
        ),
    }
    description, source = descriptions.get(reason, descriptions["payment_failed"])
    return {
        "error_code": "BAD_REQUEST_ERROR",
        "error_description": description,
        "error_source": source,
        "error_step": "payment_authorization",
        "error_reason": reason,
    }


def fee_and_tax(amount: int) -> tuple:
    """Return Razorpay's fee (2 % plus 18 % GST on it) and the tax in it."""
    base = round(amount * 0.02)
    tax = round(base * 0.18)
    return base + tax, tax


def make_refund(payment: dict, amount: int, body: dict, now: int) -> dict:
    """Return a refund in state pending."""
    return {
        "id": new_id("rfnd"),
        "entity": "refund",
        "amount": amount,
        "receipt": body.get("receipt"),
        "currency": payment["currency"],
        "payment_id": payment["id"],
        "notes": check_notes(body.get("notes")),
        "acquirer_data": {"arn": None},
        "created_at": now,
        "batch_id": None,
        "status": "pending",
        "speed_processed": "normal",
        "speed_requested": body.get("speed") or "normal",
    }


def make_event(name: str, parts: dict, now: int) -> dict:
    """Return the webhook body: a snapshot of the entities as they are now."""
    return {
        "entity": "event",
        "account_id": "acc_SANDBOXnoMoney",
        "event": name,
        "contains": list(parts),
        "payload": {kind: {"entity": public(part)} for kind, part in parts.items()},
        "created_at": now,
    }


def make_adjustment(dispute: dict, now: int) -> dict:
    """Return what a lost dispute takes out of the next settlement."""
    return {
        "id": new_id("adj"),
        "entity": "adjustment",
        "amount": dispute["amount"],
        "currency": dispute["currency"],
        "description": f"Debit for dispute {dispute['id']}",
        "notes": None,
        "created_at": now,
        "payment_id": dispute["payment_id"],
        "_dispute_id": dispute["id"],
    }


def recon_item(entity: dict, payment: dict, order: dict, settlement: dict) -> dict:
    """Return a line of the settlement reconciliation report.

    ``fee`` has the ``tax`` in it; ``credit`` and ``debit`` are what moves.
    """
    kind = entity["entity"]
    paid = kind == "payment"
    fee = (entity["fee"] or 0) if paid else 0
    card = payment.get("card") or {}
    return {
        "entity_id": entity["id"],
        "type": kind,
        "debit": 0 if paid else entity["amount"],
        "credit": entity["amount"] - fee if paid else 0,
        "amount": entity["amount"],
        "currency": entity["currency"],
        "fee": fee,
        "tax": (entity["tax"] or 0) if paid else 0,
        "on_hold": False,
        "settled": True,
        "created_at": entity["created_at"],
        "settled_at": settlement["created_at"],
        "settlement_id": settlement["id"],
        "posted_at": None,
        "credit_type": "default",
        "description": None if kind == "refund" else entity["description"],
        "notes": entity["notes"],
        "payment_id": None if paid else payment["id"],
        "settlement_utr": settlement["utr"],
        "order_id": payment["order_id"],
        "order_receipt": order.get("receipt"),
        "method": payment["method"],
        "card_network": card.get("network"),
        "card_issuer": card.get("issuer"),
        "card_type": card.get("type"),
        "dispute_id": entity.get("_dispute_id"),
    }
