# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order that holds museum visits: cart side. Payment: sale_order_payment.py."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.museum_exhibition.exceptions import MuseumRefusal
from odoo.addons.museum_exhibition.models.guard import differs, is_writing, writing
from odoo.addons.museum_exhibition.models.museum_hold import CEILING_MINUTES

from ..lib import states
from .guard import is_moving_state, moving_state
from .museum_booking_cart import clean_quantities

# What an order of visits costs and what was paid for it follow from its lines and
# payments; nobody writes them.
MONEY_FIELDS = frozenset(
    {
        "amount_total",
        "amount_untaxed",
        "amount_tax",
        "transaction_ids",
        "currency_id",
        "company_id",
        "require_payment",
        "prepayment_percent",
    }
)
# Written by the visits' own code alone: what an order is, whose it was.
OWN_FIELDS = frozenset({"is_museum", "museum_guest_id"})
# Whose the visits are, and who may open them: managers decide.
OWNER_FIELDS = frozenset(
    {
        "partner_id",
        "partner_invoice_id",
        "partner_shipping_id",
        "access_token",
        "website_id",
    }
)
# These change the price of a visit: managers decide.
PRICE_FIELDS = frozenset({"pricelist_id", "fiscal_position_id"})


class SaleOrder(models.Model):
    _inherit = "sale.order"

    museum_booking_ids = fields.One2many(
        "museum.booking", "order_id", string="Museum bookings"
    )
    # Stored, so that orders without visits are told apart without a query.
    is_museum = fields.Boolean(
        string="Has museum visits", readonly=True, copy=False, index="btree_not_null"
    )
    museum_booking_count = fields.Integer(compute="_compute_museum_booking_count")

    def _compute_museum_booking_count(self):
        for order in self:
            order.museum_booking_count = len(order.museum_booking_ids)

    @api.depends("is_museum")
    def _compute_require_payment(self):
        museum = self.filtered("is_museum")
        museum.require_payment = True
        return super(SaleOrder, self - museum)._compute_require_payment()

    @api.depends("is_museum")
    def _compute_prepayment_percent(self):
        museum = self.filtered("is_museum")
        museum.prepayment_percent = 1.0
        return super(SaleOrder, self - museum)._compute_prepayment_percent()

    @api.depends("is_museum")
    def _compute_fiscal_position_id(self):
        """A visit is supplied where the museum is, wherever the visitor lives.

        Orders that also hold shop products keep Odoo's position for those; the lines
        of visits do not ask it (see the lines).
        """
        museum = self.filtered(lambda order: order._is_museum_only())
        for order in museum:
            order.fiscal_position_id = order.company_id._museum_fiscal_position()
        return super(SaleOrder, self - museum)._compute_fiscal_position_id()

    def _is_museum_only(self):
        self.ensure_one()
        return self.is_museum and not any(
            line._museum_is_other_product() for line in self.order_line
        )

    def _museum_discounts(self):
        """What takes money off the total; addons that know of such things add theirs.

        :return: dicts id, name, amount_minor (positive, taxes included), code (or None)
        :rtype: list[dict]
        """
        self.ensure_one()
        return []

    def _museum_has_visits(self):
        """Whether visits wait in this order for their payment, right now."""
        self.ensure_one()
        return self.is_museum and bool(self.museum_booking_ids._in_cart())

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        trusted = is_writing(self) or self.env.su
        if not trusted and any(
            vals.get(name) for vals in vals_list for name in OWN_FIELDS
        ):
            raise AccessError(self.env._("Visits come with their own booking."))
        return super().create(vals_list)

    def write(self, vals):
        """:raise AccessError: what only the visits' own code, or a manager, changes"""
        if not is_writing(self):
            if OWN_FIELDS & vals.keys():
                self._museum_refuse(OWN_FIELDS, vals)
            if museum := self.filtered("is_museum"):
                museum._museum_check_state(vals)
                if not self.env.su:
                    if PRICE_FIELDS & vals.keys():
                        museum._museum_check_not_frozen()
                    museum._museum_refuse(MONEY_FIELDS, vals)
                    if not self._museum_is_manager():
                        museum._museum_refuse(PRICE_FIELDS | OWNER_FIELDS, vals)
        return super().write(vals)

    def _museum_refuse(self, names, vals):
        names = sorted(
            name
            for name in names & vals.keys()
            if any(differs(order, name, vals[name]) for order in self)
        )
        if names:
            raise AccessError(
                self.env._(
                    "%(fields)s of an order with visits cannot be written directly.",
                    fields=", ".join(names),
                )
            )

    def _museum_check_state(self, vals):
        """Confirming and cancelling move seats: by their buttons alone.

        :raise AccessError: another state was written directly
        """
        if "state" not in vals or is_moving_state(self):
            return
        for order in self:
            move = (order.state, vals["state"])
            if move[0] != move[1] and move != ("draft", "sent"):
                raise AccessError(
                    self.env._(
                        "Confirm or cancel order %(name)s by its button: its seats "
                        "go with it.",
                        name=order.name,
                    )
                )

    @api.model
    def _museum_is_manager(self):
        return self.env.user.has_group("museum_exhibition.group_museum_manager")

    def action_confirm(self):
        return super(SaleOrder, moving_state(self)).action_confirm()

    def _action_cancel(self):
        return super(SaleOrder, moving_state(self))._action_cancel()

    def action_draft(self):
        return super(SaleOrder, moving_state(self)).action_draft()

    def _recompute_prices(self):
        """Visits keep the price that they were held at, by the order's price list."""
        for booking in self.filtered("is_museum").sudo().museum_booking_ids._in_cart():
            booking._keep_quotes()
        return super(SaleOrder, self._museum_repriced())._recompute_prices()

    def _recompute_taxes(self):
        return super(SaleOrder, self._museum_repriced())._recompute_taxes()

    def _museum_repriced(self):
        """The orders, allowed to take the price list's prices while they are carts."""
        if all(order.state == "draft" for order in self):
            return writing(self)
        return self

    @api.ondelete(at_uninstall=False)
    def _unlink_except_being_paid(self):
        for order in self.filtered("is_museum"):
            if order._museum_has_open_payment():
                raise UserError(
                    self.env._(
                        "A payment for order %(name)s is under way. Cancel the order "
                        "instead of deleting it, so that the money finds it.",
                        name=order.name,
                    )
                )

    def unlink(self):
        for order in self.filtered("is_museum"):
            bookings = order.sudo().museum_booking_ids
            bookings._in_cart()._give_back_after_commit()
            writing(bookings.line_ids).unlink()
            bookings.unlink()
        return super().unlink()

    def _museum_has_open_payment(self):
        self.ensure_one()
        return any(
            tx.state in ("draft", "pending", "authorized")
            for tx in self.sudo().transaction_ids
        )

    def _get_copiable_order_lines(self):
        """A copy has no seats, hence no visits."""
        lines = super()._get_copiable_order_lines()
        return lines.filtered(lambda line: not line.museum_booking_id)

    # === CART ===

    def _museum_become_museum(self):
        """Mark the order: payment in full, the museum's own fiscal position."""
        self.ensure_one()
        if not self.is_museum:
            writing(self).write({"is_museum": True})

    def _museum_check_editable(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("This order can no longer be changed."))

    def _museum_visit_to(self, slot):
        """The visit to this very slot that waits in this cart already, if any."""
        return self.museum_booking_ids._in_cart().filtered(
            lambda booking: booking.slot_id == slot
        )[:1]

    def _museum_add_booking(self, slot, quantities, token, held=None, bought_at=None):
        """Put a visit into this cart: seats first, then booking and lines.

        A second visit to the same slot joins the first one.

        :param slot: museum.slot; the caller has checked that the visitor may see it
        :param dict quantities: {category id: tickets}
        :param str token: the seats' idempotency token, the same on a re-run
        :param dict held: what `museum.hold._take` said, when the caller took the seats
        :param bought_at: the moment that its tickets are priced at; now by default
        :return: the museum.booking, as superuser
        :raise SlotFull, SlotClosed, QuantityError: no seats; nothing changed
        """
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        slot = slot.sudo()
        order._museum_check_editable()
        order._museum_check_not_frozen()
        if slot.company_id != order.company_id:
            raise UserError(self.env._("This visit belongs to another museum."))
        wanted = clean_quantities(quantities)
        if booking := order._museum_visit_to(slot):
            for category_id, quantity in booking._wanted().items():
                wanted[category_id] = wanted.get(category_id, 0) + quantity
            booking._set_quantities(wanted)
            return booking
        held = held or self.env["museum.hold"]._take(
            token, slot, wanted, slot.exhibition_id._hold_minutes()
        )
        try:
            return order._museum_create_booking(slot, wanted, token, held, bought_at)
        except UserError:
            # Refused after the seats were taken: nobody will ask for them again.
            self.env["museum.hold"]._release([token])
            raise

    def _museum_create_booking(self, slot, wanted, token, held, bought_at=None):
        self.ensure_one()
        bookings = self.env["museum.booking"].with_context(
            tracking_disable=True, mail_create_nosubscribe=True
        )
        booking = writing(bookings).create(
            {
                "name": bookings._new_reference(self.company_id),
                "order_id": self.id,
                "company_id": self.company_id.id,
                "slot_id": slot.id,
                "hold_token": token,
                "hold_expires_at": held["expires_at"],
                "hold_taken_at": fields.Datetime.now(),
                "priced_at": bought_at or fields.Datetime.now(),
                "quantities": {str(key): value for key, value in wanted.items()},
                "visitors": held["seats"],
            }
        )
        self._museum_become_museum()
        booking._sync_lines()
        return booking.with_env(self.env)

    def _museum_cart_changed(self):
        """What Odoo does after a change of the cart, once: delivery, badge."""
        self.ensure_one()
        if self.state == "draft" and self.website_id:
            self._verify_cart_after_update()

    def _museum_refresh(self):
        """Expire the visits whose clock ran out; called whenever the cart is looked at.

        An order whose money is on its way is left alone: what becomes of it is
        decided when the money has come.

        :return: the bookings that expired just now
        """
        expired = self.env["museum.booking"]
        for order in self.sudo().filtered("is_museum"):
            bookings = order.museum_booking_ids._in_cart()
            facts = bookings._hold_facts()
            gone = bookings.filtered(
                lambda booking, facts=facts: (
                    booking.id not in facts or not facts[booking.id].is_live
                )
            )
            for booking in bookings - gone:
                if booking.hold_expires_at != facts[booking.id].expires_at:
                    writing(booking).write(
                        {"hold_expires_at": facts[booking.id].expires_at}
                    )
            if gone and not order._museum_money_is_coming():
                gone._expire()
                expired |= gone
        return expired

    def _museum_money_is_coming(self):
        self.ensure_one()
        return any(
            tx.state in ("pending", "authorized", "done") for tx in self.transaction_ids
        )

    def _museum_visible_bookings(self):
        """The visits that the cart shows: live ones, and expired ones to take again."""
        return self.museum_booking_ids.filtered(
            lambda booking: (
                booking.state in states.BOOKING_IN_CART
                or (booking.state == states.EXPIRED and not booking.is_dismissed)
            )
        ).sorted(lambda booking: (booking.start_at, booking.id))

    def _museum_deadline(self):
        """When the first of the cart's seats are released, UTC; None without any."""
        return min(
            (
                booking.hold_expires_at
                for booking in self.museum_booking_ids._in_cart()
                if booking.hold_expires_at
            ),
            default=None,
        )

    def _museum_deadline_words(self):
        """The deadline by the clock of that visit's venue; "" without any."""
        deadline = self._museum_deadline()
        first = self.museum_booking_ids._in_cart().filtered(
            lambda booking: deadline and booking.hold_expires_at == deadline
        )[:1]
        return first._time_words(deadline) if first else ""

    def _museum_can_extend(self):
        """Whether asking for more time would bring any: the engine has a ceiling."""
        self.ensure_one()
        ceiling = timedelta(minutes=CEILING_MINUTES)
        return any(
            booking.hold_expires_at < booking.hold_taken_at + ceiling
            for booking in self.museum_booking_ids._in_cart()
            if booking.hold_expires_at and booking.hold_taken_at
        )

    def _museum_extend(self, minutes=None):
        """Give the visitor more time, as far as the engine allows.

        :param int minutes: from now; those of each exhibition by default
        :return: the bookings whose seats are not held any more
        """
        bookings = self.sudo().museum_booking_ids._in_cart()
        ends = {}
        for length, group in bookings.grouped(
            lambda booking: minutes or booking.exhibition_id._hold_minutes()
        ).items():
            tokens = group.mapped("hold_token")
            ends.update(self.env["museum.hold"]._extend(tokens, length))
        lost = self.env["museum.booking"]
        for booking in bookings:
            expires_at = ends.get(booking.hold_token)
            if not expires_at:
                lost |= booking
            elif booking.hold_expires_at != expires_at:
                writing(booking).write({"hold_expires_at": expires_at})
        return lost

    # === ODOO'S CART HOOKS ===

    def _verify_updated_quantity(
        self, order_line, product_id, new_qty, uom_id, **kwargs
    ):
        """Seats decide: a visit's line grows only when the engine gives them.

        A visit cannot be added here at all, whatever a request says.
        """
        if order_line.museum_booking_id:
            booking = order_line.museum_booking_id.sudo()
            wanted = {
                **booking._wanted(),
                order_line.museum_category_id.id: int(new_qty),
            }
            try:
                booking.with_context(skip_cart_verification=True)._set_quantities(
                    wanted
                )
            except MuseumRefusal as refusal:
                return order_line.product_uom_qty, str(refusal)
            return int(new_qty), ""
        product = self.env["product.product"].browse(product_id)
        if product.sudo().service_tracking == "museum":
            return 0, self.env._("Choose a day and a time for this visit first.")
        return super()._verify_updated_quantity(
            order_line, product_id, new_qty, uom_id, **kwargs
        )

    def _cart_update_line_quantity(self, line_id, quantity, **kwargs):
        """Odoo asks nobody before it removes a line: some tickets need another one."""
        line = self.order_line.filtered(lambda line: line.id == line_id)
        booking = line.museum_booking_id.sudo()
        if booking and quantity <= 0:
            left = booking._wanted()
            left.pop(line.museum_category_id.id, None)
            try:
                if left:
                    booking._check_rules(left)
            except MuseumRefusal as refusal:
                line.shop_warning = str(refusal)
                return {
                    "added_qty": 0,
                    "line_id": line.id,
                    "quantity": line.product_uom_qty,
                    "warning": str(refusal),
                }
        return super()._cart_update_line_quantity(line_id, quantity, **kwargs)

    def _cart_find_product_line(self, *args, **kwargs):
        """Lines of visits are never found by their product: slots differ."""
        lines = super()._cart_find_product_line(*args, **kwargs)
        return lines.filtered(lambda line: not line.museum_booking_id)

    def _filter_can_send_abandoned_cart_mail(self):
        """No "come back to your cart": its seats belong to everybody again."""
        carts = super()._filter_can_send_abandoned_cart_mail()
        return carts.filtered(lambda order: not order.is_museum)

    def _verify_cart(self):
        """A cart found again after login: what ran out meanwhile goes first."""
        res = super()._verify_cart()
        self._museum_refresh()
        return res

    def _museum_update_badge(self):
        """Let the navbar count what is in the cart now."""
        if request and hasattr(request, "session"):
            request.session["website_sale_cart_quantity"] = self.cart_quantity

    def action_view_museum_bookings(self):
        """Open the visits of this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_booking.museum_booking_action"
        )
        action["domain"] = [("order_id", "=", self.id)]
        action["context"] = {}
        return action
