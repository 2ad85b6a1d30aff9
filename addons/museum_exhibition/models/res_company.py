# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MUSEUM_CODE_PATTERN = re.compile(r"[A-Z0-9]{2,6}")


def propose_code(name, taken):
    """A code that reads like a museum's name and that nobody has.

    Initials of three words or more, or else how the first word begins.

    :param str name: in any script; what has no Latin letters becomes MUSE
    :param taken: codes that others have
    """
    plain = unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Z0-9]+", plain.upper())
    initials = "".join(word[0] for word in words)[:6]
    code = initials if len(words) > 2 else "".join(words)[:4]
    code = code if len(code) > 1 else "MUSE"
    wanted, number = code, 1
    while wanted in taken:
        number += 1
        wanted = f"{code[: 6 - len(str(number))]}{number}"
    return wanted


class ResCompany(models.Model):
    """The museum's own settings: a company is a museum."""

    _inherit = "res.company"

    museum_code = fields.Char(
        string="Museum code",
        compute="_compute_museum_code",
        store=True,
        readonly=False,
        copy=False,
        help="2 to 6 capital letters or digits that every booking reference and"
        " ticket code begins with.",
    )
    museum_hold_minutes = fields.Integer(
        string="Cart keeps seats (minutes)",
        default=15,
        help="How long seats stay reserved for a visitor after adding them.",
    )
    museum_payment_minutes = fields.Integer(
        string="Payment keeps seats (minutes)",
        default=10,
        help="How long seats stay reserved once the visitor has started to pay.",
    )
    museum_slot_days = fields.Integer(
        string="Days of slots ahead",
        default=90,
        help="Schedules create their time slots so many days in advance.",
    )
    museum_entry_minutes = fields.Integer(
        string="Entry before the start (minutes)",
        default=15,
        help="Visitors may come in so many minutes before their time; new exhibitions"
        " begin with it, and each can have its own.",
    )
    museum_terms = fields.Html(
        string="Terms of the visit", translate=True, help="Accepted before paying."
    )
    museum_terms_version = fields.Char(
        string="Version of the terms",
        default="1",
        help="Stored with each booking. Change it whenever the terms change.",
    )

    # Tickets of two museums that began alike would be taken for each other.
    _museum_code_uniq = models.UniqueIndex(
        "(museum_code) WHERE museum_code IS NOT NULL",
        "Another museum of this database has this code. Choose another one.",
    )

    @api.depends("name")
    def _compute_museum_code(self):
        """Proposes a code for a company that has none; later names change nothing."""
        left = self.filtered(lambda company: not company.museum_code)
        for company in self - left:
            company.museum_code = company.museum_code
        others = self.sudo().with_context(active_test=False)
        known = others.search([("museum_code", "!=", False)]).mapped("museum_code")
        taken = set(known) | set((self - left).mapped("museum_code"))
        for company in left:
            company.museum_code = propose_code(company.name, taken)
            taken.add(company.museum_code)

    @api.constrains("museum_code")
    def _check_museum_code(self):
        for company in self:
            if not MUSEUM_CODE_PATTERN.fullmatch(company.museum_code or ""):
                raise ValidationError(
                    self.env._(
                        "The museum code %(code)s will not do: use 2 to 6 capital"
                        " letters or digits, for example SCIM.",
                        code=company.museum_code or "",
                    )
                )

    @api.constrains("museum_hold_minutes", "museum_payment_minutes", "museum_slot_days")
    def _check_museum_durations(self):
        for company in self:
            minutes = (company.museum_hold_minutes, company.museum_payment_minutes)
            if not all(1 <= value <= 60 for value in minutes):
                raise ValidationError(
                    self.env._("Seats can be kept for 1 to 60 minutes.")
                )
            if not 1 <= company.museum_slot_days <= 730:
                raise ValidationError(
                    self.env._("Slots can be created 1 to 730 days ahead.")
                )

    @api.constrains("museum_entry_minutes")
    def _check_museum_entry_minutes(self):
        for company in self:
            if not 0 <= company.museum_entry_minutes <= 24 * 60:
                raise ValidationError(
                    self.env._("Entry can begin 0 to 1440 minutes before the start.")
                )
