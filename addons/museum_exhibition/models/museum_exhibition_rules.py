# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext

LATE_FROM_START = "start"
LATE_FROM_END = "end"


class MuseumExhibition(models.Model):
    """What a visitor agrees to: the entry window, the seats' clock, the terms."""

    _inherit = "museum.exhibition"

    entry_early_minutes = fields.Integer(
        string="Entry opens before the start (minutes)",
        default=lambda self: self.env.company.museum_entry_minutes,
        required=True,
        tracking=True,
        help="Tickets admit from so many minutes before their time, and say so."
        " Tickets that are sold keep what they say.",
    )
    entry_late_minutes = fields.Integer(
        string="Entry closes after (minutes)",
        default=0,
        required=True,
        tracking=True,
        help="Tickets admit until so many minutes after the start or the end of their"
        " time. Tickets that are sold keep what they say.",
    )
    entry_late_from = fields.Selection(
        [
            (LATE_FROM_END, "after the end of the visit's time"),
            (LATE_FROM_START, "after its start"),
        ],
        string="Counted",
        default=LATE_FROM_END,
        required=True,
        tracking=True,
        help="After its start: for shows where nobody may come in late.",
    )
    hold_minutes = fields.Integer(
        string="Cart keeps seats (minutes)",
        default=0,
        required=True,
        tracking=True,
        help="How long seats stay reserved for a visitor after adding them. 0: as long"
        " as the museum's settings say.",
    )
    terms = fields.Html(
        string="Own terms",
        translate=True,
        help="Shown and accepted before paying, after the museum's own terms. Each"
        " booking keeps the text that was accepted.",
    )
    terms_version = fields.Char(
        tracking=True,
        help="Stored with each booking. Change it whenever these terms change. Empty:"
        " the museum's version.",
    )

    _entry_check = models.Constraint(
        "CHECK (entry_early_minutes BETWEEN 0 AND 1440"
        " AND entry_late_minutes BETWEEN 0 AND 1440)",
        "Entry opens and closes 0 to 1440 minutes before and after a visit's time.",
    )
    _hold_minutes_check = models.Constraint(
        "CHECK (hold_minutes BETWEEN 0 AND 60)",
        "Seats can be kept for 1 to 60 minutes; 0 is the museum's setting.",
    )

    @api.constrains("entry_late_minutes", "entry_late_from", "entry_early_minutes")
    def _check_entry_window(self):
        for exhibition in self:
            if (
                exhibition.entry_late_from == LATE_FROM_START
                and not exhibition.entry_early_minutes
                and not exhibition.entry_late_minutes
            ):
                raise ValidationError(
                    self.env._(
                        "Nobody could come in: entry would open and close at the very"
                        " moment of the start. Let it open earlier or close later."
                    )
                )

    def _entry_window(self):
        """How early and late a visit may begin, to be copied when it is sold.

        :return: dict of entry_early_minutes, entry_late_minutes, entry_late_from
        """
        self.ensure_one()
        return {
            "entry_early_minutes": self.entry_early_minutes,
            "entry_late_minutes": self.entry_late_minutes,
            "entry_late_from": self.entry_late_from,
        }

    @api.model
    def _entry_times(self, start_at, end_at, window):
        """First and last instant at which a ticket admits (both included).

        Lengths are added to UTC instants, so that a change of summer time neither
        gives nor takes an hour.

        :param dict window: see :meth:`_entry_window`
        :rtype: tuple[datetime.datetime, datetime.datetime]
        """
        late = start_at if window["entry_late_from"] == LATE_FROM_START else end_at
        return (
            start_at - timedelta(minutes=window["entry_early_minutes"]),
            late + timedelta(minutes=window["entry_late_minutes"]),
        )

    def _hold_minutes(self):
        """How long a cart keeps seats of this exhibition.

        :rtype: int
        """
        self.ensure_one()
        return self.hold_minutes or self.sudo().company_id.museum_hold_minutes

    def _visit_terms(self):
        """What is agreed to with a visit here beyond the museum's own terms.

        Other addons add theirs, for example what becomes of the money.

        :return: (html, version); ("", version) when there is nothing of its own
        """
        self.ensure_one()
        has_text = html2plaintext(self.terms or "").strip()
        version = self.terms_version or self.sudo().company_id.museum_terms_version
        return (self.terms if has_text else "", version or "")
