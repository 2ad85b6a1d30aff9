# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request

from odoo.addons.auth_one_time_code.controllers import asking
from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..lib import states
from ..models.booking_lookup import BOOKING_LOOKUP
from . import guest_account, guest_session
from .api_bookings import MuseumBookingsApi
from .ticket_access import find_booking


class MuseumLookupApi(http.Controller):
    """Bookings without an account, and their way into one.

    The session's cookie ties a code to its asker, and what was found to the session.
    """

    @kit.api_route("/bookings/lookup", methods=["POST"])
    def ask(self, reference, contact):
        """Send a code to the booking's address; says nothing of what there is.

        :param str reference: in any case, with or without spaces and dashes
        :param str contact: the e-mail address or phone of the booking
        :raise OtpLimited: 429 with ``retry_after``, in seconds
        """
        sent = guest_session.ask(
            kit.text(reference, "reference", max_length=64),
            kit.text(contact, "contact", max_length=300),
        )
        return {
            "message": request.env._(
                "If this booking belongs to this address, a code is on its way."
            ),
            **sent,
        }

    @kit.api_route("/bookings/lookup/status", methods=["GET"])
    def status(self):
        """What became of the code; the same whether there is such a booking or not."""
        return asking.status(guest_session.asked(), BOOKING_LOOKUP)

    @kit.api_route("/bookings/lookup/verify", methods=["POST"], replayed=False)
    def verify(self, code):
        """Use the code: this session may see all bookings of that order for two hours.

        :raise OtpWrong, OtpExpired: 422, with ``tries_left``
        """
        booking_sudo = guest_session.find(kit.text(code, "code", max_length=20))
        bookings_sudo = booking_sudo.order_id.museum_booking_ids.filtered(
            lambda booking: booking.state in states.BOOKING_SOLD or booking.confirmed_at
        )
        return {
            "seconds": guest_session.SEEN_SECONDS,
            "items": [
                MuseumBookingsApi._detail_json(booking)
                for booking in booking_sudo | bookings_sudo
            ],
        }

    @kit.api_route("/bookings/<string:reference>/account", methods=["POST"])
    def join(self, reference, access_token=None):
        """Send a code for logging in to the guest's e-mail, to keep the booking.

        Next are ``/auth/otp/verify`` and ``/bookings/claim``.

        :raise NotFound: no guest's booking, or none that this session may see
        :raise Conflict: nobody may sign up by himself here, or somebody is logged in
        :raise OtpLimited: 429 with ``retry_after``, in seconds
        """
        token = kit.text(access_token, "access_token", max_length=100)
        booking_sudo = find_booking(reference, token)
        if not booking_sudo or not booking_sudo.order_id._museum_is_guests():
            raise kit.errors.NotFound
        if not guest_account.may_join(booking_sudo):
            raise kit.errors.Conflict(
                request.env._("This booking cannot be kept in a new account here.")
            )
        return guest_account.ask_to_join(booking_sudo)

    @kit.api_route("/bookings/claim", methods=["GET"], auth="user", readonly=True)
    def claimable(self):
        """Bookings that were bought as a guest with an address that one proved."""
        orders = request.env["sale.order"]._museum_claimable(request.env.user)
        return self._references(orders.museum_booking_ids.filtered("confirmed_at"))

    @kit.api_route("/bookings/claim", methods=["POST"], auth="user")
    def claim(self):
        """Put them into the account; they are among the own bookings from then on."""
        return self._references(
            request.env["sale.order"]._museum_claim(request.env.user)
        )

    def _references(self, bookings):
        return {"count": len(bookings), "references": bookings.mapped("name")}
