# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from unittest.mock import patch

from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..lib import codes
from .common import CodeCommon

NUMBER = "+919876543210"
URL = "/web/login/code"


class PageCase(CodeCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.env.company.country_id = cls.env.ref("base.in")

    def setUp(self):
        super().setUp()
        self._new_browser()

    def _new_browser(self):
        self.authenticate(None, None)

    def _get(self, url=URL, **kwargs):
        return self._page(self.url_open(url, **kwargs))

    def _page(self, response):
        self.response = response
        self.page = html.fromstring(response.content)
        return self.page

    def _post(self, url=URL, **data):
        """Send the page's form, as a browser without JavaScript does."""
        token = self._token()
        redirects = self.page.xpath(
            "//form[contains(@action, 'login/code')]//input[@name='redirect']/@value"
        )
        if redirects:
            data.setdefault("redirect", redirects[0])
        return self._page(self.url_open(url, data={"csrf_token": token, **data}))

    def _token(self):
        return self.page.xpath("//form//input[@name='csrf_token']/@value")[0]

    def _ask_page(self, address, url=URL):
        self._get(url)
        return self._post(step="request", address=address)

    def _words(self):
        return " ".join(self.page.text_content().split())

    def _error(self):
        return " ".join(self.page.xpath("string(//*[@id='login_code_error'])").split())

    def _session_id(self):
        ids = {
            cookie.value
            for cookie in self.opener.cookies
            if cookie.name == "session_id"
        }
        return ids

    def _uid(self):
        response = self.url_open(
            "/web/session/get_session_info",
            json={"params": {}},
        )
        return response.json().get("result", {}).get("uid")


@tagged("-at_install", "post_install")
class TestLoginPage(PageCase):
    # --- cost

    def test_query_count_of_a_first_login(self):
        for address, most in (("warm@example.com", 999), ("new@example.com", 84)):
            self._new_browser()
            self._ask_page(address)
            code = self._mailed_code(address)
            with self.assertQueryCount(most):
                self.url_open(
                    URL,
                    data={
                        "csrf_token": self._token(),
                        "redirect": "/my",
                        "step": "verify",
                        "code": code,
                    },
                    allow_redirects=False,
                )

    # --- the whole way

    def test_existing_user_logs_in_by_mail(self):
        self._ask_page("Vera@example.com", f"{URL}?redirect=/my/account")
        self.assertIn("message to vera@example.com", self._words())
        self._post(step="verify", code=self._mailed_code("vera@example.com"))
        self.assertTrue(self.response.url.endswith("/my/account"), self.response.url)
        self.assertEqual(self._uid(), self.portal_user.id)

    def test_new_visitor_logs_in_by_mail(self):
        self._ask_page("new@example.com")
        self._post(step="verify", code=self._mailed_code("new@example.com"))
        self.assertTrue(self.response.url.endswith("/my"), self.response.url)
        user = self.env["res.users"].browse(self._uid())
        self.assertEqual(user.login, "new@example.com")

    def test_new_and_returning_visitor_log_in_by_phone(self):
        uids = []
        for _visit in range(2):
            self._new_browser()
            self._ask_page("98765 43210")
            self.assertIn("an SMS to +91 98765 43210", self._words())
            self._post(step="verify", code=self._texted_code(NUMBER))
            uids.append(self._uid())
        self.assertTrue(uids[0])
        self.assertEqual(uids[0], uids[1])

    def test_second_factor_is_asked_for_where_odoo_asks(self):
        """Guard: ``mfa: default``."""
        self.staff_user.sudo().totp_secret = "GEZDGNBVGY3TQOJQ"
        self._ask_page("staff@example.com", f"{URL}?redirect=/odoo/apps")
        self._post(step="verify", code=self._mailed_code("staff@example.com"))
        self.assertIn("/web/login/totp?redirect=", self.response.url)
        self.assertFalse(self._uid())
        self.assertTrue(self.page.xpath("//input[@name='totp_token']"))

    def test_who_is_logged_in_is_led_on(self):
        self.authenticate("vera@example.com", "correct horse battery")
        response = self.url_open(f"{URL}?redirect=/my/account", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith("/my/account"))
        response = self.url_open(
            f"{URL}?redirect=//evil.example", allow_redirects=False
        )
        self.assertTrue(response.headers["Location"].endswith("/my"))

    # --- wrong, late, again

    def test_wrong_code_says_how_many_tries_are_left(self):
        self._ask_page("vera@example.com")
        wrong = self._wrong(self._mailed_code("vera@example.com"))
        for words in ("Tries left: 2", "Tries left: 1", "Ask for a new one"):
            self._post(step="verify", code=wrong)
            self.assertIn(words, self._error())
            (field,) = self.page.xpath("//input[@name='code']")
            self.assertEqual(field.get("aria-describedby"), "login_code_error")
            self.assertEqual(field.get("aria-invalid"), "true")
        self.assertFalse(self._uid())

    def test_code_of_another_browser_is_worth_nothing(self):
        """Guard: the challenge is in the server's session."""
        self._ask_page("vera@example.com")
        code = self._mailed_code("vera@example.com")
        self._new_browser()
        self._get()
        self._post(step="verify", code=code)
        self.assertIn("no longer good", self._error())
        self.assertFalse(self._uid())

    def test_page_does_not_know_the_challenge(self):
        self._ask_page("vera@example.com")
        row = self.codes.search([("address", "=", "vera@example.com")])
        for text in (self.response.text, str(self.opener.cookies)):
            self.assertNotRegex(text, r"challenge")
            self.assertNotIn(row.challenge_hash, text)

    def test_new_code_may_be_asked_for_after_a_while(self):
        self._ask_page("vera@example.com")
        self._post(step="resend")
        self.assertEqual(self.response.status_code, 429)
        self.assertIn(int(self.response.headers["Retry-After"]), range(20, 31))
        self.assertIn("seconds", self._error())
        self.assertTrue(
            self.page.xpath("//input[@name='code']"), "still the second step"
        )
        old = self._mailed_code("vera@example.com")
        self._pass_time(31)
        self._post(step="resend")
        new = self._mailed_code("vera@example.com")
        if new != old:
            self._post(step="verify", code=old)
            self.assertIn("Tries left", self._error())
        self._post(step="verify", code=new)
        self.assertEqual(self._uid(), self.portal_user.id)

    def test_another_address_keeps_what_was_typed(self):
        self._ask_page("vera@exmple.com")
        self._post(step="other")
        (field,) = self.page.xpath("//input[@name='address']")
        self.assertEqual(field.get("value"), "vera@exmple.com")

    def test_refused_address_is_kept_with_its_error(self):
        self._ask_page("vera@")
        self.assertIn("name@example.com", self._error())
        (field,) = self.page.xpath("//input[@name='address']")
        self.assertEqual(field.get("value"), "vera@")
        self.assertIn("login_code_error", field.get("aria-describedby"))

    def test_no_page_is_the_answer_to_a_form(self):
        """So that "Back" and "Reload" send nothing again.

        Guard: ``refused.keep`` and the redirect after it.
        """
        self._ask_page("vera@example.com")
        token = self.page.xpath("//form//input[@name='csrf_token']/@value")[0]
        for data in (
            {"step": "verify", "code": "12"},
            {"step": "resend"},
            {"step": "other"},
            {"step": "request", "address": "vera@"},
        ):
            response = self.url_open(
                URL,
                data={"csrf_token": token, "redirect": "/my", **data},
                allow_redirects=False,
            )
            self.assertEqual(response.status_code, 303, data)
            self.assertIn(f"{URL}?redirect=", response.headers["Location"])
        self._get()
        self.assertIn("name@example.com", self._error())
        self._get()
        self.assertFalse(self._error(), "told once")

    # --- fields

    def test_fields_help_browsers_and_screen_readers(self):
        self._get()
        (field,) = self.page.xpath("//input[@name='address']")
        self.assertEqual(
            (field.get("autocomplete"), field.get("inputmode")), ("username", "email")
        )
        self.assertTrue(self.page.xpath(f"//label[@for='{field.get('id')}']"))
        self._post(step="request", address="vera@example.com")
        (field,) = self.page.xpath("//input[@name='code']")
        self.assertEqual(field.get("autocomplete"), "one-time-code")
        self.assertEqual(field.get("inputmode"), "numeric")
        self.assertEqual(field.get("maxlength"), "6")
        self.assertEqual(field.get("pattern"), "[0-9]{6}")
        self.assertTrue(self.page.xpath(f"//label[@for='{field.get('id')}']"))
        self.assertIn("no-store", self.response.headers["Cache-Control"])

    def test_what_a_form_does_does_not_hang_on_its_button(self):
        """Scripts that disable buttons while a form is sent drop their values."""
        self._get()
        steps = self.page.xpath("//form//input[@name='step']/@value")
        self._post(step="request", address="vera@example.com")
        steps += self.page.xpath("//form//input[@name='step']/@value")
        self.assertEqual(steps, ["request", "verify", "resend", "other"])
        self.assertFalse(self.page.xpath("//button[@name='step']"))

    def test_log_in_in_a_browser(self):
        with patch.object(codes, "new_code", lambda: "012345"):
            self.start_tour(URL, "auth_one_time_code_login")
        row = self.codes.search([("address", "=", "vera@example.com")], limit=1)
        self.assertEqual((row.state, row.tries_left), ("used", 1))

    def test_pages_of_both_ways_are_linked(self):
        self._get("/web/login?redirect=/my/account")
        (link,) = self.page.xpath("//a[contains(@class, 'o_login_code_link')]/@href")
        self.assertIn("redirect=%2Fmy%2Faccount", link.replace("=/my/", "=%2Fmy%2F"))
        self._get(link)
        (link,) = self.page.xpath("//a[contains(., 'Use a password')]/@href")
        self._get(link)
        self.assertIn("/web/login", self.response.url)
        self.assertEqual(
            self.page.xpath(
                "//form[contains(@class, 'oe_login_form')]"
                "//input[@name='redirect']/@value"
            ),
            ["/my/account"],
        )


@tagged("-at_install", "post_install")
class TestLoginPageGuards(PageCase):
    def test_open_redirects_are_refused(self):
        """Guard: ``local_path``, before anything is done with the parameter."""
        for redirect in (
            "//evil.example",
            "https://evil.example",
            "https:evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/%09//evil.example\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
        ):
            self._new_browser()
            self._get(params={"redirect": redirect})
            self.assertNotIn("evil.example", self.page.xpath("string(//form[1])"))
            self.assertFalse(self.page.xpath("//input[@name='redirect'][@value!='']"))
            self._post(step="request", address=f"r{abs(hash(redirect))}@example.com")
            address = (
                self.env["mail.mail"].search([], order="id desc", limit=1).email_to
            )
            self._post(
                step="verify", code=self._mailed_code(address), redirect=redirect
            )
            self.assertEqual(self.response.url, self.base_url() + "/my", repr(redirect))

    @mute_logger("odoo.http")
    def test_post_without_the_token_is_refused(self):
        """Guard: Odoo's CSRF token on each step."""
        self._ask_page("vera@example.com")
        code = self._mailed_code("vera@example.com")
        for data in (
            {"step": "request", "address": "vera@example.com"},
            {"step": "verify", "code": code},
            {"step": "resend"},
            {"step": "other"},
        ):
            for token in ({}, {"csrf_token": "x"}):
                response = self.url_open(URL, data={**data, **token})
                self.assertEqual(response.status_code, 400, data)
        self.assertFalse(self._uid())

    def test_session_gets_a_new_number(self):
        """Guard: ``session.authenticate``: no session fixation."""
        self._ask_page("vera@example.com")
        before = self._session_id()
        self._post(step="verify", code=self._mailed_code("vera@example.com"))
        self.assertTrue(self._uid())
        after = self._session_id() - before
        self.assertTrue(after, "another number")
        for old in before:
            self._new_browser()
            self.opener.cookies["session_id"] = old
            self.assertFalse(self._uid(), "the old number is worth nothing")

    def test_nothing_tells_whether_there_is_an_account(self):
        """Guard: the same answer on each road, for asking and for a wrong code."""
        self._make_user("vstaff@example.com", self.env.ref("base.group_user"))
        self._make_user(
            "vgone@example.com", self.env.ref("base.group_portal")
        ).active = False
        self._allow_sign_up(False)
        seen = {}
        addresses = ["vera", "vstaff", "vgone", "vnobody"]
        for name in addresses:
            address = f"{name}@example.com"
            self._new_browser()
            self._get()
            first = self._post(step="request", address=address)
            asked = self._seen(first, address)
            second = self._post(step="verify", code="000000")
            seen[name] = (asked, self._seen(second, address))
            self.assertIn("Tries left: 2", self._error())
            for secret in ("Name of", "archived"):
                self.assertNotIn(secret, self.response.text)
            self.assertEqual(len(self._mails(address)), 1, "one message each")
        for name in addresses[1:]:
            self.assertEqual(seen[name], seen["vera"], name)

    def _seen(self, page, typed):
        """What a page tells, apart from what was typed there."""
        words = self._neutral(page).replace(typed, "TYPED")
        return self.response.status_code, self.response.url, words

    def _neutral(self, page):
        """The page without what differs between any two visits."""
        text = html.tostring(page, encoding="unicode")
        text = re.sub(r"[0-9a-f]{40}o[0-9]*", "TOKEN", text)
        text = re.sub(r'resend-in="\d+"|_seconds">\d+<', "SECONDS", text)
        return re.sub(r"[0-9a-f]{32,}", "HASH", text)

    def test_challenge_is_forgotten_after_the_log_in(self):
        self._ask_page("vera@example.com")
        code = self._mailed_code("vera@example.com")
        self._post(step="verify", code=code)
        self.url_open("/web/session/logout?redirect=/")
        self._get()
        self.assertTrue(self.page.xpath("//input[@name='address']"))
        self._post(step="verify", code=code)
        self.assertFalse(self._uid())
