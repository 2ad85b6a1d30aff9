# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find a booking without an account: the page ``/bookings/find``."""

from odoo import http
from odoo.http import request

from odoo.addons.auth_one_time_code.controllers import asking, refused
from odoo.addons.auth_one_time_code.exceptions import CodeRefusal

from ..models.booking_lookup import BOOKING_LOOKUP
from . import guest_session

PATH = "/bookings/find"
REFUSED_KEY = "museum_lookup_refused"


class MuseumLookup(http.Controller):
    """A reference and an address, then six digits. Works without JavaScript."""

    @http.route(
        PATH,
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        sitemap=True,
    )
    def find_booking(self, step="", reference="", contact="", code="", **_kwargs):
        """Ask for a code, type it, see the booking."""
        typed = {"reference": reference[:64], "contact": contact[:300]}
        if request.httprequest.method != "POST":
            return self._page()
        try:
            if step == "verify":
                booking_sudo = guest_session.find(code)
                return request.redirect(booking_sudo._own_page())
            if step == "other":
                guest_session.forget_challenge()
            elif step == "resend":
                asked = guest_session.asked()
                guest_session.ask(asked.get("reference", ""), asked.get("contact", ""))
            else:
                guest_session.ask(**typed)
        except CodeRefusal as refusal:
            refused.keep(REFUSED_KEY, refusal, **typed)
        return request.redirect(PATH)

    @http.route(
        f"{PATH}/status",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def find_booking_status(self):
        """Whether the code of this session could be sent, for the waiting page."""
        return asking.status_response(guest_session.asked(), BOOKING_LOOKUP)

    def _page(self):
        said = refused.take(REFUSED_KEY)
        asked = guest_session.asked()
        values = {
            "reference": said["typed"].get("reference") or asked.get("reference", ""),
            "contact": said["typed"].get("contact") or asked.get("contact", ""),
            **asking.digits(asked, BOOKING_LOOKUP, is_over=said["is_over"]),
        }
        response = refused.page("museum_booking.find_booking", values, said)
        response.headers["Referrer-Policy"] = "same-origin"
        return response
