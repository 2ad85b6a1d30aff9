# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Money that goes back: recorded first, in the transaction of whoever decides it."""

import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.museum_exhibition.models.guard import is_writing, refused, writing

from ..lib import states

_logger = logging.getLogger(__name__)

ORIGINS = [
    ("visitor", "Cancelled by the visitor"),
    ("staff", "Cancelled by staff"),
    ("museum", "Cancelled by the museum"),
    ("late_money", "Payment without a visit"),
    ("dashboard", "Given back at the provider"),
]

# Written by the refund's own methods alone.
GUARDED_FIELDS = frozenset(
    {
        "name",
        "booking_id",
        "order_id",
        "company_id",
        "currency_id",
        "partner_id",
        "amount",
        "amount_in_kind",
        "reason",
        "origin",
        "ticket_ids",
        "line_ids",
        "state",
        "source_transaction_id",
        "transaction_ids",
        "credit_note_ids",
        "attempts",
        "next_try_at",
        "error",
        "done_at",
        "is_credit_due",
    }
)


class MuseumRefund(models.Model):
    """An amount that goes back to a visitor: why, for which tickets, how far it is."""

    _name = "museum.refund"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Museum Refund"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    booking_id = fields.Many2one(
        "museum.booking", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    order_id = fields.Many2one(
        "sale.order",
        compute="_compute_order_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    source_transaction_id = fields.Many2one(
        "payment.transaction",
        string="Of this payment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="When it is this very payment that goes back; otherwise the order's "
        "payments do, newest first.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Visitor", readonly=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Money, tax included.")
    amount_in_kind = fields.Monetary(
        string="Back to cards",
        readonly=True,
        help="What gift cards and eWallets had paid goes back to them.",
    )
    reason = fields.Char(readonly=True)
    origin = fields.Selection(selection=ORIGINS, required=True, readonly=True)
    ticket_ids = fields.Many2many("museum.ticket", string="Tickets", readonly=True)
    line_ids = fields.One2many(
        "museum.refund.line", "refund_id", string="For", readonly=True
    )
    state = fields.Selection(
        selection=list(states.REFUND_STATES),
        default=states.REFUND_QUEUED,
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    transaction_ids = fields.One2many(
        "payment.transaction",
        "museum_refund_id",
        string="Refund transactions",
        readonly=True,
    )
    credit_note_ids = fields.One2many(
        "account.move", "museum_refund_id", string="Credit notes", readonly=True
    )
    has_draft_credit_note = fields.Boolean(compute="_compute_has_draft_credit_note")
    attempts = fields.Integer(readonly=True, copy=False)
    next_try_at = fields.Datetime(
        string="Next step", readonly=True, copy=False, index="btree_not_null"
    )
    error = fields.Char(string="What went wrong", readonly=True, copy=False)
    done_at = fields.Datetime(readonly=True, copy=False)
    is_credit_due = fields.Boolean(
        string="Credit note missing",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="It could not be made; the job tries again.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0 AND amount_in_kind >= 0)",
        "A refund is never less than nothing.",
    )
    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "This refund exists already."
    )

    @api.depends("booking_id", "source_transaction_id")
    def _compute_order_id(self):
        for refund in self:
            source = refund.source_transaction_id
            # A payment that is no order's takes nothing from the one it came for.
            orders = source.sale_order_ids if source else refund.booking_id.order_id
            refund.order_id = orders[:1]

    def _compute_has_draft_credit_note(self):
        for refund in self:
            notes = refund.sudo().credit_note_ids
            refund.has_draft_credit_note = "draft" in notes.mapped("state")

    # === NOBODY ELSE'S HAND ===

    @api.model_create_multi
    def create(self, vals_list):
        if not is_writing(self):
            raise AccessError(
                self.env._("A refund is made by cancelling, not written by hand.")
            )
        sequence = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            company = sequence.with_company(vals["company_id"])
            vals.setdefault("name", company.next_by_code("museum.refund"))
        return super().create(vals_list)

    def write(self, vals):
        if found := refused(self, GUARDED_FIELDS, [vals]):
            raise AccessError(
                self.env._(
                    "%(fields)s of a refund cannot be written.", fields=", ".join(found)
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Refunds are kept."))

    # === THE ONLY WRITERS ===

    def _set_state(self, new, **values):
        """Move refunds to a state as the table allows it; being there is no error.

        :param str new: one of ``lib.states.REFUND_STATES``
        :param values: guarded fields that change with it
        :raise UserError: the table knows no such move
        """
        for refund in self:
            if refund.state == new:
                writing(refund).write(values)
                continue
            if not states.can_move(states.REFUND_MOVES, refund.state, new):
                raise UserError(
                    self.env._(
                        "Refund %(name)s cannot go from %(old)s to %(new)s.",
                        name=refund.name,
                        old=refund.state,
                        new=new,
                    )
                )
            writing(refund).write({"state": new, **values})

    @api.model
    def _record(self, vals):
        """Record a refund and have it sent; nothing is sent from here.

        :return: the refund, as superuser
        """
        refund = writing(self.sudo()).create(
            {"next_try_at": fields.Datetime.now(), **vals}
        )
        refund = refund.with_env(self.sudo().env)
        refund._trigger()
        return refund

    @api.model
    def _record_foreign(self, refund_tx, origin):
        """Record what a provider gave back without being asked by us.

        :param refund_tx: the refund's payment.transaction, its state follows
        :param str origin: one of the refund's origins
        :return: the museum.refund
        """
        source = refund_tx.source_transaction_id
        bookings = source.museum_booking_ids
        refund = writing(self.sudo()).create(
            {
                "booking_id": bookings.id if len(bookings) == 1 else False,
                "source_transaction_id": source.id,
                "company_id": refund_tx.company_id.id,
                "currency_id": refund_tx.currency_id.id,
                "partner_id": source.partner_id.id,
                "amount": -refund_tx.amount,
                "origin": origin,
                "state": states.REFUND_PENDING,
            }
        )
        refund = refund.with_env(self.sudo().env)
        refund_tx.museum_refund_id = refund
        refund._credit_safely()
        return refund

    @api.model
    def _trigger(self, at=None):
        """Have the job look at refunds now, or then."""
        self.env.ref("museum_booking.ir_cron_refund").sudo()._trigger(at=at)

    def _amount_open(self):
        """What of it has not gone back yet.

        :rtype: float
        """
        self.ensure_one()
        done = self.transaction_ids.filtered(lambda tx: tx.state == "done")
        return max(0.0, self.amount + sum(done.mapped("amount")))


class MuseumRefundLine(models.Model):
    """So many tickets of one kind, and what goes back for them."""

    _name = "museum.refund.line"
    _description = "Museum Refund Line"

    refund_id = fields.Many2one(
        "museum.refund", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="refund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Ticket",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    quantity = fields.Integer(required=True, readonly=True)
    percent = fields.Float(readonly=True, help="Of the price, by the policy.")
    fee = fields.Monetary(readonly=True, help="Kept by the museum, tax included.")
    price = fields.Monetary(
        readonly=True, help="What they were sold for, discounts taken off."
    )
    amount = fields.Monetary(readonly=True, help="Money that goes back, tax included.")
    amount_in_kind = fields.Monetary(string="Back to cards", readonly=True)
    # In the smallest unit, by tax and discount, see lib.refunds: what the tickets were
    # sold for, and what of it goes back.
    taken = fields.Json(required=True, readonly=True)
    given = fields.Json(required=True, readonly=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A refund is for at least one ticket."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0 AND amount_in_kind >= 0)",
        "A refund is never less than nothing.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_writing(self):
            raise AccessError(self.env._("A refund is not written by hand."))
        return super().create(vals_list)

    def write(self, vals):
        if not is_writing(self):
            raise AccessError(self.env._("A refund is not written by hand."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Refunds are kept."))


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    museum_refund_id = fields.Many2one(
        "museum.refund",
        string="Museum refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    museum_refund_id = fields.Many2one(
        "museum.refund",
        string="Museum refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
