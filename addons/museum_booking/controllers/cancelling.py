# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cancel a visit, whole or in part: the page ``/my/tickets/<reference>/cancel``.

For who bought it, paid it as a guest in this session, or looked it up by a code. The
link of the mail alone does not cancel anything: a mail is passed on more easily than a
visit is given up. Works without JavaScript.
"""

from odoo.http import request, route

from odoo.addons.museum_exhibition.exceptions import MuseumRefusal

from .lookup import PATH as FIND_PATH
from .portal import MuseumTicketPortal
from .ticket_access import find_booking

MOST_TICKETS = 200


class MuseumTicketCancelling(MuseumTicketPortal):
    @route(
        "/my/tickets/<string:reference>/cancel",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
    )
    def my_ticket_cancel(
        self, reference, access_token=None, step="", seen="", expected="", **_kw
    ):
        """Choose tickets, see what is given back, confirm.

        What is ticked when the last button is pressed is what counts: if it is not what
        the amount was shown for, the page shows it anew instead.
        """
        booking_sudo = find_booking(reference)
        if not booking_sudo:
            if find_booking(reference, access_token):
                return request.redirect(FIND_PATH)  # a code proves who it is
            return self._refuse()
        is_post = request.httprequest.method == "POST"
        tickets = self._chosen(booking_sudo, is_post)
        refused = ""
        if is_post and step == "confirm" and seen == _ids(tickets):
            try:
                booking_sudo._cancel_by_visitor(tickets, _number(expected))
            except MuseumRefusal as refusal:
                refused = str(refusal)
                tickets = self._chosen(booking_sudo, is_post)
            else:
                return request.redirect(booking_sudo._own_page(cancelled=1), code=303)
        quote = tickets and booking_sudo._refund_quote(tickets)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "museum_ticket",
            "booking": booking_sudo,
            "why_not": booking_sudo._why_not_cancel(),
            "live": booking_sudo._live_tickets(),
            "chosen": tickets,
            "seen": _ids(tickets),
            "quote": quote,
            "said": quote and booking_sudo._cancelled_words(quote),
            "refused": refused,
            "is_changed": is_post and step == "confirm" and not refused,
        }
        return self._private(request.render("museum_booking.cancel_visit", values))

    def _chosen(self, booking_sudo, is_post):
        """The tickets that are ticked; all, when the page is opened."""
        live = booking_sudo._live_tickets()
        if not is_post:
            return live
        ticked = request.httprequest.form.getlist("ticket")[:MOST_TICKETS]
        return live.filtered(lambda ticket: str(ticket.id) in ticked)


def _ids(tickets):
    return ",".join(str(number) for number in sorted(tickets.ids))


def _number(text):
    """The amount that the page was shown with; one that nobody has when it is none."""
    is_amount = text.isascii() and text.isdecimal() and len(text) <= 12
    return int(text) if is_amount else -1
