# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _one_time_code_is_empty(self):
        """Not with a card or an eWallet in it."""
        if not super()._one_time_code_is_empty():
            return False
        cards_sudo = self.env["loyalty.card"].sudo().with_context(active_test=False)
        return not cards_sudo.search_count(
            [("partner_id", "=", self.partner_id.id)], limit=1
        )
