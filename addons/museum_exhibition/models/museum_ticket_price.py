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

    def _get_visitor_quotes_by_slot(self, slots):
        """As :meth:`_get_visitor_quotes` now, of several slots; as few queries.

        :return: {slot id: {category id: Quote}}
        :rtype: dict[int, dict[int, Quote]]
        """
        return self._get_list_quotes_by_slot(slots)

    def _get_list_quotes(self, slot=None, bought_at=None, currency=None):
        """As :meth:`_get_visitor_quotes`, before taxes are added or taken out.

        The amounts are as the tickets' own prices: what an order line asks for. A
        price of the slot goes before all; rules act on the regular price.

        :param currency: another one than the categories'
        """
        if slot:
            return self._get_list_quotes_by_slot(slot, bought_at, currency)[slot.id]
        regular = self.sudo()._get_regular_prices(currency)
        return {key: Quote(price, price) for key, price in regular.items()}

    def _get_list_quotes_by_slot(self, slots, bought_at=None, currency=None):
        """:meth:`_get_list_quotes` of several slots, by their id."""
        regular = self.sudo()._get_regular_prices(currency)
        facts = slots._price_facts(bought_at)
        companies = {company_id for _visit, company_id, _own in facts.values()}
        model = self.env["museum.price.rule"]
        rules = {company_id: model._rules_of(company_id) for company_id in companies}
        return {
            slot_id: self._quotes_by(regular, rules[company_id], visit, own, currency)
            for slot_id, (visit, company_id, own) in facts.items()
        }

    def _quotes_by(self, regular, rules, visit, own, currency):
        """The quotes of one visit: its own prices, else the first rule that fits.

        :param dict regular: of :meth:`_get_regular_prices` in the same currency
        :param rules: of ``museum.price.rule._rules_of``
        :param visit: of ``museum.slot._price_facts``, as are its own prices
        """
        quotes = {}
        for category in self.sudo():
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
