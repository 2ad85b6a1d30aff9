# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..exceptions import CodeRefusal
from ..models.auth_one_time_code import ADD_ADDRESS
from . import address_session, asking, refused

PATH = "/my/login-addresses"
DONE = ("added", "removed")
REFUSED_KEY = "one_time_code_address_refused"


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
        if request.httprequest.method != "POST":
            return self._addresses_page(done if done in DONE else "")
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
            refused.keep(REFUSED_KEY, refusal, address=address[:254], step=step[:16])
        return request.redirect(f"{PATH}?done={done}" if done else PATH)

    @http.route(
        f"{PATH}/status",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def login_addresses_status(self):
        """Whether the code of this session could be sent, for the waiting page."""
        return asking.status_response(address_session.asked(), ADD_ADDRESS)

    def _addresses_page(self, done=""):
        said = refused.take(REFUSED_KEY)
        asked, user = address_session.asked(), request.env.user
        addresses = user._one_time_code_addresses()
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "login_addresses",
            "may_add_address": user._one_time_code_may_add(),
            "addresses": addresses,
            "why_kept": {row: user._one_time_code_why_kept(row) for row in addresses},
            "done": done,
            "address": said["typed"].get("address") or asked.get("text", ""),
            # Where the words stand: at the list, or at the field.
            "is_list_error": said["typed"].get("step") == "remove",
            **asking.digits(asked, ADD_ADDRESS, is_over=said["is_over"]),
        }
        response = refused.page("auth_one_time_code.login_addresses", values, said)
        if not values["may_add_address"]:
            response.status_code = 403
        return response


def _id(text):
    """An id that a form sent; 0, which nothing has, for what is none."""
    is_id = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_id else 0
