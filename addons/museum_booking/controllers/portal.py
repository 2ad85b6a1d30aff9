# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.addons.website_sale.controllers.main import WebsiteSale

from ..lib import codes, states
from .guest_account import CLAIM_KEY, may_join
from .ticket_access import (
    file_response,
    find_booking,
    may_see,
    own_domain,
    pdf_response,
)

PAGE_SIZE = 12
UPCOMING, PAST, CANCELLED = "upcoming", "past", "cancelled"


def tab_domain(tab):
    """Which bookings a tab of My Tickets holds, the same for its counter."""
    now = fields.Datetime.now()
    takes_place = Domain("state", "=", states.CONFIRMED) & Domain(
        "is_visit_cancelled", "=", False
    )
    by_museum = Domain("state", "=", states.CONFIRMED) & Domain(
        "is_visit_cancelled", "=", True
    )
    domains = {
        UPCOMING: takes_place & Domain("end_at", ">=", now),
        PAST: Domain("state", "in", (states.COMPLETED, states.NO_SHOW))
        | (takes_place & Domain("end_at", "<", now)),
        CANCELLED: Domain("state", "=", states.CANCELLED) | by_museum,
    }
    return domains[tab]


class MuseumTicketPortal(CustomerPortal):
    """My Tickets: what the visitor bought, the next visit on top."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "museum_ticket_count" in counters:
            values["museum_ticket_count"] = (
                request.env["museum.booking"].sudo().search_count(own_domain())
            )
        return values

    @route(
        ["/my/tickets", "/my/tickets/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        sitemap=False,
    )
    def my_tickets(
        self, tab=UPCOMING, page=1, search="", exhibition="", claimed="", **_kw
    ):
        """The visitor's bookings in three tabs, searched and filtered.

        Who wanted an account for what he bought as a guest finds it in here at once;
        who did not is offered what he bought with an address that he proved.
        """
        orders = request.env["sale.order"]
        if request.session.get(CLAIM_KEY):
            count = len(orders._museum_claim(request.env.user))
            # What collides (the mail of the tickets is sent just now) does so here, and
            # the wish is still there when Odoo runs the request again.
            request.env.flush_all()
            request.session.pop(CLAIM_KEY, None)
            return request.redirect(f"/my/tickets?claimed={count}")
        tab = tab if tab in (UPCOMING, PAST, CANCELLED) else UPCOMING
        search = search.replace("\0", "").strip()[:100]
        bookings_sudo = request.env["museum.booking"].sudo()
        own = Domain(own_domain())
        domain = own & tab_domain(tab) & self._search_domain(search)
        if exhibition.isdecimal():
            domain &= Domain("exhibition_id", "=", int(exhibition[:9]))
        total = bookings_sudo.search_count(domain)
        arguments = {"tab": tab, "search": search, "exhibition": exhibition}
        pages = pager("/my/tickets", total, page, PAGE_SIZE, url_args=arguments)
        order = "start_at, id" if tab == UPCOMING else "start_at desc, id desc"
        found = bookings_sudo.search(
            domain, order=order, limit=PAGE_SIZE, offset=pages["offset"]
        )
        is_plain = tab == UPCOMING and page == 1 and not search and not exhibition
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "museum_tickets",
            "tab": tab,
            "tabs": [
                (name, label, bookings_sudo.search_count(own & tab_domain(name)))
                for name, label in (
                    (UPCOMING, request.env._("Upcoming")),
                    (PAST, request.env._("Past")),
                    (CANCELLED, request.env._("Cancelled")),
                )
            ],
            "next_booking": found[:1] if is_plain else found.browse(),
            "bookings": found[1:] if is_plain else found,
            "pager": pages,
            "search": search,
            "exhibition": exhibition,
            "exhibitions": bookings_sudo.search(own).exhibition_id,
            "claimed": int(claimed[:4]) if claimed.isdecimal() else None,
            "claimable": orders._museum_claimable(
                request.env.user
            ).museum_booking_ids.filtered("confirmed_at"),
        }
        return self._private(request.render("museum_booking.my_tickets", values))

    def _search_domain(self, search):
        if not search:
            return Domain.TRUE
        domain = Domain("exhibition_id.name", "ilike", search)
        domain |= Domain("name", "ilike", search)
        try:
            code = codes.normalise_ticket_code(search)
        except codes.InvalidCode:
            return domain
        return domain | Domain("ticket_ids.code", "=", code)

    @route(
        "/my/tickets/<string:reference>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def my_ticket(
        self,
        reference,
        access_token=None,
        mailed=None,
        account=None,
        cancelled=None,
        **_kw,
    ):
        """One booking with its QRs: for who bought it, found it, or holds its link."""
        booking_sudo = find_booking(reference, access_token)
        if not booking_sudo:
            return self._refuse()
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "museum_ticket",
            "booking": booking_sudo,
            "access_token": access_token,
            "mailed": mailed if mailed in ("yes", "wait", "no") else None,
            "may_join": may_join(booking_sudo),
            "join_waits": account == "wait",
            # The address can be kept: what it says has to be true.
            "cancelled": cancelled == "1"
            and booking_sudo._good_tickets() != booking_sudo.ticket_ids,
            "others": booking_sudo.order_id.museum_booking_ids.filtered(
                lambda other: other != booking_sudo and may_see(other, None)
            ),
        }
        return self._private(request.render("museum_booking.my_ticket", values))

    @route(
        "/my/tickets/<string:reference>/pdf",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        multilang=False,
    )
    def my_ticket_pdf(self, reference, access_token=None, **_kw):
        """All good tickets of the booking in one PDF, drawn anew."""
        booking_sudo = find_booking(reference, access_token)
        if not booking_sudo or not booking_sudo._good_tickets():
            return self._refuse()
        if booking_sudo.is_visit_cancelled:
            # Its page says why; a paper would look like a ticket.
            return request.redirect(booking_sudo._own_page(access_token))
        return pdf_response(
            "museum_booking.report_booking_tickets_action",
            booking_sudo,
            f"{booking_sudo.name}.pdf",
        )

    @route(
        "/my/tickets/<string:reference>/ics",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        multilang=False,
    )
    def my_ticket_ics(self, reference, access_token=None, **_kw):
        """The visit as a calendar file."""
        booking_sudo = find_booking(reference, access_token)
        if not booking_sudo:
            return self._refuse()
        return file_response(
            booking_sudo._calendar_file(),
            "text/calendar; charset=utf-8",
            f"{booking_sudo.name}.ics",
        )

    @route(
        "/my/tickets/<string:reference>/email",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def my_ticket_email(self, reference, access_token=None, **_kw):
        """Mail the tickets again; the page then says what came of it."""
        booking_sudo = find_booking(reference, access_token)
        if not booking_sudo:
            return self._refuse()
        mailed = "yes"
        try:
            booking_sudo._ask_for_ticket_mail()
        except UserError as error:
            is_too_often = getattr(error, "code", "") == "rate_limited"
            mailed = "wait" if is_too_often else "no"
        return request.redirect(booking_sudo._own_page(access_token, mailed=mailed))

    def _refuse(self):
        """The same for what does not exist and what is somebody else's."""
        if request.env.user._is_public():
            path = request.httprequest.path.removesuffix("/email")
            return request.redirect(f"/web/login?{urlencode({'redirect': path})}")
        raise NotFound

    def _private(self, response):
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        # the link of the mail holds a key: no other site is told where one came from
        response.headers["Referrer-Policy"] = "same-origin"
        return response


class MuseumConfirmation(WebsiteSale):
    def _prepare_shop_payment_confirmation_values(self, order):
        values = super()._prepare_shop_payment_confirmation_values(order)
        bookings = order.museum_booking_ids
        values["museum_bookings"] = bookings.filtered(
            lambda booking: booking.state in states.BOOKING_SOLD
        ).sorted("start_at")
        values["museum_waiting"] = self._museum_waiting(order)
        values["museum_is_guest"] = (
            request.env.user._is_public() and order._museum_is_guests()
        )
        values["may_join"] = may_join(values["museum_bookings"][:1])
        return values

    def _museum_waiting(self, order):
        """The visits about which the visitor has to be told something.

        Not those that he took out of the cart or let go, and did not pay.
        """
        bookings = order.museum_booking_ids
        sold = bookings.filtered(lambda booking: booking.state in states.BOOKING_SOLD)
        paid_for = order.transaction_ids.museum_booking_ids
        return (bookings - sold).filtered(
            lambda booking: (
                booking.state in states.BOOKING_IN_CART
                or booking.money_state == states.NEEDS_ATTENTION
                or (booking in paid_for and not sold)
            )
        )

    @route()
    def shop_payment_confirmation(self, **post):
        """Tickets are on this page: no cache may keep it."""
        response = super().shop_payment_confirmation(**post)
        response.headers["Cache-Control"] = "private, no-store"
        return response
