# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an addon needs to add to the API under ``/api/v1``.

A route::

    from odoo import http
    from odoo.http import request
    from odoo.addons.museum_exhibition.controllers import api_kit as kit, errors

    class CartApi(http.Controller):
        @kit.api_route("/cart/items", methods=["POST"])
        def add_item(self, slot_id, categories):
            '''Put one visit into the cart. :raise SlotFull: 409 with alternatives.'''
            slot_id = kit.record_id(slot_id, "slot_id")
            wanted = kit.quantities(categories, "categories")
            booking = ...  # takes seats under kit.hold_token()
            return kit.json_response(kit.visit_json(booking), status=201)

        @kit.api_route("/cart/items/<string:booking>", methods=["PATCH"])
        def change_item(self, booking, categories): ...

* Parameters are those of path, query and JSON body by name; unknown, repeated or
  missing ones are refused before the handler runs. Values arrive as they were sent:
  pass each through one of the checkers below. Path parameters are ``<string:...>``,
  because ``<int:...>`` lets numbers through that PostgreSQL cannot hold.
* Return a dict or list (200), or :func:`json_response` with another status, or any
  ``http.Response`` (a file).
* Handlers may run more than once per HTTP request (Odoo re-runs after a serialization
  failure or a write on a read-only cursor). Seats are taken under :func:`hold_token`,
  which stays the same; whatever else leaves the database goes into a post-commit hook.
* ``Idempotency-Key`` and the guard against foreign sites need no code in a handler;
  only an answer about a session or a right that ends is declared ``replayed=False``.

Errors: raise one of ``errors.py`` (``errors.InvalidRequest(details={...})``), or let
the model's own exception through. An exception of an addon's own becomes an answer by::

    class PriceChanged(UserError):
        code = "price_changed"            # status 409 follows from errors.STATUS

    errors.register_code("otp_wrong", 422)            # a new code
    errors.register(SomeLibraryError, lambda exc, env: errors.answer("conflict"))

Document: describe the route in ``openapi/<anything>.json`` of the addon (an object
with ``paths`` and, when needed, ``components``; shared parts are in
``museum_exhibition/openapi/base.json``). ``tests/test_api_openapi.py`` of
museum_exhibition fails for a route without description and the other way round.
"""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from odoo.http import request

from . import api_dispatcher, errors
from .api_dispatcher import api_route, json_response
from .serializers import iso, minor, money

__all__ = [
    "api_route",
    "day",
    "errors",
    "flag",
    "hold_token",
    "integer",
    "iso",
    "json_response",
    "minor",
    "money",
    "month",
    "page",
    "page_args",
    "quantities",
    "record_id",
    "text",
]

MAX_ID = 2**31 - 1  # PostgreSQL's integer
MAX_PAGE = 100
MAX_OFFSET = 100_000
MAX_CATEGORIES = 50
MAX_QUANTITY = 10_000


def hold_token() -> str:
    """The token under which the current HTTP request may take seats.

    The same when Odoo runs the request again, and when the client repeats it with
    the same ``Idempotency-Key``. 32 hexadecimal characters.
    """
    return api_dispatcher.hold_token(request)


def _wrong(name: str, what: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(details={name: what})


def integer(value: Any, name: str, minimum: int = 0, maximum: int = MAX_ID) -> int:
    """A whole number from JSON or query; no fractions, no booleans.

    :raise errors.InvalidRequest: it is none, or out of bounds.
    """
    if isinstance(value, str) and len(value) <= 12 and value.isascii():
        sign, digits = value[:1] == "-", value.removeprefix("-")
        if digits.isdigit():
            value = -int(digits) if sign else int(digits)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(name, "must be a whole number")
    if not minimum <= value <= maximum:
        raise _wrong(name, f"must be from {minimum} to {maximum}")
    return value


def record_id(value: Any, name: str, *, in_path: bool = False) -> int:
    """An id of a record; says nothing about its existence.

    :param bool in_path: what cannot be an id is "not found" then.
    """
    try:
        return integer(value, name, minimum=1)
    except errors.InvalidRequest:
        if in_path:
            raise errors.NotFound from None
        raise


def text(value: Any, name: str, max_length: int = 200, *, required=False) -> str:
    """A trimmed text of at most ``max_length`` characters; None counts as empty."""
    value = "" if value is None else value
    if not isinstance(value, str):
        raise _wrong(name, "must be a text")
    value = value.strip()
    if "\x00" in value:  # PostgreSQL's texts cannot hold it
        raise _wrong(name, "must not contain NUL")
    if len(value) > max_length:
        raise _wrong(name, f"must have at most {max_length} characters")
    if required and not value:
        raise _wrong(name, "missing")
    return value


def flag(value: Any, name: str) -> bool:
    """A boolean; in a query ``true`` or ``false``."""
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value)
    if not isinstance(value, bool):
        raise _wrong(name, "must be true or false")
    return value


def day(value: Any, name: str) -> date:
    """A day as ``YYYY-MM-DD``, between the years 2000 and 2100."""
    if isinstance(value, str) and len(value) == 10 and value.isascii():
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found and 2000 <= found.year <= 2100:
            return found
    raise _wrong(name, "must be a day as YYYY-MM-DD")


def moment(value: Any, name: str) -> datetime:
    """A moment as ISO 8601 with its offset; returned as naive UTC."""
    if isinstance(value, str) and len(value) <= 40 and value.isascii():
        try:
            found = datetime.fromisoformat(value)
            utc = found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else None
        except (ValueError, OverflowError):
            utc = None
        if utc:
            return utc
    raise _wrong(name, "must be a moment as 2026-03-14T10:00:00+05:30")


def month(value: Any, name: str) -> date:
    """A month as ``YYYY-MM``; its first day is returned."""
    try:
        if isinstance(value, str) and len(value) == 7:
            return day(f"{value}-01", name)
    except errors.InvalidRequest as exc:
        raise _wrong(name, "must be a month as YYYY-MM") from exc
    raise _wrong(name, "must be a month as YYYY-MM")


def quantities(value: Any, name: str = "categories") -> dict[int, int]:
    """``[{"id": 3, "quantity": 2}, ...]`` as ``{3: 2}``; zeros are left out.

    Whether categories exist and the rules of the exhibition allow it, the model says.

    :raise errors.InvalidRequest: other shape, a category twice, nothing wanted.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_CATEGORIES:
        raise _wrong(name, f"must be a list of 1 to {MAX_CATEGORIES}")
    wanted: dict[int, int] = {}
    for item in value:
        if not isinstance(item, dict) or set(item) != {"id", "quantity"}:
            raise _wrong(name, "each must be an object with id and quantity")
        category = record_id(item["id"], f"{name}.id")
        if category in wanted:
            raise _wrong(f"{name}.id", "given twice")
        wanted[category] = integer(
            item["quantity"], f"{name}.quantity", maximum=MAX_QUANTITY
        )
    wanted = {category: number for category, number in wanted.items() if number}
    if not wanted:
        raise _wrong(name, "choose at least one ticket")
    return wanted


def page_args(limit: Any = None, offset: Any = None, default: int = 20):
    """``limit`` (1 to 100) and ``offset`` of a paged list, checked."""
    return (
        default if limit is None else integer(limit, "limit", 1, MAX_PAGE),
        0 if offset is None else integer(offset, "offset", 0, MAX_OFFSET),
    )


def page(items: list, total: int, limit: int, offset: int) -> dict[str, Any]:
    """The body of a paged list."""
    return {"items": items, "total": total, "limit": limit, "offset": offset}


def zone(name: str) -> ZoneInfo:
    """A time zone by name, UTC when there is none."""
    return ZoneInfo(name or "UTC")
