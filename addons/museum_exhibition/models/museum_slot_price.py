# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..lib import prices
from .guard import is_switched


class MuseumSlotPrice(models.Model):
    """Another price of a ticket in one slot; goes before all price rules."""

    _name = "museum.slot.price"
    _description = "Price in a time slot"
    _inherit = ["museum.own.mixin"]
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

    @api.constrains("slot_id", "category_id")
    def _check_category(self):
        for price in self:
            exhibition = price.slot_id.exhibition_id.with_context(active_test=False)
            if price.category_id not in exhibition.category_ids:
                raise ValidationError(
                    self.env._(
                        "%(category)s is not sold in %(exhibition)s.",
                        category=price.category_id.name,
                        exhibition=exhibition.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        found = super().create(vals_list)
        found._log_on_slots()
        return found

    def write(self, vals):
        res = super().write(vals)
        self._log_on_slots()
        return res

    def unlink(self):
        self._log_on_slots(is_gone=True)
        return super().unlink()

    def _log_on_slots(self, is_gone=False):
        """Tell in the slot who changed its prices, unless a dialogue has its words."""
        if is_switched(self, "museum_slot_price_is_logged"):
            return
        for price in self:
            words = self.env._("the usual price again")
            if not is_gone:
                amount = price.currency_id.format(price.price)
                words = f"{amount} ({price.reason})"
            price.slot_id._message_log(
                body=self.env._(
                    "Price of %(ticket)s: %(words)s",
                    ticket=price.category_id.name,
                    words=words,
                )
            )


class MuseumSlot(models.Model):
    _inherit = "museum.slot"

    price_ids = fields.One2many(
        "museum.slot.price", "slot_id", string="Prices of this slot"
    )
    offered_category_ids = fields.Many2many(related="exhibition_id.category_ids")
    price_preview = fields.Html(
        string="What tickets cost now",
        compute="_compute_price_preview",
        help="What a visitor would pay who buys at this moment, and why.",
    )

    @api.depends("price_ids", "exhibition_id", "start_at")
    def _compute_price_preview(self):
        for slot in self:
            slot.price_preview = slot.id and slot._origin._price_table()

    def _price_table(self):
        """A table of the tickets, their regular prices, prices and reasons, as HTML."""
        self.ensure_one()
        categories = self.exhibition_id.category_ids._sold_on(self.local_date)
        quotes = categories._get_visitor_quotes(self)
        cell = Markup("<td>%s</td>")
        number = Markup('<td class="text-end">%s</td>')
        rows = Markup()
        for category in categories:
            quote, money = quotes[category.id], category.currency_id.format
            rows += Markup("<tr>%s</tr>") % (
                cell % category.name
                + number % money(quote.regular_price)
                + number % Markup("<strong>%s</strong>") % money(quote.price)
                + cell % (quote.reason or self.env._("regular"))
            )
        heads = (
            cell % self.env._("Ticket")
            + number % self.env._("Regular price")
            + number % self.env._("Price now")
            + cell % self.env._("Why")
        )
        return (
            Markup('<table class="table table-sm"><thead><tr>%s</tr></thead>') % heads
            + Markup("<tbody>%s</tbody></table>") % rows
        )

    def _price_facts(self, bought_at=None):
        """What decides about prices in these slots besides rules, in one narrow query.

        :param bought_at: naive UTC moment of buying; now by default
        :return: {slot id: (the visit as price rules look at it, the museum's id,
            prices of this slot as {category id: (price, reason)})}
        """
        for model in ("museum.slot", "museum.slot.price", "museum.venue"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT slot.id, slot.company_id,
                       slot.exhibition_id, slot.start_at, venue.tz,
                       (SELECT JSONB_OBJECT_AGG(category_id,
                                    JSONB_BUILD_ARRAY(price, %(reason)s))
                          FROM museum_slot_price own
                         WHERE own.slot_id = slot.id)
                  FROM museum_slot slot
                  JOIN museum_venue venue ON venue.id = slot.venue_id
                 WHERE slot.id = ANY(%(slots)s)
                """,
                reason=self.env["museum.slot.price"]
                .sudo()
                ._field_to_sql("own", "reason"),
                slots=list(self.ids),
            )
        )
        bought_at = bought_at or fields.Datetime.now()
        return {
            slot_id: (
                prices.Visit.of(exhibition_id, start_at, bought_at, tz),
                company_id,
                {int(key): val for key, val in (own or {}).items()},
            )
            for slot_id, company_id, exhibition_id, start_at, tz, own in rows
        }
