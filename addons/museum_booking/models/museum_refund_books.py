# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The credit note of a refund: the same amounts, to the paisa and in each tax."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.museum_exhibition.controllers.serializers import minor

from ..lib import refunds, shares

# Money of a sale that went back without saying for which tickets.
WITHOUT_TICKETS = frozenset({"staff", "dashboard"})


class MuseumRefund(models.Model):
    _inherit = "museum.refund"

    def _credit(self):
        """Make and post the credit notes, once; one for each invoice.

        What is kept of the price stays invoiced, and taxed, as it is. Tickets that were
        never invoiced need none.

        :raise UserError: it would be about another amount than the refund
        """
        self.ensure_one()
        if self.credit_note_ids:
            return
        if not self.line_ids:
            if self.origin in WITHOUT_TICKETS:
                self._credit_draft()
            return
        notes = self.env["account.move"]
        for invoice, lines in self._lines_by_invoice().items():
            note = self._credit_note(invoice, lines)
            if self.currency_id.compare_amounts(
                note.amount_total, sum(lines.mapped("amount"))
            ):
                raise UserError(
                    self.env._(
                        "The credit note would be %(note)s, the refund is %(own)s.",
                        note=self.currency_id.format(note.amount_total),
                        own=self.currency_id.format(sum(lines.mapped("amount"))),
                    )
                )
            notes |= note
        notes.action_post()

    def _lines_by_invoice(self):
        """The refund's lines by the posted invoice that they are on.

        :return: {account.move: museum.refund.line}
        """
        result = {}
        for line in self.line_ids:
            invoice = line._invoice_line().move_id
            if invoice:
                result[invoice] = result.get(invoice, line.browse()) | line
        return result

    def _credit_note(self, invoice, lines):
        """A credit note for these lines, in draft."""
        commands = []
        deductions = {}
        for line in lines:
            given = refunds.Share.of_json(line.given)
            commands.append(Command.create(line._credit_values(given)))
            for group in (given.off, given.kind):
                for key, parts in group.items():
                    known = deductions.setdefault(int(key), {})
                    for name, amount in parts.items():
                        known[name] = known.get(name, 0) + amount
        sale_lines = self.env["sale.order.line"]
        for line_id, parts in sorted(deductions.items()):
            deduction = sale_lines.browse(line_id)
            taken = {name: -amount for name, amount in parts.items()}
            values = self._manual_values(
                deduction._museum_invoice_line() or lines[0]._invoice_line(), 1, taken
            )
            values["name"] = deduction.name
            commands.append(Command.create(values))
        return self._make_credit_note(invoice, commands)

    def _make_credit_note(self, invoice, commands):
        order = self.order_id.with_company(self.company_id)
        return (
            self.env["account.move"]
            .with_company(self.company_id)
            # Nobody sold it, and nobody is assigned to what a visitor has cancelled.
            .with_context(mail_auto_subscribe_no_notify=True)
            .create(
                {
                    **order._prepare_invoice(),
                    "move_type": "out_refund",
                    "partner_id": invoice.partner_id.id,
                    "partner_shipping_id": invoice.partner_shipping_id.id,
                    "fiscal_position_id": invoice.fiscal_position_id.id,
                    "journal_id": invoice.journal_id.id,
                    "reversed_entry_id": invoice.id,
                    "invoice_date": fields.Date.context_today(self),
                    "invoice_payment_term_id": False,
                    "invoice_origin": order.name,
                    "ref": self.env._(
                        "%(refund)s, %(invoice)s",
                        refund=self.name,
                        invoice=invoice.name,
                    ),
                    # Not of the payments that came in.
                    "transaction_ids": [],
                    "museum_refund_id": self.id,
                    "invoice_line_ids": commands,
                }
            )
        )

    def _manual_values(self, invoice_line, quantity, parts):
        """Values of a credit note's line with these very amounts.

        Price and discount say what it was; the amounts are not worked out from them.

        :param parts: in the smallest unit, see ``lib.refunds``
        """
        unit = 10**self.currency_id.decimal_places
        base = parts[refunds.BASE] / unit
        taxes = {
            key: {"tax_amount_currency": amount / unit, "base_amount_currency": base}
            for key, amount in parts.items()
            if key != refunds.BASE
        }
        includes = any(tax.price_include for tax in invoice_line.tax_ids)
        shown = sum(parts.values()) / unit if includes else base
        values = {
            "name": invoice_line.name,
            "product_id": invoice_line.product_id.id,
            "product_uom_id": invoice_line.product_uom_id.id,
            "account_id": invoice_line.account_id.id,
            "analytic_distribution": invoice_line.analytic_distribution,
            "tax_ids": [Command.set(invoice_line.tax_ids.ids if taxes else [])],
            "quantity": quantity,
            "price_unit": shown / quantity,
            "discount": 0.0,
        }
        if taxes:
            values["extra_tax_data"] = {
                "currency_id": self.currency_id.id,
                "price_unit": values["price_unit"],
                "discount": 0.0,
                "quantity": quantity,
                "manual_total_excluded_currency": base,
                "manual_tax_amounts": taxes,
            }
        return values

    # === MONEY THAT IS FOR NO TICKET IN PARTICULAR ===

    def _credit_draft(self):
        """A credit note for money that went back without saying for what: in draft.

        The finance role posts it, with the tickets cancelled or not. Its taxes are
        those of what was sold, in proportion.
        """
        self.ensure_one()
        tickets = self.order_id.order_line.filtered("museum_booking_id")
        if self.booking_id:
            tickets &= self.booking_id.line_ids
        sold = {
            line: line._museum_sold_share()
            for line in tickets
            if line._museum_invoice_line()
        }
        weights = {line: share.money for line, share in sold.items() if share.money}
        amount = minor(self.amount, self.currency_id)
        if not weights or amount <= 0:
            return
        commands, invoices = [], self.env["account.move"]
        for line, money in shares.split(amount, weights).items():
            own = shares.split(money, sold[line].own)
            invoice_line = line._museum_invoice_line()
            invoices |= invoice_line.move_id
            values = self._manual_values(invoice_line, 1, own)
            commands.append(Command.create(values))
        self._make_credit_note(invoices[:1], commands)

    # === CLOSING ===

    def _reconcile(self):
        """Bring credit notes together with the payments that went out for them."""
        for refund in self:
            payments = refund.transaction_ids.payment_id
            notes = refund.credit_note_ids.filtered(lambda move: move.state == "posted")
            lines = (payments.move_id.line_ids | notes.line_ids).filtered(
                lambda line: (
                    line.account_id.account_type == "asset_receivable"
                    and not line.reconciled
                )
            )
            for group in lines.grouped("account_id").values():
                if len(group) > 1:
                    group.reconcile()


class MuseumRefundLine(models.Model):
    _inherit = "museum.refund.line"

    def _invoice_line(self):
        self.ensure_one()
        return self.sale_line_id._museum_invoice_line()

    def _credit_values(self, given):
        """Values of the credit note's line for these tickets."""
        self.ensure_one()
        invoice_line = self._invoice_line()
        values = self.refund_id._manual_values(invoice_line, self.quantity, given.own)
        values["sale_line_ids"] = [Command.set(self.sale_line_id.ids)]
        taken = refunds.Share.of_json(self.taken)
        before, after = sum(taken.own.values()), sum(given.own.values())
        extra = values.get("extra_tax_data")
        if extra and before:
            # As it was sold, and what is kept of it as a discount.
            kept = (1 - invoice_line.discount / 100) * after / before
            discount = round(100 * (1 - kept), 2)
            values.update(price_unit=invoice_line.price_unit, discount=discount)
            extra.update(price_unit=invoice_line.price_unit, discount=discount)
        return values


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _museum_invoice_line(self):
        """Where the line was invoiced: the first posted one.

        :rtype: account.move.line
        """
        self.ensure_one()
        return self.invoice_lines.filtered(
            lambda line: (
                line.move_id.state == "posted"
                and line.move_id.move_type == "out_invoice"
            )
        ).sorted("id")[:1]


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _post_process(self):
        """A refund that is booked late meets its credit note, if that was posted."""
        res = super()._post_process()
        self.sudo().museum_refund_id._reconcile()
        return res


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """A credit note that waited for the finance role meets its payment."""
        posted = super()._post(soft=soft)
        posted.sudo().museum_refund_id._reconcile()
        return posted

    def _invoice_paid_hook(self):
        """A credit note that was paid out by hand ends its refund."""
        res = super()._invoice_paid_hook()
        for refund in self.sudo().museum_refund_id:
            if not refund.transaction_ids and refund.state == "pending":
                refund._finish()
        return res
