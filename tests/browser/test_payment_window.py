# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Razorpay's window (the sandbox's), on a phone and at a desk: however it ends, the
visitor lands on a page that tells the truth and what to do next.
"""

import pytest
import requests
from support import money
from support.sandbox import wait_for
from support.visitor import Api, Stage, sign_up
from support.walking import SIZES

CHARGED_NOTHING = "Nothing was charged"
PAY = "button[name='o_payment_submit_button']:visible"


@pytest.fixture(scope="module")
def stage(server):
    return Stage(server, capacity=200, start_minutes=120)


@pytest.fixture
def sandbox(server):
    """The control API of the run's sandbox; its switches are put back."""

    def control(path, body=None):
        answer = requests.post(
            f"{server.sandbox_url}/_sandbox/{path}", json=body or {}, timeout=30
        )
        answer.raise_for_status()
        return answer.json()

    yield control
    control(
        "switches",
        {"paused": False, "api_failures": 0, "late_seconds": 8, "fail_paths": ""},
    )


@pytest.fixture(params=list(SIZES))
def buyer(request, server, stage, contexts, sandbox):
    """A visitor with two seats in the cart, before the window."""
    return Buyer(server, stage, contexts, sandbox, SIZES[request.param])


class Buyer:
    """A visitor in the browser; his Razorpay order, and what became of it."""

    def __init__(self, server, stage, contexts, sandbox, options):
        self.server, self.contexts, self.sandbox = server, contexts, sandbox
        self.api = Api(server, sign_up(server, "window"))
        held = self.api.hold(stage.slot_id, {stage.categories[0]: 2})
        self.reference = held.json()["item"]["reference"]
        self.context = contexts.new(reduced_motion="reduce", **options)
        session = self.api.http.cookies["session_id"]
        cookie = {"name": "session_id", "value": session, "url": server.url}
        self.context.add_cookies([cookie])
        self.page = self.context.new_page()

    def go(self, path):
        self.page.goto(self.server.url + path)

    def summary(self):
        self.go("/shop/checkout?try_skip_step=true")
        self.page.get_by_text("Seats held for").first.wait_for()  # its scripts run
        self.page.get_by_label("I accept the terms").check()

    def open(self):
        """Up to Razorpay's window."""
        self.summary()
        self.press_pay()

    def press_pay(self):
        self.page.locator(PAY).click()
        self.page.locator("#rzp-sandbox-pay-upi:enabled").wait_for()

    def press(self, name):
        self.page.locator(f"#rzp-sandbox-{name}").click()

    @property
    def notice(self):
        return self.page.locator("[name='o_razorpay_notice']")

    def sees(self, text):
        self.notice.filter(has_text=text).wait_for()
        self.page.locator(PAY).and_(self.page.locator(":enabled")).wait_for()

    def razorpay_order(self):
        ((order_id,),) = self.server.query(
            "SELECT tx.razorpay_order_id FROM payment_transaction tx"
            " JOIN sale_order_transaction_rel rel ON rel.transaction_id = tx.id"
            " JOIN museum_booking booking ON booking.order_id = rel.sale_order_id"
            " WHERE booking.name = %s AND tx.razorpay_order_id IS NOT NULL"
            " ORDER BY tx.id DESC LIMIT 1",
            [self.reference],
        )
        return order_id

    def pay_elsewhere(self, outcome="paid"):
        """As a UPI app does: the browser takes no part."""
        return self.sandbox(f"orders/{self.razorpay_order()}/pay", {"outcome": outcome})

    def state(self):
        return self.server.query(
            "SELECT booking.state, booking.money_state,"
            " (SELECT COUNT(*) FROM museum_ticket t WHERE t.booking_id = booking.id)"
            " FROM museum_booking booking WHERE booking.name = %s",
            [self.reference],
        )[0]

    def has_tickets(self):
        """On the page, and once in the books."""
        self.page.wait_for_url("**/shop/confirmation**", timeout=60_000)
        self.page.get_by_role("heading", name="See you on").first.wait_for(
            timeout=60_000
        )
        self.is_sold()

    def is_sold(self):
        wait_for(lambda: self.state() == ("confirmed", "paid", 2), timeout=30)
        money.assert_agrees(self.server, self.razorpay_order())

    def may_change_the_cart(self):
        """The payment was given up: nothing is frozen."""
        assert self.api.get("/cart").status_code == 200
        answer = self.api.http.delete(
            f"{self.server.url}/api/v1/cart/items/{self.reference}",
            json={},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text

    def fits(self):
        page = self.page
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], "the page is wider than the screen"
        # Screen readers hear it, and it is where the visitor looks.
        assert self.notice.get_attribute("role") == "status"
        assert self.notice.evaluate(
            "el => { const box = el.getBoundingClientRect();"
            " return box.top >= 0 && box.bottom <= innerHeight; }"
        )


def test_closed_then_paid(buyer):
    buyer.open()
    buyer.press("close")
    buyer.sees(CHARGED_NOTHING)
    buyer.fits()
    first = buyer.razorpay_order()
    buyer.press_pay()
    assert buyer.razorpay_order() == first
    buyer.press("pay-upi")
    buyer.has_tickets()


def test_closed_by_escape_then_the_cart_is_changed(buyer):
    buyer.open()
    buyer.page.keyboard.press("Escape")
    buyer.sees(CHARGED_NOTHING)
    buyer.may_change_the_cart()


def test_failed_says_the_banks_reason(buyer):
    buyer.open()
    buyer.press("fail")
    buyer.page.locator("#rzp-sandbox-error", has_text="bank declined").wait_for()
    buyer.press("close")
    buyer.sees("The payment did not go through")
    buyer.sees("bank declined")
    buyer.fits()
    assert buyer.state() == ("awaiting_payment", "unpaid", 0) or (
        buyer.state() == ("pending", "unpaid", 0)
    )


def test_failed_then_retried_in_the_window(buyer):
    buyer.open()
    buyer.press("fail-retry")
    buyer.has_tickets()


def test_failed_then_another_method(buyer):
    buyer.open()
    buyer.press("fail")
    buyer.page.locator("#rzp-sandbox-error", has_text="bank declined").wait_for()
    buyer.press("pay-netbanking")
    buyer.has_tickets()


def test_late_answer_of_the_bank_after_the_window_was_closed(buyer):
    buyer.sandbox("switches", {"late_seconds": 3})
    buyer.open()
    buyer.press("late")
    buyer.page.locator("#rzp-sandbox-error", has_text="in time").wait_for()
    buyer.press("close")
    buyer.sees("in time")
    buyer.is_sold()
    # Whoever looks at the cart, or pays again, is told that it is done.
    buyer.page.locator(PAY).click()
    buyer.has_tickets()


def test_tab_closed_paid_and_back_by_cart_and_my_tickets(buyer):
    buyer.sandbox("switches", {"paused": True})
    buyer.open()
    buyer.pay_elsewhere()
    buyer.page.close()
    buyer.page = buyer.context.new_page()
    # Before any webhook: the cart is still frozen for the payment, and says so.
    buyer.go("/shop/cart")
    assert CHARGED_NOTHING not in buyer.page.locator("main").inner_text()
    buyer.sandbox("switches", {"paused": False})
    buyer.is_sold()
    buyer.go("/my/tickets")
    buyer.page.locator(f"main a[href*='{buyer.reference}']").first.wait_for()
    buyer.go("/shop/payment")
    buyer.has_tickets()


def test_tab_closed_unpaid_and_back_by_the_cart(buyer):
    buyer.open()
    buyer.page.close()
    buyer.page = buyer.context.new_page()
    buyer.go("/shop/cart")
    buyer.page.get_by_text("Seats held for").first.wait_for()
    buyer.summary()
    buyer.press_pay()
    buyer.press("pay-card")
    buyer.has_tickets()


def test_script_that_does_not_load(buyer):
    buyer.context.route("**/v1/checkout.js", lambda route: route.abort())
    buyer.summary()
    buyer.page.locator(PAY).click()
    buyer.sees("could not be loaded")
    buyer.sees(CHARGED_NOTHING)
    buyer.fits()
    buyer.may_change_the_cart()


def test_closed_and_nobody_could_be_asked(buyer):
    """The bank does not answer us: we do not know, and do not say that we know."""
    buyer.open()
    buyer.sandbox("switches", {"api_failures": 99})
    buyer.press("close")
    buyer.sees("cannot ask the bank")
    assert CHARGED_NOTHING not in buyer.notice.inner_text()
    buyer.fits()
    buyer.sandbox("switches", {"api_failures": 0})
    buyer.press_pay()
    buyer.press("pay-upi")
    buyer.has_tickets()


def test_closed_without_network(buyer):
    buyer.open()
    buyer.context.route("**/cart/reopen", lambda route: route.abort())
    buyer.press("close")
    buyer.sees("do not know")
    assert CHARGED_NOTHING not in buyer.notice.inner_text()
    buyer.fits()


def test_closed_and_the_upi_app_pays_then(buyer):
    buyer.open()
    buyer.press("close")
    buyer.sees(CHARGED_NOTHING)
    buyer.sandbox("switches", {"paused": True})
    buyer.pay_elsewhere()
    # The visitor does not know, and pays again: he is not charged twice.
    buyer.page.locator(PAY).click()
    buyer.has_tickets()


def test_closed_while_the_upi_app_still_asks(buyer):
    """Nothing was charged yet; approved afterwards it counts all the same."""
    buyer.open()
    payment_id = buyer.pay_elsewhere("pending")["razorpay_payment_id"]
    buyer.press("close")
    buyer.sees(CHARGED_NOTHING)
    buyer.sandbox(f"payments/{payment_id}/authorise")
    buyer.is_sold()
    buyer.page.locator(PAY).click()
    buyer.has_tickets()
