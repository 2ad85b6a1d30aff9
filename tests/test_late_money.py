"""Money that comes after the clock, with real commits between all who bring it.

The tests of the addon are one transaction: they cannot see a sale whose snapshot is
older than the hold that was just renewed.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from support import money
from support.visitor import Api, Stage, sign_up

SIGNED = ("razorpay_order_id", "razorpay_payment_id", "razorpay_signature")


@pytest.fixture
def webhooks(server):
    """Switch the sandbox's webhooks off and on; on again at the end."""

    def switch(on):
        requests.post(
            f"{server.sandbox_url}/_sandbox/switches",
            json={"paused": not on},
            timeout=30,
        ).raise_for_status()

    yield switch
    switch(True)


def _expired_at_the_window(server, stage, name):
    """A visitor whose window is open, and whose cart saw the clock run out."""
    visitor = Api(server, sign_up(server, name))
    visitor.hold(stage.slot_id, {stage.categories[0]: 2}).raise_for_status()
    summary = visitor.post("/bookings/summary", {"accept_terms": True})
    reference = summary.json()["items"][0]["reference"]
    order = visitor.post("/payments/create-order", {})
    order.raise_for_status()
    server.query(
        "UPDATE museum_hold SET expires_at = now() AT TIME ZONE 'UTC'"
        " - INTERVAL '1 second' WHERE slot_id = %s",
        [stage.slot_id],
    )
    visitor.get("/cart").raise_for_status()
    assert _facts(server, reference)[:2] == ("expired", "released")
    return visitor, reference, order.json()


def _facts(server, reference):
    """(booking's state, hold's state, money, tickets)"""
    return server.query(
        """
        SELECT booking.state, hold.state, booking.money_state,
               (SELECT COUNT(*) FROM museum_ticket WHERE booking_id = booking.id)
          FROM museum_booking booking
          JOIN museum_hold hold ON hold.token = booking.hold_token
         WHERE booking.name = %s
        """,
        [reference],
    )[0]


def _pay(server, order):
    paid = requests.post(
        f"{server.sandbox_url}/_sandbox/orders/{order['razorpay_order_id']}/pay",
        json={"outcome": "paid", "method": "upi"},
        timeout=30,
    )
    paid.raise_for_status()
    return {name: paid.json()[name] for name in SIGNED}


def _wait(server, reference, index, wanted, seconds=25):
    end = time.monotonic() + seconds
    while (facts := _facts(server, reference))[index] != wanted:
        assert time.monotonic() < end, f"{facts} after {seconds} s"
        time.sleep(0.3)


def _reconcile(server, order):
    """Let the job ask about this order now."""
    server.query(
        "UPDATE payment_transaction SET razorpay_next_ask_at ="
        " now() AT TIME ZONE 'UTC' - INTERVAL '1 second' WHERE razorpay_order_id = %s",
        [order["razorpay_order_id"]],
    )
    (job,) = server.query(
        "SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_reconcile'"
        " AND module = 'museum_payment_razorpay'"
    )[0]
    server.call("ir.cron", "method_direct_trigger", [job])


@pytest.mark.parametrize("way", ["verify", "webhook", "poll", "job", "all"])
def test_late_but_free_is_confirmed_by_every_way(server, webhooks, way):
    stage = Stage(server, capacity=4)
    visitor, reference, order = _expired_at_the_window(server, stage, f"late-{way}")
    webhooks(way in ("webhook", "poll", "all"))
    signed = _pay(server, order)
    if way in ("verify", "all"):
        answer = visitor.post("/payments/verify", signed)
        assert answer.status_code == 200, answer.text
        if way == "verify":
            assert answer.json()["status"] == "confirmed"
    if way in ("poll", "all"):
        for _ in range(3):
            visitor.http.post(
                f"{server.url}/payment/status/poll",
                json={"jsonrpc": "2.0", "method": "call", "params": {}},
                timeout=60,
            ).raise_for_status()
    if way == "job":
        _reconcile(server, order)
    _wait(server, reference, 0, "confirmed")
    assert _facts(server, reference) == ("confirmed", "sold", "paid", 2)
    assert stage.pool() == (2, 2)
    money.assert_agrees(server, order["razorpay_order_id"])


def test_late_and_gone_is_on_the_list_without_tickets(server, webhooks):
    stage = Stage(server, capacity=2)
    visitor, reference, order = _expired_at_the_window(server, stage, "late-gone")
    other = Api(server, sign_up(server, "faster"))
    other.hold(stage.slot_id, {stage.categories[0]: 1}).raise_for_status()
    webhooks(False)
    answer = visitor.post("/payments/verify", _pay(server, order))
    assert answer.json()["status"] == "needs_attention"
    assert _facts(server, reference) == ("expired", "released", "needs_attention", 0)
    assert stage.pool() == (1, 1)
    money.assert_agrees(server, order["razorpay_order_id"])


def test_many_clicks_on_pay_open_one_order(server):
    stage = Stage(server, capacity=4)
    login = sign_up(server, "clicker")
    visitor = Api(server, login)
    visitor.hold(stage.slot_id, {stage.categories[0]: 1}).raise_for_status()
    visitor.post("/bookings/summary", {"accept_terms": True}).raise_for_status()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: visitor.post("/payments/create-order", {}), range(8))
        )
    opened = [answer.json() for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len({values["razorpay_order_id"] for values in opened}) == 1
    for answer in refused:
        assert answer.status_code == 409, answer.text
        assert answer.json()["error"]["code"] == "conflict"
        assert "unique" not in answer.text
