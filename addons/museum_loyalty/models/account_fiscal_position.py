# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .guard import is_unmapped


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    def map_tax(self, taxes):
        """The taxes of a discount are those of its tickets, mapped already or never."""
        return taxes if is_unmapped(self) else super().map_tax(taxes)
