# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MuseumExhibition(models.Model):
    _inherit = "museum.exhibition"

    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic account",
        check_company=True,
        copy=False,
        groups="museum_exhibition.group_museum_manager,account.group_account_readonly",
        help="Carries the revenue of this exhibition.",
    )
    booking_ids = fields.One2many("museum.booking", "exhibition_id", string="Bookings")
    booking_count = fields.Integer(compute="_compute_booking_count")

    def _compute_booking_count(self):
        counts = dict(
            self.env["museum.booking"]._read_group(
                [
                    ("exhibition_id", "in", self.ids),
                    ("state", "in", ("confirmed", "completed", "no_show")),
                ],
                ["exhibition_id"],
                ["__count"],
            )
        )
        for exhibition in self:
            exhibition.booking_count = counts.get(exhibition, 0)

    def _publish_hints(self):
        """Adds that nobody could pay."""
        hints = super()._publish_hints()
        is_paid = any(category.price for category in self.category_ids)
        if is_paid and not self._has_payment_provider():
            hints.append(
                self.env._(
                    "Nobody can pay online yet: switch on a payment provider"
                    " (Invoicing, Configuration, Payment Providers)."
                )
            )
        return hints

    def _has_payment_provider(self):
        domain = [
            *self.env["payment.provider"]._check_company_domain(self.company_id),
            ("state", "!=", "disabled"),
            ("is_published", "=", True),
        ]
        return bool(self.env["payment.provider"].sudo().search_count(domain, limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        exhibitions = super().create(vals_list)
        exhibitions.sudo()._ensure_analytic_account()
        return exhibitions

    def write(self, vals):
        res = super().write(vals)
        if "name" in vals:
            exhibitions = self.sudo()
            exhibitions.own_category_ids._sync_product()
            for exhibition in exhibitions.filtered("analytic_account_id"):
                exhibition.analytic_account_id.name = exhibition.name
        return res

    def _ensure_analytic_account(self):
        """The accounts that carry the revenue, made where they are missing."""
        missing = self.filtered(lambda exhibition: not exhibition.analytic_account_id)
        if missing:
            plan = self.env.ref(
                "analytic.analytic_plan_projects", raise_if_not_found=False
            ) or self.env["account.analytic.plan"].search([], limit=1)
            if not plan:
                return self.analytic_account_id
            for exhibition in missing:
                exhibition.analytic_account_id = self.env[
                    "account.analytic.account"
                ].create(
                    {
                        "name": exhibition.name,
                        "plan_id": plan.id,
                        "company_id": exhibition.company_id.id,
                    }
                )
        return self.analytic_account_id

    def action_view_bookings(self):
        """Open the bookings of this exhibition."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_booking.museum_booking_action"
        )
        action["domain"] = [("exhibition_id", "=", self.id)]
        action["context"] = {}
        return action
