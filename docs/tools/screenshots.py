# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Take the pictures of these pages from a running demo museum with the sandbox.

    bin/serve --detach; bin/tool python docs/tools/screenshots.py [URL]

Books some visits as the demo's visitor, pays one in the sandbox's window and the others
by the API, lets one ticket in at the gate, and looks at the backend as each kind of
staff (``staff.py``). Only for a demo database: it leaves these bookings there. Best on
a new one (``bin/reset``).
"""

import os
import re
import shutil
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from camera import IMAGES, PHONE, URL, ZONE, Camera, call
from playwright.sync_api import sync_playwright
from staff import at_the_desk, manage, orders_and_money


def exhibition(page, name):
    """One exhibition of the API by a word of its name."""
    found = call(page, "get", "/exhibitions")["items"]
    return next(each for each in found if name in each["name"])


def link(page, name):
    """The address of an exhibition's page."""
    page.goto(f"{URL}/exhibitions")
    href = page.locator(f"article a:has-text('{name}')").first.get_attribute("href")
    return URL + href


def look_around(camera):
    """The visitor's way to a time, wide and on a phone."""
    page = camera.page()
    page.goto(f"{URL}/exhibitions")
    camera.take(page, "visitor-exhibitions", full=True)
    show = link(page, "The Sky Tonight")
    page.goto(show)
    camera.take(page, "visitor-exhibition", full=True)
    phone = camera.page(PHONE)
    phone.goto(f"{show}/book")
    camera.take(phone, "visitor-book-day")
    days = phone.locator("a[data-date]:visible")
    # At the end of a month there may be no day with few seats left.
    few = days.filter(has=phone.locator(".fa-adjust"))
    (few if few.count() else days).first.click()
    phone.wait_for_timeout(1200)
    phone.locator("#museum_times, a[href*='slot=']:visible").first.evaluate(
        "(time) => window.scrollBy(0, time.getBoundingClientRect().top - 160)"
    )
    camera.take(phone, "visitor-book-times")
    return show


def book_in_browser(camera, show):
    """Day, time, tickets, cart, login, terms, sandbox's window, tickets."""
    page = camera.page()
    page.goto(f"{show}/book")
    page.wait_for_timeout(1000)
    # The first day of the month with times left, else of the next month.
    day = "a[href*='date=']:visible, button[data-date]:enabled:visible"
    page.locator(day).last.click()
    page.wait_for_timeout(1200)
    page.locator("a[href*='slot=']:visible").first.click()
    page.wait_for_timeout(1200)
    more = page.locator(
        "button[aria-label*='ore']:visible, button:has(.fa-plus):visible"
    )
    for number in (0, 0, 1):
        more.nth(number).click()
    camera.take(page, "visitor-book-tickets", full=True)
    page.get_by_role("button", name=re.compile("Add to cart")).click()
    page.wait_for_url("**/shop/cart**")
    camera.take(page, "visitor-cart")
    page.locator("a:visible:has-text('Checkout')").last.click()
    page.wait_for_url("**/web/login/code**")
    camera.take(page, "visitor-code")
    page.locator("a[href^='/web/login?']").first.click()
    page.fill("input[name=login]", "visitor")
    page.fill("input[name=password]", "visitor")
    page.locator("button[type=submit]:has-text('Log in')").first.click()
    page.wait_for_url("**/shop/payment**")
    page.get_by_label(re.compile("I accept the terms")).check()
    page.locator("label.o_payment_option_label:has-text('UPI')").click()
    camera.take(page, "visitor-summary", full=True)
    page.locator("button:visible[name=o_payment_submit_button]").last.click()
    pay = page.locator("#rzp-sandbox-pay-upi")
    pay.wait_for()
    camera.take(page, "visitor-pay")
    pay.click()
    page.wait_for_url("**/shop/confirmation**", timeout=60_000)
    page.goto(f"{URL}/my/tickets")
    camera.take(page, "visitor-my-tickets")


def buy(page, name, wanted, *, after=0, hour=0):
    """Book and pay a visit by the API, on the first day with such a time.

    :param dict wanted: tickets by the code of their category
    :param int after: days from today
    :param int hour: of the start, on the venue's clock; 0: any
    :return: the booking's reference
    """
    here = f"/exhibitions/{exhibition(page, name)['id']}"
    today = datetime.now(ZoneInfo(ZONE)).date()
    slot = next(
        slot
        for days in range(after, after + 14)
        for slot in call(
            page, "get", f"{here}/time-slots?date={today + timedelta(days=days)}"
        )["items"]
        if slot["status"] in ("available", "limited")
        and datetime.fromisoformat(slot["start_at"]).hour >= hour
    )
    path = f"{here}/ticket-categories?slot_id={slot['id']}"
    categories = {each["code"]: each for each in call(page, "get", path)["items"]}
    chosen = [
        {"id": categories[code]["id"], "quantity": quantity}
        for code, quantity in wanted.items()
    ]
    added = call(
        page, "post", "/cart/items", {"slot_id": slot["id"], "categories": chosen}
    )
    call(page, "post", "/bookings/summary", {"accept_terms": True})
    order = call(page, "post", "/payments/create-order", {"method": "upi"})
    sandbox = order["checkout_js"].partition("/v1/")[0]
    paid = page.request.post(
        f"{sandbox}/_sandbox/orders/{order['razorpay_order_id']}/pay", data={}
    ).json()
    keys = ("razorpay_order_id", "razorpay_payment_id", "razorpay_signature")
    call(page, "post", "/payments/verify", {key: paid[key] for key in keys})
    return added["item"]["reference"]


def book_by_api(camera):
    """Some visits to come, and one to the courtyard that may enter now.

    :return: the code of a ticket of that one
    """
    page = camera.page(PHONE, login="visitor")
    for name, wanted, after, hour in (
        ("Sky", {"adult": 4, "child": 3}, 1, 14),
        ("Sky", {"family": 2}, 1, 16),
        ("Sky", {"adult": 2, "senior": 1}, 1, 17),
        ("Mars", {"adult": 5}, 1, 13),
        ("Robot", {"child": 2}, 1, 0),
    ):
        buy(page, name, wanted, after=after, hour=hour)
    reference = buy(page, "Courtyard", {"adult": 2, "child": 1})
    page.goto(f"{URL}/my/tickets/{reference}")
    camera.take(page, "visitor-ticket", full=True, most_height=1500)
    booking = call(page, "get", f"/bookings/{reference}")
    return booking["tickets"][0]["code"]


def at_the_gate(camera, code):
    """Choose the gate, type the code twice: in, and not again."""
    page = camera.page(PHONE, login="gate")
    page.goto(f"{URL}/gate")
    camera.take(page, "gate-start")
    page.locator(".g-gates label:has-text('Courtyard gate')").click()
    page.locator(".g-begin").click()
    for name in ("gate-granted", "gate-used"):
        page.wait_for_timeout(1500)
        page.locator(".g-open-typed").click()
        page.fill("#gate_typed_code", code)
        page.locator("button:visible:has-text('Check')").click()
        page.locator(".g-verdict:not([hidden])").wait_for(timeout=10_000)
        camera.take(page, name, wait=300)
        page.wait_for_timeout(2500)


def main():
    """All pictures, in the order of a visit."""
    IMAGES.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        camera = Camera(browser)
        show = look_around(camera)
        book_in_browser(camera, show)
        at_the_gate(camera, book_by_api(camera))
        manage(camera)
        at_the_desk(camera)
        orders_and_money(camera)
        browser.close()


if __name__ == "__main__":
    main()
