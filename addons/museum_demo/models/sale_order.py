# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _prepare_invoice(self):
        """State the museum's own state as place of supply of an admission.

        l10n_in takes the customer's state, which is right for goods that are sent. An
        admission is supplied where the event takes place: IGST Act 2017, section 12(6).
        """
        values = super()._prepare_invoice()
        if self.museum_booking_ids and self.company_id.country_code == "IN":
            values["l10n_in_state_id"] = self.company_id.state_id.id
        return values
