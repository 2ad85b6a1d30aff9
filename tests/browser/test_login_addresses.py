# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who came by a phone confirms the e-mail that he typed, and comes by it, too."""

import secrets
import uuid

import pytest
from support.accessibility import grave_violations
from support.mailbox import code_by_sms
from support.walking import SIZES

PATH = "/my/login-addresses"


@pytest.fixture(params=SIZES)
def page(request, contexts):
    return contexts.new(**SIZES[request.param]).new_page()


def log_in(page, server, address, code):
    page.goto(f"{server.url}/web/login/code")
    page.fill("input[name=address]", address)
    page.press("input[name=address]", "Enter")
    page.locator("input[name=code]").wait_for()
    page.fill("input[name=code]", code())
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/my")


def type_contact(server, number, email):
    """As the order summary does: the contact, which proves nothing."""
    (row,) = server.query(
        "SELECT partner_id FROM res_users WHERE login = %s", [f"+91{number}"]
    )
    server.call("res.partner", "write", [row[0]], {"email": email})


def fits(page):
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('.o_login_addresses button,"
        " .o_login_addresses_hint button')]"
        ".filter((e) => e.getBoundingClientRect().height < 44)"
        ".map((e) => e.textContent.trim())"
    )
    assert wide <= 0, "no scrolling sideways"
    assert small == [], "large enough for a finger"


def test_typed_mail_is_confirmed_and_opens_the_account(server, mailbox, page, contexts):
    number = f"97{secrets.randbelow(10**8):08}"
    email = f"typed-{uuid.uuid4().hex[:8]}@example.com"
    log_in(page, server, number, lambda: code_by_sms(server, f"+91{number}"))
    type_contact(server, number, email)
    page.reload()
    hint = page.locator(".o_login_addresses_hint")
    assert "You can log in by phone only." in hint.inner_text()
    fits(page)
    contexts.screenshots(f"login-addresses-hint-{page.viewport_size['width']}")
    hint.get_by_role("button", name="Send the code").click()
    page.wait_for_url(f"**{PATH}")
    page.locator("input[name=code]").wait_for()
    fits(page)
    assert grave_violations(page, ".o_login_addresses") == []
    contexts.screenshots(f"login-addresses-code-{page.viewport_size['width']}")
    page.fill("input[name=code]", mailbox.code(email))
    page.press("input[name=code]", "Enter")
    page.wait_for_url(f"**{PATH}?done=added")
    page.locator(".o_login_addresses li", has_text=email).wait_for()
    fits(page)
    assert grave_violations(page, ".o_login_addresses") == []
    contexts.screenshots(f"login-addresses-list-{page.viewport_size['width']}")
    # Another browser, by the new address: the same account.
    other = contexts.new(**SIZES["phone"]).new_page()
    log_in(other, server, email, lambda: mailbox.code(email, count=2))
    other.goto(f"{server.url}{PATH}")
    other.locator(".o_login_addresses li", has_text=f"+91{number}").wait_for()
    # The first way goes; the last one stays.
    items = other.locator(".o_login_addresses li")
    items.filter(has_text=f"+91{number}").get_by_role("button").click()
    dialog = other.get_by_role("dialog")
    assert "will not open this account" in dialog.inner_text()
    # Around it Odoo's own dialog has no name of its own.
    assert grave_violations(other, ".modal-content") == []
    contexts.screenshots(f"login-addresses-remove-{page.viewport_size['width']}")
    dialog.get_by_role("button", name="Remove").click()
    other.wait_for_url(f"**{PATH}?done=removed")
    last = items.filter(has_text=email)
    assert "last way in" in last.inner_text()
    assert last.get_by_role("button").count() == 0
    assert contexts.problems == []
