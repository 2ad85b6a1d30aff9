"""A discount code, typed on a phone: what is paid in the end is the lower total."""

import uuid

import pytest
from support.visitor import Stage, sign_up

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
ADD = """async ([slot, category]) => {
    const answer = await fetch("/api/v1/cart/items", {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({
            slot_id: slot,
            categories: [{id: category, quantity: 2}],
        }),
    });
    return answer.status;
}"""


@pytest.fixture(scope="module")
def code(server):
    """A code of the test's own: a tenth off its visits, on every day."""
    code = f"TEST{uuid.uuid4().hex[:8].upper()}"
    rule = {"mode": "with_code", "code": code, "museum_only": True, "minimum_qty": 1}
    reward = {
        "reward_type": "discount",
        "discount": 10,
        "discount_mode": "percent",
        "discount_applicability": "order",
        "description": "A tenth off",
    }
    server.call(
        "loyalty.program",
        "create",
        {
            "name": f"Test {code}",
            "program_type": "promo_code",
            "trigger": "with_code",
            "applies_on": "current",
            "rule_ids": [(5, 0, 0), (0, 0, rule)],
            "reward_ids": [(5, 0, 0), (0, 0, reward)],
        },
    )
    return code


def test_code_typed_on_a_phone_lowers_what_is_paid(server, contexts, code):
    stage = Stage(server, capacity=6, start_minutes=60)
    login = sign_up(server, "promo")
    page = contexts.new(**PHONE).new_page()
    page.goto(f"{server.url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.locator(".oe_login_form button[type=submit]").click()
    page.wait_for_url("**/my**")
    assert page.evaluate(ADD, [stage.slot_id, stage.categories[0]]) == 201

    page.goto(f"{server.url}/shop/cart")
    field = (
        page.get_by_label("Gift card or discount code").locator("visible=true").first
    )
    field.fill("NO-SUCH-CODE")
    field.press("Enter")
    page.get_by_text("We do not know this code").locator(
        "visible=true"
    ).first.wait_for()
    field = (
        page.get_by_label("Gift card or discount code").locator("visible=true").first
    )
    field.fill(code)
    field.press("Enter")
    line = page.locator("#cart_products", has_text="A tenth off")
    line.wait_for()
    assert "40.00" in line.inner_text()
    assert page.locator(".o_museum_cart_visit").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    # One ticket less: the discount follows without a reload.
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="One Adult less").click()
    page.locator("#cart_products", has_text="20.00").wait_for()

    page.goto(f"{server.url}/shop/payment")
    page.wait_for_load_state("networkidle")
    page.get_by_label("I accept the terms").check()
    button = page.locator("button[name='o_payment_submit_button']:visible")
    assert "180.00" in button.inner_text()
    # All that makes up the total is in sight, and not behind a button only.
    amounts = page.locator(".o_museum_summary_amounts")
    assert amounts.is_visible()
    words = " ".join(amounts.inner_text().replace("\ufeff", "").split())
    for part in ("A tenth off", "₹ -20.00", "Subtotal", "Taxes", "Total", "180.00"):
        assert part in words, (part, words)
    button.click()
    page.locator("#rzp-sandbox-pay-upi").click()
    page.wait_for_url("**/shop/confirmation**", timeout=60_000)
    rows = server.query(
        "SELECT tx.amount, booking.state, booking.money_state, booking.amount_discount"
        " FROM museum_booking booking"
        " JOIN sale_order_transaction_rel rel ON rel.sale_order_id = booking.order_id"
        " JOIN payment_transaction tx ON tx.id = rel.transaction_id"
        " WHERE booking.slot_id = %s AND tx.state = 'done'",
        [stage.slot_id],
    )
    ((amount, state, money, discount),) = rows
    assert (float(amount), state, money, float(discount)) == (
        *(180.0, "confirmed", "paid"),
        20.0,
    )
