# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order summary on a phone: who comes, and whom the invoice is for.

The demo museum is in Maharashtra; the company is in Karnataka.
"""

import pytest
from support.accessibility import grave_violations
from support.visitor import Api, Stage, sign_up

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
# Made up from a number that is given to nobody, with the right check digit.
GSTIN = "29AAAAA0000A1ZY"
NUMBER = "Z7654321"


@pytest.fixture(scope="module")
def stage(server):
    """An exhibition that asks for names and documents."""
    stage = Stage(server, capacity=20, start_minutes=90)
    (passport,) = server.query(
        "SELECT res_id FROM ir_model_data"
        " WHERE module = 'museum_booking' AND name = 'id_kind_passport'"
    )[0]
    server.call(
        "museum.exhibition",
        "write",
        [stage.exhibition_id],
        {
            "visitor_names": "required",
            "visitor_id": "required",
            "visitor_id_kind_ids": [(6, 0, [passport])],
        },
    )
    return stage


@pytest.fixture
def visitor(server):
    return Api(server, sign_up(server, "summary"))


def summary(contexts, visitor, **options):
    """The summary of the visitor's cart, in a browser of his own."""
    context = contexts.new(reduced_motion="reduce", **{**PHONE, **options})
    session = visitor.http.cookies["session_id"]
    url = visitor.server.url
    context.add_cookies([{"name": "session_id", "value": session, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/shop/checkout?try_skip_step=true")
    page.locator(".o_museum_order").wait_for()
    if options.get("java_script_enabled", True):
        page.get_by_text("Seats held for").first.wait_for()  # its scripts run
    return page


def test_names_and_company_on_a_phone(server, stage, visitor, contexts):
    adult, child = stage.categories
    reference = visitor.hold(stage.slot_id, {adult: 1, child: 1}).json()["item"][
        "reference"
    ]
    page = summary(contexts, visitor)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, "the page is wider than the phone"
    pay = page.locator("button[name='o_payment_submit_button']:visible")
    page.get_by_label("I accept the terms").check()

    # Nothing told yet: said at the fields, and the first one has the focus.
    pay.click()
    first = page.get_by_label("Adult 1, name")
    page.get_by_text("Please tell us the name.").first.wait_for()
    assert page.get_by_text("Please tell us the name.").count() == 2
    assert first.evaluate("el => el === document.activeElement")
    assert first.get_attribute("aria-invalid") == "true"
    # Odoo's payment form has findings of its own.
    assert not grave_violations(page, ".o_museum_order")

    page.get_by_role("button", name="That is me").click()
    assert first.input_value() == "Visitor summary"
    page.get_by_label("Child 1, name").fill("www.evil.example")
    page.get_by_label("Child 1, name").press("Tab")
    page.get_by_text("without links or signs").first.wait_for()
    page.get_by_label("Child 1, name").fill("Mini Rao")
    for who in ("Adult 1", "Child 1"):
        page.get_by_label(f"{who}, ID document").select_option(label="Passport")
        page.get_by_label(f"{who}, number of the document").fill(NUMBER)
    page.get_by_label("Child 1, number of the document").press("Tab")
    page.get_by_text("Saved", exact=True).wait_for()
    page.wait_for_load_state("networkidle")

    # A company, whose number does not fit the state at first.
    page.get_by_text("I need an invoice for a company").click()
    form = page.locator(".o_museum_company_form")
    form.get_by_label("Company").fill("Robot Works Pvt Ltd")
    form.get_by_label("GSTIN").fill("29AAAAA")
    form.get_by_label("Street").fill("1 MG Road")
    form.get_by_label("City").fill("Bengaluru")
    form.get_by_label("Postal code").fill("560001")
    form.get_by_role("button", name="Put it on the invoice").click()
    form.get_by_text("Please compare the GSTIN").wait_for()
    form.get_by_label("GSTIN").fill(GSTIN)
    form.get_by_role("button", name="Put it on the invoice").click()
    form.get_by_text("The invoice will be for Robot Works Pvt Ltd.").wait_for()
    assert form.get_by_label("State").input_value() == "KA"
    assert not grave_violations(page, ".o_museum_order")

    # What was told is there again; of the numbers only how they end.
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.get_by_label("Child 1, name").input_value() == "Mini Rao"
    assert NUMBER not in page.content()
    number = page.get_by_label("Child 1, number of the document")
    assert number.get_attribute("placeholder") == "•••• 4321"
    assert number.input_value() == ""
    assert page.locator(".o_museum_company_form").get_by_label(
        "GSTIN"
    ).input_value() == (GSTIN)

    page.get_by_label("I accept the terms").check()
    pay.click()
    page.locator("#rzp-sandbox-pay-upi").click()
    page.wait_for_url("**/shop/confirmation**", timeout=60_000)
    assert "Mini Rao" in page.content()
    page.goto(f"{server.url}/my/tickets/{reference}")
    assert "Visitor summary" in page.locator("main").inner_text()

    invoice = server.query(
        """
        SELECT DISTINCT partner.name, partner.vat, move.l10n_in_gstin,
               move.l10n_in_gst_treatment, state.code, move.payment_state,
               (SELECT string_agg(DISTINCT taxes.name->>'en_US', ','
                                  ORDER BY taxes.name->>'en_US')
                  FROM account_move_line line
                  JOIN account_tax tax ON tax.id = line.tax_line_id
                  JOIN account_tax_group taxes ON taxes.id = tax.tax_group_id
                 WHERE line.move_id = move.id)
          FROM museum_booking booking
          JOIN sale_order_line ordered ON ordered.museum_booking_id = booking.id
          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = ordered.id
          JOIN account_move_line invoiced ON invoiced.id = rel.invoice_line_id
          JOIN account_move move ON move.id = invoiced.move_id
          JOIN res_partner partner ON partner.id = move.partner_id
          JOIN res_country_state state ON state.id = move.l10n_in_state_id
         WHERE booking.name = %s
        """,
        [reference],
    )
    assert invoice == [
        (
            "Robot Works Pvt Ltd",
            GSTIN,
            GSTIN,
            "regular",
            "MH",
            invoice[0][5],
            "CGST,SGST/UTGST",
        )
    ]
    assert invoice[0][5] in ("paid", "in_payment")
    # A refusal is an answer of the API, which browsers tell in their console.
    assert not [text for text in contexts.problems if "status of 422" not in text]


def test_keyboard_alone_names_a_visitor(stage, visitor, contexts):
    visitor.hold(stage.slot_id, {stage.categories[0]: 1})
    page = summary(contexts, visitor, viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="That is me").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("Asha Rao")
    page.keyboard.press("Enter")
    page.get_by_text("Saved", exact=True).wait_for()
    page.reload()
    assert page.get_by_label("Adult 1, name").input_value() == "Asha Rao"


def test_names_never_go_into_an_address(stage, visitor, contexts):
    """Guard: the method of the form, when its scripts are not there."""
    visitor.hold(stage.slot_id, {stage.categories[0]: 1})
    page = summary(contexts, visitor, java_script_enabled=False)
    page.get_by_label("Adult 1, name").fill("Asha Rao")
    page.get_by_label("Adult 1, name").press("Enter")
    page.wait_for_timeout(1000)
    assert "Asha" not in page.url
