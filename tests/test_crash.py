# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The whole server is killed again and again while people buy and cancel.

A database, a prefork server and a sandbox of its own. Eight visitors at a time buy over
HTTP; some close the window after paying, some cancel. Meanwhile SIGKILL hits all of
Odoo's processes at moments that a seed decides, some of them while money goes back, and
for a while Razorpay's webhooks get lost for good. Then it is started for the last time,
the jobs run, and not a rupee and not a seat may be lost or counted twice.

Runs when ``MUSEUM_CRASH_PURCHASES`` says how many; ``MUSEUM_CRASH_SEED`` is printed and
can be set.
"""

import contextlib
import os
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from support import money
from support.live import LiveServer
from support.sandbox import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, Sandbox
from support.server import ROOT, Database, OdooServer
from support.visitor import Api, Stage

PURCHASES = int(os.environ.get("MUSEUM_CRASH_PURCHASES", "40"))
THREADS = 8
CRASHES_WHILE_BUYING = 9
CRASHES_WHILE_REFUNDING = 3
# Each call of Razorpay's API takes so long: a crash in it is an answer that got lost.
API_SECONDS = 0.25
# How long a visitor presses the button again.
PATIENCE = 90
# How long somebody who wants to cancel waits for his tickets: no message may come.
TICKETS_WITHIN = 10
ROUNDS = 10
SHARE_CANCELS = 0.45

DUE = """
    UPDATE {table}
       SET {column} = now() AT TIME ZONE 'UTC' - INTERVAL '1 second'
     WHERE {column} IS NOT NULL
"""
JOBS = (
    ("museum_payment_razorpay", "ir_cron_inbox"),
    ("museum_payment_razorpay", "ir_cron_reconcile"),
    ("payment", "cron_post_process_payment_tx"),
    ("museum_booking", "ir_cron_refund"),
    ("museum_booking", "ir_cron_booking_sweep"),
    ("museum_exhibition", "ir_cron_museum_sweep_holds"),
)


class GaveUp(Exception):
    """The visitor has lost patience."""


class Museum:
    """Server, database and sandbox, and the hand that kills the server."""

    def __init__(self, folder: Path, data_dir: str):
        self.database = Database(f"crash_{os.getpid()}")
        self.database.create()
        log = Path(os.environ.get("MUSEUM_RESULTS", folder)) / "crash-server.log"
        log.unlink(missing_ok=True)
        self.odoo = OdooServer(self.database, log)
        webhook = f"{self.odoo.url}/payment/razorpay/webhook"
        self.sandbox = Sandbox(folder / "sandbox", webhook)
        self.database.shell(
            ROOT / "bin" / "lib" / "configure.py",
            MUSEUM_KEY_ID=KEY_ID,
            MUSEUM_KEY_SECRET=KEY_SECRET,
            MUSEUM_WEBHOOK_SECRET=WEBHOOK_SECRET,
            MUSEUM_API_URL=self.sandbox.url,
            MUSEUM_BASE_URL=self.odoo.url,
            MUSEUM_MARK="crash",
        )
        self.odoo.start()
        self.server = LiveServer(
            url=self.odoo.url,
            db=self.database.name,
            pid=self.odoo.process.pid,
            workers=2,
            log=str(log),
            data_dir=data_dir,
            sandbox_url=self.sandbox.url,
            key_id=KEY_ID,
            key_secret=KEY_SECRET,
            webhook_secret=WEBHOOK_SECRET,
        )
        self.sandbox.switch(api_delay=API_SECONDS)
        self.crashes = 0
        self._at_work = set()

    def close(self):
        """Nothing of it is left."""
        self.odoo.stop()
        self.sandbox.kill()
        self.database.drop()

    def crash(self, rng, when):
        """Kill all processes, and start again; for a while webhooks get lost."""
        self.odoo.kill()
        self.crashes += 1
        started = time.monotonic()
        is_deaf = rng.random() < 0.35
        self.sandbox.switch(drop=["*"] if is_deaf else [])
        self.odoo.start()
        seconds = time.monotonic() - started
        lost = ", webhooks get lost" if is_deaf else ""
        print(f"crash {self.crashes}: {when}, back after {seconds:.0f} s{lost}")
        # Odoo looks once a minute; what the crash interrupted need not wait for that.
        self.database.wake_jobs()

    def wait_for_refund(self, seconds=8):
        """Until the job has begun with one more refund; False: it has none."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            claimed = {
                id_
                for (id_,) in self.server.query(
                    "SELECT id FROM museum_refund WHERE attempts > 0"
                    " AND state IN ('queued', 'sending')"
                )
            }
            if claimed - self._at_work:
                self._at_work |= claimed
                return True
            time.sleep(0.02)
        return False

    # === THE END ===

    def settle(self):
        """Started for good; time passes, and all jobs run until nothing moves.

        :return: what does not agree in the end
        """
        self.odoo.kill()
        self.odoo.start(cron_threads=0)
        self.sandbox.switch(drop=[], api_delay=0)
        # A job that was killed three times in a row rests until its next turn, and a
        # call by hand stumbles over that in Odoo: it is that turn now.
        self.server.query("UPDATE ir_cron_progress SET timed_out_counter = 0")
        # Seats of who cancelled when it crashed are looked for after a while.
        self.server.query(
            "UPDATE museum_booking SET write_date = write_date - INTERVAL '2 hours'"
        )
        self._run_until_quiet()
        # Carts that nobody paid: their clock runs out.
        for table, column, state in (
            ("museum_hold", "expires_at", "('active')"),
            ("museum_booking", "hold_expires_at", "('pending', 'awaiting_payment')"),
        ):
            statement = DUE.format(table=table, column=column)
            self.server.query(f"{statement} AND state IN {state}")
        return self._run_until_quiet()

    def _run_until_quiet(self):
        found = left = None
        for _round in range(ROUNDS):
            self._deliver()
            for table, column in (
                ("payment_transaction", "razorpay_next_ask_at"),
                ("museum_payment_event", "next_try_at"),
                ("museum_refund", "next_try_at"),
            ):
                self.server.query(DUE.format(table=table, column=column))
            for module, name in JOBS:
                self._run(module, name)
            found, left = self.problems(), self._left()
            if not found and not any(left.values()):
                break
        return [*found, *(f"{count} {what}" for what, count in left.items() if count)]

    def _deliver(self, seconds=60):
        end = time.monotonic() + seconds
        flush = f"{self.sandbox.url}/_sandbox/deliveries/flush"
        while self.sandbox.raw("GET", "/_sandbox/deliveries?state=pending").json()[
            "count"
        ]:
            assert time.monotonic() < end, "webhooks are not taken"
            requests.post(flush, json={}, timeout=60).raise_for_status()

    def _run(self, module, name):
        ((job,),) = self.server.query(
            "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
            [module, name],
        )
        self.server.call("ir.cron", "method_direct_trigger", [job])

    def _left(self):
        """What still waits for a job, in words."""
        ((events, refunds, payments),) = self.server.query(
            """
            SELECT (SELECT COUNT(*)
                      FROM museum_payment_event
                     WHERE next_try_at IS NOT NULL),
                   (SELECT COUNT(*)
                      FROM museum_refund
                     WHERE state IN ('queued', 'sending', 'pending')
                        OR is_credit_due),
                   (SELECT COUNT(*)
                      FROM payment_transaction
                     WHERE state = 'done'
                       AND NOT is_post_processed
                       AND razorpay_attention IS NULL)
            """
        )
        return {
            "webhooks wait": events,
            "refunds are not done": refunds,
            "payments are not booked": payments,
        }

    def ledger(self):
        """What Razorpay has."""
        address = f"{self.sandbox.url}/_sandbox/ledger"
        return requests.get(address, timeout=60).json()

    def problems(self):
        """What the shared assertion says about all purchases."""
        with contextlib.closing(self.server.connect()) as connection:
            with connection.cursor() as cr:
                return money.problems(cr, self.ledger())


class Visitor:
    """One purchase, by somebody who presses again when nothing comes back."""

    def __init__(self, museum, stage, seed, number):
        self.rng = random.Random(f"{seed}/{number}")
        self.number = number
        self.museum = museum
        self.stage = stage
        self.wanted = self.rng.choice((1, 2, 2, 3))
        self.way = self.rng.choice(("stays", "stays", "closes", "closes", "fails"))
        self.cancels = 0
        if self.rng.random() < SHARE_CANCELS:
            self.cancels = self.rng.randint(1, self.wanted)
        self.api = Api(museum.server)
        self.key = uuid.UUID(int=self.rng.getrandbits(128)).hex
        self.reference = self.order_id = self.payment_id = None
        self.told = 0
        self.saw = []

    def run(self):
        """From the first page to the tickets, and perhaps back."""
        with contextlib.suppress(GaveUp):
            self._press(lambda: self._request("GET", "/cart"))
            self._buy()
            if self.cancels:
                self._cancel()
        return self

    def _request(self, method, path, body=None, headers=None):
        return self.api.http.request(
            method,
            f"{self.museum.server.url}/api/v1{path}",
            json=body,
            headers=headers or {},
            timeout=60,
        )

    def _press(self, step, may_wait=True):
        """Do it again until there is an answer that is one.

        :param bool may_wait: whether "not now" (409) is no answer
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(requests.RequestException):
                answer = step()
                if answer.status_code < 400:
                    return answer
                if answer.status_code == 409 and not may_wait:
                    return answer
                if answer.status_code not in (409, 500, 502, 503):
                    break
                self.saw.append(answer.text[:200])
            time.sleep(self.rng.uniform(0.1, 0.7))
        else:
            raise GaveUp
        self.saw.append(answer.text[:200])
        raise GaveUp

    def _post(self, path, body, method="POST", **headers):
        return self._press(lambda: self._request(method, path, body, headers))

    def _buy(self):
        wanted = {"id": self.stage.categories[0], "quantity": self.wanted}
        item = {"slot_id": self.stage.slot_id, "categories": [wanted]}
        self._post("/cart/items", item, **{"Idempotency-Key": self.key})
        contact = {
            "name": f"Guest {self.number}",
            "email": f"guest-{self.number}@example.com",
            "phone": "098765 43210",
        }
        self._post("/cart/contact", contact, "PATCH")
        summary = self._post("/bookings/summary", {"accept_terms": True}).json()
        self.reference = summary["items"][0]["reference"]
        order = self._post("/payments/create-order", {}).json()
        self.order_id = order["razorpay_order_id"]
        if self.way == "fails":
            self.museum.sandbox.pay(self.order_id, "failed")
        paid = self.museum.sandbox.pay(self.order_id, "paid", method="upi")
        self.payment_id = paid["razorpay_payment_id"]
        if self.way != "closes":
            names = ("order_id", "payment_id", "signature")
            body = {f"razorpay_{name}": paid[f"razorpay_{name}"] for name in names}
            self._post("/payments/verify", body)

    def _booking(self):
        return self._press(
            lambda: self._request("GET", f"/bookings/{self.reference}")
        ).json()

    def _cancel(self):
        end = time.monotonic() + TICKETS_WITHIN
        while (booking := self._booking())["state"] != "confirmed":
            if time.monotonic() > end:
                raise GaveUp
            time.sleep(1)
        tickets = [ticket["id"] for ticket in booking["tickets"]][: self.cancels]
        words = ",".join(map(str, tickets))
        quote = self._press(
            lambda: self._request(
                "GET", f"/bookings/{self.reference}/refund?tickets={words}"
            )
        ).json()
        body = {"tickets": tickets, "expected_refund_minor": quote["refund_minor"]}
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self._press(
                lambda: self._request(
                    "POST", f"/bookings/{self.reference}/cancel", body
                ),
                may_wait=False,
            )
            # Whoever is refused looks what became of the first time.
            live = {
                ticket["id"]
                for ticket in self._booking()["tickets"]
                if ticket["state"] != "cancelled"
            }
            if answer.status_code < 400 or not live & set(tickets):
                self.told = quote["refund_minor"]
                return
            time.sleep(0.5)
        raise GaveUp


class Rush:
    """All the visitors, and the crashes between them."""

    def __init__(self, museum, stage, seed):
        self.museum = museum
        self.rng = random.Random(seed)
        self.visitors = [Visitor(museum, stage, seed, n) for n in range(PURCHASES)]
        self.begun = 0
        self.over = threading.Event()

    def run(self):
        """Everybody buys, and the server crashes; until all are gone."""
        killer = threading.Thread(target=self._kill)
        killer.start()
        try:
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(self._one, self.visitors))
        finally:
            self.over.set()
            killer.join()

    def _one(self, visitor):
        self.begun += 1
        visitor.run()

    def _kill(self):
        points = sorted(
            self.rng.sample(
                range(THREADS, PURCHASES), min(CRASHES_WHILE_BUYING, PURCHASES // 4)
            )
        )
        for point in points:
            while self.begun < point and not self.over.is_set():
                time.sleep(0.02)
            if self.rng.random() < 0.4:
                self.museum.wait_for_refund(seconds=3)
            time.sleep(self.rng.uniform(0, 1.5))
            self.museum.crash(self.rng, f"{self.begun} had begun")
        self.over.wait()
        for _time in range(CRASHES_WHILE_REFUNDING):
            self.museum.wait_for_refund()
            time.sleep(self.rng.uniform(0, 0.8))
            self.museum.crash(self.rng, "money goes back")


@pytest.fixture
def museum(server, tmp_path):
    """A museum of its own (``server``: its template is there when that is)."""
    made = Museum(tmp_path, server.data_dir)
    yield made
    made.close()


def test_killed_at_random_moments_loses_and_doubles_nothing(museum):
    seed = os.environ.get("MUSEUM_CRASH_SEED") or str(random.randrange(10**6))
    print(f"MUSEUM_CRASH_SEED={seed} MUSEUM_CRASH_PURCHASES={PURCHASES}")
    stage = _stage(museum.server)
    rush = Rush(museum, stage, seed)
    started = time.monotonic()
    rush.run()
    print(f"bought in {time.monotonic() - started:.0f} s, {museum.crashes} crashes")
    found = museum.settle()
    print(f"settled after {time.monotonic() - started:.0f} s")
    saw = [(one.number, one.saw[-1]) for one in rush.visitors if one.saw]
    assert found == [], saw
    assert "Seats agree" in museum.database.shell(ROOT / "bin" / "lib/check_seats.py")
    ledger = museum.ledger()
    _check_visitors(museum.server, rush.visitors, ledger)
    _check_books(museum.server, ledger)
    _check_seats(stage, rush.visitors, museum.server)
    # It was no walk in the park.
    assert museum.crashes >= min(12, CRASHES_WHILE_REFUNDING + PURCHASES // 4)
    assert ledger["refunded"] > 0
    paid = [one for one in rush.visitors if one.payment_id]
    assert len(paid) >= 0.9 * PURCHASES, saw


def _stage(server):
    """A slot in three days, whose visits can be given back."""
    stage = Stage(server, capacity=3 * PURCHASES, start_minutes=3 * 24 * 60)
    ((policy,),) = server.query(
        "SELECT res_id FROM ir_model_data"
        " WHERE module = 'museum_demo' AND name = 'policy_day'"
    )
    server.call(
        "museum.exhibition",
        "write",
        [stage.exhibition_id],
        {"cancellation_policy_id": policy},
    )
    return stage


def _check_visitors(server, visitors, ledger):
    """Everybody who paid has what he paid for, and got back what he was told."""
    rows = server.query(
        """
        SELECT booking.name, booking.state, booking.money_state,
               (SELECT COUNT(*)
                  FROM museum_ticket ticket
                 WHERE ticket.booking_id = booking.id
                   AND ticket.state <> 'cancelled')
          FROM museum_booking booking
         WHERE booking.name = ANY(%s)
        """,
        [[visitor.reference for visitor in visitors if visitor.payment_id]],
    )
    facts = {name: row for name, *row in rows}
    captured = [row for row in ledger["payments"].values() if row["captured"]]
    assert len({row["order_id"] for row in captured}) == len(captured)
    for visitor in visitors:
        if not visitor.payment_id:
            continue
        row = ledger["payments"][visitor.payment_id]
        state, money_state, tickets = facts[visitor.reference]
        if visitor.told or not visitor.cancels:
            left = visitor.wanted - visitor.cancels
            assert tickets == left, visitor.reference
            assert state == ("confirmed" if left else "cancelled"), visitor.reference
            assert row["refunded"] == visitor.told, visitor.reference
        assert row["captured"], visitor.reference
        assert money_state != "needs_attention", visitor.reference


def _check_books(server, ledger):
    """In all: what is booked as come in and gone out is what Razorpay has."""
    ((inbound, outbound),) = server.query(
        """
        SELECT COALESCE(SUM(payment.amount)
                        FILTER (WHERE payment.payment_type = 'inbound'), 0),
               COALESCE(SUM(payment.amount)
                        FILTER (WHERE payment.payment_type = 'outbound'), 0)
          FROM account_payment payment
          JOIN payment_transaction tx ON tx.id = payment.payment_transaction_id
     LEFT JOIN payment_transaction source ON source.id = tx.source_transaction_id
         WHERE payment.state IN ('in_process', 'paid')
           AND COALESCE(source.razorpay_order_id, tx.razorpay_order_id) = ANY(%s)
        """,
        [list(ledger["orders"])],
    )
    assert (inbound * 100, outbound * 100) == (ledger["captured"], ledger["refunded"])
    assert server.query("SELECT SUM(balance) FROM account_move_line") == [(0,)]


def _check_seats(stage, visitors, server):
    """The seats that are taken are those of the tickets that are valid; no more."""
    ((tickets,),) = server.query(
        "SELECT COUNT(*) FROM museum_ticket"
        " WHERE slot_id = %s AND state <> 'cancelled'",
        [stage.slot_id],
    )
    assert stage.pool() == (tickets, tickets)
    ((codes,),) = server.query(
        "SELECT COUNT(DISTINCT code) FROM museum_ticket WHERE slot_id = %s",
        [stage.slot_id],
    )
    assert codes == sum(visitor.wanted for visitor in visitors if visitor.payment_id)
