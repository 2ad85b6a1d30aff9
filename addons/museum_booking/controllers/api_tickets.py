# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.tools.mail import email_normalize

from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..lib import qr
from .ticket_access import file_response, find_ticket, pdf_response


class MuseumTicketsApi(http.Controller):
    """Files of one ticket, and its mail: for who bought it, or holds its link."""

    def _ticket(self, code, access_token):
        """:raise NotFound: there is none, or it is somebody else's"""
        token = kit.text(access_token, "access_token", max_length=100)
        ticket_sudo = find_ticket(code, token)
        if not ticket_sudo:
            raise kit.errors.NotFound
        return ticket_sudo

    def _good_ticket(self, code, access_token):
        """:raise NotFound: also when the ticket is void: there is nothing to show"""
        ticket_sudo = self._ticket(code, access_token)
        is_void = ticket_sudo.state == "cancelled"
        if is_void or ticket_sudo.booking_id.is_visit_cancelled:
            raise kit.errors.NotFound
        return ticket_sudo

    @kit.api_route("/tickets/<string:code>.pdf", methods=["GET"])
    def ticket_pdf(self, code, access_token=None):
        """The ticket as PDF, drawn anew with each call."""
        ticket_sudo = self._good_ticket(code, access_token)
        return pdf_response(
            "museum_booking.report_ticket_action",
            ticket_sudo,
            f"{ticket_sudo.code}.pdf",
        )

    @kit.api_route("/tickets/<string:code>.png", methods=["GET"])
    def ticket_png(self, code, access_token=None):
        """The ticket's QR, 600 pixels wide or a little more."""
        ticket_sudo = self._good_ticket(code, access_token)
        return file_response(
            qr.png(ticket_sudo._token()),
            "image/png",
            f"{ticket_sudo.code}.png",
            inline=True,
        )

    @kit.api_route("/tickets/<string:code>.ics", methods=["GET"])
    def ticket_ics(self, code, access_token=None):
        """The visit as a calendar file; holds no code that admits anybody."""
        booking_sudo = self._ticket(code, access_token).booking_id
        return file_response(
            booking_sudo._calendar_file(),
            "text/calendar; charset=utf-8",
            f"{booking_sudo.name}.ics",
        )

    @kit.api_route("/tickets/<string:code>/email", methods=["POST"])
    def ticket_email(self, code, access_token=None):
        """Mail all tickets of the booking again, to the booking's own address only.

        :raise MailedTooOften: 429
        """
        booking_sudo = self._ticket(code, access_token).booking_id
        booking_sudo._ask_for_ticket_mail()
        return kit.json_response(
            {
                "state": booking_sudo.ticket_mail_state,
                "email": masked(booking_sudo.partner_id.email),
            },
            status=202,
        )


def masked(email):
    """``asha@example.com`` as ``a***@example.com``: enough to know it again."""
    name, _at, domain = (email_normalize(email) or "").partition("@")
    return f"{name[:1]}***@{domain}" if domain else ""
