# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models


class MuseumTicketCategory(models.Model):
    """What a visitor chooses and pays: adult, child, family ..., of one exhibition."""

    _name = "museum.ticket.category"
    _description = "Museum ticket category"
    _order = "sequence, id"

    exhibition_id = fields.Many2one(
        "museum.exhibition", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="exhibition_id.company_id", store=True, index=True
    )
    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="A machine word for other programs, for example adult.")
    price = fields.Monetary(default=0.0, required=True, help="For one ticket.")
    currency_id = fields.Many2one(related="exhibition_id.currency_id")
    seats_per_ticket = fields.Integer(
        default=1,
        required=True,
        help="Seats that one ticket takes: a family of four takes 4.",
    )
    min_quantity = fields.Integer(
        default=0, required=True, help="When chosen, at least so many in one booking."
    )
    max_quantity = fields.Integer(
        default=0, required=True, help="At most so many in one booking. 0: no limit."
    )
    age_from = fields.Integer(default=0, help="Youngest age in years. 0: any.")
    age_to = fields.Integer(default=0, help="Oldest age in years. 0: any.")
    description = fields.Char(translate=True)
    needs_proof = fields.Boolean(
        help="The gate asks for a proof, for example a student card."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _price_check = models.Constraint(
        "CHECK (price >= 0)", "A price cannot be negative."
    )
    _seats_check = models.Constraint(
        "CHECK (seats_per_ticket >= 1)", "A ticket takes at least one seat."
    )
    _quantity_check = models.Constraint(
        "CHECK (min_quantity >= 0 AND max_quantity >= 0"
        " AND (max_quantity = 0 OR min_quantity <= max_quantity))",
        "The smallest quantity cannot be above the largest one.",
    )
    _age_check = models.Constraint(
        "CHECK (COALESCE(age_to, 0) = 0 OR COALESCE(age_from, 0) <= age_to)",
        "The youngest age cannot be above the oldest one.",
    )

    def _get_visitor_price(self, slot=None):
        """What a visitor pays for one ticket; see :meth:`_get_visitor_prices`.

        :rtype: float
        """
        self.ensure_one()
        return self._get_visitor_prices(slot)[self.id]

    def _get_visitor_prices(self, slot=None):
        """What a visitor pays for one ticket of each, in the currency of the category.

        All at once, because price lists and taxes are asked for many as for one. Other
        addons extend it with them.

        :param slot: the museum.slot that is visited, when it is known
        :return: {category id: amount}
        :rtype: dict[int, float]
        """
        return {category.id: category.price for category in self}
