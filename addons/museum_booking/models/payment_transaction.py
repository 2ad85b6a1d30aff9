# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import str2bool

from odoo.addons.museum_exhibition.exceptions import HoldExpired
from odoo.addons.museum_exhibition.models.guard import writing
from odoo.addons.museum_exhibition.models.museum_hold import StaleSnapshot

from ..exceptions import NotPayable
from ..lib import states

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    museum_booking_ids = fields.Many2many(
        "museum.booking",
        string="Museum bookings",
        readonly=True,
        copy=False,
        help="The visits that this payment is for, as the cart was when it began.",
    )
    museum_purpose = fields.Char(
        string="Paid for",
        readonly=True,
        copy=False,
        help="Order and visits by name, for when they are deleted before the money "
        "comes.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        for tx in transactions:
            if tx.operation == "refund" or tx.source_transaction_id:
                continue
            orders = tx.sale_order_ids.filtered(
                lambda order: (
                    order.state in ("draft", "sent") and order._museum_has_visits()
                )
            )
            if not orders:
                continue
            tx._museum_check_way()
            if len(tx.sale_order_ids) > 1:
                raise NotPayable(self.env._("Pay one order at a time."))
            if tx.currency_id != orders.currency_id:
                raise NotPayable(self.env._("Pay in the currency of the order."))
            orders._museum_check_payable(tx.amount)
            bookings = orders.museum_booking_ids._in_cart()
            tx.museum_booking_ids = bookings
            # Whoever changes such a visit at this moment has changed the same row: one
            # of the two requests runs again and sees the other, see sale_order_frozen.
            writing(bookings).write({"payment_opened_at": fields.Datetime.now()})
            tx.museum_purpose = ", ".join([orders.name, *bookings.mapped("name")])
        return transactions

    def _museum_check_way(self):
        """Refuse what the shop's route takes from the browser without a look.

        :raise NotPayable: not a payment, or by a provider that is not offered for it
        """
        self.ensure_one()
        if self.operation == "validation":
            # A token amount that only saves a card, tied to the cart all the same.
            raise NotPayable(self.env._("A visit has to be paid in full."))
        # As the page offers them: by country, amount, state, way of delivery.
        offered = self.provider_id._get_compatible_providers(
            self.company_id.id,
            self.partner_id.id,
            self.amount,
            currency_id=self.currency_id.id,
            sale_order_id=self.sale_order_ids[:1].id,
        )
        if self.provider_id not in offered:
            raise NotPayable(
                self.env._("This way to pay is not available. Choose another one.")
            )

    def _museum_ask_provider(self):
        """Ask whether these payments succeeded meanwhile; before one is given up.

        For providers to fill in: what they answer is applied to the transactions.

        :raise PaymentOpen: nobody can tell just now
        """

    # === POST-PROCESSING ===

    def _post_process(self):
        res = super()._post_process()
        orders = (self | self.source_transaction_id).sale_order_ids
        orders.filtered("is_museum").museum_booking_ids.filtered(
            lambda booking: (
                booking.state in states.BOOKING_SOLD
                or booking.state == states.CANCELLED
            )
        )._sync_money_state()
        return res

    def _check_amount_and_confirm_order(self):
        """Confirm orders of visits, or put their bookings on the managers' list.

        The money is there already: nothing may raise out of here but what Odoo runs
        again (a serialization failure).
        """
        museum = self.filtered(
            lambda tx: (
                tx.museum_booking_ids
                or tx.museum_purpose
                or any(order._museum_has_visits() for order in tx.sale_order_ids)
            )
        )
        confirmed = super(
            PaymentTransaction, self - museum
        )._check_amount_and_confirm_order()
        for tx in museum:
            confirmed |= tx._museum_confirm_order()
        return confirmed

    def _museum_confirm_order(self):
        """Confirm the order that this captured payment is for.

        :return: the order when it was confirmed by this call, else an empty recordset
        """
        self.ensure_one()
        nothing = self.env["sale.order"]
        if not self.sale_order_ids:
            self._museum_needs_attention(self.env._("paid, but the order was deleted"))
            return nothing
        if len(self.sale_order_ids) != 1:
            self._museum_needs_attention(self.env._("paid several orders at once"))
            return nothing
        order = self.sale_order_ids.with_company(self.company_id)
        if order.state == "sale":
            self._museum_check_result(order)
            return nothing
        if order.state == "cancel":
            self._museum_needs_attention(self.env._("paid after the cancellation"))
            return nothing
        if problem := self._museum_prepare_order(order):
            self._museum_needs_attention(problem)
            return nothing
        try:
            with self.env.cr.savepoint():
                # Nobody sold it: no salesperson is told so, from the visitor's request.
                order.with_context(
                    send_email=True, mail_auto_subscribe_no_notify=True
                ).action_confirm()
        except HoldExpired as refusal:
            # Somebody took the seats of a hold that had run out, just now.
            if not order._museum_secure_seats():
                raise StaleSnapshot("held again, to be sold by a new run") from refusal
            self._museum_needs_attention(str(refusal))
            return nothing
        except UserError as refusal:
            _logger.warning("%s is paid but not confirmed: %s", order.name, refusal)
            self._museum_needs_attention(str(refusal))
            return nothing
        self._museum_check_result(order)
        self._museum_invoice()
        return order

    def _museum_prepare_order(self, order):
        """Bring visits back that expired while the money was on its way.

        :return: what stands in the way of the confirmation, in words; else None
        """
        self._museum_split_strangers(order)
        if order._is_confirmation_amount_reached() and order._museum_has_visits():
            return None
        if order.currency_id.compare_amounts(order.amount_total, self.amount) < 0:
            gone = order._museum_restore_paid(self.museum_booking_ids)
            if gone:
                return self.env._(
                    "the seats of %(names)s were released before the payment came",
                    names=", ".join(gone.mapped("name")),
                )
        if not order.museum_booking_ids._in_cart():
            return self.env._("paid, but the visits are no longer in the cart")
        if not order._is_confirmation_amount_reached():
            return self.env._(
                "the order is %(total)s, paid were %(paid)s",
                total=order.currency_id.format(order.amount_total),
                paid=order.currency_id.format(order.amount_paid),
            )
        return None

    def _museum_split_strangers(self, order):
        """Leave visits alone that came into the cart after this payment began.

        Unless they are what the payment was for: the visitor's seats had run out, and
        he took the same ones again as a new visit.
        """
        if not self.museum_booking_ids:
            return
        expired = self.museum_booking_ids.filtered(
            lambda booking: booking.state == states.EXPIRED
        )
        strangers = order.museum_booking_ids._in_cart() - self.museum_booking_ids
        for booking in strangers:
            twin = expired.filtered(
                lambda other, booking=booking: (
                    other.slot_id == booking.slot_id
                    and other._wanted() == booking._wanted()
                )
            )[:1]
            if twin:
                expired -= twin
                strangers -= booking
                self.museum_booking_ids = self.museum_booking_ids - twin + booking
        if strangers:
            order._museum_split_off(strangers)

    def _museum_unconfirmed(self):
        """The visits of this payment that were never confirmed, whatever its order."""
        return self.sudo().museum_booking_ids.filtered(
            lambda booking: not booking.confirmed_at
        )

    def _museum_check_result(self, order):
        """A confirmed order is not enough: the visits must be, for what was paid."""
        if missing := self._museum_unconfirmed():
            self._museum_needs_attention(
                self.env._(
                    "paid and %(order)s is confirmed, but not %(names)s",
                    order=order.name,
                    names=", ".join(missing.mapped("name")),
                )
            )
        else:
            self._museum_check_surplus(order)

    def _museum_check_surplus(self, order):
        surplus = order._museum_refundable() - order._museum_owed()
        if order.currency_id.compare_amounts(surplus, 0) > 0:
            self._museum_needs_attention(
                self.env._(
                    "%(surplus)s more than the total was paid",
                    surplus=order.currency_id.format(surplus),
                )
            )
            if order.currency_id.compare_amounts(surplus, self.amount) == 0:
                # All of it, for what was paid before.
                self._museum_give_back(self.env._("paid twice"))

    def _museum_needs_attention(self, problem):
        """Put this payment's visits on the managers' list. Never raises.

        :param str problem: why the money and the seats do not agree, in words
        """
        self.ensure_one()
        reason = self.env._(
            "%(reference)s, %(amount)s: %(problem)s",
            reference=self.reference,
            amount=self.currency_id.format(self.amount),
            problem=problem,
        )
        _logger.warning("Museum payment needs attention: %s", reason)
        self._museum_tell_staff(reason)

    def _museum_tell_staff(self, reason):
        """Make a problem with this payment's money seen; never raises.

        On the list of bookings; when none is left, as an activity at the visitor's
        contact.
        """
        source = self.source_transaction_id or self.museum_stray_of_id or self
        bookings = source.museum_booking_ids or source.sale_order_ids.museum_booking_ids
        if bookings:
            bookings.sudo()._flag_attention(reason)
            return
        partner = source.partner_id.sudo()
        if not source.museum_purpose or not partner:
            return
        visit = self.env["museum.booking"].sudo().new({"company_id": self.company_id})
        partner.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Payment needs attention"),
            note=self.env._(
                "%(reason)s (for %(purpose)s)",
                reason=reason,
                purpose=source.museum_purpose,
            ),
            user_id=visit._attention_user().id,
        )

    # === INVOICE ===

    def _museum_invoice(self):
        """Invoice a confirmed order of visits; account_payment posts and reconciles.

        Odoo does it itself when "Automatic Invoice" is set.
        """
        get_param = self.env["ir.config_parameter"].sudo().get_param
        if self.state == "done" and not str2bool(get_param("sale.automatic_invoice")):
            quiet = self.with_context(mail_auto_subscribe_no_notify=True)
            quiet._invoice_sale_orders()

    def _send_invoice(self):
        """Not from the visitor's request: it renders a PDF."""
        museum = self.filtered(lambda tx: any(tx.sale_order_ids.mapped("is_museum")))
        return super(PaymentTransaction, self - museum)._send_invoice()
