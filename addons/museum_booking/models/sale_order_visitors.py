# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..exceptions import VisitorsIncomplete


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _museum_check_visitors(self, bookings):
        """The last look at who comes, before the money.

        :raise VisitorsIncomplete: what is missing, by ticket and field
        """
        if missing := bookings._missing_visitors():
            raise VisitorsIncomplete(
                self.env._("Please tell us who comes: some details are missing."),
                visitors=missing,
            )
