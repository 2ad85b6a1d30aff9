# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.http import request
from odoo.tools import SQL

# What the product copies from its category.
SYNCED_FIELDS = {"name", "price", "exhibition_id"}
# Taxes that look at nothing but themselves, the price and its currency.
PLAIN_TAXES = frozenset({"group", "percent", "fixed", "division"})


class MuseumTicketCategory(models.Model):
    _inherit = "museum.ticket.category"

    product_id = fields.Many2one(
        "product.product",
        copy=False,
        ondelete="restrict",
        check_company=True,
        groups="base.group_user",
        help="What the order line of this category sells: made by the system, "
        "never shown in the shop. Its taxes are those of the ticket.",
    )

    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        compute="_compute_tax_ids",
        inverse="_inverse_tax_ids",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
        help="Those of the ticket's product.",
    )

    @api.depends("product_id.taxes_id", "company_id")
    def _compute_tax_ids(self):
        for category in self.sudo():
            taxes = category.product_id.taxes_id
            if not category.product_id:
                taxes = category.company_id.account_sale_tax_id
            category.tax_ids = taxes._filter_taxes_by_company(category.company_id)

    def _inverse_tax_ids(self):
        """The product is the system's: who may write the ticket may write its taxes."""
        self.check_access("write")
        for category in self.sudo():
            taxes, product = category.tax_ids, category._ensure_product()
            old = product.taxes_id
            if taxes != old:
                product.taxes_id = taxes
                category._message_log(
                    body=self.env._(
                        "Taxes: %(old)s → %(new)s",
                        old=", ".join(old.mapped("name")) or "-",
                        new=", ".join(taxes.mapped("name")) or "-",
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        categories.sudo()._ensure_product()
        return categories

    def write(self, vals):
        res = super().write(vals)
        if SYNCED_FIELDS & vals.keys():
            self.sudo()._sync_product()
        return res

    def _ensure_product(self):
        """The products of the categories, made where they are missing.

        :return: one product.product per category, in order
        """
        missing = self.filtered(lambda category: not category.product_id)
        for company, categories in missing.grouped("company_id").items():
            # The system's own record, whoever adds a category.
            products = (
                self.env["product.product"]
                .with_user(SUPERUSER_ID)
                .with_company(company)
                .with_context(tracking_disable=True)
                .create([category._prepare_product() for category in categories])
            )
            for category, product in zip(categories, products, strict=True):
                category.product_id = product.id
        return self.product_id

    def _prepare_product(self):
        self.ensure_one()
        return {
            "name": self._product_name(),
            "type": "service",
            "service_tracking": "museum",
            "invoice_policy": "order",
            "list_price": self.price,
            "sale_ok": True,
            "purchase_ok": False,
            "is_published": False,
            "company_id": self.company_id.id,
            "taxes_id": [(6, 0, self.company_id.account_sale_tax_id.ids)],
        }

    def _product_name(self):
        self.ensure_one()
        if not self.exhibition_id:
            return self.name
        return f"{self.exhibition_id.name} · {self.name}"

    def _sync_product(self):
        for category in self.filtered("product_id"):
            category.product_id.write(
                {
                    "name": category._product_name(),
                    "list_price": category.price,
                    # Also of an archived category: Odoo takes lines of archived
                    # products out of carts, and seats in a cart are the visitor's.
                    "active": True,
                }
            )

    def _get_regular_prices(self, currency=None):
        """By the price list: the one of the context, or the website's."""
        prices = super()._get_regular_prices(currency)
        pricelist = self._quote_pricelist()
        for company, categories in self.sudo().grouped("company_id").items():
            sold = categories.with_company(company).filtered("product_id")
            if not (pricelist and sold):
                continue
            listed = pricelist._get_products_price(
                sold.product_id, 1.0, currency=currency or company.currency_id
            )
            for category in sold:
                prices[category.id] = listed[category.product_id.id]
        return prices

    def _quote_pricelist(self):
        """The price list that prices are asked by; an order's own goes before."""
        pricelist = self.env.context.get("museum_pricelist")
        # A record: what a remote caller sends in its context never is one.
        if isinstance(pricelist, models.BaseModel):
            return pricelist
        return request and getattr(request, "pricelist", None)

    def _get_visitor_quotes(self, slot=None, bought_at=None):
        """Taxes included; by the website's price list in a request of one."""
        quotes = super()._get_visitor_quotes(slot, bought_at)
        return self._quotes_with_taxes(quotes)

    def _get_visitor_quotes_by_slot(self, slots):
        """The same of several slots; their taxes are looked up once."""
        found = super()._get_visitor_quotes_by_slot(slots)
        taxes = self._sold_with_taxes()
        return {
            slot_id: self._quotes_with_taxes(quotes, taxes=taxes)
            for slot_id, quotes in found.items()
        }

    def _quotes_with_taxes(self, quotes, currency=None, *, taxes=None):
        """Quotes as visitors see them.

        :param quotes: {category id: Quote} as the tickets' own prices are
        :param currency: of the quotes; by default the categories'
        :param taxes: what `_sold_with_taxes` said just now, when it was asked
        """
        quotes = dict(quotes)
        taxes = self._sold_with_taxes() if taxes is None else taxes
        for category in self.sudo().filtered(lambda found: found.id in taxes):
            to = currency or category.currency_id
            company = category.company_id
            facts = (
                taxes[category.id],
                (to.id, to.rounding),
                (company.id, company.account_price_include),
                company.tax_calculation_rounding_method,
            )
            quote = quotes[category.id]
            price = category._with_taxes(quote.price, *facts)
            regular = price
            if quote.regular_price != quote.price:
                regular = category._with_taxes(quote.regular_price, *facts)
            quotes[category.id] = quote._replace(price=price, regular_price=regular)
        return quotes

    def _sold_with_taxes(self):
        """The taxes of their products, archived and other companies' among them.

        :return: {category id: tuple of ids of account.tax}, of those that have any
        """
        self.flush_model(["product_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT category.id, ARRAY_AGG(rel.tax_id ORDER BY rel.tax_id)
                  FROM museum_ticket_category category
                  JOIN product_product product ON product.id = category.product_id
                  JOIN product_taxes_rel rel ON rel.prod_id = product.product_tmpl_id
                 WHERE category.id = ANY(%s)
                 GROUP BY category.id
                """,
                list(self.ids),
            )
        )
        return {category_id: tuple(tax_ids) for category_id, tax_ids in rows}

    def _with_taxes(self, price, tax_ids, currency, company, rounding):
        """A price as `_taxed` has it; asked again only where a product decides."""
        args = (price, tax_ids, currency, company, rounding)
        amount = self._plain_taxes(*args)
        return self._taxed(*args) if amount is None else amount

    @tools.ormcache("price", "tax_ids", "currency", "company", "rounding")
    def _plain_taxes(self, price, tax_ids, currency, company, rounding):
        """For taxes that look at nothing but these; None: at others too, by code.

        Each price that is shown or held asks for it, and taxes seldom change: their
        model empties the cache then.
        """
        taxes = self.env["account.tax"].sudo().browse(tax_ids)
        kinds = (taxes | taxes.children_tax_ids).mapped("amount_type")
        if not PLAIN_TAXES.issuperset(kinds):
            return None
        return self._taxed(price, tax_ids, currency, company, rounding)

    def _taxed(self, price, tax_ids, currency, company, rounding):
        """What ``compute_all`` calls total_included.

        Without the accounts and tags that it looks up besides, which take most of it.
        """
        currency = self.env["res.currency"].browse(currency[0])
        company = self.env["res.company"].sudo().browse(company[0])
        taxes = self.env["account.tax"].sudo().with_company(company).browse(tax_ids)
        taxes = taxes.filtered("active").sorted()._filter_taxes_by_company(company)
        if not taxes:
            return price
        line = taxes._prepare_base_line_for_taxes_computation(
            None,
            currency_id=currency,
            product_id=self.product_id[:1],
            tax_ids=taxes,
            price_unit=price,
            quantity=1.0,
        )
        taxes._add_tax_details_in_base_line(line, company, rounding_method=rounding)
        return currency.round(line["tax_details"]["raw_total_included_currency"])
