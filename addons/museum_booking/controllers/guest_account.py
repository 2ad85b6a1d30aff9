# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A guest becomes an account: a code to the booking's own e-mail, then all is his."""

from odoo import http
from odoo.http import request

from odoo.addons.auth_one_time_code.controllers import asking
from odoo.addons.auth_one_time_code.exceptions import CodeRefusal, OtpLimited

from .ticket_access import find_booking

LOGIN = "/web/login/code?redirect=/my/tickets"
# Of the session: who logs in next wants the bookings that he bought as a guest.
CLAIM_KEY = "museum_claim"


def may_join(booking_sudo):
    """Whether the visitor who sees this booking is offered an account for it.

    Not where nobody may sign up by himself.
    """
    order_sudo = booking_sudo.order_id
    if not order_sudo:
        return False
    if not request.env.user._is_public() or not order_sudo._museum_is_guests():
        return False
    scope = request.env["res.users"].sudo()._get_signup_invitation_scope()
    return scope == "b2c" and bool(order_sudo.partner_id.email)


def ask_to_join(booking_sudo):
    """Send a code for logging in to the e-mail of the booking, and to no other.

    :return: what ``asking.ask`` says
    """
    # Who has the link of the mail need not know the address: it stays masked.
    sent = asking.ask(booking_sudo.order_id.partner_id.email, is_typed=False)
    request.session[CLAIM_KEY] = True
    return sent


class MuseumGuestAccount(http.Controller):
    @http.route(
        "/my/tickets/<string:reference>/account",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def join(self, reference, access_token=None, **_kw):
        """One tap: the code is sent, the page asks for it."""
        booking_sudo = find_booking(reference, access_token)
        if not booking_sudo or not may_join(booking_sudo):
            return request.redirect(f"/my/tickets/{reference}")
        try:
            ask_to_join(booking_sudo)
        except CodeRefusal as refusal:
            is_sent = isinstance(refusal, OtpLimited) and asking.asked().get(
                "challenge"
            )
            if not is_sent:  # tapped twice: the page has its code already
                page = booking_sudo._own_page(access_token, account="wait")
                return request.redirect(page)
        return request.redirect(LOGIN)

    @http.route(
        "/my/tickets/claim",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def claim(self, **_kw):
        """Add the bookings that were bought as a guest with a proved address."""
        orders = request.env["sale.order"]
        claimed = len(orders._museum_claim(request.env.user))
        return request.redirect(f"/my/tickets?claimed={claimed}")
