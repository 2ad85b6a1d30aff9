# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What has a history is archived: numbers, logs and bookings point to it."""

from odoo import api, models
from odoo.exceptions import UserError


class MuseumVenue(models.Model):
    _inherit = "museum.venue"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_exhibitions(self):
        exhibitions = self.env["museum.exhibition"].sudo()
        found = exhibitions.with_context(active_test=False).search(
            [("venue_id", "in", self.ids)]
        )
        if found:
            raise UserError(
                self.env._(
                    "%(venues)s: exhibitions take or took place there"
                    " (%(exhibitions)s). Archive it instead.",
                    venues=", ".join(found.venue_id.mapped("name")),
                    exhibitions=", ".join(found[:3].mapped("name")),
                )
            )


class MuseumExhibition(models.Model):
    _inherit = "museum.exhibition"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_slots(self):
        slots = self.env["museum.slot"].sudo()
        counts = slots._read_group(
            [("exhibition_id", "in", self.ids)], ["exhibition_id"], ["__count"]
        )
        for exhibition, count in counts:
            raise UserError(
                self.env._(
                    "%(exhibition)s has %(count)s time slots. Archive it instead: it is"
                    " no longer shown or sold, and its numbers stay.",
                    exhibition=exhibition.name,
                    count=count,
                )
            )


class MuseumRoom(models.Model):
    _inherit = "museum.room"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_exhibitions(self):
        exhibitions = self.env["museum.exhibition"].sudo()
        found = exhibitions.with_context(active_test=False).search(
            [("room_id", "in", self.ids)], limit=1
        )
        if found:
            raise UserError(
                self.env._(
                    "%(room)s: %(exhibition)s takes or took place there. Archive it"
                    " instead.",
                    room=found.room_id.name,
                    exhibition=found.name,
                )
            )
