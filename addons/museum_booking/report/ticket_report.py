# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the ticket's templates are given: each section is one ticket."""

from base64 import b64decode

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount, html2plaintext

from ..lib import pictures, states

# Pixels; a page of A4 shows the picture at some 140 dots per inch.
PICTURE_SIZE = (1000, 340)
LOGO_SIZE = (480, 160)
# Terms that fill more than the foot of a ticket get a page of their own at the end.
SHORT_TERMS = 600


class MuseumTicketDocument(models.AbstractModel):
    """Shared by the reports of a booking and of single tickets."""

    _name = "museum.ticket.document"
    _description = "Ticket Document"

    @api.model
    def _document_values(self, tickets):
        """Values of ``museum_booking.ticket_document``.

        Reads with the caller's rights: whoever may not read a ticket cannot print it,
        nor who may not see its QR, by whatever address the report is asked for.
        The rest (venue, address, picture) is what the ticket says anyhow.

        :raise AccessError: not by the system, the desk or a manager
        """
        if not tickets._may_see_codes():
            raise AccessError(self.env._("Only the desk prints tickets."))
        tickets.check_access("read")
        bookings = {}
        for booking in tickets.sudo().booking_id:
            lang = booking._ticket_lang()
            bookings[booking.id] = self._booking_values(booking.with_context(lang=lang))
        sections = []
        for ticket in tickets.sudo():
            shared = bookings[ticket.booking_id.id]
            sections.append({**shared, **self._ticket_values(ticket, shared)})
        return {"sections": sections, "terms": self._long_terms(bookings.values())}

    @api.model
    def _booking_values(self, booking):
        company = booking.company_id
        terms = html2plaintext(booking.policy_text or "").strip()
        picture = booking.exhibition_id.with_context(bin_size=False).image_1024
        return {
            "booking": booking,
            "company": company,
            "exhibition": booking.exhibition_id,
            "lang": booking.env.lang,
            "html_lang": (booking.env.lang or "en_US").replace("_", "-"),
            "words": booking._visit_words(),
            "place": booking._place(),
            "how_to_come": booking._how_to_come(),
            "terms": booking.policy_text if terms else "",
            "terms_are_long": len(terms) > SHORT_TERMS,
            "picture": self._picture(picture),
            "logo": self._logo(company),
            "count": len(booking._good_tickets()),
            "positions": {
                ticket.id: number
                for number, ticket in enumerate(booking._good_tickets(), start=1)
            },
        }

    @api.model
    def _ticket_values(self, ticket, shared):
        ticket = ticket.with_context(lang=shared["lang"])
        booking = shared["booking"]
        return {
            "ticket": ticket,
            "number": shared["positions"].get(ticket.id),
            "entry": booking._entry_words(ticket.valid_from, ticket.valid_until),
            "is_void": ticket.state == states.TICKET_CANCELLED,
            "qr": "" if ticket.state == states.TICKET_CANCELLED else ticket._qr_uri(),
            "price": format_amount(
                ticket.env, ticket.price_unit, ticket.currency_id, shared["lang"]
            ),
        }

    @api.model
    def _long_terms(self, shared):
        """One entry for each different text that has no room on a ticket."""
        long = [values for values in shared if values["terms_are_long"]]
        return list({str(values["terms"]): values for values in long}.values())

    @api.model
    def _picture(self, image):
        return image and pictures.cover_uri(self._bytes(image), *PICTURE_SIZE)

    @api.model
    def _logo(self, company):
        if company.uses_default_logo or not company.logo:
            return ""
        return pictures.logo_uri(self._bytes(company.logo), *LOGO_SIZE)

    @api.model
    def _bytes(self, image):
        return b64decode(image)


class ReportBookingTickets(models.AbstractModel):
    _name = "report.museum_booking.report_booking_tickets"
    _inherit = "museum.ticket.document"
    _description = "Tickets of a Booking"

    @api.model
    def _get_report_values(self, docids, data=None):
        bookings = self.env["museum.booking"].browse(docids)
        bookings.check_access("read")
        tickets = self.env["museum.ticket"]
        for booking in bookings:
            tickets += booking._good_tickets()
        return {"docs": bookings, **self._document_values(tickets)}


class ReportTicket(models.AbstractModel):
    _name = "report.museum_booking.report_ticket"
    _inherit = "museum.ticket.document"
    _description = "Tickets One by One"

    @api.model
    def _get_report_values(self, docids, data=None):
        tickets = self.env["museum.ticket"].browse(docids)
        return {"docs": tickets, **self._document_values(tickets)}
