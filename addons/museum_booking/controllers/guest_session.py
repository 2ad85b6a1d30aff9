# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a session may do without a login: pay as a guest, see what it found.

Page and API share this. What ties a look-up's code to its asker (the challenge) never
leaves the server's session.
"""

import time

from odoo.http import request

from odoo.addons.auth_one_time_code.controllers import asking
from odoo.addons.auth_one_time_code.exceptions import InputRefused
from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..lib import codes
from ..models.booking_lookup import BOOKING_LOOKUP, REFERENCE

LOOKUP_KEY = "museum_lookup"
# {order and its customer, see `_seen`: until when (seconds since 1970)}.
SEEN_KEY = "museum_seen_orders"
SEEN_SECONDS = 2 * 3600
MOST_SEEN = 20


# === PAYING ===


def customers_cart():
    """The cart of who is logged in, or of a guest where the website has guests.

    :raise Unauthorized: he has to log in first
    :raise Conflict: it holds no visit
    """
    cart, user = request.cart, request.env.user
    if user._is_public():
        guests = request.website.account_on_checkout != "mandatory"
        if not guests or (cart and not cart._museum_may_be_guests()):
            raise kit.errors.Unauthorized(
                request.env._("Please log in to pay for your visit.")
            )
        is_own = True
    else:
        is_own = cart.partner_id == user.partner_id
    if not cart.is_museum or not is_own:
        raise kit.errors.Conflict(
            request.env._("There is no visit in this cart any more."),
            details={"is_empty": True},
        )
    return cart


# === SEEING ===


def session_may_see(order_sudo):
    """Whether this session bought the order as a guest, or looked it up lately."""
    until = (request.session.get(SEEN_KEY) or {}).get(_seen(order_sudo), 0)
    if until > time.time():
        return True
    return (
        request.env.user._is_public()
        and request.session.get("sale_last_order_id") == order_sudo.id
        and order_sudo._museum_is_guests()
    )


def grant(order_sudo):
    """Let this session see an order for two hours."""
    now = int(time.time())
    seen = request.session.get(SEEN_KEY) or {}
    seen = {key: until for key, until in seen.items() if until > now}
    seen.pop(_seen(order_sudo), None)
    seen = dict(list(seen.items())[-(MOST_SEEN - 1) :])
    request.session[SEEN_KEY] = {**seen, _seen(order_sudo): now + SEEN_SECONDS}


def _seen(order_sudo):
    """What was looked up; once it is in somebody's account, it is no longer that."""
    return f"{order_sudo.id}-{order_sudo.partner_id.id}"


# === FINDING ===


def asked():
    """What this session wants to find, and when it may ask again."""
    return request.session.get(LOOKUP_KEY) or {}


def ask(reference, contact):
    """Send a code to an address if the booking is its own; a message that says so else.

    :param str reference: as it was typed
    :param str contact: e-mail address or number, as it was typed
    :return: the same for every reference, see ``auth.one.time.code._request``
    :raise InputRefused: neither can be what it should; says nothing of what there is
    :raise OtpLimited: too often, for this reference, address, or place
    """
    try:
        clean = codes.normalise_reference(reference)
    except codes.InvalidCode:
        raise InputRefused(
            request.env._(
                "This is not a booking reference. It looks like %(example)s, and stands"
                " in the mail with your tickets.",
                example="SCIM-7XK9M2Q",
            ),
            field="reference",
        ) from None
    one_time = request.env["auth.one.time.code"]
    sent = one_time.with_context(**{REFERENCE: clean})._request(
        BOOKING_LOOKUP,
        contact,
        request.httprequest.remote_addr,
        challenge=asked().get("challenge"),
    )
    # What was typed, never what the booking has.
    shown = one_time._shown(contact)
    return asking.keep(LOOKUP_KEY, sent, shown, reference=clean, contact=contact)


def forget_challenge():
    """Back to the first step, with what was typed."""
    kept = ("reference", "contact")
    request.session[LOOKUP_KEY] = {key: asked().get(key, "") for key in kept}


def find(code):
    """Use the code; the session may see the booking's whole order from then on.

    :return: the museum.booking that was asked for, as superuser
    :raise OtpWrong, OtpExpired, OtpLimited: see ``auth.one.time.code._verify``
    """
    one_time = request.env["auth.one.time.code"]
    reference = asked().get("reference", "")
    verified = one_time._verify(
        BOOKING_LOOKUP, asked().get("challenge"), code, request.httprequest.remote_addr
    )
    # Once more: meanwhile it may have become somebody else's.
    booking_sudo = request.env["museum.booking"]._look_up(
        reference, verified.kind, verified.value
    )
    if not booking_sudo:
        raise one_time._expired()
    grant(booking_sudo.order_id)
    request.session.pop(LOOKUP_KEY, None)
    return booking_sudo
