# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find a booking without an account: the page ``/bookings/find``."""

import time

from odoo import http
from odoo.http import request

from odoo.addons.auth_one_time_code.exceptions import (
    CodeRefusal,
    OtpExpired,
    OtpLimited,
    OtpWrong,
)

from . import guest_session

PATH = "/bookings/find"


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
        if request.httprequest.method == "GET":
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
            return self._page(refusal, typed)
        return request.redirect(PATH)

    def _page(self, refusal=None, typed=None):
        asked, now = guest_session.asked(), int(time.time())
        typed = typed or {}
        is_over = isinstance(refusal, OtpExpired) or (
            isinstance(refusal, OtpWrong) and not refusal.details["tries_left"]
        )
        values = {
            "asked": asked,
            "reference": typed.get("reference") or asked.get("reference", ""),
            "contact": typed.get("contact") or asked.get("contact", ""),
            "error": refusal and str(refusal),
            "wrong_field": refusal and refusal.details.get("field"),
            "is_invalid": refusal and not isinstance(refusal, OtpLimited),
            "is_second": bool(asked.get("challenge")),
            "is_over": is_over or asked.get("expires_at", 0) <= now,
            "resend_in": max(asked.get("resend_at", 0) - now, 0),
        }
        response = request.render("museum_booking.find_booking", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        if isinstance(refusal, OtpLimited):
            response.status_code = refusal.http_status
            response.headers["Retry-After"] = str(refusal.details["retry_after"])
        return response
