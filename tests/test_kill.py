"""Killed processes: nothing half done is left behind."""

import os
import signal
import threading
import time

import psutil
import requests
from support.visitor import Api, Stage, sign_up


def _workers(server):
    """Odoo's HTTP worker processes (not the master, not the websocket's)."""
    master = psutil.Process(server.pid)
    return [
        child
        for child in master.children()
        if "gevent" not in " ".join(child.cmdline())
    ]


def _limit_more_than_the_slot(server, stage):
    """The venue gets a legal maximum, a ticket a limit: more counters per seat.

    Both while the slot exists, as staff do it.
    """
    (venue,) = server.query(
        "SELECT venue_id FROM museum_slot WHERE id = %s", [stage.slot_id]
    )[0]
    server.call(
        "museum.venue", "write", [venue], {"is_limited": True, "capacity_max": 100000}
    )
    server.call(
        "museum.ticket.category", "write", [stage.categories[0]], {"slot_limit": 150}
    )
    return venue


def _pools(server, stage):
    """What each counter of the slot says, and what the ledger says: kind, two sums."""
    return server.query(
        """
        SELECT pool.kind, pool.taken,
               COALESCE((SELECT SUM(take.seats)
                           FROM museum_hold_take take
                           JOIN museum_hold hold ON hold.id = take.hold_id
                          WHERE take.pool_id = pool.id
                            AND hold.state IN ('active', 'sold')), 0)::int
          FROM museum_seat_pool pool
         WHERE pool.slot_id = %(slot)s
            OR pool.id IN (SELECT pool_id
                             FROM museum_slot_extra_pool_rel
                            WHERE slot_id = %(slot)s)
         ORDER BY pool.id
        """,
        {"slot": stage.slot_id},
    )


def test_workers_killed_in_a_rush_leave_seats_and_carts_in_agreement(server):
    stage = Stage(server, capacity=200)
    venue = _limit_more_than_the_slot(server, stage)
    stop = threading.Event()
    statuses = []

    def buy():
        while not stop.is_set():
            try:
                answer = Api(server).hold(stage.slot_id, {stage.categories[0]: 1})
                statuses.append(answer.status_code)
            except requests.RequestException:
                statuses.append(0)  # the worker died under it

    threads = [threading.Thread(target=buy) for _ in range(6)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.7)
        victims = _workers(server)
        if victims:
            os.kill(victims[0].pid, signal.SIGKILL)
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join(60)

    pools = _pools(server, stage)
    assert {kind for kind, _taken, _ledger in pools} == {"slot", "category", "venue"}
    assert all(taken == ledger for _kind, taken, ledger in pools)
    taken, _ledger = stage.pool()
    mine = {count for kind, count, _ledger in pools if kind != "venue"}
    assert mine == {taken}
    (in_carts,) = server.query(
        "SELECT COALESCE(SUM(visitors), 0) FROM museum_booking WHERE slot_id = %s",
        [stage.slot_id],
    )[0]
    # A seat whose cart died with its worker is held by nobody: its clock gives it back.
    assert statuses.count(201) <= in_carts <= taken <= 150
    assert taken - in_carts <= 6
    server.query(
        "UPDATE museum_hold SET expires_at = now() AT TIME ZONE 'UTC'"
        " - INTERVAL '1 second' WHERE slot_id = %s",
        [stage.slot_id],
    )
    assert stage.seats_left(Api(server)) == 200
    # Whoever comes next has all places of the ticket: nothing outlives its time.
    for quantity in [20] * 7 + [10]:
        Api(server).hold(
            stage.slot_id, {stage.categories[0]: quantity}
        ).raise_for_status()
    full = Api(server).hold(stage.slot_id, {stage.categories[0]: 1})
    assert full.status_code == 409
    server.call("museum.venue", "write", [venue], {"is_limited": False})
    assert all(taken == ledger for _kind, taken, ledger in _pools(server, stage))


def test_paid_while_the_museum_was_away_is_confirmed_by_the_jobs(server):
    """The browser never comes back; the webhook and the job finish the payment."""
    stage = Stage(server, capacity=4)
    visitor = Api(server, sign_up(server, "lost-browser"))
    visitor.hold(stage.slot_id, {stage.categories[0]: 2}).raise_for_status()
    summary = visitor.post("/bookings/summary", {"accept_terms": True})
    reference = summary.json()["items"][0]["reference"]
    order = visitor.post("/payments/create-order", {}).json()

    requests.post(
        f"{server.sandbox_url}/_sandbox/orders/{order['razorpay_order_id']}/pay",
        json={"outcome": "paid", "method": "upi"},
        timeout=30,
    ).raise_for_status()

    deadline = time.monotonic() + 90
    state = None
    while time.monotonic() < deadline:
        state = visitor.get(f"/bookings/{reference}").json()["state"]
        if state == "confirmed":
            break
        time.sleep(0.5)
    assert state == "confirmed"
    assert stage.pool() == (2, 2)
