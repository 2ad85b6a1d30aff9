"""A guest on a phone: buys without an account, finds the booking in another browser,
and then keeps it in an account.
"""

import pytest
from support.browser import Contexts
from support.visitor import Stage
from test_whole_loop import PHONE, Walk


class GuestWalk(Walk):
    """The whole loop without a login; then what a guest does later."""

    def __init__(self, *args):
        super().__init__(*args)
        # A number of its own: it is one of the ways to find the booking.
        self.phone = f"+9198{int(self.email[6:14], 16) % 10**8:08d}"

    def go_on_as_guest(self):
        page = self.page
        page.wait_for_url("**/web/login/code**")
        page.get_by_role("button", name="Continue as a guest").click()
        page.wait_for_url("**/shop/payment**")
        page.wait_for_load_state("networkidle")

    def pay_as_guest(self):
        page = self.page
        page.get_by_label("Name", exact=True).fill("Meera Kulkarni")
        page.get_by_label("E-mail", exact=True).fill(self.email)
        page.get_by_label("Phone", exact=True).fill(self.phone)
        page.get_by_label("I accept the terms").check()
        page.locator("button[name='o_payment_submit_button']:visible").click()
        page.locator("#rzp-sandbox-pay-upi").click()
        page.wait_for_url("**/shop/confirmation**", timeout=60_000)
        page.get_by_role("heading", name="See you on").first.wait_for()
        self.seen["done"] = page.locator("main").inner_text()
        self.reference = self.server.query(
            "SELECT booking.name FROM museum_booking booking"
            " JOIN res_partner partner ON partner.id = booking.partner_id"
            " WHERE partner.email = %s",
            [self.email],
        )[0][0]
        page.reload()
        page.get_by_role("heading", name="See you on").first.wait_for()
        # Where "Back" leads: nothing is left to pay, and it is no empty shop.
        page.goto(f"{self.server.url}/shop/payment")
        page.wait_for_url("**/shop/confirmation**")
        page.get_by_role("heading", name="See you on").first.wait_for()

    def find_again(self, page):
        """In a browser that knows nothing."""
        self.page = page
        page.goto(f"{self.server.url}/my/tickets/{self.reference}")
        page.wait_for_url("**/web/login**")
        page.goto(f"{self.server.url}/bookings/find")
        page.get_by_label("Booking reference").fill(self.reference.lower())
        page.get_by_label("E-mail or phone of the booking").fill(self.email)
        page.get_by_role("button", name="Send the code").click()
        page.get_by_label("Code of six digits").wait_for()
        page.get_by_label("Code of six digits").fill(self.mailbox.code(self.email))
        page.get_by_role("button", name="Show my booking").click()
        page.wait_for_url(f"**/my/tickets/{self.reference}")
        self.seen["found"] = page.locator("main").inner_text()

    def become_account(self):
        page = self.page
        # The limit counts seconds; a visitor has read the page meanwhile.
        page.get_by_role("button", name="Send the code").click()
        page.wait_for_url("**/web/login/code**")
        page.get_by_label("Code of six digits").fill(self.mailbox.code(self.email, 2))
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/my/tickets?claimed=1")
        self.seen["mine"] = page.locator("main").inner_text()


@pytest.fixture(scope="module")
def guest(server, browser, mailbox):
    contexts = Contexts(browser)
    stage = Stage(server, capacity=6, start_minutes=20)
    walk = GuestWalk(server, stage, contexts.new(**PHONE).new_page(), mailbox)
    try:
        walk.choose()
        walk.hold()
        walk.go_on_as_guest()
        walk.pay_as_guest()
        walk.find_again(contexts.new(**PHONE).new_page())
        walk.become_account()
        walk.problems = list(contexts.problems)
        yield walk
    except BaseException:
        contexts.screenshots("guest")
        raise
    finally:
        contexts.close()


def test_tickets_are_shown_to_the_guest_at_once(guest):
    assert guest.title in guest.seen["done"]
    assert guest.reference in guest.seen["done"]
    assert "Keep your bookings in an account" in guest.seen["done"]
    assert guest.stage.pool()[0] == 3


def test_booking_is_found_in_a_fresh_browser(guest):
    assert guest.title in guest.seen["found"]
    assert "Download PDF" in guest.seen["found"]


def test_account_holds_what_the_guest_bought(guest):
    assert "is in your account now" in " ".join(guest.seen["mine"].split())
    assert guest.title in guest.seen["mine"]
    assert guest.server.query(
        "SELECT count(*) FROM res_users users"
        " JOIN museum_booking booking ON booking.partner_id = users.partner_id"
        " WHERE users.login = %s AND booking.name = %s",
        [guest.email, guest.reference],
    ) == [(1,)]


def test_browser_had_nothing_to_complain_of(guest):
    assert guest.problems == []
