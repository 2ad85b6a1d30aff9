"""Racing buyers and gates, over HTTP, against Odoo's own prefork workers."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from support.visitor import Api, Stage, sign_up


def _at_once(count, work):
    """Run ``work(number)`` in as many threads, all let go at the same moment."""
    start = Barrier(count)

    def one(number):
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_racing_buyers_get_exactly_the_seats_that_there_are(server):
    stage = Stage(server, capacity=13)
    visitors = [Api(server) for _ in range(40)]

    answers = _at_once(
        40, lambda n: visitors[n].hold(stage.slot_id, {stage.categories[0]: 1})
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 13 + [409] * 27
    refused = [a.json()["error"]["code"] for a in answers if a.status_code == 409]
    assert set(refused) == {"slot_full"}
    assert stage.pool() == (13, 13)
    assert stage.seats_left(Api(server)) == 0


def test_mixed_group_sizes_never_leave_a_fitting_group_outside(server):
    stage = Stage(server, capacity=20)
    visitors = [Api(server) for _ in range(24)]
    sizes = [1 + n % 3 for n in range(24)]  # 48 seats wanted of 20

    answers = _at_once(
        24, lambda n: visitors[n].hold(stage.slot_id, {stage.categories[0]: sizes[n]})
    )

    assert {a.status_code for a in answers} <= {201, 409}
    held = sum(
        size for size, a in zip(sizes, answers, strict=True) if a.status_code == 201
    )
    left = 20 - held
    refused = [
        size for size, a in zip(sizes, answers, strict=True) if a.status_code == 409
    ]
    assert left >= 0
    assert all(size > left for size in refused), (
        "a group was refused seats that it fits"
    )
    assert stage.pool() == (held, held)


def test_seats_that_ran_out_are_sold_again_in_the_rush(server):
    stage = Stage(server, capacity=10)
    for _ in range(5):
        Api(server).hold(stage.slot_id, {stage.categories[0]: 2}).raise_for_status()
    assert stage.seats_left(Api(server)) == 0
    server.query(
        "UPDATE museum_hold SET expires_at = now() AT TIME ZONE 'UTC'"
        " - INTERVAL '1 second' WHERE slot_id = %s",
        [stage.slot_id],
    )
    assert stage.seats_left(Api(server)) == 10  # at once, without any job

    visitors = [Api(server) for _ in range(30)]
    answers = _at_once(
        30, lambda n: visitors[n].hold(stage.slot_id, {stage.categories[0]: 1})
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 10 + [409] * 20
    assert stage.pool() == (10, 10)


def test_a_repeated_request_holds_once(server):
    stage = Stage(server, capacity=10)
    visitor = Api(server)
    visitor.get("/cart")
    first = visitor.hold(stage.slot_id, {stage.categories[0]: 1})  # has a session now
    assert first.status_code == 201
    key = str(uuid.uuid4())

    answers = _at_once(
        6, lambda n: visitor.hold(stage.slot_id, {stage.categories[1]: 2}, key=key)
    )

    assert 201 in {a.status_code for a in answers}
    assert {a.status_code for a in answers} <= {201, 409}
    assert stage.pool() == (3, 3)
    assert visitor.get("/cart").json()["tickets"] == 3


def test_one_ticket_at_sixteen_gates_is_admitted_once(server):
    stage = Stage(server, capacity=5, start_minutes=5)
    login = sign_up(server, "gate-race")
    booking = Api(server, login).pay(stage.slot_id, {stage.categories[0]: 1})
    (code,) = [ticket["code"] for ticket in booking["tickets"]]
    gates = [Api(server, "gate") for _ in range(16)]

    answers = _at_once(16, lambda n: gates[n].scan(code, stage.gate_id))

    verdicts = sorted(answer.json()["verdict"] for answer in answers)
    assert verdicts == ["already_used"] * 15 + ["granted"]
    logged = server.query(
        "SELECT verdict, COUNT(*) FROM museum_scan scan"
        " JOIN museum_ticket ticket ON ticket.id = scan.ticket_id"
        " WHERE ticket.code = %s GROUP BY verdict ORDER BY verdict",
        [code],
    )
    assert logged == [("already_used", 15), ("granted", 1)]


def test_webhook_and_browser_confirm_once(server):
    """The sandbox sends its webhooks while the browser hands its answer in."""
    stage = Stage(server, capacity=8)
    logins = [sign_up(server, f"both-{n}") for n in range(4)]
    visitors = [Api(server, login) for login in logins]

    bookings = _at_once(
        4, lambda n: visitors[n].pay(stage.slot_id, {stage.categories[0]: 2})
    )

    assert [b["state"] for b in bookings] == ["confirmed"] * 4
    assert [b["money_state"] for b in bookings] == ["paid"] * 4
    assert [len(b["tickets"]) for b in bookings] == [2] * 4
    assert stage.pool() == (8, 8)
    books = server.query(
        """
        SELECT COUNT(DISTINCT move.id), bool_and(move.payment_state
               IN ('paid', 'in_payment')), SUM(DISTINCT move.amount_total)
          FROM museum_booking booking
          JOIN sale_order_line line ON line.museum_booking_id = booking.id
          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
          JOIN account_move_line item ON item.id = rel.invoice_line_id
          JOIN account_move move ON move.id = item.move_id
         WHERE booking.slot_id = %s
        """,
        [stage.slot_id],
    )
    assert books[0][0] == 4 and books[0][1]
