# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Command

# (hours before the start, per cent): what every museum starts with.
DEFAULT_STEPS = ((24, 100), (6, 50), (0, 0))


class ResCompany(models.Model):
    _inherit = "res.company"

    museum_cancellation_policy_id = fields.Many2one(
        "museum.cancellation.policy",
        string="Cancellation policy",
        domain="[('company_id', '=', id)]",
        check_company=True,
        ondelete="set null",
        help="Of exhibitions that have none of their own.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Every museum has a policy from its first day; it may change it."""
        companies = super().create(vals_list)
        companies._museum_make_policy()
        return companies

    def _museum_make_policy(self):
        """Give each company that has no policy the common one.

        Everything back until 24 hours before, half until 6 hours before, then nothing.
        """
        for company in self.sudo():
            if company.museum_cancellation_policy_id:
                continue
            policies = self.env["museum.cancellation.policy"].sudo()
            company.museum_cancellation_policy_id = policies.create(
                {
                    "name": self.env._("Until 24 hours before"),
                    "company_id": company.id,
                    "step_ids": [
                        Command.create({"hours_before": hours, "percent": percent})
                        for hours, percent in DEFAULT_STEPS
                    ],
                }
            )
