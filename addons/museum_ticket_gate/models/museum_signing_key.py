# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models, tools


class MuseumSigningKey(models.Model):
    _inherit = "museum.signing.key"

    @api.model
    @tools.ormcache()
    def _public_keys(self):
        """See the parent; cached, because every scan asks. Do not change the dict."""
        return super()._public_keys()

    @api.model_create_multi
    def create(self, vals_list):
        keys = super().create(vals_list)
        self.env.registry.clear_cache()
        return keys

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
