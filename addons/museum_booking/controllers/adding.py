# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A visit comes into the cart: for the API, and for the page's form without scripts."""

from typing import Any, NamedTuple

from odoo import fields
from odoo.exceptions import MissingError
from odoo.http import request

from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..exceptions import PriceChanged
from ..models.website import CAME_API, CAME_PAGE

# In the session until the cart's page has said it: the visit, and how many tickets.
ADDED = "museum_added"


class Wanted(NamedTuple):
    """What a visitor asks for, and what he was shown as he did; None: not told."""

    slot_id: int
    quantities: dict[int, int]
    total_minor: int | None = None
    start_at: Any = None


def find_slot(slot_id):
    """The slot, as superuser, when a visitor of this website may see it.

    :raise NotFound: there is none, or it is not for this visitor's eyes
    """
    slot = request.env["museum.slot"].sudo().browse(slot_id)
    website = request.website
    try:
        exhibition = slot.exhibition_id
    except MissingError:
        raise kit.errors.NotFound from None
    # What the rules let a visitor see, asked of one record instead of a search: this
    # is the busiest route of all. Whether it is open, the engine says.
    if not (
        exhibition.active
        and exhibition.is_published
        and exhibition.website_id in (website, website.browse())
        and slot.company_id == website.company_id
    ):
        raise kit.errors.NotFound
    return slot


def hold_visit(wanted, token, moved=None):
    """Hold seats and put the visit into the cart, which is made when there is none.

    :param Wanted wanted: slot, tickets, and what was shown
    :param str token: the seats' idempotency token, the same on a re-run
    :param moved: museum.booking of this cart that gets this time instead of its own
    :return: the museum.booking, as superuser
    :raise SlotChanged, SlotFull, SlotClosed, QuantityError, PriceChanged: nothing is
        held, and `moved` is as it was
    """
    slot_id, quantities, total_minor, shown = wanted
    request.env["museum.slot"]._refuse_sold_out(
        request.website, slot_id, quantities, token
    )
    slot = find_slot(slot_id)
    if moved and moved.exhibition_id != slot.exhibition_id:
        raise kit.errors.InvalidRequest(
            details={"slot_id": "must be a time of the same exhibition"}
        )
    if shown and shown != slot.start_at:
        raise slot._changed(slot.start_at)
    held, cart = None, request.cart
    bought_at = fields.Datetime.now()
    # Into a visit that is in the cart already tickets come at its prices.
    same = cart and cart.is_museum and cart._museum_visit_to(slot)
    bookings = request.env["museum.booking"]
    try:
        bookings._check_expected(slot, quantities, total_minor, bought_at, same or None)
    except PriceChanged:
        # Odoo runs a request again when its transaction failed: then the seats may
        # have been taken already.
        request.env["museum.hold"]._release([token])
        raise
    if moved:
        return cart._museum_move_booking(moved, slot, quantities, token, bought_at)
    if not cart:
        # Seats first: who comes too late is told so before an order is made.
        held = request.env["museum.hold"]._take(
            token, slot, quantities, slot.exhibition_id._hold_minutes()
        )
        cart = request.website._museum_create_cart()
    return cart._museum_add_booking(slot, quantities, token, held, bought_at)


def note_added(booking, quantities):
    """Let the cart's page say once what was put into it."""
    request.session[ADDED] = {
        "booking": booking.name,
        "tickets": sum(quantities.values()),
    }


def said_added(cart):
    """What the cart's page says about the last adding; it is said once.

    :return: dict of ``tickets``, ``title`` and ``until``; None: nothing to say
    """
    if ADDED not in request.session:
        return None
    added = request.session.pop(ADDED)
    booking = cart.is_museum and cart.museum_booking_ids._in_cart().filtered(
        lambda booking: booking.name == added["booking"]
    )
    if not booking or not booking.hold_expires_at:
        return None
    return {
        "tickets": added["tickets"],
        "title": booking.exhibition_id.name,
        "until": booking._time_words(booking.hold_expires_at),
    }


def said_came(cart, on_page=False):
    """What came into the cart from the visitor's other one; it is said once.

    :param bool on_page: for a page of the website, which says it as well as the API
    :return: dicts of ``code``, ``reference`` and ``message``, one for each visit
    """
    key = CAME_PAGE if on_page else CAME_API
    if key not in request.session:
        return []
    names = request.session.pop(key)
    if not cart.is_museum:
        return []
    notices = []
    for booking in cart._museum_visible_bookings()._in_cart():
        if booking.name in names:
            words = booking._visit_words()
            notices.append(
                {
                    "code": "visit_from_other_device",
                    "reference": booking.name,
                    "message": request.env._(
                        "We added the visit from your other device: "
                        "%(title)s, %(day)s, %(time)s. Tickets for it now: "
                        "%(tickets)s.",
                        tickets=sum(booking._wanted().values()),
                        title=booking.exhibition_id.name,
                        day=words["day"],
                        time=words["time"],
                    ),
                }
            )
    return notices
