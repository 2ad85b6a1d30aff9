# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What staff see: managers, the desk, accountants."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from camera import URL, WIDE, ZONE, orm

FORM = ".o_form_view"
DIALOGUE = ".modal-content"


def act(page, action, record=None):
    """Open an action, or a record in it."""
    page.goto(f"{URL}/odoo/action-{action}" + (f"/{record}" if record else ""))
    page.locator(".o_action_manager .o_view_controller").wait_for()


def tab(page, name):
    page.locator(f".o_notebook .nav-link[name={name}]").click()


def find(page, model, domain, fields=("id",), **options):
    """The first record that fits."""
    found = orm(page, model, "search_read", domain, list(fields), limit=1, **options)
    if not found:
        raise SystemExit(f"no {model} with {domain}")
    return found[0]


def discard(page):
    page.locator(f"{DIALOGUE} button:visible:has-text('Discard')").last.click()


# --- managers ------------------------------------------------------------------------


def manage(camera):
    """A year of exhibitions, in the order of the manager's guide."""
    page = camera.page(login="manager")
    sky = find(page, "museum.exhibition", [("name", "ilike", "Sky")])["id"]
    set_up(camera, page)
    describe(camera, page, sky)
    price(camera, page)
    plan(camera, page, sky)
    look(camera, page)
    change_slots(camera, page, sky)


def set_up(camera, page):
    """The wizard's page of times and tickets; nothing is made."""
    act(page, "museum_exhibition.museum_exhibition_action")
    camera.take(page, "manager-exhibitions")
    page.locator(".o_menu_sections button:has-text('Configuration')").click()
    page.locator(".o-dropdown-item:has-text('Set up a museum')").click()
    page.locator(f"{DIALOGUE} div[name=museum_code] input").wait_for()
    for field, words in (
        ("museum_code", None),
        ("venue_id", None),
        ("title", "Dinosaurs by night"),
    ):
        box = page.locator(f"{DIALOGUE} div[name={field}] input:visible").first
        box.wait_for()
        if words:
            box.fill(words)
        page.locator(f"{DIALOGUE} button:visible:has-text('Next')").click()
    prices = page.locator(f"{DIALOGUE} div[name=line_ids] td[name=price]")
    prices.first.wait_for()
    for number, amount in enumerate(("300", "150", "200")):
        prices.nth(number).click()
        page.locator(f"{DIALOGUE} td[name=price] input").fill(amount)
    page.locator(f"{DIALOGUE} h2:visible").click()
    camera.take(page, "manager-setup", part=DIALOGUE)
    discard(page)


def describe(camera, page, sky):
    """A venue's hours; an exhibition's visit and tickets."""
    dome = find(page, "museum.venue", [("name", "ilike", "Dome")])["id"]
    act(page, "museum_exhibition.museum_venue_action", dome)
    tab(page, "opening")
    camera.take(page, "manager-venue")
    act(page, "museum_exhibition.museum_exhibition_action", sky)
    camera.take(page, "manager-exhibition")
    tab(page, "categories")
    camera.take(page, "manager-tickets")


def price(camera, page):
    """Rules of prices: the list, and one of them."""
    act(page, "museum_exhibition.museum_price_rule_action")
    page.locator("tr.o_data_row:has-text('Weekend evening')").click()
    page.locator(FORM).wait_for()
    camera.take(page, "manager-price-rule")


def plan(camera, page, sky):
    """A schedule; a closure where people have places already; what a plan makes of it.

    Closure and plan are taken away again.
    """
    schedule = find(page, "museum.schedule", [("exhibition_id", "=", sky)])["id"]
    act(page, "museum_exhibition.museum_schedule_action", schedule)
    camera.take(page, "manager-schedule")
    tomorrow = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=1)
    slot = find(
        page,
        "museum.slot",
        [
            ("exhibition_id", "=", sky),
            ("taken", ">", 0),
            ("local_date", ">=", str(tomorrow)),
        ],
        ("local_date",),
    )
    [closure] = orm(
        page,
        "museum.closure",
        "create",
        [
            {
                "name": "New carpet in the dome",
                "exhibition_id": sky,
                "date_from": slot["local_date"],
                "is_all_day": False,
                "hour_from": 12,
                "hour_to": 18,
            }
        ],
    )
    try:
        act(page, "museum_exhibition.museum_closure_action", closure)
        camera.take(page, "manager-closure")
        page.locator("button[name=action_plan_slots]").click()
        page.locator(".o_form_view button[name=action_run]").wait_for()
        camera.take(page, "manager-plan")
    finally:
        orm(page, "museum.closure", "unlink", [closure])


def look(camera, page):
    """How full is it: calendar and occupancy."""
    act(page, "museum_exhibition.museum_slot_calendar_action")
    page.locator(".o_calendar_button_next, .o_next").first.click()
    for crowded in ("Courtyard of Time", "Giants of the Narmada"):
        page.locator(f".o_calendar_filter_item:has-text('{crowded}') input").click()
    camera.take(page, "manager-calendar")
    act(page, "museum_exhibition.museum_slot_report_action")
    camera.take(page, "manager-occupancy")


def change_slots(camera, page, sky):
    """Many slots at once, and one slot: prices, blocked seats, cancelling."""
    act(page, "museum_exhibition.museum_slot_action")
    page.locator(".o_searchview_input").fill("Sky")
    page.keyboard.press("Enter")
    page.wait_for_timeout(800)
    page.locator("tr.o_group_header").nth(1).click()
    page.locator("tr.o_data_row").first.wait_for()
    for number in range(3, 6):
        page.locator("tr.o_data_row .o_list_record_selector input").nth(number).click()
    camera.take(page, "manager-slots")
    page.locator(".o_control_panel button:visible:has-text('Change prices')").click()
    ticket = page.locator(f"{DIALOGUE} div[name=category_id] input")
    ticket.fill("Adult")
    page.locator(".o-autocomplete--dropdown-item:has-text('Adult')").first.click()
    page.locator(f"{DIALOGUE} div[name=price] input").fill("180")
    page.locator(f"{DIALOGUE} div[name=reason] input").fill("Museum night")
    camera.take(page, "manager-change-prices", part=DIALOGUE)
    page.locator(f"{DIALOGUE} footer button:has-text('Close')").click()
    one_slot(camera, page, sky)


def one_slot(camera, page, sky):
    """The form of an evening, its dialogues; nothing is saved."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    saturday = today + timedelta(days=1 + (4 - today.weekday()) % 7)
    of_sky = [("exhibition_id", "=", sky)]
    evening = find(
        page,
        "museum.slot",
        [*of_sky, ("local_date", "=", str(saturday))],
        order="start_at desc",
    )["id"]
    page.set_viewport_size({"width": 1280, "height": 1100})
    act(page, "museum_exhibition.museum_slot_action", evening)
    camera.take(page, "manager-slot")
    page.set_viewport_size(WIDE)
    page.locator("button[name=action_block_seats]").click()
    page.locator(f"{DIALOGUE} div[name=seats] input").fill("20")
    page.locator(f"{DIALOGUE} div[name=reason] input").fill("A class of Hill School")
    camera.take(page, "manager-block", part=DIALOGUE)
    discard(page)
    crowded = find(page, "museum.slot", [*of_sky, ("taken", ">", 0)], order="start_at")[
        "id"
    ]
    act(page, "museum_exhibition.museum_slot_action", crowded)
    page.locator("button[name=action_cancel]").click()
    page.locator(f"{DIALOGUE} div[name=reason] input").fill("The projector is broken")
    camera.take(page, "manager-cancel", part=DIALOGUE)
    discard(page)


# --- the others ----------------------------------------------------------------------


def at_the_desk(camera):
    """Bookings, one of them, slots of a day, tickets."""
    page = camera.page(login="desk")
    act(page, "museum_booking.museum_booking_action")
    camera.take(page, "desk-bookings")
    page.locator("tr.o_data_row").first.click()
    page.locator(FORM).wait_for()
    camera.take(page, "desk-booking")
    act(page, "museum_exhibition.museum_slot_action")
    camera.take(page, "desk-slots")
    act(page, "museum_booking.museum_ticket_action")
    camera.take(page, "desk-tickets")


def orders_and_money(camera):
    """What Razorpay told, invoices and payments."""
    page = camera.page(login="manager")
    act(page, "museum_payment_razorpay.museum_payment_event_action")
    page.locator(".o_facet_remove").first.click()
    camera.take(page, "manager-payment-events")
    page = camera.page(login="accountant")
    act(page, "account.action_move_out_invoice")
    camera.take(page, "accountant-invoices")
    page.locator("tr.o_data_row").first.click()
    page.locator(FORM).wait_for()
    camera.take(page, "accountant-invoice")
    act(page, "account.action_account_payments")
    camera.take(page, "accountant-payments")
