# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who comes with the tickets of a booking: asked, kept, checked before the money."""

import psycopg2

from odoo import fields, models
from odoo.exceptions import ConcurrencyError

from odoo.addons.museum_exhibition.models.guard import writing

from ..exceptions import VisitorsRefused
from ..lib import states, visitor_details
from .museum_exhibition_visitors import NOT_ASKED, REQUIRED


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    visitor_ids = fields.One2many(
        "museum.visitor",
        "booking_id",
        string="Visitors' names",
        groups="museum_exhibition.group_museum_gate",
    )

    # === WHAT IS ASKED ===

    def _asks_names(self):
        self.ensure_one()
        return self.exhibition_id.visitor_names != NOT_ASKED

    def _needs_names(self):
        self.ensure_one()
        return self.exhibition_id.visitor_names == REQUIRED

    def _needs_ids(self):
        self.ensure_one()
        return self.exhibition_id.visitor_id == REQUIRED

    def _visitor_places(self):
        """One for each ticket of the wish, in the order of the bill.

        :return: list of dicts ``category``, ``position``, ``label`` ("Adult 2") and
            ``visitor``: the museum.visitor as superuser, perhaps empty
        """
        self.ensure_one()
        known = {
            (visitor.category_id.id, visitor.position): visitor
            for visitor in self.sudo().visitor_ids
        }
        nobody = self.env["museum.visitor"].sudo()
        return [
            {
                "category": wish["category"],
                "position": position,
                "label": f"{wish['category'].name} {position}",
                "visitor": known.get((wish["category"].id, position), nobody),
            }
            for wish in self._museum_wish()
            for position in range(1, wish["quantity"] + 1)
        ]

    # === WRITING ===

    def _set_visitors(self, rows):
        """Make these the visitors of a visit in the cart; who is left out is nobody.

        Half a list is fine until the summary is accepted; what is there must be right.

        :param list rows: dicts ``category_id``, ``position``, ``name``, ``id_kind_id``
            and ``id_number``; None as number keeps the one that is stored
        :raise VisitorsRefused: what is wrong, by ticket and field; nothing is written
        :raise VisitorsIncomplete: the summary is accepted, and this is too little
        """
        self.ensure_one()
        booking = self.sudo()
        booking._check_names_can_change()
        places = {
            (place["category"].id, place["position"]): place
            for place in booking._visitor_places()
        }
        wanted, problems = {}, []
        for row in rows:
            key = (row["category_id"], row["position"])
            if key not in places or key in wanted:
                raise VisitorsRefused(
                    self.env._(
                        "The tickets of this visit have changed. Please load the page"
                        " again."
                    )
                )
            values, wrong = booking._clean_visitor(row, places[key]["visitor"])
            wanted[key] = values
            problems += [
                booking._visitor_problem(places[key], field, words)
                for field, words in wrong.items()
            ]
        if problems:
            raise VisitorsRefused(problems[0]["message"], visitors=problems)
        booking._write_visitors(places, wanted)
        if booking.state == states.AWAITING_PAYMENT:
            # Somebody may be paying just now: what was complete stays complete.
            booking.order_id._museum_check_visitors(booking)

    def _check_names_can_change(self):
        if not self._asks_names():
            raise VisitorsRefused(self.env._("No names are asked for this visit."))
        if self.state not in (*states.BOOKING_IN_CART, states.EXPIRED):
            raise VisitorsRefused(
                self.env._("This visit is sold. Please ask the museum to correct it.")
            )

    def _clean_visitor(self, row, visitor):
        """What is to be stored of one row, and what is wrong with it.

        :return: (values, {field: words})
        """
        wrong = {}
        name = visitor_details.clean_text(row["name"] or "")
        if len(name) > visitor_details.NAME_MOST:
            wrong["name"] = self.env._(
                "At most %(most)s characters, please.", most=visitor_details.NAME_MOST
            )
        elif not visitor_details.is_plain(row["name"] or ""):
            wrong["name"] = self.env._("Please write the name without links or signs.")
        values = {"name": name or False, "id_kind_id": False, "id_number": False}
        kind_id, number = row["id_kind_id"], row["id_number"]
        if not kind_id and not number:
            return values, wrong
        kind = self.exhibition_id.visitor_id_kind_ids.filtered(
            lambda kind: kind.id == kind_id
        )
        if not self._needs_ids():
            wrong["id_number"] = self.env._("No documents are asked for this visit.")
        elif not kind:
            wrong["id_kind_id"] = self.env._("Please choose a document from the list.")
        elif number is None:
            values["id_kind_id"] = kind.id
            if visitor.id_kind_id == kind:
                values["id_number"] = visitor.id_number
        else:
            values["id_kind_id"] = kind.id
            values["id_number"] = visitor_details.clean_number(number) or False
            if words := self._wrong_number(values["id_number"], kind):
                wrong["id_number"] = words
        return values, wrong

    def _wrong_number(self, number, kind):
        if not number or visitor_details.is_number(number, last_four=kind.last_four):
            return ""
        if kind.last_four:
            return self.env._("Please write the last four letters or digits, no more.")
        return self.env._(
            "Please write letters and digits as on the document, at most %(most)s.",
            most=visitor_details.NUMBER_MOST,
        )

    def _write_visitors(self, places, wanted):
        """:raise ConcurrencyError: another request names the same visitors just now"""
        new = []
        for key, place in places.items():
            values = wanted.get(key)
            visitor = writing(place["visitor"])
            if not values or not any(values.values()):
                visitor.unlink()
            elif visitor:
                visitor.write(values)
            else:
                ids = {"category_id": key[0], "position": key[1]}
                new.append({"booking_id": self.id, **ids, **values})
        try:
            with self.env.cr.savepoint():
                writing(self.env["museum.visitor"].sudo()).create(new)
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError("these visitors are being named") from error

    def _drop_visitors_without_ticket(self):
        """Names of tickets that are not wanted any more are nobody's business."""
        for booking in self.sudo():
            wanted = booking._wanted()
            booking.visitor_ids.filtered(
                lambda visitor, wanted=wanted: (
                    visitor.position > wanted.get(visitor.category_id.id, 0)
                )
            ).unlink()

    # === BEFORE PAYING ===

    def _missing_visitors(self):
        """What these visits still have to be told before they can be paid.

        :return: list of dicts ``booking``, ``category_id``, ``position``, ``field``
            and ``message``; empty: nothing
        """
        missing = []
        for booking in self.sudo():
            if not booking._needs_names():
                continue
            for place in booking._visitor_places():
                missing += [
                    booking._visitor_problem(place, field, words)
                    for field, words in booking._missing_at(place["visitor"])
                ]
        return missing

    def _missing_at(self, visitor):
        if not visitor.name:
            yield "name", self.env._("Please tell us the name.")
        if self._needs_ids():
            if visitor.id_kind_id not in self.exhibition_id.visitor_id_kind_ids:
                yield "id_kind_id", self.env._("Please choose a document.")
            elif not visitor.id_number:
                yield "id_number", self.env._("Please write its number.")

    def _visitor_problem(self, place, field, words):
        return {
            "booking": self.name,
            "category_id": place["category"].id,
            "position": place["position"],
            "field": field,
            "message": words,
        }

    # === AS THE BOOKING GOES ON ===

    def _apply_quantities(self, quantities):
        res = super()._apply_quantities(quantities)
        self._drop_visitors_without_ticket()
        return res

    def _set_state(self, new, reason=""):
        """A visit that was taken out of the cart takes its names along."""
        res = super()._set_state(new, reason)
        if new == states.CANCELLED:
            unsold = self.sudo().filtered(lambda booking: not booking.confirmed_at)
            unsold.visitor_ids.unlink()
        return res

    def _issue_tickets(self):
        """Each name goes to the ticket with its category and number."""
        tickets = super()._issue_tickets()
        for booking in self.sudo():
            issued = {
                (ticket.category_id.id, ticket.sequence): ticket
                for ticket in booking._good_tickets()
            }
            for visitor in booking.visitor_ids.filtered(lambda v: not v.ticket_id):
                key = (visitor.category_id.id, visitor.position)
                if ticket := issued.get(key):
                    writing(visitor).ticket_id = ticket
        return tickets
