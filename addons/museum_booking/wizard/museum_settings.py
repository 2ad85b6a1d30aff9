# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MuseumSettings(models.TransientModel):
    """For managers, who are not administrators of Odoo."""

    _inherit = "museum.settings"

    museum_id_days = fields.Integer(
        string="ID numbers are kept (days)", help="After the visit."
    )
    museum_name_days = fields.Integer(
        string="Visitors' names are kept (days)",
        help="After the visit; 0 keeps them.",
    )
    museum_cancellation_policy_id = fields.Many2one(
        "museum.cancellation.policy",
        string="Cancellation policy",
        domain="[('company_id', '=', company_id)]",
        help="Of exhibitions that have none of their own.",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        policy = values.get("museum_cancellation_policy_id")
        if policy is not None:
            values["museum_cancellation_policy_id"] = policy.id
        return values
