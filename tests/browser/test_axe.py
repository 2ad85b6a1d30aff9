# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The public pages under axe-core, on a phone and on a desk's screen."""

import re

import pytest
from support.accessibility import grave_violations
from support.visitor import Api, Stage

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def stage(server):
    """An exhibition with a free, a scarce and a full time."""
    stage = Stage(server, capacity=12, start_minutes=90)
    stage.scarce = stage.add_slot(150)
    stage.full = stage.add_slot(210)
    adult = stage.categories[0]
    Api(server).hold(stage.scarce, {adult: 9}).raise_for_status()
    Api(server).hold(stage.full, {adult: 12}).raise_for_status()
    return stage


@pytest.fixture(scope="module")
def sold_out(server):
    stage = Stage(server, capacity=2, start_minutes=90)
    Api(server).hold(stage.slot_id, {stage.categories[0]: 2}).raise_for_status()
    return stage


@pytest.fixture(scope="module")
def closed(server):
    stage = Stage(server, capacity=5, start_minutes=90)
    server.call(
        "museum.exhibition", "write", [stage.exhibition_id], {"is_closed": True}
    )
    return stage


def url_of(stage):
    found = Api(stage.server).get(f"/exhibitions/{stage.exhibition_id}").json()
    return stage.server.url + found["url"]


def opened(page, url):
    page.goto(url)
    page.wait_for_function("document.readyState === 'complete'")
    if page.locator(".o_museum_booking").count():
        page.locator(".o_museum_add[data-label]").wait_for()  # its scripts run
    return page


@pytest.fixture(params=SIZES, scope="module")
def size(request):
    return SIZES[request.param]


@pytest.fixture
def page(contexts, size):
    # Fades would be measured halfway.
    return contexts.new(viewport=size, reduced_motion="reduce").new_page()


def check(page, name):
    found = grave_violations(page)
    assert not found, f"{name}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "path", ["/", "/exhibitions", "/exhibitions?search=nothing-is-called-this"]
)
def test_lists(server, page, path):
    opened(page, server.url + path)
    check(page, path)


def test_exhibitions(page, stage, sold_out, closed):
    for which in (stage, sold_out, closed):
        opened(page, url_of(which))
        check(page, page.title())


def test_booking_step_by_step(page, stage):
    opened(page, f"{url_of(stage)}/book")
    check(page, "day")
    page.locator("a[data-date]").first.click()
    page.locator("[data-slot]").first.wait_for()
    check(page, "time")
    page.locator(f"a[data-slot='{stage.scarce}']").click()
    more = page.get_by_role("button", name="One more").first
    more.click()
    check(page, "tickets")
    for _number in range(2):
        more.click()
    page.get_by_text("That is all there is at this time").wait_for()
    check(page, "no more seats")


def test_booking_what_cannot_be_had(page, stage, sold_out, closed):
    opened(page, f"{url_of(stage)}/book?slot={stage.full}")
    page.locator("[data-alternative]").first.wait_for()
    check(page, "full time")
    opened(page, f"{url_of(sold_out)}/book?slot={sold_out.slot_id}")
    check(page, "sold out")
    opened(page, f"{url_of(closed)}/book")
    page.get_by_text("Bookings are closed").wait_for()
    check(page, "closed")


def test_cart(server, page, stage):
    opened(page, f"{server.url}/shop/cart")
    check(page, "empty cart")
    opened(page, f"{url_of(stage)}/book?slot={stage.slot_id}")
    page.get_by_role("button", name="One more").first.click()
    page.locator(".o_museum_add").click()
    page.wait_for_url(re.compile("/shop/cart"))
    page.get_by_text("Seats held for").first.wait_for()
    check(page, "cart")


def test_a_page_with_a_fault_is_found(page):
    """axe would also be silent if it did not run."""
    page.set_content(
        "<html lang='en'><title>Fault</title><main><h1>Fault</h1>"
        "<img src='x.png'><button></button><p>Text</p></main></html>"
    )
    assert [text for text in grave_violations(page) if "image-alt" in text]
