# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a museum does with money that bought nothing, and who looks after money."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    museum_unplaced_payment = fields.Selection(
        selection=[
            ("attention", "Ask staff"),
            ("refund", "Give it back at once"),
        ],
        string="Payment without seats",
        default="refund",
        required=True,
        help="What to do with money that arrives when its seats are gone.",
    )
    museum_finance_user_id = fields.Many2one(
        "res.users",
        string="Refunds and payments are looked after by",
        domain=[("share", "=", False)],
        help="Gets an activity when a refund fails or has to be paid out by hand.",
    )

    def _museum_finance_user(self):
        """Who looks after money: the one that is set, else one of the finance role.

        :rtype: res.users
        """
        self.ensure_one()
        if self.museum_finance_user_id.active:
            return self.museum_finance_user_id
        users = self.env["res.users"].sudo()
        for group in (
            "account.group_account_invoice",
            "museum_exhibition.group_museum_manager",
        ):
            user = users.search(
                [
                    ("all_group_ids", "in", self.env.ref(group).ids),
                    ("company_ids", "in", self.ids),
                    ("share", "=", False),
                ],
                order="id",
                limit=1,
            )
            if user:
                return user
        return (
            self.env.ref("base.user_admin", raise_if_not_found=False) or self.env.user
        )
