# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two visitors at one slot: seats change before the eyes, and no click ends nowhere."""

import re

import pytest
from support.visitor import Api, Stage

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def stage(server):
    """A time with three places, and two others near it."""
    stage = Stage(server, capacity=3, start_minutes=100)
    stage.others = [stage.add_slot(160), stage.add_slot(220)]
    stage.adult = stage.categories[0]
    return stage


def book(context, stage, tickets=2):
    """A page that has a time and tickets chosen; its clock is in the test's hand."""
    page = context.new_page()
    page.clock.install()
    api = Api(stage.server)
    url = api.get(f"/exhibitions/{stage.exhibition_id}").json()["url"]
    page.goto(
        f"{stage.server.url}{url}/book?slot={stage.slot_id}&q={stage.adult}:{tickets}"
    )
    page.locator(".o_museum_add[data-label]").wait_for()
    page.locator(".o_museum_total", has_text="400").wait_for()
    return page


def seats_of(page, slot):
    return page.locator(f"[data-slot='{slot}'] .o_museum_time_seats")


def pushes(page):
    """Whether this server pushes (threads do; processes do behind a proxy)."""
    return page.evaluate(
        "JSON.parse(document.querySelector('[data-booking]').dataset.booking).channel"
    )


def see(page, text, slot):
    """Wait until the slot says so: pushed within seconds, or when the page asks."""
    if not pushes(page):
        page.clock.fast_forward(40_000)
    seats_of(page, slot).get_by_text(text).wait_for(timeout=15_000)


def test_seats_of_others_change_without_reload(stage, contexts):
    page = book(contexts.new(viewport=PHONE), stage)
    page.locator(".o_museum_step_time [data-change]").click()
    assert seats_of(page, stage.slot_id).inner_text() == "Only 3 left"
    page.evaluate(
        """() => {
            window.shifts = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) { window.shifts += entry.value; }
            }).observe({type: "layout-shift", buffered: false});
            window.drawn = document.querySelector("[data-slot]");
        }"""
    )
    Api(stage.server).hold(stage.slot_id, {stage.adult: 1}).raise_for_status()
    see(page, "Only 2 left", stage.slot_id)
    # In place, the choice is kept, and whoever cannot see it is told.
    assert page.evaluate("window.drawn.isConnected && window.shifts === 0")
    assert page.locator(".o_museum_stepper input").first.input_value() == "2"
    assert page.locator(".o_museum_add").is_enabled()
    assert "Only 2 left" in page.locator(".o_museum_said").inner_text()
    # Of another time nothing is said.
    Api(stage.server).hold(stage.others[0], {stage.adult: 1}).raise_for_status()
    see(page, "Only 2 left", stage.others[0])
    assert "Only 2 left at" in page.locator(".o_museum_said").inner_text()
    assert contexts.problems == []


def test_a_time_that_fills_up_offers_others_and_keeps_the_tickets(stage, contexts):
    page = book(contexts.new(viewport=PHONE), stage)
    Api(stage.server).hold(stage.slot_id, {stage.adult: 3}).raise_for_status()
    see_full = page.locator(".o_museum_total_tickets", has_text="full now")
    if not pushes(page):
        page.clock.fast_forward(40_000)
    see_full.wait_for(timeout=15_000)
    page.get_by_role("button", name="Other times").click()
    first = page.locator("[data-alternative]").first
    assert first.get_attribute("data-alternative") == str(stage.others[0])
    first.click()
    page.locator(".o_museum_add:enabled").wait_for()
    assert f"slot={stage.others[0]}" in page.url
    assert page.locator(".o_museum_stepper input").first.input_value() == "2"
    page.locator(".o_museum_add").click()
    page.wait_for_url(re.compile("/shop/cart"))
    assert contexts.problems == []


def test_a_stale_click_is_answered_with_other_times(stage, contexts):
    context = contexts.new(viewport=PHONE)
    page = book(context, stage)
    # This visitor hears nothing of it: neither by push nor by asking.
    page.route("**/time-slots**", lambda route: route.abort())
    page.evaluate("document.querySelector('.o_museum_add').dataset.test = 'mine'")
    other = Api(stage.server)
    page.route(
        "**/api/v1/cart/items",
        lambda route: (
            other.hold(stage.slot_id, {stage.adult: 3}).raise_for_status(),
            route.continue_(),
        ),
    )
    page.locator(".o_museum_add").click()
    offered = page.locator("[data-alternative]")
    offered.first.wait_for()
    assert 1 <= offered.count() <= 3
    assert "sold out" in page.locator(".o_museum_booking_status").inner_text()
    assert page.locator(".o_museum_stepper input").first.input_value() == "2"
    page.unroute("**/api/v1/cart/items")
    offered.first.click()
    page.locator(".o_museum_add:enabled", has_text="Add to cart").click()
    page.wait_for_url(re.compile("/shop/cart"))
    page.get_by_text("Seats held for").first.wait_for()


def test_without_network_choices_wait(stage, contexts):
    context = contexts.new(viewport=PHONE)
    page = book(context, stage)
    context.set_offline(True)
    page.locator(".o_museum_add").click()
    page.get_by_text("nothing was added yet").wait_for()
    context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(re.compile("/shop/cart"))
    page.get_by_text("Seats held for").first.wait_for()
    (taken, _ledger) = stage.pool()
    assert taken == 2  # once, however often it was sent


def test_a_time_that_was_closed_is_said_in_words(stage, contexts):
    page = book(contexts.new(viewport=PHONE), stage)
    page.route("**/time-slots**", lambda route: route.abort())
    stage.server.query(
        "UPDATE museum_exhibition SET is_closed = true, is_on_sale = false"
        " WHERE id = %s",
        [stage.exhibition_id],
    )
    page.locator(".o_museum_add").click()
    page.get_by_text("no longer on sale").wait_for()
    assert page.locator(".o_museum_stepper input").first.input_value() == "2"


def test_whoever_looks_away_asks_nothing(stage, contexts):
    page = book(contexts.new(viewport=PHONE), stage)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    hide = """(hidden) => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    page.clock.fast_forward(600_000)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/api/v1/" in url]
    with page.expect_response("**/time-slots**"):
        page.evaluate(hide, False)
    with page.expect_response("**/time-slots**"):
        page.clock.fast_forward(140_000)


def test_another_price_is_shown_before_anything_is_taken(stage, contexts):
    page = book(contexts.new(viewport=PHONE), stage)
    dearer = {"price": 230.0}
    stage.server.call("museum.ticket.category", "write", [stage.adult], dearer)
    page.locator(".o_museum_add").click()
    status = page.locator(".o_museum_booking_status")
    status.get_by_role("button", name="Take them for").wait_for()
    text = status.inner_text()
    assert "400" in text
    assert "460" in text
    assert stage.pool() == (0, 0)
    assert "460" in page.locator(".o_museum_total").inner_text()
    status.get_by_role("button", name="Take them for").click()
    page.wait_for_url(re.compile("/shop/cart"))
    page.get_by_text("Seats held for").first.wait_for()
    assert "460" in page.locator(".o_museum_cart").inner_text()


def test_a_visit_can_keep_its_own_full_time(stage, contexts):
    """Moving it elsewhere and back: its seats are its own, whoever else is refused."""
    page = book(contexts.new(viewport=PHONE), stage)
    page.locator(".o_museum_add").click()
    page.wait_for_url(re.compile("/shop/cart"))
    Api(stage.server).hold(stage.slot_id, {stage.adult: 1}).raise_for_status()
    page.get_by_role("link", name="Change time").first.click()
    page.wait_for_url(re.compile("replace="))
    page.get_by_text("You are changing your visit").wait_for()
    own = page.locator(f"a[data-slot='{stage.slot_id}']")
    own.wait_for()
    assert own.locator(".o_museum_time_seats").inner_text() == "Your time"
    own.click()
    page.locator(".o_museum_add:enabled").wait_for()
    page.get_by_role("button", name="Change visit").click()
    page.wait_for_url(re.compile("/shop/cart"))
    assert stage.pool() == (3, 3)
