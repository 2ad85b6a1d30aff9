# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How records look in the API: times with the venue's offset, money in minor units."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo


def local_moment(value: datetime, tz: str) -> datetime:
    """A naive UTC moment on the clock of the given zone."""
    return value.replace(tzinfo=UTC).astimezone(ZoneInfo(tz or "UTC"))


def iso(value: datetime | None, tz: str) -> str | None:
    """A naive UTC moment as ISO 8601 in the given zone, with its offset.

    >>> iso(datetime(2026, 3, 14, 4, 30), "Asia/Kolkata")
    '2026-03-14T10:00:00+05:30'
    """
    if not value:
        return None
    return local_moment(value, tz).isoformat(timespec="seconds")


def minor(amount: float, currency) -> int:
    """An amount as a whole number of the currency's smallest unit (paise, cents)."""
    exact = Decimal(str(amount)).scaleb(currency.decimal_places)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def money(amount: float, currency) -> dict[str, Any]:
    """``{"amount_minor", "currency"}``; see :func:`minor`."""
    return {"amount_minor": minor(amount, currency), "currency": currency.name}


def slot_json(row: dict[str, Any], tz: str) -> dict[str, Any]:
    """A slot, from a row of ``museum.slot._availability_rows()``; null: no limit."""
    return {
        "id": row["id"],
        "start_at": iso(row["start_at"], tz),
        "end_at": iso(row["end_at"], tz),
        "capacity": row["capacity"],
        "seats_left": row["seats_left"],
        "status": row["status"],
        "sale_starts_at": iso(row["sale_starts_at"], tz),
    }


def exhibition_json(exhibition) -> dict[str, Any]:
    """An exhibition as lists show it."""
    currency = exhibition.currency_id
    has_image = exhibition.with_context(bin_size=True).image_512
    return {
        "id": exhibition.id,
        "name": exhibition.name,
        "kind": exhibition.kind,
        "summary": exhibition.summary or "",
        "url": exhibition.website_url,
        "image_url": exhibition.env["website"].image_url(exhibition, "image_512")
        if has_image
        else None,
        "venue": {
            "id": exhibition.venue_id.id,
            "name": exhibition.venue_id.name,
            "tz": exhibition.tz,
        },
        "duration_minutes": exhibition.duration_minutes,
        "age_from": exhibition.age_from,
        "age_to": exhibition.age_to,
        "languages": [
            {"code": language.code, "name": language.name}
            for language in exhibition.language_ids
        ],
        "tags": [{"id": tag.id, "name": tag.name} for tag in exhibition.tag_ids],
        "price_from_minor": minor(exhibition.price_from, currency)
        if exhibition.category_ids
        else None,
        "currency": currency.name,
        "next_slot_at": iso(exhibition.next_slot_at, exhibition.tz),
        "min_per_booking": exhibition.min_per_booking,
        "max_per_booking": exhibition.max_per_booking,
    }


def day_json(day: dict[str, Any], tz: str) -> dict[str, Any]:
    """A day of ``museum.exhibition._available_dates()``."""
    return {
        "date": f"{day['date']:%Y-%m-%d}",
        "status": day["status"],
        "seats_left": day["seats_left"],
        "slots": day["slots"],
        "sale_starts_at": iso(day["sale_starts_at"], tz),
    }


def categories_json(categories, slot, day=None) -> list[dict[str, Any]]:
    """Ticket categories with the prices that a visitor pays, for a slot or none.

    For a slot: those that are sold on its day, with what is left of them. Without
    one, prices are the regular ones, before any rule.

    :param day: that of the slot, when the caller knows it
    """
    slot = slot or None
    categories = categories._sold_on(day or (slot and slot.sudo().local_date))
    quotes = categories._get_visitor_quotes(slot)
    left = categories._tickets_left(slot)
    return [
        _category_json(category, quotes[category.id], left.get(category.id))
        for category in categories
    ]


def _category_json(category, quote, tickets_left: int | None) -> dict[str, Any]:
    currency = category.currency_id
    return {
        "id": category.id,
        "name": category.name,
        "code": category.code or "",
        "description": category.description or "",
        "price_minor": minor(quote.price, currency),
        "regular_price_minor": minor(quote.regular_price, currency),
        "price_reason": quote.reason or None,
        "currency": currency.name,
        "seats_per_ticket": category.seats_per_ticket,
        "min_quantity": category.min_quantity,
        "max_quantity": category.max_quantity,
        "seats_left": tickets_left,
        "is_adult": category.is_adult,
        "needs_adult": category.needs_adult,
        "per_adult": category.per_adult,
        "needs_proof": category.needs_proof,
        "proof": (category.proof or "") if category.needs_proof else "",
    }
