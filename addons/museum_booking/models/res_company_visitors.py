# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

MOST_DAYS = 3650


class ResCompany(models.Model):
    """How long the museum keeps what it asked about visitors."""

    _inherit = "res.company"

    museum_id_days = fields.Integer(
        string="ID numbers are kept (days)",
        default=30,
        help="Numbers of visitors' documents are erased so many days after the visit.",
    )
    museum_name_days = fields.Integer(
        string="Visitors' names are kept (days)",
        default=30,
        help="Names given for single tickets are erased so many days after the visit;"
        " 0 keeps them. The customer's own name is not concerned.",
    )

    @api.constrains("museum_id_days", "museum_name_days")
    def _check_museum_days(self):
        for company in self:
            if not 1 <= company.museum_id_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "ID numbers are kept for 1 to %(most)s days.", most=MOST_DAYS
                    )
                )
            if not 0 <= company.museum_name_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "Names are kept for 1 to %(most)s days; 0 keeps them.",
                        most=MOST_DAYS,
                    )
                )

    def _museum_numbers_due(self, now):
        """The museum.visitor whose number is to be erased, as a domain."""
        return self._museum_over(now, self.museum_id_days) & Domain(
            "id_number", "!=", False
        )

    def _museum_names_due(self, now):
        """The museum.visitor whose name is to be erased, as a domain."""
        if not self.museum_name_days:
            return Domain.FALSE
        return self._museum_over(now, self.museum_name_days) & Domain(
            "name", "!=", False
        )

    def _museum_over(self, now, days):
        self.ensure_one()
        ended = Domain("booking_id.end_at", "<", now - timedelta(days=days))
        return ended & Domain("company_id", "=", self.id)
