# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a webhook's body says, without the personal data in it.

The signature is checked before anything here is called.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

PAYMENT_EVENTS = (
    "payment.authorized",
    "payment.captured",
    "payment.failed",
    "order.paid",
)
REFUND_EVENTS = ("refund.created", "refund.processed", "refund.failed")
# They change nothing that is kept here.
IGNORED_EVENTS = (
    "refund.speed_changed",
    "refund.arn_updated",
    "order.notification.delivered",
    "order.notification.failed",
    "settlement.processed",
)
IGNORED_PREFIXES = ("payment.downtime.", "payment_link.", "invoice.", "account.")
DISPUTE_PREFIX = "payment.dispute."
LARGEST_AMOUNT = 10**15
LONGEST_TEXT = 200


class BadBody(ValueError):
    """The signed body is not an event as Razorpay sends them."""


@dataclass(frozen=True)
class Event:
    """One event: its name and the entities in it."""

    name: str
    created_at: datetime | None = None
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def payment(self) -> dict[str, Any]:
        return self.entities.get("payment", {})

    @property
    def refund(self) -> dict[str, Any]:
        return self.entities.get("refund", {})

    @property
    def order_id(self) -> str | None:
        order = self.entities.get("order", {})
        return _text(order.get("id")) or _text(self.payment.get("order_id"))

    @property
    def payment_id(self) -> str | None:
        return _text(self.payment.get("id")) or _text(self.refund.get("payment_id"))

    @property
    def refund_id(self) -> str | None:
        return _text(self.refund.get("id"))

    @property
    def money(self) -> tuple[int, str] | None:
        """Amount in the smallest unit and currency of the innermost entity."""
        for kind in ("refund", "dispute", "settlement", "payment", "order"):
            entity = self.entities.get(kind, {})
            amount, currency = entity.get("amount"), entity.get("currency")
            if _is_amount(amount) and (name := _text(currency)):
                return amount, name
        return None


def _is_amount(value: object) -> bool:
    return (
        isinstance(value, int)
        and not isinstance(value, bool)
        and abs(value) < LARGEST_AMOUNT
    )


def _text(value: object) -> str | None:
    """Text that a database can keep; JSON may spell what it cannot."""
    if not isinstance(value, str):
        return None
    text = value.replace("\x00", "").encode(errors="ignore").decode()
    return text[:LONGEST_TEXT] or None


def parse(raw: bytes | str) -> Event:
    """Read a webhook's body.

    :raise BadBody: it is not JSON, or not an event
    """
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadBody("not JSON") from error
    name = _text(data.get("event")) if isinstance(data, dict) else None
    if not name:
        raise BadBody("not an event")
    payload = data.get("payload")
    entities = {}
    for kind, part in (payload if isinstance(payload, dict) else {}).items():
        # One of Razorpay's own samples has a stray number among the entities.
        if isinstance(part, dict) and isinstance(part.get("entity"), dict):
            entities[kind] = part["entity"]
    return Event(name, _moment(data.get("created_at")), entities)


def _moment(value: object) -> datetime | None:
    """Seconds since 1970 as naive UTC, as Odoo keeps times."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    except (OverflowError, OSError, ValueError):
        return None


def is_ignored(name: str) -> bool:
    """Whether an event of this name needs nothing but to be kept."""
    return name in IGNORED_EVENTS or name.startswith(IGNORED_PREFIXES)
