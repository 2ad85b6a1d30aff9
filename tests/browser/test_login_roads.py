# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the cart to the summary: each way of saying who one is, and the seats stay."""

import secrets
import uuid

import pytest
from support.mailbox import code_by_sms
from support.visitor import Api, Stage, sign_up
from support.walking import SIZES, Taps, add, number_of, url_of

#: from the exhibition's page to the summary, for somebody who has never been here
MOST_TAPS = 7


@pytest.fixture(scope="module")
def stage(server):
    """A time with room for all of these tests, and one near it."""
    stage = Stage(server, capacity=40, start_minutes=100)
    stage.other = stage.add_slot(160)
    return stage


@pytest.fixture(params=SIZES)
def page(request, contexts):
    return contexts.new(**SIZES[request.param]).new_page()


@pytest.fixture
def phone(contexts):
    return contexts.new(**SIZES["phone"]).new_page()


def check_out(page):
    page.locator("a[name='website_sale_main_button']:visible").last.click()
    page.wait_for_url("**/web/login/code**")


def ask(page, address):
    page.fill("input[name=address]", address)
    page.locator("form:has(input[name=address]) button[type=submit]").click()
    page.locator("input[name=code]").wait_for()


def enter(page, code):
    page.fill("input[name=code]", code)
    page.locator("form:has(input[name=code]) button[type=submit]").first.click()
    page.wait_for_url("**/shop/payment**")


def see_summary(page, stage, tickets):
    """The summary has the visit, and its seats are held for this visitor."""
    title = stage.server.query(
        "SELECT name->>'en_US' FROM museum_exhibition WHERE id = %s",
        [stage.exhibition_id],
    )[0][0]
    page.locator(".o_museum_order").wait_for()
    assert title in page.locator(".o_museum_order").inner_text()
    page.locator(".o_museum_clock_text", has_text="Seats held for").wait_for()
    assert number_of(page) in ("", str(tickets))  # the checkout hides the badge
    cart = page.request.get(f"{stage.server.url}/api/v1/cart").json()
    assert cart["tickets"] == tickets
    assert all(item["held_until"] for item in cart["items"])
    return cart


def test_new_visitor_by_mail_needs_few_taps_and_one_code(
    stage, page, mailbox, contexts
):
    email = f"new-{uuid.uuid4().hex[:8]}@example.com"
    page.goto(url_of(stage))
    tap = Taps(page)
    tap(page.locator("main a[href*='/book']:visible").last)
    page.wait_for_url("**/book**")
    page.locator(".o_museum_add[data-label]").wait_for()
    tap(page.locator("a[data-date]").first)
    tap(page.locator(f"a[data-slot='{stage.slot_id}']"))
    more = page.locator(".o_museum_category", has_text="Adult")
    tap(more.get_by_role("button", name="One more"))
    tap(more.get_by_role("button", name="One more"))
    tap(page.locator(".o_museum_add:visible"))
    page.wait_for_url("**/shop/cart**")
    tap(page.locator("a[name='website_sale_main_button']:visible").last)
    page.wait_for_url("**/web/login/code**")
    # Typed, and sent by the keyboard.
    page.fill("input[name=address]", email)
    page.press("input[name=address]", "Enter")
    page.locator("input[name=code]").wait_for()
    page.fill("input[name=code]", mailbox.code(email))
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/shop/payment**")
    see_summary(page, stage, 2)
    assert tap.count <= MOST_TAPS
    assert len(mailbox.of(email)) == 1
    assert page.get_by_label("E-mail", exact=True).input_value() == email
    assert contexts.problems == []


def test_next_times_are_a_shorter_way(stage, phone, mailbox):
    """Even with the buttons of the login counted."""
    email = f"short-{uuid.uuid4().hex[:8]}@example.com"
    phone.goto(url_of(stage))
    tap = Taps(phone)
    tap(phone.locator(f"a.o_museum_chip[href*='slot={stage.slot_id}']").first)
    more = phone.locator(".o_museum_category", has_text="Adult")
    for _ticket in range(2):
        tap(more.get_by_role("button", name="One more"))
    tap(phone.locator(".o_museum_add:visible"))
    phone.wait_for_url("**/shop/cart**")
    tap(phone.locator("a[name='website_sale_main_button']:visible").last)
    phone.fill("input[name=address]", email)
    tap(phone.locator("form:has(input[name=address]) button[type=submit]"))
    phone.locator("input[name=code]").wait_for()
    phone.fill("input[name=code]", mailbox.code(email))
    tap(phone.locator("form:has(input[name=code]) button[type=submit]").first)
    phone.wait_for_url("**/shop/payment**")
    see_summary(phone, stage, 2)
    assert tap.count <= MOST_TAPS


def test_new_visitor_by_phone(stage, phone):
    number = f"98{secrets.randbelow(10**8):08}"
    add(phone, stage, 1)
    check_out(phone)
    ask(phone, number)
    assert "We sent an SMS to" in phone.locator("main").inner_text()
    enter(phone, code_by_sms(stage.server, f"+91{number}"))
    see_summary(phone, stage, 1)
    # The tickets need an address that they can be sent to.
    assert phone.get_by_label("E-mail", exact=True).input_value() == ""
    assert number[-4:] in phone.locator("#o_museum_contact_phone").input_value()


@pytest.mark.parametrize("road", ["code", "password"])
def test_customer_comes_back_and_his_carts_become_one(
    stage, phone, mailbox, road, contexts
):
    login = sign_up(stage.server, f"back-{road}")
    Api(stage.server, login).hold(
        stage.other, {stage.categories[0]: 1}
    ).raise_for_status()
    add(phone, stage, 2)
    check_out(phone)
    if road == "code":
        ask(phone, login)
        enter(phone, mailbox.code(login))
    else:
        phone.get_by_role("link", name="Use a password instead").click()
        phone.locator("input[name=login]").wait_for()
        phone.fill("input[name=login]", login)
        phone.fill("input[name=password]", login)
        phone.press("input[name=password]", "Enter")
        phone.wait_for_url("**/shop/payment**")
    cart = see_summary(phone, stage, 3)
    slots = {item["slot"]["id"] for item in cart["items"]}
    assert slots == {stage.slot_id, stage.other}
    assert contexts.problems == []
