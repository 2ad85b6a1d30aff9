# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Razorpay sandbox by itself: a real process, spoken to over HTTP. No Odoo."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests
from support import sandbox as support

KEYS = json.loads(support.KEYS_FILE.read_text())


@pytest.fixture
def sandbox(tmp_path):
    process = support.Sandbox(tmp_path / "state")
    yield process
    process.kill()


@pytest.fixture
def receiver():
    with support.Receiver() as server:
        yield server


@pytest.fixture
def delivering(tmp_path, receiver):
    """A sandbox that posts its webhooks to `receiver`."""
    process = support.Sandbox(tmp_path / "state", receiver.url)
    yield process
    process.kill()


def new_order(sandbox, amount=5000, **extra):
    body = {"amount": amount, "currency": "INR", "payment": {"capture": "automatic"}}
    return sandbox.api("POST", "orders", {**body, **extra})


class TestApi:
    def test_says_that_it_is_a_sandbox_everywhere(self, sandbox):
        assert sandbox.raw("GET", "/health").json()["sandbox"] is True
        assert "no real money" in sandbox.raw("GET", "/").text
        assert "SANDBOX" in sandbox.raw("GET", "/v1/checkout.js").text
        assert sandbox.raw("GET", "/v1/orders").headers["X-Sandbox"]

    def test_listens_on_loopback_only_and_under_no_other_name(self, sandbox):
        answer = sandbox.raw("GET", "/health", headers={"Host": "evil.example:80"})
        assert answer.status_code == 403

    def test_wants_the_keys(self, sandbox):
        for auth in (None, ("wrong", support.KEY_SECRET), (support.KEY_ID, "wrong")):
            answer = sandbox.raw("GET", "/v1/orders", auth=auth)
            assert answer.status_code == 401, auth

    def test_order_has_razorpays_fields(self, sandbox):
        order = new_order(sandbox, receipt="receipt#1", notes={"key1": "value3"})
        assert sorted(order) == sorted(KEYS["order"])
        assert order["status"] == "created"
        assert (order["amount_due"], order["amount_paid"]) == (5000, 0)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"amount": 99, "currency": "INR"},
            {"amount": 10.5, "currency": "INR"},
            {"amount": True, "currency": "INR"},
            {"amount": 100},
            {"amount": 100, "currency": "rupees"},
            {"amount": 100, "currency": "INR", "receipt": "x" * 41},
            {"amount": 100, "currency": "INR", "notes": {str(n): 1 for n in range(16)}},
            {"amount": 100, "currency": "INR", "notes": {"a": "x" * 257}},
            {"amount": 100, "currency": "INR", "method": "cash"},
        ],
    )
    def test_bad_orders_are_refused_in_razorpays_shape(self, sandbox, body):
        error = sandbox.api("POST", "orders", body, status=400)["error"]
        assert error["code"] == "BAD_REQUEST_ERROR"
        assert error["description"]
        assert set(KEYS["error"]) <= {*error, "field"}

    def test_unique_receipt_gives_the_same_order(self, sandbox):
        first = new_order(sandbox, receipt="S1", unique_receipt=True)
        assert new_order(sandbox, receipt="S1", unique_receipt=True) == first
        other = {"amount": 100, "currency": "INR", "receipt": "S1"}
        sandbox.api("POST", "orders", {**other, "unique_receipt": True}, status=400)
        assert sandbox.api("POST", "orders", other)["id"] != first["id"]

    def test_customers_are_found_again(self, sandbox):
        body = {"name": "A", "email": "a@example.com", "contact": "+911234567890"}
        first = sandbox.api("POST", "customers", body)
        sandbox.api("POST", "customers", body, status=400)
        again = sandbox.api("POST", "customers", {**body, "fail_existing": "0"})
        assert again["id"] == first["id"]

    def test_unknown_ids_are_refused(self, sandbox):
        for path in ("orders/order_x", "payments/pay_x", "orders/order_x/payments"):
            sandbox.api("GET", path, status=400)
        sandbox.api("GET", "nothing", status=404)


class TestPayments:
    def test_paid_order_is_captured_signed_and_paid(self, sandbox):
        order = new_order(sandbox)
        answer = sandbox.pay(order["id"], "paid", method="netbanking")
        ids = f"{order['id']}|{answer['razorpay_payment_id']}"
        assert answer["razorpay_signature"] == support.hmac_hex(support.KEY_SECRET, ids)
        payment = sandbox.api("GET", f"payments/{answer['razorpay_payment_id']}")
        assert set(KEYS["payment"]) <= set(payment)
        assert (payment["status"], payment["captured"]) == ("captured", True)
        assert payment["fee"] > 0
        order = sandbox.api("GET", f"orders/{order['id']}")
        assert (order["status"], order["amount_due"]) == ("paid", 0)

    def test_retry_is_a_new_payment_on_the_same_order(self, sandbox):
        order = new_order(sandbox)
        failed = sandbox.pay(order["id"], "failed")
        assert failed["error"]["description"]
        assert sandbox.api("GET", f"orders/{order['id']}")["status"] == "attempted"
        sandbox.pay(order["id"], "paid")
        payments = sandbox.api("GET", f"orders/{order['id']}/payments")
        assert [p["status"] for p in payments["items"]] == ["failed", "captured"]
        assert payments["entity"] == "collection"

    def test_paid_order_takes_no_second_payment(self, sandbox):
        order = new_order(sandbox)
        sandbox.pay(order["id"], "paid")
        sandbox.pay(order["id"], "paid", status=400)

    def test_fifty_at_once_pay_an_order_once(self, sandbox):
        order = new_order(sandbox)

        def attempt(_number):
            path = f"/_sandbox/orders/{order['id']}/pay"
            return sandbox.raw("POST", path, json={"outcome": "paid"}).status_code

        with ThreadPoolExecutor(16) as pool:
            codes = list(pool.map(attempt, range(50)))
        assert codes.count(200) == 1
        assert codes.count(400) == 49

    def test_manual_capture_takes_the_exact_amount_once(self, sandbox):
        order = sandbox.api("POST", "orders", {"amount": 500, "currency": "INR"})
        payment_id = sandbox.pay(order["id"], "paid")["razorpay_payment_id"]
        path = f"payments/{payment_id}/capture"
        assert sandbox.api("GET", f"payments/{payment_id}")["status"] == "authorized"
        sandbox.api("POST", path, {"amount": 400, "currency": "INR"}, status=400)
        sandbox.api("POST", path, {"amount": "x"}, status=400)
        taken = sandbox.api("POST", path, {"amount": 500, "currency": "INR"})
        assert taken["status"] == "captured"
        sandbox.api("POST", path, {"amount": 500, "currency": "INR"}, status=400)

    def test_late_authorisation_comes_by_itself(self, sandbox):
        sandbox.switch(late_seconds=0.2)
        order = new_order(sandbox)
        payment_id = sandbox.pay(order["id"], "late")["razorpay_payment_id"]
        assert sandbox.api("GET", f"payments/{payment_id}")["status"] == "failed"
        support.wait_for(
            lambda: sandbox.api("GET", f"payments/{payment_id}")["status"] == "captured"
        )

    def test_late_authorisation_of_a_paid_order_goes_back(self, sandbox):
        sandbox.switch(late_seconds=None)
        order = new_order(sandbox)
        late = sandbox.pay(order["id"], "late")["razorpay_payment_id"]
        sandbox.pay(order["id"], "paid")
        sandbox.control(f"payments/{late}/authorise")
        payment = sandbox.api("GET", f"payments/{late}")
        assert payment["refund_status"] == "full"
        assert sandbox.api("GET", f"orders/{order['id']}")["amount_paid"] == 5000


class TestRefunds:
    def paid(self, sandbox, amount=5000):
        order = new_order(sandbox, amount)
        return sandbox.pay(order["id"], "paid")["razorpay_payment_id"]

    def refund(self, sandbox, payment_id, key=None, status=200, **body):
        headers = {"X-Refund-Idempotency": key} if key else {}
        path = f"payments/{payment_id}/refund"
        return sandbox.api("POST", path, body, status=status, headers=headers)

    def test_refund_has_razorpays_fields(self, sandbox):
        refund = self.refund(sandbox, self.paid(sandbox), amount=1000)
        assert sorted(refund) == sorted(KEYS["refund"])
        assert refund["status"] == "processed"

    def test_partial_refunds_end_at_the_amount(self, sandbox):
        payment_id = self.paid(sandbox)
        self.refund(sandbox, payment_id, amount=3000)
        self.refund(sandbox, payment_id, amount=2001, status=400)
        self.refund(sandbox, payment_id, amount=2000)
        self.refund(sandbox, payment_id, status=400)
        payment = sandbox.api("GET", f"payments/{payment_id}")
        assert (payment["refund_status"], payment["status"]) == ("full", "refunded")

    def test_only_captured_money_goes_back(self, sandbox):
        order = new_order(sandbox)
        failed = sandbox.pay(order["id"], "failed")["razorpay_payment_id"]
        self.refund(sandbox, failed, status=400)

    def test_same_key_same_refund_other_body_refused(self, sandbox):
        payment_id, key = self.paid(sandbox), "key-0123456789"
        first = self.refund(sandbox, payment_id, key, amount=1000)
        assert self.refund(sandbox, payment_id, key, amount=1000) == first
        error = self.refund(sandbox, payment_id, key, amount=2000, status=400)
        assert "idempotency key" in error["error"]["description"]
        self.refund(sandbox, payment_id, "short", amount=1000, status=400)
        assert sandbox.api("GET", f"payments/{payment_id}")["amount_refunded"] == 1000

    def test_second_request_while_the_first_is_in_work_gets_409(self, sandbox):
        payment_id, key = self.paid(sandbox), "key-0123456789"
        sandbox.switch(refund_seconds=2)
        codes = []

        def ask():
            headers = {"X-Refund-Idempotency": key}
            path = f"/v1/payments/{payment_id}/refund"
            answer = sandbox.raw("POST", path, json={"amount": 1000}, headers=headers)
            codes.append(answer.status_code)

        # Which of the two comes first is chance; the other finds it in work.
        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(codes) == [200, 409]
        assert sandbox.api("GET", f"payments/{payment_id}")["amount_refunded"] == 1000

    def test_refused_refund_frees_its_key(self, sandbox):
        payment_id, key = self.paid(sandbox), "key-0123456789"
        self.refund(sandbox, payment_id, key, amount=9000, status=400)
        self.refund(sandbox, payment_id, key, amount=9000, status=400)

    def test_pending_refund_fails_and_frees_the_amount(self, sandbox):
        sandbox.switch(refund_mode="pending")
        payment_id = self.paid(sandbox)
        refund = self.refund(sandbox, payment_id)
        assert refund["status"] == "pending"
        sandbox.control(f"refunds/{refund['id']}/fail")
        assert sandbox.api("GET", f"payments/{payment_id}")["amount_refunded"] == 0

    def test_refund_that_fails_at_once_moves_nothing(self, sandbox):
        sandbox.switch(refund_mode="failed")
        payment_id = self.paid(sandbox)
        refund = self.refund(sandbox, payment_id, amount=1000)
        assert refund["status"] == "failed"
        payment = sandbox.api("GET", f"payments/{payment_id}")
        assert (payment["amount_refunded"], payment["status"]) == (0, "captured")
        events = [item["event"] for item in sandbox.deliveries()][-2:]
        assert events == ["refund.created", "refund.failed"]
        assert sandbox.api("GET", "refunds")["items"][0]["id"] == refund["id"]

    def test_settlement_report_lists_payment_and_refund(self, sandbox):
        self.refund(sandbox, self.paid(sandbox), amount=1000)
        settlement = sandbox.control("settle")
        now = datetime.now(UTC)
        query = f"year={now.year}&month={now.month}&day={now.day}"
        report = sandbox.api("GET", f"settlements/recon/combined?{query}")
        assert [item["type"] for item in report["items"]] == ["payment", "refund"]
        for item in report["items"]:
            assert sorted(item) == sorted(KEYS["recon"])
        total = sum(item["credit"] - item["debit"] for item in report["items"])
        assert settlement["amount"] == total
        sandbox.api("GET", "settlements/recon/combined?year=2026&month=13", status=400)


class TestLedger:
    """Every paisa is captured, given back, a fee, taken by the bank or paid out."""

    def paid(self, sandbox, amount=5000):
        return sandbox.pay(new_order(sandbox, amount)["id"], "paid")[
            "razorpay_payment_id"
        ]

    def ledger(self, sandbox):
        ledger = sandbox.control("ledger", method="GET")
        for row in (ledger, *ledger["payments"].values()):
            left = row["captured"] - row["refunded"] - row["fee"] - row["disputed"]
            assert row["balance"] == left - row["settled"]
        return ledger

    def recon(self, sandbox, days=0):
        day = datetime.fromtimestamp(sandbox.control("clock")["now"], UTC)
        day -= timedelta(days=days)
        query = f"year={day.year}&month={day.month}&day={day.day}"
        return sandbox.api("GET", f"settlements/recon/combined?{query}")["items"]

    def test_counts_what_happened(self, sandbox):
        payment_id, other = self.paid(sandbox), self.paid(sandbox, 100000)
        failed = sandbox.pay(new_order(sandbox)["id"], "failed")["razorpay_payment_id"]
        sandbox.control(f"payments/{payment_id}/refund", {"amount": 1000})
        ledger = self.ledger(sandbox)
        assert (ledger["captured"], ledger["refunded"]) == (105000, 1000)
        assert (ledger["fee"], ledger["tax"]) == (2360 + 118, 360 + 18)
        assert ledger["balance"] == 105000 - 1000 - 2360 - 118
        assert ledger["payments"][failed]["captured"] == 0
        assert ledger["payments"][other]["balance"] == 100000 - 2360
        assert len(ledger["payments"][payment_id]["refunds"]) == 1

    def test_lost_dispute_is_taken_once_and_settled(self, sandbox):
        payment_id = self.paid(sandbox)
        opened = sandbox.control(f"payments/{payment_id}/dispute", {"amount": 4000})
        assert (opened["status"], opened["amount_deducted"]) == ("open", 0)
        assert self.ledger(sandbox)["disputed"] == 0
        lost = sandbox.control(f"payments/{payment_id}/dispute", {"status": "lost"})
        assert (lost["id"], lost["amount_deducted"]) == (opened["id"], 4000)
        assert sandbox.api("GET", f"disputes/{lost['id']}")["status"] == "lost"
        again = {"status": "lost"}
        sandbox.control(f"payments/{payment_id}/dispute", again, status=400)
        assert self.ledger(sandbox)["disputed"] == 4000
        settlement = sandbox.control("settle")
        rows = {item["type"]: item for item in self.recon(sandbox)}
        assert sorted(rows["adjustment"]) == sorted(KEYS["recon"])
        assert rows["adjustment"]["debit"] == 4000
        assert rows["adjustment"]["dispute_id"] == lost["id"]
        assert settlement["amount"] == 5000 - 118 - 4000
        assert self.ledger(sandbox)["balance"] == 0

    def test_won_dispute_takes_nothing(self, sandbox):
        payment_id = self.paid(sandbox)
        sandbox.control(f"payments/{payment_id}/dispute")
        sandbox.control(f"payments/{payment_id}/dispute", {"status": "won"})
        assert self.ledger(sandbox)["disputed"] == 0

    def test_settlement_waits_for_what_is_held_or_younger(self, sandbox):
        early = self.paid(sandbox)
        now = sandbox.control("clock", {"advance": 3600})["now"]
        late, held = self.paid(sandbox), self.paid(sandbox)
        first = sandbox.control("settle", {"upto": int(now) - 1800})
        second = sandbox.control("settle", {"hold": [held]})
        third = sandbox.control("settle")
        items = {item["entity_id"]: item for item in self.recon(sandbox)}
        assert items[early]["settlement_id"] == first["id"]
        assert items[late]["settlement_id"] == second["id"]
        assert items[held]["settlement_id"] == third["id"]
        assert len({first["utr"], second["utr"], third["utr"]}) == 3
        assert sandbox.api("GET", f"settlements/{first['id']}") == first
        assert sandbox.api("GET", "settlements")["items"] == [third, second, first]
        assert self.ledger(sandbox)["balance"] == 0


class TestClock:
    def test_time_passes_for_entities_and_survives_a_crash(self, tmp_path):
        first = support.Sandbox(tmp_path)
        before = new_order(first)["created_at"]
        first.control("clock", {"advance": 2 * 86400})
        first.kill()
        second = support.Sandbox(tmp_path)
        try:
            assert new_order(second)["created_at"] >= before + 2 * 86400
            second.control("clock", {"advance": "2 days"}, status=400)
        finally:
            second.kill()

    def test_late_payment_comes_when_its_time_has_come(self, sandbox):
        sandbox.switch(late_seconds=2 * 86400)
        payment_id = sandbox.pay(new_order(sandbox)["id"], "late")[
            "razorpay_payment_id"
        ]
        sandbox.control("clock", {"advance": 86400})
        assert sandbox.api("GET", f"payments/{payment_id}")["status"] == "failed"
        sandbox.control("clock", {"advance": 86400})
        support.wait_for(
            lambda: sandbox.api("GET", f"payments/{payment_id}")["status"] == "captured"
        )

    def test_dead_endpoint_is_given_up_after_a_day(self, delivering, receiver):
        receiver.answers = [503] * 3
        delivering.pay(new_order(delivering)["id"], "failed")
        support.wait_for(lambda: delivering.deliveries()[0]["tries"] >= 1)
        delivering.control("clock", {"advance": 23 * 3600})
        support.wait_for(lambda: delivering.deliveries()[0]["tries"] >= 2)
        assert delivering.deliveries()[0]["state"] == "pending"
        delivering.control("clock", {"advance": 2 * 3600})
        support.wait_for(lambda: delivering.deliveries()[0]["state"] == "failed")
        delivering.control(f"deliveries/{delivering.deliveries()[0]['id']}/redeliver")
        support.wait_for(lambda: delivering.deliveries()[0]["state"] == "delivered")

    def test_payments_of_a_time_are_listed_page_by_page(self, sandbox):
        start = int(sandbox.control("clock")["now"])
        early = sandbox.pay(new_order(sandbox)["id"], "paid")["razorpay_payment_id"]
        sandbox.control("clock", {"advance": 86400})
        late = [
            sandbox.pay(new_order(sandbox)["id"], "paid")["razorpay_payment_id"]
            for _number in range(3)
        ]

        def ids(query):
            items = sandbox.api("GET", f"payments?{query}")["items"]
            return [item["id"] for item in items]

        assert ids(f"from={start}&to={start + 3600}") == [early]
        assert ids(f"from={start + 3600}&count=2") == [late[2], late[1]]
        assert ids(f"from={start + 3600}&count=2&skip=2") == [late[0]]
        for query in ("count=0", "count=101", "from=today"):
            sandbox.api("GET", f"payments?{query}", status=400)


class TestState:
    def test_killed_sandbox_starts_where_it_was(self, tmp_path):
        first = support.Sandbox(tmp_path)
        order = new_order(first, receipt="R")
        paid = first.pay(order["id"], "paid")
        first.switch(delay=3)
        first.kill()
        second = support.Sandbox(tmp_path)
        try:
            payments = second.api("GET", f"orders/{order['id']}/payments")
            assert payments["items"][0]["id"] == paid["razorpay_payment_id"]
            assert second.control("switches", method="GET")["delay"] == 3
            assert len(second.deliveries()) == 3
        finally:
            second.kill()

    def test_control_takes_json_only(self, sandbox):
        answer = sandbox.raw("POST", "/_sandbox/reset", data="a=b")
        assert answer.status_code == 415
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_unknown_switches_are_refused(self, sandbox):
        answer = sandbox.raw("POST", "/_sandbox/switches", json={"dorp": ["*"]})
        assert answer.status_code == 400

    def test_failing_api_recovers(self, sandbox):
        sandbox.switch(api_failures=2)
        assert [sandbox.raw("GET", "/v1/orders").status_code for _n in range(3)] == [
            502,
            502,
            200,
        ]

    def test_lost_answer_has_done_its_work(self, sandbox):
        sandbox.switch(api_lose=1, fail_paths="POST /v1/orders$")
        sandbox.raw("GET", "/v1/orders")
        body = {"amount": 500, "currency": "INR", "receipt": "L"}
        with pytest.raises(requests.ConnectionError):
            sandbox.raw("POST", "/v1/orders", json=body)
        assert [item["receipt"] for item in sandbox.api("GET", "orders")["items"]] == [
            "L"
        ]
        assert sandbox.api("POST", "orders", body)["receipt"] == "L"

    def test_told_statuses_come_in_order_and_do_nothing(self, sandbox):
        sandbox.switch(api_status=[429, 503, 409], retry_after=7, fail_paths="POST")
        body = {"amount": 500, "currency": "INR"}
        for status in (429, 503, 409):
            answer = sandbox.raw("POST", "/v1/orders", json=body)
            assert answer.status_code == status
            assert answer.headers["Retry-After"] == "7"
            assert answer.json()["error"]["code"]
            assert sandbox.api("GET", "orders")["count"] == 0
        answer = sandbox.raw("POST", "/v1/orders", json=body)
        assert answer.status_code == 200
        assert "Retry-After" not in answer.headers

    def test_bad_switches_are_refused(self, sandbox):
        for values in ({"refund_mode": "maybe"}, {"fail_paths": "("}):
            answer = sandbox.raw("POST", "/_sandbox/switches", json=values)
            assert answer.status_code == 400, values


class TestWebhooks:
    def test_events_are_signed_and_in_razorpays_shape(self, delivering, receiver):
        order = new_order(delivering)
        delivering.pay(order["id"], "paid", method="card")
        receiver.wait(3)
        names = [json.loads(item.body)["event"] for item in receiver.items]
        assert names == ["payment.authorized", "payment.captured", "order.paid"]
        for item in receiver.items:
            expected = support.hmac_hex(support.WEBHOOK_SECRET, item.body)
            assert item.headers["X-Razorpay-Signature"] == expected
            event = json.loads(item.body)
            assert sorted(event) == sorted(KEYS["event"])
            payment = event["payload"]["payment"]["entity"]
            assert set(KEYS["webhook_payment"]) <= set(payment)
        ids = {item.headers["X-Razorpay-Event-Id"] for item in receiver.items}
        assert len(ids) == 3

    def test_snapshot_is_of_when_it_happened(self, delivering, receiver):
        order = new_order(delivering)
        delivering.pay(order["id"], "paid")
        receiver.wait(3)
        first = json.loads(receiver.items[0].body)
        assert first["payload"]["payment"]["entity"]["status"] == "authorized"

    def test_refused_delivery_comes_again_with_the_same_id(self, delivering, receiver):
        receiver.answers = [500, 404]
        order = new_order(delivering)
        delivering.pay(order["id"], "failed")
        receiver.wait(3, timeout=20)
        assert (
            len({item.headers["X-Razorpay-Event-Id"] for item in receiver.items}) == 1
        )
        support.wait_for(lambda: delivering.deliveries()[0]["state"] == "delivered")
        assert delivering.deliveries()[0]["tries"] == 3

    def test_drop_repeat_and_reorder(self, delivering, receiver):
        delivering.switch(drop=["payment.captured"], repeat=1, reorder=True)
        order = new_order(delivering)
        delivering.pay(order["id"], "paid")
        receiver.wait(4)
        names = [json.loads(item.body)["event"] for item in receiver.items]
        assert names == ["order.paid"] * 2 + ["payment.authorized"] * 2
        ids = [item.headers["X-Razorpay-Event-Id"] for item in receiver.items]
        assert len(set(ids)) == 2
        states = [item["state"] for item in delivering.deliveries()]
        assert states.count("dropped") == 2

    @pytest.mark.parametrize("kind", ["signature", "body"])
    def test_corrupted_deliveries_do_not_verify(self, delivering, receiver, kind):
        delivering.switch(corrupt=kind)
        order = new_order(delivering)
        delivering.pay(order["id"], "failed")
        receiver.wait(1)
        item = receiver.items[0]
        expected = support.hmac_hex(support.WEBHOOK_SECRET, item.body)
        assert item.headers["X-Razorpay-Signature"] != expected

    def test_paused_and_delayed_deliveries_wait(self, delivering, receiver):
        delivering.switch(paused=True)
        order = new_order(delivering)
        delivering.pay(order["id"], "failed")
        delivering.switch(paused=False, delay=60)
        receiver.wait(1)
        delivering.pay(order["id"], "failed")
        assert delivering.deliveries()[-1]["state"] == "pending"
        delivering.control("deliveries/flush")
        assert len(receiver.items) == 2

    def test_deliveries_are_listed_page_by_page(self, sandbox):
        for _number in range(170):
            sandbox.pay(new_order(sandbox)["id"], "paid")
        page = sandbox.deliveries()
        assert len(page) == 500
        path = f"deliveries?before={page[0]['id']}"
        rest = sandbox.control(path, method="GET")["items"]
        assert len(rest) == 10

    def test_redelivery_by_hand(self, delivering, receiver):
        order = new_order(delivering)
        delivering.pay(order["id"], "failed")
        receiver.wait(1)
        support.wait_for(lambda: delivering.deliveries()[0]["state"] == "delivered")
        delivering.control(f"deliveries/{delivering.deliveries()[0]['id']}/redeliver")
        receiver.wait(2)
        assert receiver.items[0].body == receiver.items[1].body

    def test_dispute_refund_settlement_and_any_event(self, delivering, receiver):
        order = new_order(delivering)
        payment_id = delivering.pay(order["id"], "paid")["razorpay_payment_id"]
        delivering.control(f"payments/{payment_id}/dispute")
        delivering.control(f"payments/{payment_id}/dispute", {"status": "won"})
        delivering.control(f"payments/{payment_id}/refund", {"amount": 1000})
        delivering.control("settle")
        delivering.control("events", {"event": "payment.downtime.started"})
        receiver.wait(9)
        names = [json.loads(item.body)["event"] for item in receiver.items][3:]
        assert names == [
            "payment.dispute.created",
            "payment.dispute.won",
            "refund.created",
            "refund.processed",
            "settlement.processed",
            "payment.downtime.started",
        ]


class TestCheckoutCalls:
    """What the window in the browser asks."""

    def test_window_needs_the_key_id_only(self, sandbox):
        order = new_order(sandbox)
        query = f"order_id={order['id']}&key_id={support.KEY_ID}"
        answer = sandbox.raw("GET", f"/v1/checkout/order?{query}", auth=None)
        assert answer.json()["amount"] == 5000
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        wrong = sandbox.raw("GET", f"/v1/checkout/order?order_id={order['id']}")
        assert wrong.status_code == 401

    def test_window_pays_and_fails(self, sandbox):
        order = new_order(sandbox)
        body = {
            "key_id": support.KEY_ID,
            "order_id": order["id"],
            "outcome": "failed",
            "email": "a@example.com",
        }
        failed = requests.post(f"{sandbox.url}/v1/checkout/pay", json=body, timeout=5)
        assert failed.status_code == 200
        assert "razorpay_signature" not in failed.json()
        assert failed.json()["error"]["metadata"]["order_id"] == order["id"]
        body["outcome"] = "paid"
        paid = requests.post(f"{sandbox.url}/v1/checkout/pay", json=body, timeout=5)
        payment = sandbox.api("GET", f"payments/{paid.json()['razorpay_payment_id']}")
        assert payment["email"] == "a@example.com"
