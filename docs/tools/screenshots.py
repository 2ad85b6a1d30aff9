# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: T201
"""Take the pictures of these pages from a running demo museum with the sandbox.

    bin/serve --detach; bin/tool python docs/tools/screenshots.py [URL]

Books two visits as the demo's visitor, pays one in the sandbox's window and one by the
API, lets one ticket in at the gate, and looks at the backend as each kind of staff.
Only for a demo database: it leaves these bookings there.
"""

import io
import os
import re
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import sync_playwright

URL = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8069").rstrip("/")
IMAGES = Path(__file__).resolve().parents[1] / "images"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
API = "/api/v1"


class Camera:
    """Browser contexts by person, and pictures of what they see."""

    def __init__(self, browser):
        self.browser = browser

    def page(self, viewport=None, login=None):
        """A page in a context of its own; logged in when a login is given."""
        context = self.browser.new_context(
            viewport=viewport or WIDE, timezone_id="Asia/Kolkata"
        )
        page = context.new_page()
        if login:
            page.goto(f"{URL}/web/login")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", login)
            page.locator("button[type=submit]:has-text('Log in')").first.click()
            page.wait_for_load_state("load")
        return page

    def take(self, page, name, *, full=False, most_height=2000, wait=1200):
        """Save what the page shows, with a palette of its own to stay small."""
        page.wait_for_timeout(wait)
        png = page.screenshot(full_page=full)
        image = Image.open(io.BytesIO(png)).convert("RGB")
        if image.height > most_height:
            image = image.crop((0, 0, image.width, most_height))
        image = image.quantize(200, dither=Image.Dither.FLOYDSTEINBERG)
        target = IMAGES / f"{name}.png"
        image.save(target, optimize=True)
        print(f"{target.name}: {target.stat().st_size // 1024} KB")


def call(page, method, path, body=None):
    """The API, as the person of this page."""
    options = {"data": body} if body is not None else {}
    answer = getattr(page.request, method)(URL + API + path, **options)
    if not answer.ok:
        raise SystemExit(f"{method} {path}: {answer.status} {answer.text()[:300]}")
    return answer.json()


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
    page.goto(URL)
    camera.take(page, "visitor-home")
    page.goto(f"{URL}/exhibitions")
    camera.take(page, "visitor-exhibitions", full=True)
    show = link(page, "The Sky Tonight")
    page.goto(show)
    camera.take(page, "visitor-exhibition", full=True)
    phone = camera.page(PHONE)
    phone.goto(f"{show}/book")
    camera.take(phone, "visitor-book-day")
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
    page.wait_for_url("**/web/login**")
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
    camera.take(page, "visitor-done", full=True)
    page.goto(f"{URL}/my/tickets")
    camera.take(page, "visitor-my-tickets")


def book_by_api(camera):
    """A visit to the courtyard that may enter now; its booking as the API tells it."""
    page = camera.page(PHONE, login="visitor")
    yard = exhibition(page, "Courtyard")
    here = f"/exhibitions/{yard['id']}"
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    days = (today, today + timedelta(days=1))
    slots = [
        slot
        for day in days
        for slot in call(page, "get", f"{here}/time-slots?date={day}")["items"]
        if slot["status"] == "available"
    ]
    slot = slots[0]
    path = f"{here}/ticket-categories?slot_id={slot['id']}"
    categories = {each["code"]: each for each in call(page, "get", path)["items"]}
    chosen = [
        {"id": categories["adult"]["id"], "quantity": 2},
        {"id": categories["child"]["id"], "quantity": 1},
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
    reference = added["item"]["reference"]
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


def in_the_backend(camera):
    """What staff sees first."""
    for login, pictures in {
        "manager": {
            "manager-calendar": "museum_exhibition.museum_slot_calendar_action",
            "manager-exhibitions": "museum_exhibition.museum_exhibition_action",
            "manager-occupancy": "museum_exhibition.museum_slot_report_action",
            "manager-payment-events": (
                "museum_payment_razorpay.museum_payment_event_action"
            ),
        },
        "desk": {
            "desk-bookings": "museum_booking.museum_booking_action",
            "desk-slots": "museum_exhibition.museum_slot_action",
            "desk-tickets": "museum_booking.museum_ticket_action",
        },
        "accountant": {
            "accountant-invoices": "account.action_move_out_invoice",
            "accountant-payments": "account.action_account_payments",
        },
    }.items():
        page = camera.page(login=login)
        for name, action in pictures.items():
            page.goto(f"{URL}/odoo/action-{action}")
            page.locator(".o_action_manager .o_view_controller").wait_for()
            prepare(page, name)
            camera.take(page, name)
            if name == "accountant-invoices":
                page.locator("tr.o_data_row").first.click()
                page.locator(".o_form_view").wait_for()
                camera.take(page, "accountant-invoice")
            if name == "desk-bookings":
                page.locator("tr.o_data_row").first.click()
                page.locator(".o_form_view").wait_for()
                camera.take(page, "desk-booking")


def prepare(page, name):
    """Look where there is something to see."""
    if name == "manager-calendar":
        page.locator(".o_calendar_button_next, .o_next").first.click()
        for crowded in ("Courtyard of Time", "Mars: The Next Footprints"):
            page.locator(f".o_calendar_filter_item:has-text('{crowded}') input").click()
    if name == "manager-payment-events":
        page.locator(".o_facet_remove").first.click()


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
        in_the_backend(camera)
        browser.close()


if __name__ == "__main__":
    main()
