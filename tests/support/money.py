# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one assertion about money: the sandbox's ledger and the museum's books agree.

Plain SQL on any cursor, so that the addons' tests (inside their transaction) and the
tests of the live server ask the very same thing.  Nothing here knows how the museum
works: it compares what Razorpay would have with what is written down.

Each rupee that was captured is one of

* counted: by one transaction, with one payment in the books, for a confirmed order
  with its seats, tickets and posted invoice;
* given back, each refund with one transaction and one payment of its own;
* on the list that somebody looks at ("Needs attention").
"""

import json
import time
import urllib.request
from collections import defaultdict
from contextlib import closing

SOLD = ("confirmed", "completed", "no_show")
# Of account.payment: posted, whatever the bank has said since.
BOOKED = ("in_process", "paid")

TRANSACTIONS = """
    SELECT tx.id, tx.reference,
           COALESCE(tx.razorpay_order_id, wanted.razorpay_order_id) AS order_id,
           tx.razorpay_payment_id AS payment_id, tx.state, currency.name AS currency,
           ROUND(tx.amount * 10 ^ currency.decimal_places)::bigint AS amount,
           tx.is_post_processed AS is_finished,
           tx.razorpay_attention AS attention,
           EXISTS (SELECT 1
                     FROM museum_refund refund
                    WHERE refund.source_transaction_id = tx.id
                      AND refund.state IN ('queued', 'sending', 'pending', 'failed'))
               AS refund_due
      FROM payment_transaction tx
      JOIN res_currency currency ON currency.id = tx.currency_id
 LEFT JOIN payment_transaction wanted ON wanted.id = tx.museum_stray_of_id
     WHERE tx.razorpay_order_id = ANY(%(orders)s)
        OR tx.razorpay_payment_id = ANY(%(payments)s)
"""
REFUNDS = """
    SELECT tx.id, tx.reference, tx.source_transaction_id AS source_id,
           tx.razorpay_refund_id AS refund_id, tx.state,
           ROUND(-tx.amount * 10 ^ currency.decimal_places)::bigint AS amount,
           tx.is_post_processed AS is_finished
      FROM payment_transaction tx
      JOIN res_currency currency ON currency.id = tx.currency_id
     WHERE tx.operation = 'refund'
       AND (tx.source_transaction_id = ANY(%(txs)s)
            OR tx.razorpay_refund_id = ANY(%(refunds)s))
"""
BOOKED_PAYMENTS = """
    SELECT payment.payment_transaction_id AS tx_id, payment.payment_type AS kind,
           ROUND(payment.amount * 10 ^ currency.decimal_places)::bigint AS amount
      FROM account_payment payment
      JOIN res_currency currency ON currency.id = payment.currency_id
     WHERE payment.payment_transaction_id = ANY(%(txs)s)
       AND payment.state = ANY(%(booked)s)
"""
# Orders by transaction, with what was invoiced less what was credited.
ORDERS = """
    SELECT rel.transaction_id AS tx_id, sale.id, sale.name, sale.state,
           ROUND(sale.amount_total * 10 ^ currency.decimal_places)::bigint AS amount,
           COUNT(DISTINCT moves.id) FILTER (WHERE moves.move_type = 'out_invoice')
               AS invoices,
           COALESCE(ROUND(SUM(moves.signed * 10 ^ currency.decimal_places)), 0)::bigint
               AS invoiced,
           COALESCE(ROUND(SUM(moves.residual * 10 ^ currency.decimal_places)), 0)
               ::bigint AS residual
      FROM sale_order_transaction_rel rel
      JOIN sale_order sale ON sale.id = rel.sale_order_id
      JOIN res_currency currency ON currency.id = sale.currency_id
 LEFT JOIN (SELECT via.order_id, move.id, move.move_type,
                   move.amount_total
                   * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS signed,
                   CASE WHEN move.payment_state IN ('paid', 'in_payment', 'reversed')
                        THEN 0 ELSE move.amount_residual END AS residual
              FROM (SELECT line.order_id, item.move_id
                      FROM sale_order_line line
                      JOIN sale_order_line_invoice_rel sold
                        ON sold.order_line_id = line.id
                      JOIN account_move_line item ON item.id = sold.invoice_line_id
                     UNION
                    SELECT refund.order_id, note.id
                      FROM museum_refund refund
                      JOIN account_move note ON note.museum_refund_id = refund.id) via
              JOIN account_move move ON move.id = via.move_id
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')) moves
        ON moves.order_id = sale.id
     WHERE rel.transaction_id = ANY(%(txs)s)
  GROUP BY rel.transaction_id, sale.id, currency.id
"""
BOOKINGS = """
    SELECT booking.id, booking.name, booking.order_id, booking.state,
           booking.money_state, booking.quantities, hold.state AS hold_state,
           hold.quantities AS held,
           (SELECT COUNT(*)
              FROM museum_ticket ticket
             WHERE ticket.booking_id = booking.id
               AND ticket.state <> 'cancelled') AS tickets,
           (SELECT COUNT(DISTINCT ticket.code)
              FROM museum_ticket ticket
             WHERE ticket.booking_id = booking.id
               AND ticket.state <> 'cancelled') AS codes
      FROM museum_booking booking
 LEFT JOIN museum_hold hold ON hold.token = booking.hold_token
     WHERE booking.order_id = ANY(%(orders)s)
"""
EVENTS = """
    SELECT razorpay_payment_id AS payment_id
      FROM museum_payment_event
     WHERE state = 'attention'
       AND razorpay_payment_id = ANY(%(payments)s)
"""
POOLS = """
    SELECT pool.id, pool.taken, COALESCE(SUM(take.seats), 0)::bigint AS ledger
      FROM museum_seat_pool pool
 LEFT JOIN (museum_hold_take take
            JOIN museum_hold hold ON hold.id = take.hold_id
                                 AND hold.state IN ('active', 'sold'))
        ON take.pool_id = pool.id
  GROUP BY pool.id
    HAVING pool.taken <> COALESCE(SUM(take.seats), 0)
"""


def problems(cr, ledger: dict) -> list[str]:
    """Return what does not agree, in words; nothing is as it must be.

    :param cr: a cursor on the museum's database, in a transaction that sees everything
    :param ledger: answer of the sandbox's ``/_sandbox/ledger``; what is not in it is
        not looked at
    """
    return Books(cr, ledger).problems()


def of_orders(ledger: dict, order_ids) -> dict:
    """Return the ledger's part about these Razorpay orders."""
    wanted = set(order_ids)
    return {
        **ledger,
        "orders": {id_: row for id_, row in ledger["orders"].items() if id_ in wanted},
        "payments": {
            id_: row
            for id_, row in ledger["payments"].items()
            if row["order_id"] in wanted
        },
    }


def assert_agrees(server, *order_ids: str, seconds: float = 30):
    """On the live server: about these orders all agree, once its jobs have worked.

    :param server: see `support.live.LiveServer`
    """
    end = time.monotonic() + seconds
    while True:
        address = f"{server.sandbox_url}/_sandbox/ledger"
        with urllib.request.urlopen(address, timeout=30) as answer:
            ledger = of_orders(json.load(answer), order_ids)
        assert set(ledger["orders"]) == set(order_ids), "unknown to the sandbox"
        with closing(server.connect()) as connection, connection.cursor() as cr:
            found = problems(cr, ledger)
        if not found:
            return
        assert time.monotonic() < end, found
        time.sleep(0.5)


class Books:
    """Everything about the ledger's purchases, read once."""

    def __init__(self, cr, ledger: dict):
        self.cr = cr
        self.payments = ledger["payments"]
        self.found: list[str] = []
        refunds = [id_ for row in self.payments.values() for id_ in row["refunds"]]
        self.txs = self._rows(
            TRANSACTIONS, orders=list(ledger["orders"]), payments=list(self.payments)
        )
        tx_ids = [tx["id"] for tx in self.txs]
        self.refunds = self._rows(REFUNDS, txs=tx_ids, refunds=refunds)
        everyone = tx_ids + [tx["id"] for tx in self.refunds]
        self.booked = defaultdict(list)
        for row in self._rows(BOOKED_PAYMENTS, txs=everyone, booked=list(BOOKED)):
            self.booked[row["tx_id"]].append((row["kind"], row["amount"]))
        self.orders = defaultdict(list)
        for row in self._rows(ORDERS, txs=tx_ids):
            self.orders[row["tx_id"]].append(row)
        order_ids = list({row["id"] for rows in self.orders.values() for row in rows})
        self.bookings = self._rows(BOOKINGS, orders=order_ids)
        self.shown = {
            row["payment_id"] for row in self._rows(EVENTS, payments=[*self.payments])
        }

    def _rows(self, statement, **params):
        self.cr.execute(statement, params)
        names = [column[0] for column in self.cr.description]
        return [dict(zip(names, row, strict=True)) for row in self.cr.fetchall()]

    def _say(self, text):
        self.found.append(text)

    def problems(self):
        """Compare; from Razorpay's side, from the museum's, and the seats."""
        for payment_id, row in self.payments.items():
            self._check_payment(payment_id, row)
        for tx in self.txs:
            self._check_transaction(tx)
        self._check_refunds()
        self._check_orders()
        for pool in self._rows(POOLS):
            self._say(
                f"pool {pool['id']}: {pool['taken']} taken, ledger {pool['ledger']}"
            )
        return self.found

    # === WHAT RAZORPAY HAS ===

    def _check_payment(self, payment_id, row):
        counted = [
            tx
            for tx in self.txs
            if tx["payment_id"] == payment_id and tx["state"] == "done"
        ]
        if len(counted) > 1:
            names = [tx["reference"] for tx in counted]
            self._say(f"{payment_id} is counted by {names}")
        if not row["captured"]:
            if counted:
                self._say(f"{payment_id} is {row['status']} and counts as paid")
            return
        if not counted and row["captured"] > row["refunded"]:
            self._check_uncounted(payment_id, row)
        for tx in counted:
            if (tx["amount"], tx["currency"]) != (row["captured"], row["currency"]):
                self._say(
                    f"{payment_id}: {row['captured']} {row['currency']} captured,"
                    f" {tx['reference']} says {tx['amount']} {tx['currency']}"
                )
            if tx["order_id"] != row["order_id"]:
                self._say(f"{payment_id} of {row['order_id']} pays {tx['reference']}")

    def _check_uncounted(self, payment_id, row):
        """Money that no transaction counts: staff must see it."""
        listed = payment_id in self.shown or any(
            tx["attention"]
            and (tx["payment_id"] == payment_id or payment_id in tx["attention"])
            for tx in self.txs
            if tx["order_id"] == row["order_id"]
        )
        if not listed:
            self._say(f"{payment_id}: {row['captured']} captured, nobody knows of it")

    # === WHAT THE MUSEUM HAS ===

    def _check_transaction(self, tx):
        name, booked = tx["reference"], self.booked[tx["id"]]
        if tx["state"] != "done":
            if booked:
                self._say(f"{name} is {tx['state']} and booked: {booked}")
            return
        if tx["payment_id"] not in self.payments:
            self._say(f"{name} counts {tx['payment_id']}, which Razorpay has not")
        if not tx["is_finished"] and not tx["attention"]:
            self._say(f"{name} is paid and not finished")
        if tx["is_finished"] and booked != [("inbound", tx["amount"])]:
            self._say(f"{name}: {tx['amount']} paid, booked are {booked}")
        orders = self.orders[tx["id"]]
        if any(order["state"] == "sale" for order in orders):
            return
        row = self.payments.get(tx["payment_id"], {})
        given_back = row.get("refunded", 0) >= tx["amount"]
        if not (given_back or tx["refund_due"] or self._is_listed(tx)):
            self._say(f"{name} is paid, bought nothing and is on no list")

    def _is_listed(self, tx):
        order_ids = {order["id"] for order in self.orders[tx["id"]]}
        return bool(tx["attention"]) or any(
            booking["money_state"] == "needs_attention"
            for booking in self.bookings
            if booking["order_id"] in order_ids
        )

    def _check_refunds(self):
        """Each refund of Razorpay's once, of the right payment, once in the books."""
        sources = {tx["id"]: tx for tx in self.txs}
        by_id = defaultdict(list)
        for refund in self.refunds:
            by_id[refund["refund_id"]].append(refund)
            self._check_refund_books(refund)
        for payment_id, row in self.payments.items():
            counted = any(
                tx["payment_id"] == payment_id and tx["state"] == "done"
                for tx in self.txs
            )
            for refund_id, refund in row["refunds"].items():
                known = by_id.pop(refund_id, [])
                if not known and not counted:
                    continue  # money that never counted here went back by itself
                if len(known) != 1:
                    count = len(known)
                    self._say(f"{refund_id} of {payment_id} is known {count} times")
                    continue
                self._check_refund(payment_id, refund_id, refund, known[0], sources)
        for refund_id, known in by_id.items():
            for refund in known:
                if refund["state"] in ("done", "pending") and refund_id:
                    self._say(f"{refund['reference']}: Razorpay has no {refund_id}")
                elif refund["state"] == "done":
                    self._say(f"{refund['reference']} is done without a refund")

    def _check_refund(self, payment_id, refund_id, refund, known, sources):
        expected = {"processed": "done", "pending": "pending", "failed": "error"}
        source = sources.get(known["source_id"], {})
        if (known["amount"], known["state"], source.get("payment_id")) != (
            refund["amount"],
            expected[refund["status"]],
            payment_id,
        ):
            self._say(
                f"{refund_id} of {payment_id}: {refund}, here {known['reference']} is"
                f" {known['state']}, {known['amount']} of {source.get('payment_id')}"
            )

    def _check_refund_books(self, refund):
        booked = self.booked[refund["id"]]
        wanted = []
        if refund["state"] == "done" and refund["is_finished"]:
            wanted = [("outbound", refund["amount"])]
        if booked != wanted:
            self._say(f"{refund['reference']} is {refund['state']}, booked: {booked}")

    # === WHAT WAS SOLD ===

    def _check_orders(self):
        orders = {row["id"]: row for rows in self.orders.values() for row in rows}
        money = defaultdict(int)
        listed = set()
        for tx in self.txs:
            row = self.payments.get(tx["payment_id"])
            for order in self.orders[tx["id"]]:
                if tx["state"] == "done" and row:
                    money[order["id"]] += row["captured"] - row["refunded"]
                if self._is_listed(tx):
                    listed.add(order["id"])
        for order in orders.values():
            bookings = [b for b in self.bookings if b["order_id"] == order["id"]]
            for booking in bookings:
                self._check_booking(booking, order)
            self._check_order(order, money[order["id"]], order["id"] in listed)

    def _check_order(self, order, money, listed):
        name = order["name"]
        if order["state"] != "sale":
            if order["invoiced"] and not listed:
                self._say(f"{name} is {order['state']}, invoiced {order['invoiced']}")
            return
        if order["invoices"] > 1:
            self._say(f"{name} has {order['invoices']} invoices")
        if listed:
            return
        if order["invoiced"] != money:
            self._say(f"{name}: invoiced {order['invoiced']}, money {money}")
        if order["residual"]:
            self._say(f"{name}: {order['residual']} of its invoices are open")

    def _check_booking(self, booking, order):
        name, state = booking["name"], booking["state"]
        wanted = _quantities(booking["quantities"])
        held = _quantities(booking["held"])
        if state in SOLD:
            if order["state"] != "sale":
                self._say(f"{name} is {state}, {order['name']} is {order['state']}")
            if booking["hold_state"] != "sold" or held != wanted:
                self._say(
                    f"{name} wants {wanted}, its seats are {booking['hold_state']}"
                    f" {held}"
                )
            if not booking["tickets"] == booking["codes"] == sum(wanted.values()):
                self._say(
                    f"{name}: {booking['tickets']} tickets with {booking['codes']}"
                    f" codes for {wanted}"
                )
            return
        if booking["hold_state"] == "sold":
            self._say(f"{name} is {state}, its seats are sold")
        if booking["tickets"]:
            self._say(f"{name} is {state} and has {booking['tickets']} tickets")


def _quantities(value):
    """Numbers by category; JSON may have them as text."""
    return {int(key): number for key, number in (value or {}).items() if number}
