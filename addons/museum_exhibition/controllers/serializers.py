# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How records look in the API: times with the venue's offset, money in minor units."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo


def iso(value: datetime | None, tz: str) -> str | None:
    """A naive UTC moment as ISO 8601 in the given zone, with its offset.

    >>> iso(datetime(2026, 3, 14, 4, 30), "Asia/Kolkata")
    '2026-03-14T10:00:00+05:30'
    """
    if not value:
        return None
    local = value.replace(tzinfo=UTC).astimezone(ZoneInfo(tz or "UTC"))
    return local.isoformat(timespec="seconds")


def minor(amount: float, currency) -> int:
    """An amount as a whole number of the currency's smallest unit (paise, cents)."""
    exact = Decimal(str(amount)).scaleb(currency.decimal_places)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def money(amount: float, currency) -> dict[str, Any]:
    """``{"amount_minor", "currency"}``; see :func:`minor`."""
    return {"amount_minor": minor(amount, currency), "currency": currency.name}


def slot_json(slot, seats: dict[str, Any] | None = None) -> dict[str, Any]:
    """A slot with its free seats; null means without limit.

    :param dict seats: its entry of ``museum.slot._availability()``, when at hand.
    """
    if seats is None:
        seats = slot._availability()[slot.id]
    tz = slot.venue_id.tz
    return {
        "id": slot.id,
        "start_at": iso(slot.start_at, tz),
        "end_at": iso(slot.end_at, tz),
        "capacity": seats["capacity"],
        "seats_left": seats["seats_left"],
        "status": seats["status"],
    }
