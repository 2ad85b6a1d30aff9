# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may see which tickets, and how files of tickets leave the server."""

from odoo.http import request
from odoo.tools import consteq

from ..lib import codes
from .guest_session import session_may_see


def own_domain():
    """Bookings of who is logged in that were paid at some time."""
    return [
        ("partner_id", "=", request.env.user.partner_id.id),
        ("confirmed_at", "!=", False),
    ]


def may_see(booking_sudo, access_token):
    """Whether the caller bought the booking, has the link out of its mail, or found it.

    See ``guest_session`` for guests, and for who looked it up by a code.
    """
    if not booking_sudo or not booking_sudo.confirmed_at:
        return False
    user = request.env.user
    if not user._is_public() and booking_sudo.partner_id == user.partner_id:
        return True
    if session_may_see(booking_sudo.order_id):
        return True
    return bool(
        access_token
        and access_token.isascii()  # consteq takes nothing else
        and booking_sudo.access_token
        and consteq(booking_sudo.access_token, access_token)
    )


def find_booking(reference, access_token=None):
    """The booking behind a reference as typed, sudo'ed; empty when not the caller's.

    A booking that does not exist and one of somebody else are the same here.
    """
    bookings_sudo = request.env["museum.booking"].sudo()
    try:
        reference = codes.normalise_reference(reference)
    except codes.InvalidCode:
        return bookings_sudo
    booking_sudo = bookings_sudo.search([("name", "=", reference)], limit=1)
    allowed = may_see(booking_sudo, access_token)
    return booking_sudo if allowed else bookings_sudo


def find_ticket(code, access_token=None):
    """The ticket behind a code as typed, sudo'ed; empty when not the caller's."""
    tickets_sudo = request.env["museum.ticket"].sudo()
    try:
        code = codes.normalise_ticket_code(code)
    except codes.InvalidCode:
        return tickets_sudo
    ticket_sudo = tickets_sudo.search([("code", "=", code)], limit=1)
    allowed = may_see(ticket_sudo.booking_id, access_token)
    return ticket_sudo if allowed else tickets_sudo


def file_response(content, mimetype, filename, *, inline=False):
    """A file that admits people: no cache between here and the visitor keeps it."""
    kind = "inline" if inline else "attachment"
    return request.make_response(
        content,
        headers=[
            ("Content-Type", mimetype),
            ("Content-Length", str(len(content))),
            ("Content-Disposition", f'{kind}; filename="{filename}"'),
            ("Cache-Control", "private, no-store"),
            ("X-Robots-Tag", "noindex"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ],
    )


def pdf_response(report, record_sudo, filename):
    """The PDF of a report, drawn anew: never an old one."""
    content, _kind = (
        request.env["ir.actions.report"]
        .sudo()
        ._render_qweb_pdf(report, record_sudo.ids)
    )
    return file_response(content, "application/pdf", filename, inline=True)
