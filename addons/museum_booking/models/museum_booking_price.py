# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tickets of a booking cost: as when its seats were taken."""

from odoo import api, fields, models

from odoo.addons.museum_exhibition.controllers.serializers import minor
from odoo.addons.museum_exhibition.lib.prices import Quote
from odoo.addons.museum_exhibition.models.guard import writing

from ..exceptions import PriceChanged


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    priced_at = fields.Datetime(
        string="Priced",
        readonly=True,
        copy=False,
        help="When its seats were taken: its tickets cost what they did then, even if"
        " rules and prices change before it is paid.",
    )
    quotes = fields.Json(
        readonly=True,
        copy=False,
        help="The prices of its tickets, their reasons and rules, and the price list"
        " that they were asked by.",
    )

    def _quotes_of(self, categories):
        """What one ticket of each costs in this booking, before taxes are added.

        Kept since the seats were taken. Another price list of the cart (another
        currency, the visitor's own prices after login) asks anew, but as of the same
        moment.

        :param categories: museum.ticket.category
        :return: {category id: Quote} in the order's currency
        """
        self.ensure_one()
        kept = self._kept_quotes()
        quotes = {
            category.id: Quote(*kept[str(category.id)])
            for category in categories
            if str(category.id) in kept
        }
        if missing := categories.filtered(lambda category: category.id not in quotes):
            order = self.order_id
            missing = missing.with_context(museum_pricelist=order.pricelist_id)
            quotes |= missing._get_list_quotes(
                self.slot_id, self._bought_at(), order.currency_id
            )
        return quotes

    def _bought_at(self):
        return self.priced_at or self.hold_taken_at or fields.Datetime.now()

    def _kept_quotes(self):
        kept = self.quotes or {}
        # What is sold stays as it was, whatever becomes of the order's price list.
        if self._in_cart() and kept.get("by") != self._quoted_by():
            return {}
        return kept.get("of", {})

    def _quoted_by(self):
        order = self.order_id
        return [order.pricelist_id.id, order.currency_id.id]

    def _keep_quotes(self, categories=None):
        """Remember what tickets cost, so that it stays while the seats are held.

        :param categories: also of these; by default those that it has
        :return: {category id: Quote}
        """
        self.ensure_one()
        categories = categories or self.line_ids.museum_category_id
        quotes = self._quotes_of(categories.sudo())
        of = self._kept_quotes() | {str(key): list(val) for key, val in quotes.items()}
        kept = {"by": self._quoted_by(), "of": of}
        if kept != self.quotes:
            writing(self).write({"quotes": kept})
        return quotes

    def _keep_price(self, line):
        """A manager has set the price of a line by hand: it stays as well."""
        self.ensure_one()
        quotes = self._keep_quotes()
        category = line.museum_category_id
        quote = quotes[category.id]._replace(
            price=line.price_unit,
            reason=self.env._("Set by the museum"),
            rule_id=None,
        )
        of = {**self.quotes["of"], str(category.id): list(quote)}
        writing(self).write({"quotes": {**self.quotes, "of": of}})
        writing(line).write(line._museum_quote_values(quote))

    @api.model
    def _check_expected(self, slot, wanted, expected, bought_at, booking=None):
        """Refuse when tickets cost something else than the visitor was shown.

        Asked before their seats are taken: nothing is held then. The sum is that of
        the prices of single tickets, as pages show it; where taxes come on top, the
        taxes of an order may round it by the smallest unit.

        :param slot: museum.slot
        :param wanted: {category id: tickets} that the sum is for
        :param int expected: in the smallest unit of the currency; None: not told
        :param bought_at: the moment that they are priced at
        :param booking: the visit that they are for, whose prices are kept
        :raise PriceChanged: with the prices of now
        """
        if expected is None:
            return
        categories = slot.sudo().exhibition_id.category_ids
        categories = categories.filtered(lambda category: category.id in wanted)
        if booking:
            # Held tickets stay, though they may be sold to nobody else any more.
            held = booking.line_ids.museum_category_id.sudo()
            categories |= held.filtered(lambda category: category.id in wanted)
        if booking:
            currency = booking.currency_id
            quotes = booking._quotes_of(categories)
            quotes = categories._quotes_with_taxes(quotes, currency)
        else:
            currency = slot.sudo().company_id.currency_id
            quotes = categories._get_visitor_quotes(slot, bought_at)
        prices = {key: minor(quote.price, currency) for key, quote in quotes.items()}
        total = sum(wanted[key] * price for key, price in prices.items())
        if total != expected:
            raise PriceChanged(
                self.env._("The price has changed. Please look at the new total."),
                expected_total_minor=expected,
                total_minor=total,
                currency=currency.name,
                categories=[
                    {
                        "id": key,
                        "quantity": wanted[key],
                        "price_minor": prices[key],
                        "regular_price_minor": minor(quote.regular_price, currency),
                        "price_reason": quote.reason or None,
                    }
                    for key, quote in quotes.items()
                ],
            )
