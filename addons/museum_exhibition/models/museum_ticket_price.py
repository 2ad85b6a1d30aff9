# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What visitors pay for tickets; the rules themselves are in lib/prices.py."""

from odoo import fields, models

from ..lib import prices
from ..lib.prices import Quote


class MuseumTicketCategory(models.Model):
    _inherit = "museum.ticket.category"

    def _get_visitor_price(self, slot=None):
        """What a visitor pays for one ticket; see :meth:`_get_visitor_prices`.

        :rtype: float
        """
        self.ensure_one()
        return self._get_visitor_prices(slot)[self.id]

    def _get_visitor_prices(self, slot=None):
        """What a visitor pays for one ticket of each, in the currency of the category.

        :param slot: the museum.slot that is visited, when it is known
        :return: {category id: amount}
        :rtype: dict[int, float]
        """
        quotes = self._get_visitor_quotes(slot)
        return {category_id: quote.price for category_id, quote in quotes.items()}

    def _get_visitor_quotes(self, slot=None, bought_at=None):
        """What a visitor pays for one ticket of each, and why; taxes as they are shown.

        All at once: rules, price lists and taxes are asked for many as for one.

        :param slot: the museum.slot that is visited; without one, regular prices
        :param bought_at: naive UTC moment of buying; now by default
        :return: {category id: Quote}
        :rtype: dict[int, Quote]
        """
        return self._get_list_quotes(slot, bought_at)

    def _get_list_quotes(self, slot=None, bought_at=None, currency=None):
        """As :meth:`_get_visitor_quotes`, before taxes are added or taken out.

        The amounts are as the tickets' own prices: what an order line asks for. A
        price of the slot goes before all; rules act on the regular price.

        :param currency: another one than the categories'
        """
        categories = self.sudo()
        regular = categories._get_regular_prices(currency)
        if not slot:
            return {key: Quote(price, price) for key, price in regular.items()}
        visit, company_id, own = slot._price_facts(bought_at)
        rules = self.env["museum.price.rule"]._rules_of(company_id)
        quotes = {}
        for category in categories:
            to = currency or category.currency_id
            base = regular[category.id]
            rate = 1.0
            if to != category.currency_id:
                rate = category.currency_id._get_conversion_rate(
                    category.currency_id, to, category.company_id
                )
            if special := own.get(category.id):
                price, reason = special
                quotes[category.id] = Quote(to.round(price * rate), base, reason)
            elif rule := prices.first_match(rules, visit, category.id):
                price = to.round(rule.price(base, rate))
                quotes[category.id] = Quote(price, base, rule.name, rule.id)
            else:
                quotes[category.id] = Quote(base, base)
            if not to.compare_amounts(quotes[category.id].price, base):
                # What costs the same has no reason to be told: free stays free.
                quotes[category.id] = Quote(base, base)
        return quotes

    def _get_regular_prices(self, currency=None):
        """Prices of one ticket without rules, before taxes; others know price lists.

        :return: {category id: amount in `currency`, by default the category's}
        """
        return {
            category.id: category.currency_id._convert(
                category.price,
                currency or category.currency_id,
                category.company_id,
                fields.Date.today(),
            )
            for category in self
        }
