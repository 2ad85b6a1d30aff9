# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ..controllers.cards import card_values


class WebsiteSnippetFilter(models.Model):
    """The "What's on" building block: cards of exhibitions on any page."""

    _inherit = "website.snippet.filter"

    def _filter_records_to_values(self, records, **options):
        """Cards of exhibitions know their next free time; for all of them at once."""
        values = super()._filter_records_to_values(records, **options)
        model = self.model_name or options.get("res_model")
        if model == "museum.exhibition":
            real = self.env[model].browse(
                data["_record"].id for data in values if data["_record"].id
            )
            shared = card_values(real.sudo())
            for data in values:
                data["card"] = shared
        return values
