# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.guard import switched

# What more slots cost until now would take long to say.
LOOKED_AT = 200


class MuseumSlotPrices(models.TransientModel):
    """Gives a ticket another price in several slots, or its usual one again."""

    _name = "museum.slot.prices"
    _description = "Change of prices"
    _inherit = "museum.slot.bulk"

    change = fields.Selection(
        [("set", "Another price"), ("remove", "The usual price again")],
        required=True,
        default="set",
    )
    offered_ids = fields.Many2many(
        "museum.ticket.category", compute="_compute_offered_ids"
    )
    category_id = fields.Many2one("museum.ticket.category", string="Ticket")
    currency_id = fields.Many2one("res.currency", compute="_compute_offered_ids")
    price = fields.Monetary()
    is_free = fields.Boolean(string="Free of charge")
    old_prices = fields.Text(string="Until now", compute="_compute_old_prices")
    reason = fields.Char(help="Visitors read it next to the price: Museum night.")

    @api.depends("slot_ids")
    def _compute_offered_ids(self):
        for change in self:
            exhibitions = change.sudo(False).slot_ids.exhibition_id
            change.offered_ids = exhibitions.category_ids
            change.currency_id = (
                exhibitions.company_id[:1] or self.env.company
            ).currency_id

    @api.depends("slot_ids", "category_id")
    def _compute_old_prices(self):
        """What the ticket costs now, and in how many of the slots."""
        for change in self:
            slots = change.sudo(False).slot_ids._origin._filtered_access("read")
            category, counts = change.category_id, Counter()
            for slot in slots[:LOOKED_AT] if category else ():
                if category in slot.exhibition_id.category_ids:
                    quote = category._get_visitor_quotes(slot)[category.id]
                    counts[quote.price, quote.reason or ""] += 1
            lines = []
            for (price, reason), count in sorted(counts.items()):
                money = category.currency_id.format(price)
                lines.append(
                    self.env._(
                        "%(price)s, slots: %(count)s",
                        price=f"{money} ({reason})" if reason else money,
                        count=count,
                    )
                )
            if len(slots) > LOOKED_AT:
                lines.append(self.env._("(the first %s looked at)", LOOKED_AT))
            change.old_prices = "\n".join(lines)

    @api.constrains("category_id")
    def _check_category(self):
        """:raise AccessError: a ticket of another museum, whatever was sent"""
        self.sudo(False).category_id.check_access("read")

    def action_apply(self):
        """Change slot by slot; those that do not sell the ticket are listed.

        What is in carts and orders keeps the price that it was taken for.
        """
        slots = self._chosen()
        prices = self.sudo(False).env["museum.slot.price"]
        prices = switched(prices, "museum_slot_price_is_logged")
        prices.check_access("write")
        reason = (self.reason or "").strip()
        if not self.category_id:
            raise UserError(self.env._("Which ticket?"))
        if self.change == "set" and not reason:
            raise UserError(self.env._("Say why: visitors read it next to the price."))
        self._check_price()
        refused = self._refusals(slots)
        allowed = slots.filtered(lambda slot: slot not in refused)
        known = prices.search(
            [
                ("slot_id", "in", allowed.ids),
                ("category_id", "=", self.category_id.id),
            ]
        )
        if self.change == "remove":
            self._log(known.slot_id, self.env._("the usual price again"))
            known.unlink()
        else:
            vals = {"price": self._new_price(), "reason": reason}
            known.write(vals)
            prices.create(
                [
                    {"slot_id": slot.id, "category_id": self.category_id.id, **vals}
                    for slot in allowed - known.slot_id
                ]
            )
            self._log(
                allowed,
                self.env._(
                    "%(price)s (%(reason)s)",
                    price=self.currency_id.format(self._new_price()),
                    reason=reason,
                ),
            )
        return self._finish(len(allowed), refused)

    def _check_price(self):
        """:raise UserError: nobody typed a price, and nobody said that it is free"""
        if self.price < 0:
            raise UserError(self.env._("A price cannot be negative."))
        if self.change == "set" and not self.is_free and not self.price:
            raise UserError(self.env._("Type the new price, or tick “Free of charge”."))

    def _new_price(self):
        return 0 if self.is_free else self.price

    def _refusals(self, slots):
        """Why some slots cannot have this price, in words, by slot."""
        refused = {}
        for slot in slots:
            if slot.state == "cancelled":
                refused[slot] = self.env._(
                    "%(slot)s was cancelled.", slot=slot.display_name
                )
            elif self.category_id not in slot.exhibition_id.category_ids:
                refused[slot] = self.env._(
                    "%(slot)s: no ticket “%(ticket)s” is sold there.",
                    slot=slot.display_name,
                    ticket=self.category_id.name,
                )
        return refused

    def _log(self, slots, words):
        body = self.env._(
            "Price of %(ticket)s: %(words)s", ticket=self.category_id.name, words=words
        )
        slots._message_log_batch(bodies=dict.fromkeys(slots.ids, body))
