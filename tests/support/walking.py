# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Steps of a visitor in the browser that several tests walk."""

import re

from support.visitor import Api

SIZES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "desk": {"viewport": {"width": 1280, "height": 900}},
}


def url_of(stage) -> str:
    """The address of the stage's exhibition."""
    found = Api(stage.server).get(f"/exhibitions/{stage.exhibition_id}").json()
    return stage.server.url + found["url"]


def book_url(stage, tickets: int = 2, slot: int | None = None) -> str:
    """The booking page with a time and tickets of the first category chosen."""
    chosen = f"slot={slot or stage.slot_id}&q={stage.categories[0]}:{tickets}"
    return f"{url_of(stage)}/book?{chosen}"


def add(page, stage, tickets: int = 2, slot: int | None = None):
    """Put a visit into the page's cart, by the booking page; ends on the cart."""
    page.goto(book_url(stage, tickets, slot))
    page.locator(".o_museum_add[data-label]:enabled").click()
    page.wait_for_url("**/shop/cart**")
    page.locator(".o_museum_clock_text", has_text="Seats held for").wait_for()


def let_run_out(stage, seconds: float = -1, slot: int | None = None):
    """End the clock of a time's unsold seats in so many seconds, for everybody."""
    stage.server.query(
        "WITH due AS (UPDATE museum_hold"
        " SET expires_at = clock_timestamp() AT TIME ZONE 'UTC'"
        "   + %s * INTERVAL '1 second'"
        " WHERE slot_id = %s AND state = 'active' RETURNING token, expires_at)"
        " UPDATE museum_booking SET hold_expires_at = due.expires_at FROM due"
        " WHERE due.token = hold_token",
        [seconds, slot or stage.slot_id],
    )


def number_of(page) -> str:
    """What the badge of the cart says; "" when it says nothing."""
    badge = page.locator(".my_cart_quantity:visible")
    return badge.first.inner_text().strip() if badge.count() else ""


def see_number(page, number: str):
    """Wait until the badge of the cart says so, without reload."""
    page.locator(
        ".my_cart_quantity:visible", has_text=re.compile(f"^{number}$")
    ).first.wait_for()


class Taps:
    """Counts what a visitor clicks or taps; what he types does not count."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def __call__(self, locator):
        locator.click()
        self.count += 1
