# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The webhook inbox: what Razorpay tells us is stored first and handled afterwards."""

import hashlib
import logging
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL, float_round

from odoo.addons.museum_booking.models.own_turn import BUSY
from odoo.addons.payment.const import CURRENCY_MINOR_UNITS

from ..lib import backoff, webhook

_logger = logging.getLogger(__name__)

BATCH = 200
EVENT_ID_LENGTH = 100
# Bodies have names and phone numbers in them; the rest of the line is kept.
BODY_DAYS = 180


class MuseumPaymentEvent(models.Model):
    """One event of a payment provider, as it was delivered."""

    _name = "museum.payment.event"
    _description = "Payment Event"
    _order = "id desc"
    _rec_name = "event_id"

    event_id = fields.Char(required=True, readonly=True)
    event_type = fields.Char(string="Type", readonly=True, index=True)
    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    body = fields.Text(readonly=True, groups="base.group_system")
    event_at = fields.Datetime(string="Happened at", readonly=True)
    received_at = fields.Datetime(
        readonly=True, required=True, default=fields.Datetime.now, index=True
    )
    processed_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        selection=[
            ("new", "New"),
            ("done", "Done"),
            ("ignored", "Nothing to do"),
            ("attention", "Needs attention"),
            ("failed", "Failed"),
        ],
        default="new",
        required=True,
        readonly=True,
        index=True,
    )
    attempts = fields.Integer(readonly=True, default=0, required=True)
    next_try_at = fields.Datetime(
        readonly=True, default=fields.Datetime.now, index="btree_not_null"
    )
    note = fields.Char(string="What happened", readonly=True)
    error = fields.Text(readonly=True)
    razorpay_order_id = fields.Char(
        string="Order", readonly=True, index="btree_not_null"
    )
    razorpay_payment_id = fields.Char(
        string="Payment", readonly=True, index="btree_not_null"
    )
    razorpay_refund_id = fields.Char(string="Refund", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _event_uniq = models.Constraint(
        "UNIQUE(provider_id, event_id)", "This event was received already."
    )

    # === RECEIVING ===

    @api.model
    def _receive(self, provider, event_id, raw):
        """Store a delivery whose signature is right; a repeated one changes nothing.

        One statement, whatever the event is about: Razorpay waits for the answer, and
        sends a thousand of them after an hour in which we were away.

        :param str event_id: the provider's id of the event; without one the body's
            digest takes its place, so that a repetition is known all the same
        :param bytes raw: the body as it was signed
        :return: the event, empty when it was here already
        """
        body = raw.decode("utf-8", errors="replace").replace("\x00", "")
        event_id = event_id or hashlib.sha256(raw).hexdigest()
        now = fields.Datetime.now()
        values = {
            "event_id": event_id[:EVENT_ID_LENGTH],
            "provider_id": provider.id,
            "company_id": provider.company_id.id or None,
            "body": body,
            "state": "new",
            "attempts": 0,
            "received_at": now,
            "next_try_at": now,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
            **self._facts(body),
        }
        row = self.env.execute_query(
            SQL(
                """
                INSERT INTO museum_payment_event (%(columns)s)
                VALUES %(values)s
                    ON CONFLICT (provider_id, event_id) DO NOTHING
             RETURNING id
                """,
                columns=SQL(", ").join(map(SQL.identifier, values)),
                values=tuple(values.values()),
            )
        )
        return self.browse(row[0][0] if row else [])

    @api.model
    def _facts(self, body):
        """Return what staff may see of the body, as values of columns."""
        try:
            event = webhook.parse(body)
        except webhook.BadBody as error:
            return {"event_type": "?", "error": str(error)}
        facts = {
            "event_type": event.name,
            "event_at": event.created_at,
            "razorpay_order_id": event.order_id,
            "razorpay_payment_id": event.payment_id,
            "razorpay_refund_id": event.refund_id,
        }
        if event.money:
            amount, name = event.money
            currency_id, digits = self._currency_facts(name)
            if currency_id:
                facts["currency_id"] = currency_id
                facts["amount"] = float_round(
                    amount / 10**digits, precision_digits=digits
                )
        return facts

    @api.model
    @tools.ormcache("name")
    def _currency_facts(self, name):
        """Return the currency's id (False: there is none) and digits of its amounts."""
        currency = self.env["res.currency"].sudo().with_context(active_test=False)
        currency = currency.search([("name", "=", name)], limit=1)
        digits = CURRENCY_MINOR_UNITS.get(currency.name, currency.decimal_places)
        return currency.id, digits

    def _transaction(self):
        """Return the transaction that the event is about; empty when unknown."""
        transactions = self.env["payment.transaction"].sudo()
        found = transactions.browse()
        if self.razorpay_order_id:
            found = transactions.search(
                [("razorpay_order_id", "=", self.razorpay_order_id)]
            )
        if not found and self.razorpay_payment_id:
            found = transactions.search(
                [("razorpay_payment_id", "=", self.razorpay_payment_id)]
            )
        return found

    # === HANDLING ===

    @api.model
    def _cron_process(self):
        """Handle what is due, oldest first, each event in its own transaction."""
        due = self.search(
            [("next_try_at", "<=", fields.Datetime.now())], limit=BATCH, order="id"
        )
        for event in due:
            event._process_alone()
        if len(due) == BATCH:
            self._trigger()

    @api.model
    def _trigger(self, at=None):
        """Have the inbox worked on now, or then."""
        self.env.ref("museum_payment_razorpay.ir_cron_inbox").sudo()._trigger(at=at)

    def _process_alone(self):
        """Handle one event and commit; what fails is tried again later. For crons."""
        self.ensure_one()
        transactions = self.env["payment.transaction"]
        try:
            free = transactions._razorpay_alone(self._process)
            error = None if free else "busy"
        except Exception as raised:
            self.env.cr.rollback()
            _logger.exception("Payment event %s", self.id)
            error = f"{type(raised).__name__}: {raised}"
        if error:
            transactions._razorpay_alone(lambda: self._fail(error))

    def _process_here(self):
        """Handle an event in the caller's transaction, for what is quick.

        It stays stored whatever happens; the job tries again what failed.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._process()
        except BUSY:
            raise
        except Exception as raised:
            _logger.exception("Payment event %s", self.id)
            self.invalidate_recordset()
            self._fail(f"{type(raised).__name__}: {raised}")

    def _process(self):
        """Handle the event, if nobody else is doing so or has done so."""
        self.ensure_one()
        if not self.try_lock_for_update() or not self.next_try_at:
            return
        state, note = self._handle()
        self.write(
            {
                "state": state,
                "note": note,
                "error": False,
                "processed_at": fields.Datetime.now(),
                "attempts": self.attempts + 1,
                "next_try_at": False,
            }
        )

    def _fail(self, error):
        attempts = self.attempts + 1
        next_try_at = backoff.next_try(fields.Datetime.now(), attempts)
        self.write(
            {
                "state": "failed",
                "error": error,
                "attempts": attempts,
                "next_try_at": next_try_at,
            }
        )
        if next_try_at:
            self._trigger(at=next_try_at)

    def _handle(self):
        """Do what the event asks for.

        :return: (state, note for staff)
        """
        try:
            event = webhook.parse(self.body or "")
        except webhook.BadBody as error:
            return "attention", self.env._("Cannot be read: %(error)s", error=error)
        if event.name in webhook.PAYMENT_EVENTS:
            return self._handle_payment(event)
        if event.name in webhook.REFUND_EVENTS:
            return self._handle_refund(event)
        if event.name.startswith(webhook.DISPUTE_PREFIX):
            return self._handle_dispute(event)
        if webhook.is_ignored(event.name):
            return "ignored", self.env._("Kept for the record")
        return "attention", self.env._("Unknown kind of event")

    def _handle_payment(self, event):
        """Give the payment to its transaction; what has none is kept in sight."""
        tx = self._transaction()
        if not tx:
            return self._handle_foreign_payment(event)
        self.transaction_id = tx
        tx._razorpay_wait_lock()
        outcome = tx._razorpay_settle(event.payment)
        if outcome == "needs_attention":
            return "attention", tx.razorpay_attention
        if event.name == "payment.failed" and tx.razorpay_failure:
            return "done", tx.razorpay_failure
        return "done", outcome

    def _handle_foreign_payment(self, event):
        """A payment whose order we do not know: Odoo's own, or nobody's."""
        entity = {**event.payment, "entity_type": "payment"}
        tx = self.env["payment.transaction"].sudo()._process("razorpay", entity)
        if tx:
            self.transaction_id = tx
            return "done", tx.state
        if event.name == "payment.failed":
            return "ignored", self.env._("Failed attempt for an unknown order")
        return "attention", self.env._(
            "Money for an order that is not known here. Look it up at Razorpay."
        )

    def _handle_refund(self, event):
        transactions = self.env["payment.transaction"].sudo()
        self.transaction_id = self._transaction()
        refund = {**event.refund, "entity_type": "refund"}
        if self.transaction_id:
            self.transaction_id._razorpay_wait_lock()
        tx = transactions._process("razorpay", refund)
        if not tx:
            return "attention", self.env._("Refund of a payment that is not known here")
        self.transaction_id = tx
        source = tx.source_transaction_id
        source.sale_order_ids.museum_booking_ids._sync_money_state()
        if tx.razorpay_attention or source.razorpay_attention:
            return "attention", tx.razorpay_attention or source.razorpay_attention
        return "done", tx.state

    def _handle_dispute(self, event):
        """The bank takes money back: a person has to answer before the date."""
        tx = self._transaction()
        dispute = event.entities.get("dispute", {})
        note = self.env._(
            "Dispute %(dispute)s is %(status)s",
            dispute=dispute.get("id") or "?",
            status=dispute.get("status") or event.name,
        )
        if tx:
            self.transaction_id = tx
            tx._razorpay_flag(note)
        return "attention", note

    # === BACKEND ===

    def action_process_again(self):
        """Handle the events once more, now; for managers and accountants."""
        self.check_access("read")
        user = self.env.user
        if not (
            user.has_group("museum_exhibition.group_museum_manager")
            or user.has_group("account.group_account_invoice")
        ):
            raise AccessError(self.env._("Only managers and accountants can do this."))
        for event in self.sudo():
            event.next_try_at = fields.Datetime.now()
            event._process()
        return True

    def action_view_transaction(self):
        """Open the transaction that the event is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "payment.transaction",
            "res_id": self.transaction_id.id,
            "view_mode": "form",
        }

    @api.autovacuum
    def _gc_bodies(self):
        """Forget names and numbers of visitors when nobody needs the body any more."""
        limit = fields.Datetime.now() - timedelta(days=BODY_DAYS)
        self.search(
            [
                ("received_at", "<", limit),
                ("state", "in", ("done", "ignored")),
                ("body", "!=", False),
            ],
            limit=1000,
        ).write({"body": False})
