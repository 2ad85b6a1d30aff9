# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import UTC
from urllib.parse import urlencode

import psycopg2
from babel.dates import format_date, format_time, get_date_format

from odoo import fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import html2plaintext
from odoo.tools.misc import babel_locale_parse, get_lang

from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import calendar_file, codes, qr, states, ticket_token

# The year at the end of a full date, with its comma, "de", or "r.".
_YEAR_AT_END = re.compile(r"[,\s]*('[^']*'\s*)?y+\s*('[^']*')?$")


def _without_year(locale):
    """The pattern of a full date without the year; with it where it comes first."""
    return _YEAR_AT_END.sub("", get_date_format("full", locale=locale).pattern)


class MuseumBooking(models.Model):
    """The tickets of a booking: issuing them, and saying when and where."""

    _inherit = "museum.booking"

    # === ISSUING === #

    def _new_code(self):
        self.ensure_one()
        at = self.start_at or fields.Datetime.now()
        return codes.make_ticket_code(self.company_id.museum_code, at.year)

    def _issue_tickets(self):
        """Issue what is missing: one ticket per bought one, and the group's code.

        Called again it changes nothing; the mail with the tickets is sent by a job.
        :return: the new tickets
        :raise ConcurrencyError: another transaction issues them just now; Odoo runs
            the request again and finds them
        """
        vals_list = []
        for booking in self:
            if not booking.code:
                writing(booking).code = booking._new_code()
            vals_list += booking._missing_ticket_vals()
        if not vals_list:
            return self.env["museum.ticket"]
        try:
            with self.env.cr.savepoint():
                tickets = self.env["museum.ticket"].create(vals_list)
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError("these tickets are being issued") from error
        tickets.booking_id._queue_ticket_mail()
        return tickets

    def _missing_ticket_vals(self):
        self.ensure_one()
        issued = {
            (ticket.order_line_id.id, ticket.sequence) for ticket in self.ticket_ids
        }
        common = {
            "booking_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "holder_name": self.partner_id.name,
            "slot_id": self.slot_id.id,
            "exhibition_id": self.exhibition_id.id,
            "venue_id": self.venue_id.id,
            "currency_id": self.currency_id.id,
            "signing_key_id": self.env["museum.signing.key"]._current().id,
            "state": states.TICKET_RESERVED,
            **self._ticket_validity(),
        }
        vals_list = []
        for line in self.line_ids:
            quantity = int(line.product_uom_qty)
            for sequence in range(1, quantity + 1):
                if (line.id, sequence) in issued:
                    continue
                vals_list.append(
                    {
                        **common,
                        "order_line_id": line.id,
                        "sequence": sequence,
                        "category_id": line.museum_category_id.id,
                        "visitors": line.museum_category_id.seats_per_ticket,
                        "price_unit": line.price_total / quantity,
                        "code": self._new_code(),
                    }
                )
        return vals_list

    def _ticket_validity(self):
        """When the tickets admit: the entry window that the visit was sold with."""
        self.ensure_one()
        valid_from, valid_until = self.exhibition_id._entry_times(
            self.start_at, self.end_at, self._entry_window()
        )
        return {"valid_from": valid_from, "valid_until": valid_until}

    def _good_tickets(self):
        """The tickets that were not voided, in the order of the bill."""
        return self.ticket_ids.filtered(
            lambda ticket: ticket.state != states.TICKET_CANCELLED
        ).sorted(lambda ticket: (ticket.order_line_id.id, ticket.sequence))

    def _cancel_tickets(self, reason):
        """Void what was not used yet; for whoever cancels the booking.

        :param str reason: why, in words; kept on each ticket
        :return: the tickets that were voided
        """
        live = self.ticket_ids.filtered(lambda ticket: ticket._is_live())
        return live._set_state(states.TICKET_CANCELLED, void_reason=reason)

    def _refresh_ticket_slots(self):
        """Let live tickets follow their booking to its slot; codes stay the same.

        Papers printed before name the old slot; at the gate the database counts.
        """
        for booking in self:
            live = booking.ticket_ids.filtered(lambda ticket: ticket._is_live())
            writing(live).write(
                {
                    "slot_id": booking.slot_id.id,
                    "exhibition_id": booking.exhibition_id.id,
                    "venue_id": booking.venue_id.id,
                    **booking._ticket_validity(),
                }
            )

    # === GROUP QR === #

    def _token(self):
        """The signed token of the group's code: admits all, or as many as came."""
        self.ensure_one()
        validity = self._ticket_validity()
        return self.env["museum.signing.key"]._sign(
            ticket_token.Payload(
                kind=ticket_token.BOOKING,
                code=self.code,
                slot=self.slot_id.id,
                visitors=sum(self._good_tickets().mapped("visitors")),
                valid_from=ticket_token.seconds(validity["valid_from"]),
                valid_until=ticket_token.seconds(validity["valid_until"]),
            )
        )

    def _qr_uri(self):
        """The group's QR as an address for an ``img``."""
        return qr.svg_uri(self._token())

    def _own_page(self, access_token=None, **arguments):
        """The address of the booking's page, with the key of who came by a link."""
        self.ensure_one()
        if access_token:
            arguments["access_token"] = access_token
        query = f"?{urlencode(arguments)}" if arguments else ""
        return f"/my/tickets/{self.name}{query}"

    # === WORDS === #

    def _ticket_lang(self):
        """The language of who bought it; the site's when that is not known."""
        lang = self.partner_id.lang or self.env.context.get("lang")
        return get_lang(self.env, lang).code

    def _local(self, at):
        return fields.Datetime.context_timestamp(
            self.with_context(tz=self.venue_id.tz or "UTC"), at
        )

    def _visit_words(self, lang=None):
        """When the visit is, in words of ``lang`` and the venue's own time.

        :return: dict of ``day`` ("Saturday, 14 March"), ``date`` (with the year),
            ``time``, ``end_time`` and ``zone`` ("Asia/Kolkata")
        """
        self.ensure_one()
        locale = babel_locale_parse(lang or self.env.lang or self._ticket_lang())
        start, end = self._local(self.start_at), self._local(self.end_at)
        return {
            "day": format_date(start, _without_year(locale), locale=locale),
            "date": format_date(start, "full", locale=locale),
            "time": format_time(start, "short", locale=locale),
            "end_time": format_time(end, "short", locale=locale),
            "zone": self.venue_id.tz,
        }

    def _moment_words(self, at, lang=None):
        """A moment as the venue's day and time: "Friday, 13 March, 10:00"."""
        locale = babel_locale_parse(lang or self.env.lang or self._ticket_lang())
        day = format_date(self._local(at), _without_year(locale), locale=locale)
        return f"{day}, {self._time_words(at, lang)}"

    def _time_words(self, at, lang=None):
        """An instant as the clock in the venue shows it, in words of ``lang``."""
        locale = babel_locale_parse(lang or self.env.lang or self._ticket_lang())
        return format_time(self._local(at), "short", locale=locale)

    def _entry_words(self, valid_from, valid_until, lang=None):
        """When the door lets in, in words, where it is not just the visit's time.

        :return: "from 9:45 AM", "from 9:45 AM until 10:05 AM", or ""
        """
        self.ensure_one()
        if not (valid_from and valid_until) or (
            (valid_from, valid_until) == (self.start_at, self.end_at)
        ):
            return ""
        first = self._time_words(valid_from, lang)
        if valid_until == self.end_at:
            return self.env._("from %(first)s", first=first)
        last = self._time_words(valid_until, lang)
        return self.env._("from %(first)s until %(last)s", first=first, last=last)

    def _place(self):
        """Name and address of the venue, on one line."""
        partner_sudo = self.venue_id.sudo().partner_id
        address = partner_sudo._display_address(without_company=True)
        state = partner_sudo.state_id
        # Some countries' formats write a state twice: "Maharashtra MH".
        address = address.replace(f"{state.name} {state.code}", state.name or "")
        parts = [line.strip() for line in address.splitlines() if line.strip()]
        return ", ".join(dict.fromkeys([self.venue_id.name, *parts]))

    def _how_to_come(self):
        """The venue's own words on how to come; Html, perhaps empty."""
        text = self.venue_id.how_to_reach
        return text if html2plaintext(text or "").strip() else ""

    def _map_url(self):
        """An address that opens a map at the venue, None without address."""
        partner_sudo = self.venue_id.sudo().partner_id
        if not (partner_sudo.city or partner_sudo.street):
            return None
        return partner_sudo.google_map_link()

    # === CALENDAR FILE === #

    def _calendar_file(self):
        """The visit as a calendar file (bytes); without any code that admits."""
        visits = []
        for booking in self:
            booking = booking.with_context(lang=booking._ticket_lang())
            url = booking.get_base_url() + f"/my/tickets/{booking.name}"
            changed_at = booking.write_date or booking.start_at
            visits.append(
                calendar_file.Visit(
                    uid=f"{booking.name}@museum-ticket",
                    # Grows with each change: a calendar keeps the newest.
                    sequence=int(changed_at.timestamp()) // 60,
                    summary=booking.exhibition_id.name,
                    start_at=booking.start_at.replace(tzinfo=UTC),
                    end_at=booking.end_at.replace(tzinfo=UTC),
                    changed_at=changed_at.replace(tzinfo=UTC),
                    location=booking._place(),
                    description=self.env._(
                        "Booking %(reference)s. Your tickets: %(url)s",
                        reference=booking.name,
                        url=url,
                    ),
                    url=url,
                    cancelled=booking.state == states.CANCELLED
                    or booking.is_visit_cancelled,
                )
            )
        return calendar_file.render(visits)
