# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class Website(models.Model):
    _inherit = "website"

    def _search_get_details(self, search_type, order, options):
        result = super()._search_get_details(search_type, order, options)
        if search_type in ("exhibitions", "all"):
            exhibitions = self.env["museum.exhibition"]
            result.append(exhibitions._search_get_detail(self, order, options))
        return result
