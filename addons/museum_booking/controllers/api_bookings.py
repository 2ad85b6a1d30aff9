# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request

from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..lib import states
from .booking_json import booking_json
from .guest_session import session_may_see


class MuseumBookingsApi(http.Controller):
    """The bookings of who is logged in, or whom the session may see as a guest.

    Nobody else's exist here.
    """

    @kit.api_route("/bookings", methods=["GET"], auth="user")
    def list_bookings(self, limit=None, offset=None):
        """Own bookings that were sold, the latest visit first."""
        limit, offset = kit.page_args(limit, offset)
        bookings_sudo = request.env["museum.booking"].sudo()
        domain = [
            *self._own_domain(),
            ("confirmed_at", "!=", False),
        ]
        total = bookings_sudo.search_count(domain)
        found = bookings_sudo.search(domain, limit=limit, offset=offset)
        items = [self._detail_json(booking) for booking in found]
        return kit.page(items, total, limit, offset)

    @kit.api_route("/bookings/<string:reference>", methods=["GET"])
    def get_booking(self, reference):
        """One of the own bookings, in the cart or sold.

        Also without logging in: of the order that this session paid as a guest, and,
        for two hours, of an order that was looked up (``/bookings/lookup``).

        :raise Unauthorized: not logged in, and nothing that this session may see
        :raise NotFound: there is none, or it is somebody else's
        """
        return self._detail_json(self._own_booking(reference))

    def _own_booking(self, reference):
        """:raise NotFound, Unauthorized: as for ``get_booking``"""
        booking_sudo = (
            request.env["museum.booking"].sudo().search([("name", "=", reference)])
        )
        if not booking_sudo or not self._may_see(booking_sudo):
            if request.env.user._is_public():
                raise kit.errors.Unauthorized
            raise kit.errors.NotFound
        return booking_sudo

    def _may_see(self, booking_sudo):
        user = request.env.user
        # The partner of who is not logged in is everybody's.
        if not user._is_public() and booking_sudo.partner_id == user.partner_id:
            return True
        return session_may_see(booking_sudo.order_id)

    def _own_domain(self):
        return [("partner_id", "=", request.env.user.partner_id.id)]

    @staticmethod
    def _detail_json(booking):
        sold = booking.state in states.BOOKING_SOLD
        return {
            **booking_json(booking),
            "money_state": booking.money_state,
            "confirmed_at": kit.iso(booking.confirmed_at, booking.venue_id.tz),
            "terms_version": booking.terms_version or None,
            "order": booking.order_id.name,
            "tickets": [
                {
                    "id": ticket.id,
                    "code": ticket.code,
                    "category_id": ticket.category_id.id,
                    "visitors": ticket.visitors,
                    "state": ticket.state,
                    "visitor_name": ticket.visitor_name or None,
                }
                for ticket in (booking.ticket_ids if sold else ())
            ],
        }
