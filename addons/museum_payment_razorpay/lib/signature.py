# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Razorpay's signatures: HMAC-SHA256 in hex, compared in constant time."""

import hashlib
import hmac
import re

_ORDER_ID = re.compile(r"order_[A-Za-z0-9]{1,40}")
_PAYMENT_ID = re.compile(r"pay_[A-Za-z0-9]{1,40}")


def is_order_id(value: object) -> bool:
    """Whether the value looks like the id of an order; says nothing of existence."""
    return isinstance(value, str) and bool(_ORDER_ID.fullmatch(value))


def is_payment_id(value: object) -> bool:
    """Whether the value looks like the id of a payment, so that it may be in a URL."""
    return isinstance(value, str) and bool(_PAYMENT_ID.fullmatch(value))


def of_checkout(order_id: str, payment_id: str, key_secret: str) -> str:
    """Return what the checkout window signs after a payment."""
    return of_body(f"{order_id}|{payment_id}".encode(), key_secret)


def of_body(raw: bytes, secret: str) -> str:
    """Return the signature of a webhook's raw body."""
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def matches(expected: str, received: object) -> bool:
    """Compare in constant time; what is no ASCII text does not match."""
    if not isinstance(received, str) or not received.isascii():
        return False
    return hmac.compare_digest(expected, received)
