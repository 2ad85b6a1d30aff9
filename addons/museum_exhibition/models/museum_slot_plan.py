# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumSlotPlan(models.Model):
    """A job that brings the slots of exhibitions to what their schedules say."""

    _name = "museum.slot.plan"
    _description = "Museum slot plan"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    exhibition_ids = fields.Many2many(
        "museum.exhibition", string="Exhibitions", required=True, check_company=True
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", required=True)
    state = fields.Selection(
        [
            ("draft", "Not looked at yet"),
            ("ready", "Preview"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Stopped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    line_ids = fields.One2many("museum.slot.plan.line", "plan_id", readonly=True)

    _dates_check = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day is before the first one."
    )
