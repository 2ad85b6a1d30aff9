"""Two tabs at one moment: one begins to pay, the other changes the cart."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support.visitor import Api, Stage, sign_up

ROUNDS = 8


@pytest.fixture(scope="module")
def stage(server):
    return Stage(server, capacity=200)


def _of_open_payments(server, reference):
    """(what the payment was opened for, what the visit is) of open payments."""
    return server.query(
        """
        SELECT tx.amount::float, orders.amount_total::float
          FROM payment_transaction tx
          JOIN museum_booking_payment_transaction_rel rel
            ON rel.payment_transaction_id = tx.id
          JOIN museum_booking booking ON booking.id = rel.museum_booking_id
          JOIN sale_order orders ON orders.id = booking.order_id
         WHERE booking.name = %s AND tx.state = 'draft'
           AND booking.state = 'awaiting_payment'
        """,
        [reference],
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [((1, 0), (3, 0)), ((1, 0), (0, 2))],
    ids=["another total", "the same total"],
)
def test_paying_and_changing_at_once(server, stage, before, after):
    """Whoever comes second is refused; never does a payment stand for another cart."""
    adult, child = stage.categories
    outcomes = set()
    for number in range(ROUNDS):
        login = sign_up(server, f"tabs-{number}")
        paying, changing = Api(server, login), Api(server, login)
        wanted = {adult: before[0], child: before[1]}
        held = paying.hold(stage.slot_id, {k: v for k, v in wanted.items() if v})
        reference = held.json()["item"]["reference"]
        changing.get("/cart").raise_for_status()
        paying.post("/bookings/summary", {"accept_terms": True}).raise_for_status()
        start = Barrier(2)

        def pay(paying=paying, start=start):
            start.wait(30)
            return paying.post("/payments/create-order", {})

        def change(changing=changing, start=start, reference=reference):
            start.wait(30)
            numbers = zip((adult, child), after, strict=True)
            return changing.http.patch(
                f"{server.url}/api/v1/cart/items/{reference}",
                json={"categories": [{"id": k, "quantity": v} for k, v in numbers]},
                timeout=60,
            )

        with ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(pay), pool.submit(change)]
            paid, changed = [job.result() for job in jobs]
        # 422: the cart was changed first, and its terms have to be accepted again.
        assert paid.status_code in (200, 409, 422), paid.text
        assert changed.status_code in (200, 409), changed.text
        assert not (paid.ok and changed.ok), "both went through"
        outcomes.add((paid.ok, changed.ok))
        for amount, total in _of_open_payments(server, reference):
            assert amount == total
    assert stage.pool()[0] == stage.pool()[1]
    assert outcomes & {(True, False), (False, True)}, "nobody ever came first"
