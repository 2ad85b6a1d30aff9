# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a visitor agrees to, and what a booking keeps of it for good."""

from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.museum_exhibition.models.guard import writing
from odoo.addons.museum_exhibition.models.museum_exhibition_rules import (
    LATE_FROM_END,
    LATE_FROM_START,
)


class MuseumBooking(models.Model):
    """What was agreed to: terms, cancellation policy, entry window."""

    _inherit = "museum.booking"

    terms_version = fields.Char(readonly=True, copy=False)
    terms_accepted_at = fields.Datetime(readonly=True, copy=False)
    policy_text = fields.Html(
        string="Terms at sale",
        readonly=True,
        copy=False,
        help="The terms and the cancellation policy as they were when the visitor"
        " accepted them.",
    )
    entry_early_minutes = fields.Integer(
        string="Entry before the start (minutes)", readonly=True, copy=False
    )
    entry_late_minutes = fields.Integer(
        string="Entry until after (minutes)", readonly=True, copy=False
    )
    entry_late_from = fields.Selection(
        [(LATE_FROM_END, "the end"), (LATE_FROM_START, "the start")],
        string="Late entry counts from",
        readonly=True,
        copy=False,
        help="Copied from the exhibition at sale.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """A visit takes its exhibition's entry window along from the beginning."""
        for vals in vals_list:
            slot = self.env["museum.slot"].sudo().browse(vals.get("slot_id"))
            if not slot:
                continue  # refused below
            for name, value in slot.exhibition_id._entry_window().items():
                vals.setdefault(name, value)
        return super().create(vals_list)

    def _entry_window(self):
        """The entry window of the visit, see ``museum.exhibition._entry_window``."""
        self.ensure_one()
        return {
            "entry_early_minutes": self.entry_early_minutes,
            "entry_late_minutes": self.entry_late_minutes,
            "entry_late_from": self.entry_late_from or LATE_FROM_END,
        }

    def _keep_terms(self):
        """Copy what the visitor accepts just now; later changes are for others."""
        now = fields.Datetime.now()
        for booking in self:
            exhibition = booking.exhibition_id
            parts = exhibition._terms_parts()
            writing(booking).write(
                {
                    "terms_version": exhibition._terms_version(),
                    "terms_accepted_at": now,
                    "policy_text": booking._terms_html(parts),
                    **exhibition._entry_window(),
                }
            )

    @api.model
    def _terms_html(self, parts):
        """Several texts as one, each under its title unless it is alone."""
        if len(parts) == 1:
            return parts[0]["text"]
        return Markup("").join(
            Markup("<h4>%s</h4>%s") % (part["title"], part["text"]) for part in parts
        )
