# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from ..lib import prices


class MuseumSlotPrice(models.Model):
    """Another price of a ticket in one slot; goes before all price rules."""

    _name = "museum.slot.price"
    _description = "Price in a time slot"
    _order = "slot_id, category_id"
    _check_company_auto = True

    slot_id = fields.Many2one(
        "museum.slot", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="slot_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    category_id = fields.Many2one(
        "museum.ticket.category",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    price = fields.Monetary(
        required=True, default=0.0, help="For one ticket, as the ticket's own price."
    )
    reason = fields.Char(
        required=True, translate=True, help="Visitors read it: Museum night."
    )

    _category_unique = models.Constraint(
        "UNIQUE (slot_id, category_id)", "One price per ticket in a slot."
    )
    _price_check = models.Constraint(
        "CHECK (price >= 0)", "A price cannot be negative."
    )


class MuseumSlot(models.Model):
    _inherit = "museum.slot"

    price_ids = fields.One2many(
        "museum.slot.price", "slot_id", string="Prices of this slot"
    )

    def _price_visit(self, bought_at=None):
        """What price rules look at, on the venue's clock.

        :param bought_at: naive UTC moment of buying; now by default
        :rtype: prices.Visit
        """
        self.ensure_one()
        return prices.Visit.of(
            self.exhibition_id.id,
            self.start_at,
            bought_at or fields.Datetime.now(),
            self.tz,
        )
