# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cart that people finish: its clock, its second chances, its tabs, slow lines."""

import re

import pytest
from support.visitor import Api, Stage
from support.walking import (
    SIZES,
    add,
    book_url,
    let_run_out,
    number_of,
    see_number,
    url_of,
)


@pytest.fixture(scope="module")
def stage(server):
    """A time with room for all of these tests, and two near it."""
    stage = Stage(server, capacity=40, start_minutes=100)
    stage.others = [stage.add_slot(160), stage.add_slot(220)]
    return stage


@pytest.fixture(params=SIZES)
def page(request, contexts):
    return contexts.new(**SIZES[request.param]).new_page()


@pytest.fixture
def phone(contexts):
    return contexts.new(**SIZES["phone"])


def fits(page):
    """Nothing sticks out to the side, and what is tapped is large enough."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    buttons = page.locator(
        ".o_museum_cart button:visible, .o_museum_cart a.btn:visible"
    )
    for index in range(buttons.count()):
        box = buttons.nth(index).bounding_box()
        assert box["height"] >= 43.9, buttons.nth(index).inner_text()


def test_added_counted_and_emptied(stage, page, contexts):
    taken = stage.pool()[0]
    add(page, stage, 2)
    said = page.locator(".o_museum_cart_added")
    assert re.search(
        r"2 tickets for Test stage \w+ are in your cart \(held until [\d:]+\s[AP]M\)",
        said.inner_text(),
    )
    page.locator(".o_museum_cart_live", has_text="2 tickets for").wait_for(
        state="attached"
    )
    assert said.get_by_role("link", name="See what else is on").is_visible()
    assert number_of(page) == "2"
    fits(page)
    # Numbers, price and badge follow together, without reload.
    page.evaluate("window.isSame = true")
    page.get_by_role("button", name="One Adult more").click()
    see_number(page, "3")
    assert "600" in page.locator(".o_museum_cart").inner_text()
    assert stage.pool()[0] == taken + 3
    page.reload()
    assert page.locator(".o_museum_cart_added").count() == 0  # once
    page.get_by_role("button", name="Empty the cart").click()
    dialog = page.get_by_role("dialog")
    assert "(3)" in dialog.inner_text()
    dialog.get_by_role("button", name="Keep it").click()
    dialog.wait_for(state="hidden")
    assert stage.pool()[0] == taken + 3
    page.get_by_role("button", name="Empty the cart").click()
    dialog.get_by_role("button", name="Empty the cart").click()
    page.get_by_text("Your cart is empty").first.wait_for()
    assert number_of(page) == ""
    assert stage.pool() == (taken, taken)
    assert contexts.problems == []


def test_visit_that_ran_out_is_taken_again(server, page, contexts):
    stage = Stage(server, capacity=3, start_minutes=100)
    add(page, stage, 2)
    let_run_out(stage, 2)
    page.reload()
    card = page.locator(".o_museum_cart_visit")
    card.get_by_text("Your seats were released at").wait_for()  # by its own clock
    assert number_of(page) == ""
    assert stage.pool() == (0, 0)
    again = card.get_by_role("button", name="Take again for")
    assert "400" in again.inner_text()
    fits(page)
    again.click()
    page.locator(".o_museum_clock_text", has_text="Seats held for").wait_for()
    see_number(page, "2")
    assert stage.pool() == (2, 2)
    assert contexts.problems == []


def test_all_that_ran_out_is_taken_again_at_once(server, page, contexts):
    first = Stage(server, capacity=3, start_minutes=100)
    second = Stage(server, capacity=3, start_minutes=300)
    add(page, first, 2)
    add(page, second, 1)
    let_run_out(first)
    let_run_out(second)
    page.reload()
    assert page.get_by_role("button", name="Take again for").count() == 2
    page.get_by_role("button", name="Take all of them again").click()
    page.locator(".o_museum_clock_text", has_text="Seats held for").wait_for()
    see_number(page, "3")
    assert (first.pool(), second.pool()) == ((2, 2), (1, 1))
    # The totals are beside the visits, as if nothing had run out.
    total = page.locator(".o_wsale_shorter_cart_summary .o_cart_total")
    assert total.is_visible()
    if page.viewport_size["width"] >= 1000:
        visits = page.locator(".o_museum_cart").bounding_box()
        assert total.bounding_box()["x"] >= visits["x"] + visits["width"]
    assert contexts.problems == []


def test_visit_whose_time_filled_up_gets_another_by_one_click(server, page, contexts):
    stage = Stage(server, capacity=3, start_minutes=100)
    near = [stage.add_slot(minutes) for minutes in (160, 220, 280, 340)]
    adult = stage.categories[0]
    Api(server).hold(near[3], {adult: 3}).raise_for_status()
    add(page, stage, 2)
    let_run_out(stage)
    Api(server).hold(stage.slot_id, {adult: 2}).raise_for_status()
    page.reload()
    others = page.locator("[data-museum-action='move']")
    offered = [int(other.get_attribute("data-slot")) for other in others.all()]
    assert offered == near[:3]
    assert page.get_by_role("button", name="Take again").count() == 0
    fits(page)
    # Gone between the look and the click: said, and the others are still there.
    Api(server).hold(near[0], {adult: 2}).raise_for_status()
    others.first.click()
    message = page.locator(".o_museum_cart_visit_message .alert")
    message.wait_for()
    assert "1" in message.inner_text()
    page.locator(f"[data-slot='{near[1]}']").click()
    page.locator(".o_museum_clock_text", has_text="Seats held for").wait_for()
    assert page.locator(".o_museum_cart_visit").count() == 1
    see_number(page, "2")
    rows = server.query(
        "SELECT slot_id, seats FROM museum_hold"
        " WHERE state = 'active' AND slot_id = %s",
        [near[1]],
    )
    assert rows == [(near[1], 2)]
    assert [p for p in contexts.problems if "409" not in p] == []


def test_time_is_changed_and_not_added(stage, phone, contexts):
    page = phone.new_page()
    add(page, stage, 2)
    page.get_by_role("link", name="Change time").click()
    page.get_by_text("You are changing your visit").wait_for()
    page.locator(f"a[data-slot='{stage.others[0]}']").click()
    page.locator(".o_museum_add:enabled", has_text="Change visit").click()
    page.wait_for_url("**/shop/cart**")
    page.locator(".o_museum_clock_text", has_text="Seats held for").wait_for()
    assert page.locator(".o_museum_cart_visit").count() == 1
    assert number_of(page) == "2"
    assert contexts.problems == []


def test_last_minutes_are_told_once_and_time_is_given_up_to_the_cap(server, page):
    stage = Stage(server, capacity=3, start_minutes=100)
    add(page, stage, 1)
    assert page.get_by_role("button", name="Need more time?").count() == 0
    let_run_out(stage, 110)
    page.reload()
    more = page.get_by_role("button", name="Need more time?")
    more.wait_for()
    urgent = page.locator(".o_museum_cart_urgent")
    assert urgent.get_attribute("aria-live") == "assertive"
    assert "You can ask for more time" in urgent.text_content()
    fits(page)
    # Told once: a change of the cart does not tell it again.
    urgent.evaluate("(el) => { el.textContent = ''; }")
    page.get_by_role("button", name="One Adult more").click()
    see_number(page, "2")
    page.wait_for_timeout(1200)
    assert urgent.text_content() == ""
    more.click()
    page.locator(
        ".o_museum_clock_text", has_text=re.compile("held for 1[45]:")
    ).wait_for()
    assert not more.is_visible()
    # Half a minute more is all that the hour has left.
    let_run_out(stage, 60)
    server.query(
        "WITH hold AS (UPDATE museum_hold SET taken_at = taken_at"
        " - INTERVAL '58 minutes 30 seconds' WHERE slot_id = %s)"
        " UPDATE museum_booking SET hold_taken_at = hold_taken_at"
        " - INTERVAL '58 minutes 30 seconds' WHERE slot_id = %s",
        [stage.slot_id, stage.slot_id],
    )
    page.reload()
    more.click()
    cap = page.locator(".o_museum_clock_cap")
    cap.get_by_text("as long as seats can be kept").wait_for()
    assert more.count() == 0
    said = page.locator(".o_museum_cart_live")
    assert "as long as seats can be kept" in said.text_content()


def test_pages_without_the_cart_warn_once_and_lead_to_it(server, page):
    """Nothing is asked before: they know the end from the cart's own page."""
    stage = Stage(server, capacity=3, start_minutes=100)
    add(page, stage, 1)
    page.clock.install()
    page.goto(f"{server.url}/exhibitions")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(60_000)
    page.wait_for_timeout(500)
    assert not [url for url in asked if "/api/v1/cart" in url]
    # The end comes near: by the server's clock, not by this page's alone.
    let_run_out(stage, 100)
    page.clock.fast_forward(15 * 60_000)
    warning = page.locator(".o_notification", has_text="less than two more minutes")
    warning.wait_for()
    assert warning.get_attribute("role") == "alert"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto(f"{server.url}/exhibitions")
    page.clock.fast_forward(1000)
    page.wait_for_timeout(1000)
    assert not warning.is_visible(), "said once"
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.clock.fast_forward(1000)
    warning.get_by_role("button", name="Go to the cart").click()
    page.locator(".o_museum_clock_text").wait_for()
    assert page.url.endswith("/shop/cart")


def test_tabs_tell_each_other(stage, phone, contexts):
    first, second, elsewhere = (phone.new_page() for _tab in range(3))
    add(first, stage, 2)
    second.goto(f"{stage.server.url}/shop/cart")
    second.locator(".o_museum_clock_text", has_text="Seats held for").wait_for()
    elsewhere.goto(f"{stage.server.url}/exhibitions")
    see_number(elsewhere, "2")
    ends = [page.locator(".o_museum_cart") for page in (first, second)]
    assert len({end.get_attribute("data-held-until") for end in ends}) == 1
    first.get_by_role("button", name="One Adult more").click()
    for page in (first, second, elsewhere):
        see_number(page, "3")
    assert "600" in second.locator(".o_museum_cart").inner_text()
    second.get_by_role("button", name=re.compile("^Remove Test stage")).click()
    for page in (first, second, elsewhere):
        page.locator(".my_cart_quantity:visible").first.wait_for(state="hidden")
    first.get_by_text("Your cart is empty").first.wait_for()
    assert contexts.problems == []


def test_back_shows_the_cart_as_it_is(stage, phone, contexts):
    page = phone.new_page()
    add(page, stage, 2)
    page.goto(f"{stage.server.url}/exhibitions")
    (item,) = page.request.get(f"{stage.server.url}/api/v1/cart").json()["items"]
    answer = page.request.patch(
        f"{stage.server.url}/api/v1/cart/items/{item['reference']}",
        data={"categories": [{"id": stage.categories[0], "quantity": 1}]},
    )
    assert answer.ok, answer.text()
    page.go_back()
    see_number(page, "1")
    output = page.locator(".o_museum_cart_quantity", has_text=re.compile("^1$"))
    output.wait_for()
    assert contexts.problems == []


class Scripts:
    """The scripts of the pages of a context, kept on their way."""

    def __init__(self, context):
        self.routes, self.is_held = [], True
        context.route(re.compile(r"/web/assets/.*\.js"), self._on_request)

    def _on_request(self, route):
        if self.is_held:
            self.routes.append(route)
        else:
            route.continue_()

    def arrive(self):
        self.is_held = False
        for route in self.routes:
            route.continue_()


def test_what_is_typed_before_the_script_is_kept(stage, phone, contexts):
    scripts = Scripts(phone)
    page = phone.new_page()
    page.goto(book_url(stage, 1), wait_until="commit")
    number = page.locator("input[data-plain]").first
    number.wait_for()
    assert number.input_value() == "1"
    number.fill("2")
    assert page.locator(".o_museum_add").is_enabled()
    scripts.arrive()
    page.locator(".o_museum_add[data-label]:enabled").wait_for()
    assert page.locator(".o_museum_stepper input").first.input_value() == "2"
    page.locator(".o_museum_add").click()
    page.wait_for_url("**/shop/cart**")
    see_number(page, "2")
    assert contexts.problems == []


def test_without_scripts_the_page_books_up_to_the_login(stage, phone):
    phone.route(re.compile(r"/web/assets/.*\.js"), lambda route: route.abort())
    page = phone.new_page()
    taken = stage.pool()[0]
    page.goto(f"{url_of(stage)}/book")
    page.locator("a[data-date]").first.click()
    page.locator(f"a[data-slot='{stage.slot_id}']").click()
    page.locator("input[data-plain]").first.wait_for()
    page.locator(".o_museum_add").click()
    page.get_by_text("Please choose your tickets first").wait_for()
    page.locator("input[data-plain]").first.fill("2")
    page.locator(".o_museum_add").click()
    page.wait_for_url("**/shop/cart**")
    page.get_by_text("2 tickets for").wait_for()
    assert "Seats held until" in page.locator(".o_museum_clock").inner_text()
    assert stage.pool()[0] == taken + 2
    page.locator("a[name='website_sale_main_button']:visible").last.click()
    page.wait_for_url("**/web/login/code**")


def test_lost_session_gives_the_seats_back_at_the_end_of_the_clock(server, phone):
    stage = Stage(server, capacity=3, start_minutes=100)
    page = phone.new_page()
    add(page, stage, 2)
    phone.clear_cookies()
    page.reload()
    page.get_by_text("Your cart is empty").first.wait_for()
    other = Api(server)
    refused = other.hold(stage.slot_id, {stage.categories[0]: 2})
    assert refused.json()["error"]["code"] == "slot_full"
    let_run_out(stage)
    other.hold(stage.slot_id, {stage.categories[0]: 2}).raise_for_status()
    assert stage.pool() == (2, 2)
