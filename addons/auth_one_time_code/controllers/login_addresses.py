# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..exceptions import CodeRefusal, InputRefused, OtpExpired, OtpLimited, OtpWrong
from . import address_session

PATH = "/my/login-addresses"
DONE = ("added", "removed")


class LoginAddresses(CustomerPortal):
    """The ways to log in of who is logged in. Works without JavaScript."""

    @http.route()
    def home(self, **kwargs):
        """My Account, with a line about an address that is not confirmed."""
        response = super().home(**kwargs)
        user = request.env.user
        response.qcontext.update(
            is_contact_elsewhere=user._one_time_code_take_contact_hint(),
            unproved_contact=user._one_time_code_unproved_contact(),
            may_add_address=user._one_time_code_may_add(),
        )
        return response

    @http.route()
    def security(self, **post):
        """Odoo's page, with a link to ours."""
        response = super().security(**post)
        response.qcontext["may_add_address"] = request.env.user._one_time_code_may_add()
        return response

    @http.route(
        PATH,
        type="http",
        auth="user",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
    )
    def login_addresses(
        self, step="", address="", code="", address_id="", done="", **_kwargs
    ):
        """See, add and remove the addresses that a code lets in."""
        if request.httprequest.method == "GET":
            return self._addresses_page(done=done if done in DONE else "")
        done = ""
        try:
            if step == "verify":
                address_session.add(code)
                done = "added"
            elif step == "remove":
                address_session.remove(_id(address_id))
                done = "removed"
            elif step == "other":
                address_session.forget_challenge()
            elif step == "resend":
                address_session.ask(address_session.asked().get("text", ""))
            else:
                address_session.ask(address)
        except CodeRefusal as refusal:
            return self._addresses_page(refusal, address, step)
        return request.redirect(f"{PATH}?done={done}" if done else PATH)

    def _addresses_page(self, refusal=None, address="", step="", done=""):
        asked, now = address_session.asked(), int(time.time())
        user = request.env.user
        is_over = isinstance(refusal, OtpExpired) or (
            isinstance(refusal, OtpWrong) and not refusal.details["tries_left"]
        )
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "login_addresses",
            "may_add_address": user._one_time_code_may_add(),
            "addresses": user._one_time_code_addresses(),
            "done": done,
            "asked": asked,
            "address": address or asked.get("text", ""),
            "error": refusal and str(refusal),
            # Where the words stand: at the list, or at the field.
            "is_list_error": step == "remove",
            "is_invalid": isinstance(refusal, (InputRefused, OtpWrong)),
            "is_second": bool(asked.get("challenge")),
            "is_over": is_over or asked.get("expires_at", 0) <= now,
            "resend_in": max(asked.get("resend_at", 0) - now, 0),
        }
        response = request.render("auth_one_time_code.login_addresses", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
        if not values["may_add_address"]:
            response.status_code = 403
        elif isinstance(refusal, OtpLimited):
            response.status_code = refusal.http_status
            response.headers["Retry-After"] = str(refusal.details["retry_after"])
        return response


def _id(text):
    """An id that a form sent; 0, which nothing has, for what is none."""
    is_id = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_id else 0
