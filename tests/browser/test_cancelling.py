"""A visitor on a phone gives one of two tickets back, and sees the amount first."""

import pytest
from support.accessibility import grave_violations
from support.browser import Contexts
from support.visitor import Api, Stage, sign_up
from test_whole_loop import PHONE


class CancelWalk:
    def __init__(self, server, page, stage, booking):
        self.server, self.page, self.stage = server, page, stage
        self.reference, self.total = booking["reference"], booking["total_minor"] / 100
        self.seen = {}

    def open(self):
        self.page.goto(f"{self.server.url}/my/tickets/{self.reference}")
        self.seen["ticket"] = self._text()
        self.page.get_by_role("link", name="Cancel this visit").click()
        self.page.wait_for_url("**/cancel")
        self.seen["all"] = self._text()
        self.seen["wide"] = self._is_too_wide()
        self.seen["small"] = self._too_small()
        self.seen["axe"] = grave_violations(self.page)

    def choose_one(self):
        self.page.get_by_role("checkbox").first.uncheck()
        # Another choice than the one whose amount is shown: nothing is cancelled.
        self.page.get_by_role("button", name="Cancel 2 tickets").click()
        self.page.get_by_text("You chose other tickets").wait_for()
        self.seen["one"] = self._text()
        self.seen["taken"] = self.stage.pool()

    def confirm(self):
        self.page.get_by_role("button", name="Cancel this ticket").click()
        self.page.wait_for_url("**cancelled=1**")
        self.seen["done"] = self._text()

    def _text(self):
        return " ".join(self.page.locator("main").inner_text().split())

    def _is_too_wide(self):
        return self.page.evaluate(
            "document.documentElement.scrollWidth > window.innerWidth"
        )

    def _too_small(self):
        """What is pressed here and is lower than 44 pixels."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll(
                '.o_museum_cancelling button, .o_museum_cancelling a.btn,'
                + ' .o_museum_cancelling label')]
                .filter((node) => node.getBoundingClientRect().height < 44)
                .map((node) => node.innerText)"""
        )


@pytest.fixture(scope="module")
def walk(server, browser):
    stage = Stage(server, capacity=6, start_minutes=30 * 60)
    login = sign_up(server, "cancels")
    buyer = Api(server, login)
    booking = buyer.pay(stage.slot_id, {stage.categories[0]: 2})
    contexts = Contexts(browser)
    context = contexts.new(**PHONE)
    context.add_cookies(
        [
            {
                "name": "session_id",
                "value": buyer.http.cookies["session_id"],
                "url": server.url,
            }
        ]
    )
    walk = CancelWalk(server, context.new_page(), stage, booking)
    try:
        walk.open()
        walk.choose_one()
        walk.confirm()
        walk.problems = list(contexts.problems)
        yield walk
    except BaseException:
        contexts.screenshots("cancelling")
        raise
    finally:
        contexts.close()


def test_ticket_page_says_until_when_how_much_comes_back(walk):
    assert "If you cannot come" in walk.seen["ticket"]
    assert "all your money back" in walk.seen["ticket"]


def test_amount_is_shown_before_the_act_and_follows_the_choice(walk):
    assert f"{walk.total:,.2f} back" in walk.seen["all"]
    assert f"{walk.total / 2:,.2f} back" in walk.seen["one"]
    assert walk.seen["taken"] == (2, 2)


def test_one_ticket_is_given_back_with_its_seat_and_money(walk):
    assert "The others stay valid" in walk.seen["done"]
    assert f"{walk.total / 2:,.2f}" in walk.seen["done"]
    assert walk.stage.pool() == (1, 1)
    assert walk.server.query(
        "SELECT refund.amount, refund.origin FROM museum_refund refund"
        " JOIN museum_booking booking ON booking.id = refund.booking_id"
        " WHERE booking.name = %s",
        [walk.reference],
    ) == [(walk.total / 2, "visitor")]


def test_page_fits_a_phone_and_a_thumb(walk):
    assert not walk.seen["wide"]
    assert walk.seen["small"] == []
    assert walk.seen["axe"] == []


def test_browser_had_nothing_to_complain_of(walk):
    assert walk.problems == []
