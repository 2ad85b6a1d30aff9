# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .guard import scope_of


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    museum_exhibition_ids = fields.Many2many(
        related="rule_ids.museum_exhibition_ids", string="Exhibitions"
    )
    is_museum = fields.Boolean(
        string="Only visits",
        compute="_compute_is_museum",
        search="_search_is_museum",
        help="One of its rules looks at the visit.",
    )

    @api.depends("rule_ids.museum_only")
    def _compute_is_museum(self):
        for program in self:
            program.is_museum = any(program.rule_ids.mapped("museum_only"))

    def _search_is_museum(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = set(value)
        if wanted == {True, False}:
            return []
        found = [("rule_ids.museum_only", "=", True)]
        return found if True in wanted else ["!", *found]

    def _get_valid_products(self, products):
        """Asked for one rule at a time, the others have no products at all."""
        found = super()._get_valid_products(products)
        scope = scope_of(self)
        if scope and scope.rule_id:
            return {
                rule: valid for rule, valid in found.items() if rule.id == scope.rule_id
            }
        return found

    @api.model
    def _get_template_values(self):
        values = super()._get_template_values()
        defaults = self._program_type_default_values()["promotion"]
        values["museum_group"] = {
            **defaults,
            "name": self.env._("Group price"),
            "program_type": "promotion",
            "rule_ids": [
                (5, 0, 0),
                (
                    0,
                    0,
                    {
                        "museum_only": True,
                        "museum_min_visitors": 10,
                        "minimum_qty": 1,
                        "reward_point_amount": 1,
                        "reward_point_mode": "order",
                    },
                ),
            ],
            "reward_ids": [
                (5, 0, 0),
                (
                    0,
                    0,
                    {
                        "reward_type": "discount",
                        "discount": 10,
                        "discount_mode": "percent",
                        "discount_applicability": "order",
                        "required_points": 1,
                        "description": self.env._("Group price"),
                    },
                ),
            ],
        }
        return values

    @api.model
    def action_museum_new_group_price(self):
        """Make "10 % off from 10 visitors of one visit" and open it to be changed.

        It is offered nowhere until somebody ticks where.
        """
        action = self.create_from_template("museum_group")
        self.browse(action["res_id"]).write({"ecommerce_ok": False, "sale_ok": False})
        return action
