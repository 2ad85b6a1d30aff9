# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from odoo.addons.museum_exhibition.models.guard import differs, is_writing, writing

from ..lib import states

# What makes the line this visit's; changed by the booking alone.
GUARDED_FIELDS = frozenset(
    {
        "museum_booking_id",
        "museum_category_id",
        "museum_price_rule_id",
        "museum_price_reason",
        "museum_regular_price",
        "museum_sold",
        "product_id",
        "product_uom_id",
    }
)
# What a visit costs; changed by Odoo's own computation or by a manager, who is named.
PRICE_FIELDS = frozenset({"price_unit", "discount", "tax_ids"})
# What makes another total of it; stays while a payment is open.
TOTAL_FIELDS = PRICE_FIELDS | {"product_id", "product_uom_id", "product_uom_qty"}
# Follows from the others; nobody writes it.
AMOUNT_FIELDS = frozenset(
    {
        "price_subtotal",
        "price_tax",
        "price_total",
        "price_reduce_taxexcl",
        "price_reduce_taxinc",
        "extra_tax_data",
        "is_downpayment",
        "display_type",
        "state",
        "company_id",
        "currency_id",
        "order_partner_id",
    }
)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    museum_booking_id = fields.Many2one(
        "museum.booking",
        string="Museum booking",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    museum_category_id = fields.Many2one(
        "museum.ticket.category",
        string="Ticket category",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    museum_price_rule_id = fields.Many2one(
        "museum.price.rule",
        string="Price rule",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="Gave the price of this ticket.",
    )
    museum_price_reason = fields.Char(
        string="Price reason",
        copy=False,
        readonly=True,
        help="As the visitor was told: Early bird.",
    )
    museum_regular_price = fields.Float(
        string="Regular price",
        min_display_digits="Product Price",
        copy=False,
        readonly=True,
        help="Unit price without rule.",
    )

    def _museum_is_other_product(self):
        """Whether the line is what a shop sells, to be delivered and invoiced so."""
        self.ensure_one()
        return bool(self.product_id and not self.museum_booking_id)

    # === SEATS AND LINES AGREE ===

    @api.model_create_multi
    def create(self, vals_list):
        if not is_writing(self) and not self.env.su:
            orders = {vals["order_id"] for vals in vals_list if vals.get("order_id")}
            self.env["sale.order"].browse(orders)._museum_check_not_frozen()
        lines = super().create(vals_list)
        if not is_writing(self) and any(
            line.museum_booking_id
            or line.museum_category_id
            or line.product_id.service_tracking == "museum"
            for line in lines
        ):
            raise UserError(
                self.env._(
                    "A visit is sold with its time slot: add it from the page of the "
                    "exhibition, where its seats are reserved."
                )
            )
        lines._museum_check_deduction()
        return lines

    def write(self, vals):
        if is_writing(self):
            return super().write(vals)
        self._museum_check_not_frozen(vals)
        if vals.get("museum_booking_id") or vals.get("museum_category_id"):
            raise UserError(self.env._("A line cannot be made a visit by hand."))
        museum = self.filtered("museum_booking_id")
        if not museum:
            if vals.get("product_id"):
                self._check_product_is_no_visit(vals["product_id"])
            res = super().write(vals)
            self._museum_check_deduction()
            return res
        if GUARDED_FIELDS & vals.keys():
            raise UserError(self.env._("The line of a visit stays what it is."))
        if "order_id" in vals:
            museum._museum_check_move(vals["order_id"])
        before = museum._museum_check_price(vals)
        if "product_uom_qty" in vals:
            museum._write_museum_quantity(vals["product_uom_qty"])
            rest = {key: val for key, val in vals.items() if key != "product_uom_qty"}
            res = super(SaleOrderLine, museum).write(rest) if rest else True
            if others := self - museum:
                res = super(SaleOrderLine, others).write(vals)
        else:
            res = super().write(vals)
        (self - museum)._museum_check_deduction()
        museum._museum_log_price(before)
        for line in museum.filtered(lambda line: (line.id, "price_unit") in before):
            line.museum_booking_id.sudo()._keep_price(line)
        if "order_id" in vals:
            museum.museum_booking_id._follow_lines()
        return res

    # === WHO MAY CHANGE WHAT ===

    def _museum_check_not_frozen(self, vals):
        """Staff change no order that somebody may be paying for just now.

        The roads of the website ask for themselves, see `sale_order_frozen`.

        :raise PaymentOpen: they would
        """
        names = TOTAL_FIELDS & vals.keys()
        if names and not self.env.su:
            lines = self.filtered(
                lambda line: any(differs(line, name, vals[name]) for name in names)
            )
            lines.order_id._museum_check_not_frozen()

    def _museum_may_move(self, order):
        """Whether the visits of these lines may go into another cart, as Odoo merges.

        :param order: sale.order, the cart that they would go into
        :rtype: bool
        """
        public = order.website_id.user_id.partner_id
        partners = (self.order_id | order).partner_id - public
        return (
            order.state == "draft"
            and len(partners) <= 1
            and order.company_id == self.company_id
            and all(old.state in ("draft", "sent") for old in self.order_id)
            and all(
                booking.state in states.BOOKING_IN_CART
                for booking in self.sudo().museum_booking_id
            )
        )

    def _museum_check_move(self, order_id):
        """:raise UserError: not from cart to cart of one visitor, or by staff"""
        order = self.env["sale.order"].browse(order_id).exists()
        if self.order_id == order:
            return
        # Carts are merged by the website, as superuser.
        if not self.env.su or not self._museum_may_move(order):
            raise UserError(
                self.env._("A visit cannot be moved to another order by hand.")
            )

    def _museum_check_price(self, vals):
        """Refuse what changes the price of a visit; Odoo's website may, as superuser.

        :return: what the log has to compare with when a manager changes it
        :raise AccessError: neither a manager nor the system
        """
        if self.env.su:
            return {}
        names = {
            name
            for name in (PRICE_FIELDS | AMOUNT_FIELDS) & vals.keys()
            if any(differs(line, name, vals[name]) for line in self)
        }
        if not names:
            return {}
        if names & AMOUNT_FIELDS or not self.order_id._museum_is_manager():
            raise AccessError(
                self.env._(
                    "%(fields)s of a visit cannot be changed; the price is a "
                    "manager's to change.",
                    fields=", ".join(sorted(names)),
                )
            )
        return {
            (line.id, name): line._museum_words(name) for line in self for name in names
        }

    def _museum_words(self, name):
        self.ensure_one()
        if name == "tax_ids":
            return ", ".join(self.tax_ids.mapped("name")) or "-"
        return str(self[name])

    def _museum_log_price(self, before):
        """Tell in the booking's log who changed its price, from what to what."""
        for (line_id, name), old in before.items():
            line = self.browse(line_id)
            label = self._fields[name]._description_string(self.env)
            line.museum_booking_id.sudo()._message_log(
                body=self.env._(
                    "%(user)s changed %(field)s of %(line)s: %(old)s → %(new)s",
                    user=self.env.user.name,
                    field=label,
                    line=line._museum_title(),
                    old=old,
                    new=line._museum_words(name),
                )
            )

    def _museum_check_deduction(self):
        """Money off an order with visits is a manager's to give.

        :raise AccessError: a line of another product takes something off the total
        """
        if self.env.su or is_writing(self):
            return
        lines = self.filtered("order_id.is_museum")
        if lines and not lines.order_id._museum_is_manager():
            if any(line.price_total < 0 or line.price_subtotal < 0 for line in lines):
                raise AccessError(
                    self.env._("Only museum managers take money off a visit.")
                )

    def _check_product_is_no_visit(self, product_id):
        product = self.env["product.product"].browse(product_id)
        if product.sudo().service_tracking == "museum":
            raise UserError(self.env._("A line cannot be made a visit by hand."))

    def _write_museum_quantity(self, quantity):
        """Ask the engine for another number of tickets, in the cart only."""
        for line in self.filtered(lambda line: line.product_uom_qty != quantity):
            booking = line.museum_booking_id.sudo()
            if not booking._in_cart():
                raise UserError(
                    self.env._(
                        "The tickets of booking %(name)s are sold: cancel it instead "
                        "of changing its order line.",
                        name=booking.name,
                    )
                )
            booking._set_quantities(
                {**booking._wanted(), line.museum_category_id.id: int(quantity)}
            )

    def unlink(self):
        if is_writing(self):
            return super().unlink()
        visits = self.filtered("museum_booking_id")
        (visits if self.env.su else self).order_id._museum_check_not_frozen()
        # What Odoo itself takes out of carts (an archived product, a delivery) stays
        # in those that are being paid, or were and are not confirmed yet.
        kept = (self - visits).filtered(
            lambda line: line.order_id._museum_total_stays()
        )
        bookings = self.museum_booking_id
        res = super(SaleOrderLine, self - kept).unlink()
        bookings._lines_gone()
        return res

    # === PRICE, TAX, WORDS ===

    def _compute_tax_ids(self):
        """Visits are taxed where the museum is: as their product, never mapped."""
        museum = self.filtered("museum_booking_id")
        for company, lines in museum.grouped("company_id").items():
            for line in lines.with_company(company):
                line.tax_ids = line.product_id.taxes_id._filter_taxes_by_company(
                    company
                )
        return super(SaleOrderLine, self - museum)._compute_tax_ids()

    def _reset_price_unit(self):
        """The price as it is shown: no position may take an included tax out of it."""
        self.ensure_one()
        if not self.museum_booking_id:
            return super()._reset_price_unit()
        quote = self._museum_quote()
        return writing(self).update(
            {
                "price_unit": quote.price,
                "technical_price_unit": quote.price,
                **self._museum_quote_values(quote),
            }
        )

    def _museum_quote(self):
        self.ensure_one()
        category = self.museum_category_id.sudo()
        return self.museum_booking_id.sudo()._quotes_of(category)[category.id]

    @api.model
    def _museum_quote_values(self, quote):
        """What the line keeps of a quote besides its price."""
        return {
            "museum_price_rule_id": quote.rule_id,
            "museum_price_reason": quote.reason,
            "museum_regular_price": quote.regular_price,
        }

    def _museum_price_words(self):
        """Why it costs what it costs; in a cart in the language of who looks at it."""
        self.ensure_one()
        if self.state == "draft" and self.museum_price_rule_id:
            return self.museum_price_rule_id.sudo().name
        return self.museum_price_reason

    def _get_display_price(self):
        """One price is shown, held and paid: that of the booking's quote."""
        self.ensure_one()
        if not self.museum_booking_id:
            return super()._get_display_price()
        return self._museum_quote().price

    def _compute_discount(self):
        """A price list's discount is in the quote already."""
        museum = self.filtered("museum_booking_id")
        museum.discount = 0.0
        return super(SaleOrderLine, self - museum)._compute_discount()

    def _museum_regular_amount(self):
        """What the line would cost by the regular price, when that is more.

        :return: an amount as `_get_cart_display_price` has it; 0.0: not more
        """
        self.ensure_one()
        if self.museum_regular_price <= self.price_unit and not self.discount:
            # Most lines: the taxes, which look up accounts as well, are the same.
            return 0.0
        taxes = self.tax_ids.compute_all(
            self.museum_regular_price,
            self.currency_id,
            self.product_uom_qty,
            self.product_id,
        )
        amount = self._get_cart_display_price()
        shows_tax = self.currency_id.compare_amounts(amount, self.price_subtotal) != 0
        regular = taxes["total_included" if shows_tax else "total_excluded"]
        more = self.currency_id.compare_amounts(regular, amount) > 0
        return regular if more else 0.0

    def _compute_analytic_distribution(self):
        museum = self.filtered("museum_booking_id")
        for line in museum:
            account = line.museum_booking_id.exhibition_id.sudo().analytic_account_id
            line.analytic_distribution = {str(account.id): 100} if account else False
        return super(SaleOrderLine, self - museum)._compute_analytic_distribution()

    @api.depends("museum_booking_id", "museum_category_id", "museum_price_reason")
    def _compute_name(self):
        return super()._compute_name()

    def _get_sale_order_line_multiline_description_sale(self):
        self.ensure_one()
        if not self.museum_booking_id:
            return super()._get_sale_order_line_multiline_description_sale()
        slot = self.museum_booking_id.sudo().slot_id
        when = format_datetime(
            self.env, slot.start_at, tz=slot.tz, dt_format="EEE d MMM y, HH:mm"
        )
        # Why it costs what it costs goes with it, as far as the invoice.
        words = (self._museum_title(), when, self.museum_price_reason)
        return "\n".join(filter(None, words))

    def _museum_title(self):
        self.ensure_one()
        booking = self.museum_booking_id.sudo()
        return f"{booking.exhibition_id.name} · {self.museum_category_id.sudo().name}"

    @api.depends("museum_booking_id", "museum_category_id")
    def _compute_name_short(self):
        museum = self.filtered("museum_booking_id")
        for line in museum:
            line.name_short = line._museum_title()
        return super(SaleOrderLine, self - museum)._compute_name_short()

    @api.depends("museum_booking_id")
    def _compute_product_uom_readonly(self):
        res = super()._compute_product_uom_readonly()
        self.filtered("museum_booking_id").product_uom_readonly = True
        return res

    def _is_reorder_allowed(self):
        self.ensure_one()
        return not self.museum_booking_id and super()._is_reorder_allowed()

    def _is_sellable(self):
        self.ensure_one()
        return not self.museum_booking_id and super()._is_sellable()
