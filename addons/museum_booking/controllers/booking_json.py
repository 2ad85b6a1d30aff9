# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How carts and bookings look in the API. Times carry the venue's offset."""

from odoo import fields
from odoo.http import request

from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..lib import states
from .adding import said_came
from .visitor_json import company_json, visitors_json


def booking_json(booking):
    """One visit; what it costs in the currency's smallest unit, taxes included.

    :param booking: a museum.booking, as superuser, that the caller may see
    """
    tz = booking.venue_id.tz
    slot, exhibition = booking.slot_id, booking.exhibition_id
    return {
        "reference": booking.name,
        "state": booking.state,
        "exhibition": {
            "id": exhibition.id,
            "name": exhibition.name,
            "url": exhibition.website_url,
        },
        "slot": {
            "id": slot.id,
            "start_at": kit.iso(booking.start_at, tz),
            "end_at": kit.iso(booking.end_at, tz),
        },
        "venue": booking.venue_id.name,
        "categories": _categories_json(booking),
        "visitors": booking.visitors,
        "total_minor": kit.minor(booking.amount_total, booking.currency_id),
        "currency": booking.currency_id.name,
        "held_until": kit.iso(booking.hold_expires_at, tz)
        if booking.state in states.BOOKING_IN_CART
        else None,
        "released_at": kit.iso(booking.released_at, tz),
        "visit_cancelled": booking.is_visit_cancelled,
        "visit_cancel_reason": (booking.visit_cancel_reason or None)
        if booking.is_visit_cancelled
        else None,
    }


def _categories_json(booking):
    """Its tickets; an expired visit has no lines, only the wish that it had.

    What such a wish would cost now, it costs when its seats are taken again.
    """
    currency = booking.currency_id
    lines = booking.line_ids.grouped("museum_category_id")
    wanted = booking._wanted()
    categories = booking.env["museum.ticket.category"].browse(wanted).exists().sorted()
    if booking.state == states.EXPIRED:
        quotes = categories._get_visitor_quotes(booking.slot_id)
    else:
        quotes = categories._quotes_with_taxes(booking._quotes_of(categories), currency)
    found = []
    for category in categories:
        line, quote = lines.get(category), quotes[category.id]
        price = line.price_reduce_taxinc if line else quote.price
        found.append(
            {
                "id": category.id,
                "name": category.name,
                "quantity": wanted[category.id],
                "price_minor": kit.minor(price, currency),
                "regular_price_minor": kit.minor(quote.regular_price, currency),
                "price_reason": (line._museum_price_words() if line else quote.reason)
                or None,
                "total_minor": kit.minor(line.price_total, currency) if line else 0,
            }
        )
    return found


def _clashes_json(clashes, booking):
    """Other visits to think of before paying: at the same time, twice on one day."""
    return [
        {"code": code, "reference": other.name, "message": message}
        for code, other, message in clashes.get(booking.id, ())
    ]


def cart_json(order):
    """The whole cart; ``server_time`` lets a client run its clock by ours."""
    now = fields.Datetime.now()
    bookings = order._museum_visible_bookings() if order.is_museum else ()
    live = order.museum_booking_ids._in_cart() if order.is_museum else ()
    deadline = order._museum_deadline() if order.is_museum else None
    clashes = bookings._clashes() if bookings else {}
    currency = order.currency_id or order.env.company.currency_id
    # Of the museum whose seats they are; an empty cart is nowhere.
    tz = bookings[0].venue_id.tz if bookings else "UTC"
    return {
        "items": [
            {
                **booking_json(booking),
                **visitors_json(booking),
                "clashes": _clashes_json(clashes, booking),
            }
            for booking in bookings
        ],
        "tickets": sum(sum(booking._wanted().values()) for booking in live),
        "quantity": order.cart_quantity if order else 0,
        "untaxed_minor": kit.minor(order.amount_untaxed, currency),
        "tax_minor": kit.minor(order.amount_tax, currency),
        "total_minor": kit.minor(order.amount_total, currency),
        "discounts": order._museum_discounts() if order else [],
        "currency": currency.name,
        "company": company_json(order),
        "held_until": kit.iso(deadline, tz),
        "can_extend": bool(order) and order._museum_can_extend(),
        "payment_open": bool(order) and order._museum_is_frozen(),
        "notices": said_came(order) if order else [],
        "guests": request.website.account_on_checkout != "mandatory",
        "server_time": kit.iso(now, tz),
    }


def item_and_cart_json(booking, order):
    """One visit of the cart, and the cart."""
    cart = cart_json(order)
    item = next(
        (item for item in cart["items"] if item["reference"] == booking.name), None
    )
    return {"item": item or booking_json(booking), "cart": cart}
