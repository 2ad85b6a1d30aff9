# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The plays: what can happen between visitor, museum and Razorpay, line by line.

Each line is a test; each word of it is a method here, with its arguments after colons.
At the end of every test all webhooks arrive, all jobs run, and `assertMoneyAgrees`
compares seats, tickets, orders, invoices, payments and Razorpay's side (`common.py`).
"""

import re

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.museum_payment_razorpay.lib import signature

from .common import KEY_SECRET, MuseumPaymentCase

DAY = 86400
MODULE = "odoo.addons.museum_payment_razorpay"
LOGGERS = (
    f"{MODULE}.controllers.main",
    f"{MODULE}.models.payment_transaction_cron",
    "odoo.addons.museum_booking.models.museum_refund_send",
    f"{MODULE}.models.payment_transaction_settle",
    "odoo.addons.museum_booking.models.payment_transaction",
    "odoo.addons.payment.models.payment_provider",
    "odoo.addons.payment_razorpay.controllers.main",
)
# Which calls of Razorpay's API a `fault` is about.
PATHS = {
    "create": "POST /v1/orders$",
    "capture": "POST .*/capture$",
    "ask": "GET ",
    "refund": "POST .*/refund$",
    "refund_list": "GET .*/refunds$",
}

# What happens; below it, step by step, and how it stands then.
PLAYS = """
callback only
    pay verify -> confirmed
webhook only
    pay webhooks -> confirmed
callback then webhook
    pay verify webhooks -> confirmed
webhook then callback
    pay webhooks verify -> confirmed
both before any work is done
    pay deliver verify inbox -> confirmed
webhook five times
    pay deliver:5 inbox deliver:5 inbox -> confirmed
captured before authorized
    pay backwards -> confirmed
all webhooks lost
    lose_webhooks pay reconcile -> confirmed
failed then paid
    pay:failed webhooks pay webhooks -> confirmed
failed then paid and the failure told last
    pay:failed pay backwards -> confirmed

failed then authorised after two days
    pay:late webhooks days:2 authorise webhooks -> confirmed
the same found by asking
    lose_webhooks pay:late days:2 authorise reconcile -> confirmed
the same and the seats are gone
    pay:late webhooks days:2 sell_out authorise webhooks -> listed
paid in time and told after two days
    pay days:2 webhooks -> confirmed
endpoint down for a day then replayed
    pay silent days:1 reconcile speaking webhooks -> confirmed
endpoint down and found by asking then replayed
    pay reconcile days:1 webhooks -> confirmed
endpoint down for a day and the seats are gone
    pay silent days:1 sell_out reconcile speaking webhooks -> listed

wrong amount
    pay:paid:amount=100 webhooks -> listed
wrong amount by the callback
    pay:paid:amount=100 verify -> listed
wrong currency
    pay:paid:currency=USD webhooks -> listed
signature of another order
    other_pays verify_other_signature -> nothing
foreign payment id really signed
    other_pays verify_foreign_payment -> nothing
callback with a wrong signature
    pay verify_wrong_signature -> nothing
webhook without signature
    pay deliver_refused:unsigned inbox -> nothing
webhook with a corrupted signature
    pay deliver_refused:corrupted inbox -> nothing
webhook changed by one byte
    pay deliver_refused:byte inbox -> nothing
changed by one byte then as it was
    pay deliver_refused:byte webhooks -> confirmed

create answer lost and the order is there
    cart fault:create:lose open:409 open pay webhooks one_order -> confirmed
create 409
    cart fault:create:409 open:409 open pay verify -> confirmed
create 429
    cart fault:create:429 open:409 open pay verify -> confirmed
create 502 and 503
    cart fault:create:502,503 open:409 open:409 open pay verify -> confirmed
capture answer lost
    pay:authorized fault:capture:lose reconcile reconcile -> confirmed
capture 409
    pay:authorized fault:capture:409 reconcile reconcile -> confirmed
capture 429
    pay:authorized fault:capture:429 reconcile reconcile -> confirmed
capture 502 and 503
    pay:authorized fault:capture:502,503 reconcile reconcile reconcile -> confirmed
asking answer lost
    pay fault:ask:lose verify webhooks -> confirmed
asking 429
    pay fault:ask:429 verify webhooks -> confirmed
asking 503 and the webhooks lost
    lose_webhooks pay fault:ask:503,503 verify reconcile reconcile -> confirmed

window closed then paid by the UPI app
    close pay webhooks -> confirmed
window closed then paid and no webhook
    lose_webhooks close pay reconcile -> confirmed
waiting in the UPI app then approved
    pay:pending close authorise webhooks -> confirmed
waiting in the UPI app then declined
    pay:pending close decline webhooks -> nothing
closed and the cart grew then paid
    close grow pay webhooks -> listed
dispute lost
    pay webhooks dispute:created dispute:lost webhooks -> disputed

cancelled
    pay verify cancel owed refunds webhooks -> given_back
cancelled in two parts
    pay verify cancel:1 refunds cancel:1 owed refunds webhooks -> given_back
cancelled in two parts before any is sent
    pay verify cancel:1 cancel:1 owed refunds webhooks -> given_back
refund told five times
    pay verify cancel:1 refunds deliver:5 inbox deliver:5 inbox -> given_back
refund told backwards
    pay verify cancel:1 refunds backwards -> given_back
refund answer lost and it was made
    pay verify cancel:1 fault:refund:lose refunds made refunds -> given_back
refund answer lost three times
    pay verify cancel:1 fault:refund:lose,lose,lose refunds refunds refunds refunds
    -> given_back
refund answer lost and the webhook is first
    pay verify cancel:1 fault:refund:lose refunds made webhooks refunds -> given_back
refund answer lost and the list does not answer
    pay verify cancel:1 fault:refund:lose refunds fault:refund_list:503 refunds refunds
    -> given_back
refund answer lost and the other part meanwhile
    pay verify cancel:1 fault:refund:lose refunds cancel:1 refunds -> given_back
refund 409
    pay verify cancel:1 fault:refund:409 refunds owed refunds -> given_back
refund 429
    pay verify cancel:1 fault:refund:429 refunds owed refunds -> given_back
refund 502 and 503
    pay verify cancel:1 fault:refund:502,503 refunds owed refunds owed refunds
    -> given_back
refund refused then made anew
    pay verify cancel:1 fault:refund:400 refunds owed refunds:2 -> given_back:2
refund fails and is made anew
    refund_mode:failed pay verify cancel:1 refunds webhooks refund_mode:processed
    refunds -> given_back:2
refund fails three times and is shown
    refund_mode:failed pay verify cancel:1 refunds refunds refunds webhooks
    -> refund_shown
shown then sent again by hand
    refund_mode:failed pay verify cancel refunds refunds refunds webhooks
    refund_mode:processed again refunds webhooks -> given_back:4
refund on its way then done
    refund_mode:pending pay verify cancel refunds refund:process webhooks -> given_back
refund on its way then done and the webhook lost
    lose_webhooks refund_mode:pending pay verify cancel refunds refund:process refunds
    -> given_back
refund on its way then back from the bank
    refund_mode:pending pay verify cancel refunds refund:fail webhooks
    refund_mode:processed refunds webhooks -> given_back:2
back from the bank and the webhook lost
    lose_webhooks refund_mode:pending pay verify cancel refunds refund:fail
    refund_mode:processed refunds refunds -> given_back:2
given back by hand before ours is sent
    pay verify cancel dashboard:47200 refunds refunds refunds webhooks -> refund_shown
late and the seats are gone and given back
    pay:late webhooks days:2 sell_out authorise webhooks refunds webhooks
    -> given_back_late
the same and the answer lost
    pay:late webhooks days:2 sell_out authorise webhooks fault:refund:lose refunds made
    refunds webhooks -> given_back_late

dashboard refund told ten times
    pay verify dashboard:5000 deliver:5 inbox deliver:5 backwards -> dashboard:1
two dashboard refunds told twice
    pay verify dashboard:5000 dashboard:6000 deliver:2 inbox backwards -> dashboard:2
dashboard refund and the tickets stay
    pay verify dashboard:5000 webhooks keep_tickets -> kept
dashboard refund of all and the tickets are cancelled
    pay verify dashboard:47200 webhooks cancel_tickets -> given_back
"""


def _plays():
    plays = []
    for line in filter(None, PLAYS.splitlines()):
        if line.startswith(" "):
            plays[-1][1].append(line)
        else:
            plays.append((line, []))
    for name, lines in plays:
        steps, end = " ".join(lines).split(" -> ")
        yield name, steps.split(), end


class PlaySteps(MuseumPaymentCase):
    """The words of the plays."""

    def play(self, steps, end):
        self.answer = self.other = None
        self.told = self.cancelled = 0
        if steps[0] != "cart":
            self.do_cart()
            self.do_open()
        for step in steps:
            word, *arguments = step.split(":")
            getattr(self, f"do_{word}")(*arguments)
        word, *arguments = end.split(":")
        getattr(self, f"assert_{word}")(*arguments)

    # === THE VISITOR ===

    def do_cart(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add(adult=2)

    def do_open(self, status="200"):
        values = self.open_order(status=int(status))
        if status == "200":
            self.order_id = values["razorpay_order_id"]
            self.tx = self.tx_of(values)

    def do_pay(self, outcome="paid", details=""):
        pairs = dict(part.split("=") for part in details.split(",") if part)
        if "amount" in pairs:
            pairs["amount"] = int(pairs["amount"])
        self.answer = self.sandbox.pay(self.order_id, outcome, **pairs)

    def do_verify(self):
        self.verify(self.answer)

    def do_close(self):
        self.assertEqual(self.reopen()["status"], "open")

    def do_grow(self):
        self.add(adult=1)

    def do_verify_wrong_signature(self):
        wrong = signature.of_checkout(
            self.order_id, self.answer["razorpay_payment_id"], KEY_SECRET + "x"
        )
        self.verify({**self.answer, "razorpay_signature": wrong}, status=403)

    # === ANOTHER VISITOR ===

    def do_other_pays(self):
        values = self.checkout("bkc_stranger", slot=self.slot2, child=1)
        self.other = self.tx_of(values)
        self.answer = self.sandbox.pay(values["razorpay_order_id"])
        self.authenticate("bkc_visitor", "bkc_visitor")

    def do_verify_other_signature(self):
        self.verify({**self.answer, "razorpay_order_id": self.order_id}, status=403)

    def do_verify_foreign_payment(self):
        payment_id = self.answer["razorpay_payment_id"]
        signed = signature.of_checkout(self.order_id, payment_id, KEY_SECRET)
        answer = self.verify(
            {
                "razorpay_order_id": self.order_id,
                "razorpay_payment_id": payment_id,
                "razorpay_signature": signed,
            }
        )
        self.assertEqual(answer["status"], "processing")

    def do_sell_out(self):
        self._fill(seats=10)

    # === RAZORPAY ===

    def do_authorise(self):
        self._control_payment("authorise")

    def do_decline(self):
        self._control_payment("fail")

    def do_dispute(self, status):
        self._control_payment("dispute", {"status": status})

    def _control_payment(self, verb, body=None):
        payment_id = self.answer["razorpay_payment_id"]
        self.sandbox.control(f"payments/{payment_id}/{verb}", body)

    def do_fault(self, path, what):
        self.sandbox.switch(fail_paths=PATHS[path])
        if what.startswith("lose"):
            self.sandbox.switch(api_lose=len(what.split(",")))
        else:
            statuses = [int(status) for status in what.split(",")]
            self.sandbox.switch(api_status=statuses, retry_after=1)

    def do_silent(self):
        self.sandbox.switch(api_failures=99)

    def do_speaking(self):
        self.sandbox.switch(api_failures=0)

    def do_lose_webhooks(self):
        self.sandbox.switch(drop=["*"])

    def do_deliver(self, times="1"):
        self.deliver(times=int(times))

    def do_inbox(self):
        self.run_inbox()

    def do_webhooks(self):
        self.do_deliver()
        self.do_inbox()

    def do_backwards(self):
        self.deliver(reverse=True)
        self.do_inbox()

    def do_deliver_refused(self, how):
        for item in self.sandbox.deliveries():
            body, signed = item["body"], item["signature"]
            if how == "unsigned":
                signed = None
            elif how == "corrupted":
                signed = signed[:-1] + ("0" if signed[-1] != "0" else "1")
            else:
                at = body.index('"amount": ') + len('"amount": ')
                body = body[:at] + str((int(body[at]) + 1) % 10) + body[at + 1 :]
                self.assertEqual(len(body), len(item["body"]))
            answer = self.post_webhook(body, signed, item["event_id"])
            self.assertEqual(answer.status_code, 403)
        self.assertFalse(self.events())

    def do_reconcile(self):
        self.run_reconcile()

    # === MONEY THAT GOES BACK ===

    def do_cancel(self, count="2"):
        """The visitor gives tickets back, and is told what comes back for them."""
        booking = self.tx.museum_booking_ids
        tickets = booking._live_tickets()[: int(count)].ids
        words = ",".join(map(str, tickets))
        path = f"/bookings/{booking.name}"
        quote = self.api("GET", f"{path}/refund?tickets={words}", status=200)
        self.assertTrue(quote["refund_minor"])
        body = {"tickets": tickets, "expected_refund_minor": quote["refund_minor"]}
        self.api("POST", f"{path}/cancel", body, status=200)
        self.told += quote["refund_minor"]
        self.cancelled += len(tickets)

    def do_refunds(self, times="1"):
        for _time in range(int(times)):
            self.run_refunds()

    def do_owed(self):
        """Nothing of the last one has gone back yet, and no person has to look."""
        last = self._refunds()[:1]
        self.assertIn(last.state, ("queued", "sending"))
        self.assertLess(self._refunded(), self.told)
        self.assertFalse(last.activity_ids)

    def do_made(self):
        """Razorpay has made it, and the museum does not know."""
        self.assertTrue(self._refunded())
        self.assertEqual(self._refunds().mapped("state"), ["sending"])

    def do_refund_mode(self, mode):
        self.sandbox.switch(refund_mode=mode)

    def do_refund(self, verb):
        refund_id = self.tx.child_transaction_ids.razorpay_refund_id
        self.sandbox.control(f"refunds/{refund_id}/{verb}")

    def do_dashboard(self, amount):
        self._control_payment("refund", {"amount": int(amount)})

    def do_again(self):
        refund = self._refunds()
        self.assertEqual(refund.state, "failed")
        refund.with_user(self.accountant).sudo(False).action_try_again()

    def do_keep_tickets(self):
        self._refunds().with_user(self.accountant).sudo(False).action_keep_tickets()

    def do_cancel_tickets(self):
        self._refunds().with_user(self.manager).sudo(False).action_cancel_tickets()
        self.told = self._refunded()
        self.cancelled = 2

    def _refunds(self):
        """All refunds of this purchase, the newest first."""
        self.env.invalidate_all()
        return self.tx.museum_booking_ids.refund_ids.sorted("id", reverse=True)

    def _refunded(self):
        payment = self.sandbox.get(f"payments/{self.answer['razorpay_payment_id']}")
        return payment["amount_refunded"]

    # === TIME ===

    def do_days(self, count):
        """Days pass for everything of this purchase, and its jobs have run."""
        seconds = int(count) * DAY
        self.sandbox.control("clock", {"advance": seconds})
        bookings = self.tx.museum_booking_ids
        tokens = bookings.mapped("hold_token")
        self.env.flush_all()
        for table, columns, column, values in (
            (
                "payment_transaction",
                ("create_date", "last_state_change", "razorpay_next_ask_at"),
                "id",
                self.tx.ids,
            ),
            (
                "museum_booking",
                ("create_date", "hold_expires_at", "hold_taken_at"),
                "id",
                bookings.ids,
            ),
            ("museum_hold", ("taken_at", "expires_at"), "token", tokens),
            ("sale_order", ("create_date", "date_order"), "id", bookings.order_id.ids),
        ):
            changes = SQL(", ").join(
                SQL(
                    "%(column)s = %(column)s - %(age)s * INTERVAL '1 second'",
                    column=SQL.identifier(name),
                    age=seconds,
                )
                for name in columns
            )
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE %s = ANY(%s)",
                    SQL.identifier(table),
                    changes,
                    SQL.identifier(column),
                    values,
                )
            )
        self.env.invalidate_all()
        self.run_job("museum.booking", "_cron_sweep")
        self.run_job("museum.hold", "_cron_sweep")
        if bookings.state != "confirmed":
            self.assertEqual(set(bookings.mapped("state")), {"expired"})

    # === HOW IT STANDS ===

    def do_one_order(self):
        """Nothing was left at Razorpay by which the cart could be paid again."""
        ledger = self.sandbox.control("ledger", method="GET")
        self.assertEqual(list(ledger["orders"]), [self.order_id])

    def assert_confirmed(self):
        self.assertConfirmedOnce(self.tx)
        self.assertMoneyAgrees()

    def assert_listed(self):
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertNothingConfirmed(self.tx)
        self.assertNeedsAttention(self.tx)
        self.assertMoneyAgrees()

    def assert_nothing(self):
        self.assertNothingConfirmed(self.tx)
        self.assertFalse(self.tx.razorpay_attention)

    def assert_given_back(self, transactions="0"):
        """What the visitor was told, once; and what he has kept is his.

        :param transactions: how many it took; by default one for each refund
        """
        self.run_job("payment.transaction", "_cron_post_process")
        booking, refunds = self.tx.museum_booking_ids, self._refunds()
        self.assertEqual(
            set(refunds.mapped("state")), {"done"}, refunds.mapped("error")
        )
        self.assertFalse(refunds.activity_ids)
        self.assertEqual(round(sum(refunds.mapped("amount")) * 100), self.told)
        self.assertEqual(self._refunded(), self.told)
        sent = refunds.transaction_ids
        self.assertEqual(len(sent), int(transactions) or len(refunds))
        done = sent.filtered(lambda child: child.state == "done")
        self.assertEqual(len(done), len(refunds))
        self.assertEqual(
            done.payment_id.mapped("payment_type"), ["outbound"] * len(done)
        )
        notes = refunds.credit_note_ids
        self.assertEqual(set(notes.mapped("payment_state")), {"paid"})
        self.assertEqual(round(sum(notes.mapped("amount_total")) * 100), self.told)
        left = 2 - self.cancelled
        self.assertEqual(len(booking._live_tickets()), left)
        self.assertEqual(
            (booking.state, booking.money_state),
            ("confirmed", "partially_refunded") if left else ("cancelled", "refunded"),
        )
        self.assertFalse(self.tx.razorpay_attention)
        self.assertMoneyAgrees()

    def assert_refund_shown(self):
        """It cannot be given back by itself: the finance role has it on its list."""
        refund = self._refunds().filtered(lambda one: one.state == "failed")
        self.assertEqual(len(refund), 1)
        self.assertTrue(refund.error)
        self.assertTrue(
            refund.activity_ids.user_id.has_group("account.group_account_invoice")
        )
        self.assertEqual(self.tx.museum_booking_ids.money_state, "needs_attention")
        self.assertMoneyAgrees()

    def assert_given_back_late(self):
        """It bought nothing, all of it is back, and nobody has to look any more."""
        self.run_job("payment.transaction", "_cron_post_process")
        self.assertNothingConfirmed(self.tx)
        refund = self.refunds_of(self.tx)
        self.assertEqual((refund.state, refund.origin), ("done", "late_money"))
        self.assertEqual(len(refund.transaction_ids), 1)
        self.assertEqual(self._refunded(), 47200)
        self.assertFalse(self.tx.razorpay_attention)
        self.assertNotIn(
            "needs_attention", self.tx.museum_booking_ids.mapped("money_state")
        )
        self.assertMoneyAgrees()

    def assert_dashboard(self, count):
        """Each is recorded once; staff decide what becomes of the tickets."""
        self.run_job("payment.transaction", "_cron_post_process")
        refunds = self._refunds()
        self.assertEqual(len(refunds), int(count))
        self.assertEqual(set(refunds.mapped("state")), {"done"})
        self.assertEqual(set(refunds.mapped("origin")), {"dashboard"})
        self.assertEqual(len(self.tx.child_transaction_ids), int(count))
        self.assertEqual(round(sum(refunds.mapped("amount")) * 100), self._refunded())
        self.assertEqual(set(refunds.credit_note_ids.mapped("state")), {"draft"})
        self.assertNeedsAttention(self.tx)
        self.assertMoneyAgrees()

    def assert_kept(self):
        """Given back as goodwill: credited, and the visit takes place."""
        self.run_job("payment.transaction", "_cron_post_process")
        booking = self.tx.museum_booking_ids
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.money_state, "partially_refunded")
        self.assertEqual(self._refunds().credit_note_ids.payment_state, "paid")
        self.assertMoneyAgrees()

    def assert_disputed(self):
        """Sold as it was; staff has to answer the bank."""
        self.assertEqual(self.tx.museum_booking_ids.mapped("state"), ["confirmed"])
        self.assertNeedsAttention(self.tx)
        self.assertMoneyAgrees()


@tagged("post_install", "-at_install")
class TestPlays(PlaySteps):
    """One test per line of PLAYS."""


def _make_test(name, steps, end):
    def test(self):
        with mute_logger(*LOGGERS):
            self.play(steps, end)

    test.__name__ = "test_" + re.sub(r"\W+", "_", name)
    test.__doc__ = f"{name}: {' '.join(steps)} -> {end}"
    return test


for _name, _steps, _end in _plays():
    _test = _make_test(_name, _steps, _end)
    assert not hasattr(TestPlays, _test.__name__), _name
    setattr(TestPlays, _test.__name__, _test)


@tagged("post_install", "-at_install")
class TestMoneyAssertion(PlaySteps):
    """The shared assertion sees what it is for: each lie in the books is found."""

    LIES = {
        "seats": "UPDATE museum_hold SET state = 'released' WHERE token = %(token)s",
        "counter": "UPDATE museum_seat_pool SET taken = taken + 1 WHERE id = %(pool)s",
        "ticket": "UPDATE museum_ticket SET state = 'cancelled' WHERE id = %(ticket)s",
        "booking": "UPDATE museum_booking SET state = 'expired' WHERE id = %(booking)s",
        "order": "UPDATE sale_order SET state = 'draft' WHERE id = %(order)s",
        "invoice": "UPDATE account_move SET state = 'draft' WHERE id = %(invoice)s",
        "amount": (
            "UPDATE payment_transaction SET amount = amount + 0.01 WHERE id = %(tx)s"
        ),
        "state": "UPDATE payment_transaction SET state = 'draft' WHERE id = %(tx)s",
        "payment id": (
            "UPDATE payment_transaction SET razorpay_payment_id = 'pay_x'"
            " WHERE id = %(tx)s"
        ),
        "account payment": (
            "UPDATE account_payment SET state = 'canceled'"
            " WHERE payment_transaction_id = %(tx)s"
        ),
        "currency": (
            "UPDATE payment_transaction SET currency_id = %(usd)s WHERE id = %(tx)s"
        ),
    }

    def test_every_lie_is_found(self):
        self.play(["pay", "verify"], "confirmed")
        booking = self.tx.museum_booking_ids
        ids = {
            "token": booking.hold_token,
            "pool": self.slot.sudo().pool_id.id,
            "ticket": booking.ticket_ids[0].id,
            "booking": booking.id,
            "order": self.tx.sale_order_ids.id,
            "invoice": self.tx.sale_order_ids.invoice_ids.id,
            "tx": self.tx.id,
            "usd": self.env.ref("base.USD").id,
        }
        ledger = self.sandbox.control("ledger", method="GET")
        self.assertEqual(self.money.problems(self.env.cr, ledger), [])
        for name, lie in self.LIES.items():
            with self.subTest(lie=name):
                self.env.cr.execute("SAVEPOINT lie")
                self.env.cr.execute(lie, ids)
                self.assertEqual(self.env.cr.rowcount, 1)
                self.assertTrue(self.money.problems(self.env.cr, ledger))
                self.env.cr.execute("ROLLBACK TO SAVEPOINT lie")

    def test_money_at_razorpay_that_nobody_knows_of_is_found(self):
        self.do_cart()
        self.do_open()
        self.do_pay()
        ledger = self.sandbox.control("ledger", method="GET")
        found = self.money.problems(self.env.cr, ledger)
        self.assertIn("nobody knows of it", found[0])

    def test_refund_that_is_only_at_razorpay_is_found(self):
        self.play(["pay", "verify"], "confirmed")
        self._control_payment("refund", {"amount": 5000})
        ledger = self.sandbox.control("ledger", method="GET")
        found = self.money.problems(self.env.cr, ledger)
        self.assertIn("is known 0 times", found[0])
