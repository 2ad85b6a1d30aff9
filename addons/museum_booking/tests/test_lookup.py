# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Finding a booking again by reference, address and code."""

import re
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.auth_one_time_code.exceptions import CodeRefusal

from ..controllers import guest_session
from ..models.booking_lookup import BOOKING_LOOKUP, REFERENCE
from .test_guest import GuestCase

MAIL = "ravi@example.com"


@tagged("post_install", "-at_install")
class TestLookup(GuestCase):
    def setUp(self):
        super().setUp()
        self.sold = self._buy()
        self._forget()

    def _forget(self):
        """Another browser, an hour later."""
        self.authenticate(None, None)
        self.env["attempt.limit"].search([]).unlink()
        self.env.flush_all()

    def _ask(self, reference=None, contact=MAIL, status=200):
        return self.api(
            "POST",
            "/bookings/lookup",
            {"reference": reference or self.sold.name, "contact": contact},
            status=status,
        )

    def _verify(self, code, status=200):
        return self.api(
            "POST", "/bookings/lookup/verify", {"code": code}, status=status
        )

    def test_booking_is_found_by_mail_and_code(self):
        typed = self.sold.name.lower().replace("-", " ")
        sent = self._ask(typed, " Ravi@Example.com ")
        self.assertNotIn("ravi", str(sent))
        self.api("GET", f"/bookings/{self.sold.name}", status=401)
        found = self._verify(self._code(MAIL))
        self.assertEqual(
            [item["reference"] for item in found["items"]], [self.sold.name]
        )
        self.assertEqual(len(found["items"][0]["tickets"]), 1)
        self.api("GET", f"/bookings/{self.sold.name}", status=200)
        page = self.url_open(f"/my/tickets/{self.sold.name}")
        self.assertIn("QR code of", page.text)
        code = self.sold.ticket_ids.code
        for kind in ("pdf", "png", "ics"):
            answer = self.url_open(f"/api/v1/tickets/{code}.{kind}")
            self.assertEqual(answer.status_code, 200, kind)
        # Seen, not bought: nothing else of the account's is open.
        self.api("GET", "/bookings", status=401)

    def test_booking_is_found_by_phone(self):
        self._ask(contact="98765 43210")
        sms = self.env["sms.sms"].search([("number", "=", "+919876543210")])
        self._verify(re.search(r"\b\d{6}\b", sms[0].body)[0])
        self.api("GET", f"/bookings/{self.sold.name}", status=200)

    def test_page_does_the_same_without_scripts(self):
        page = self._post(
            "/bookings/find", reference=self.sold.name, contact=MAIL, step="request"
        )
        self.assertIn("a code is on its way", page.text)
        page = self._post("/bookings/find", step="verify", code="000000")
        self.assertIn("This is not the code", page.text)
        page = self._post("/bookings/find", step="verify", code=self._code(MAIL))
        self.assertTrue(page.url.endswith(f"/my/tickets/{self.sold.name}"), page.url)
        self.assertIn("QR code of", page.text)
        page = self._post("/bookings/find", reference="nonsense", contact=MAIL)
        self.assertIn("This is not a booking reference", page.text)

    def test_answers_are_equal_whatever_there_is(self):
        """Guard: a message and a row for each, ``_look_up`` is one query."""
        unknown = self.env["museum.booking"]._new_reference(self.company)
        unsold = self.booking(self.add(adult=1)).name
        answers, counts, rows = [], [], []
        for reference, contact in (
            # The first two warm caches: of each kind of message.
            (self.sold.name, MAIL),
            (unknown, MAIL),
            (unknown, MAIL),
            (self.sold.name, "else@example.com"),
            (unsold, MAIL),
            (self.sold.name, MAIL),
        ):
            self._forget()
            before = self.env["auth.one.time.code"].search_count([])
            mails = self.env["mail.mail"].search_count([])
            start = self.env.cr.sql_log_count
            answer = self._ask(reference, contact)
            counts.append(self.env.cr.sql_log_count - start)
            answer.pop("masked")
            answers.append(answer)
            rows.append(
                (
                    self.env["auth.one.time.code"].search_count([]) - before,
                    self.env["mail.mail"].search_count([]) - mails,
                )
            )
        self.assertEqual([answers[0]] * 6, answers)
        self.assertEqual([(1, 1)] * 6, rows)
        self.assertEqual([counts[-1]] * 4, counts[2:])

    def test_what_does_not_belong_to_the_address_opens_nothing(self):
        """Guard: ``_road``; and what is looked up when the code comes."""
        unknown = self.env["museum.booking"]._new_reference(self.company)
        for reference, contact in ((unknown, MAIL), (self.sold.name, "a@example.com")):
            self._forget()
            self._ask(reference, contact)
            mail = self.env["mail.mail"].search([("email_to", "=", contact)], limit=1)
            self.assertIn("there is none with that reference", mail.body_html)
            self.assertFalse(re.search(r"\b\d{6}\b", mail.subject))
            self._verify("123456", status=422)
            self.api("GET", f"/bookings/{self.sold.name}", status=401)

    def test_contact_that_changed_meanwhile_opens_nothing(self):
        """Guard: ``find`` looks up once more."""
        self._ask()
        code = self._code(MAIL)
        self.sold.partner_id.email = "new@example.com"
        self.env.flush_all()
        error = self._verify(code, status=422)["error"]
        self.assertEqual(error["code"], "otp_expired")
        self.api("GET", f"/bookings/{self.sold.name}", status=401)

    def test_what_could_not_be_sent_is_told_whatever_there_is(self):
        unknown = self.env["museum.booking"]._new_reference(self.company)
        pages = []
        for reference in (self.sold.name, unknown):
            self._forget()
            page = self._post("/bookings/find", reference=reference, contact=MAIL)
            self.assertIn(MAIL, page.text, "typed here")
            self.assertIn("a code is on its way", page.text)
            self.env["auth.one.time.code"].search([], limit=1)._note_unsent()
            page = self.url_open("/bookings/find")
            self.assertIn("could not send the message just now", page.text)
            self.assertNotIn("a code is on its way", page.text)
            status = self.api("GET", "/bookings/lookup/status", status=200)
            pages.append((page.status_code, status["state"], status["message"]))
            status = self.url_open("/bookings/find/status").json()
            self.assertEqual(status["state"], "failed")
            page = self._post("/bookings/find", step="resend")
            self.assertIn("a code is on its way", page.text)
        self.assertEqual(pages[0], pages[1])
        self.assertEqual(pages[0][1], "failed")

    def test_what_was_found_is_not_replayed(self):
        """Guard: ``replayed=False``: the answer would outlive the two hours."""
        self._ask()
        body, key = {"code": self._code(MAIL)}, {"Idempotency-Key": "look-up-1"}
        path = "/bookings/lookup/verify"
        self.api("POST", path, body, headers=key, status=200)
        error = self.api("POST", path, body, headers=key, status=422)["error"]
        self.assertEqual(error["code"], "otp_expired")

    def test_code_of_another_purpose_opens_nothing(self):
        """Guard: a code's purpose."""
        self._ask()
        lookup = self._code(MAIL)
        self.api("POST", "/auth/otp/request", {"address": MAIL}, status=200)
        login = self._code(MAIL)
        if lookup == login:
            self.skipTest("one in a million")
        error = self._verify(login, status=422)["error"]
        self.assertEqual(error["code"], "otp_wrong")
        error = self.api("POST", "/auth/otp/verify", {"code": lookup}, status=422)
        self.assertEqual(error["error"]["code"], "otp_wrong")
        self.assertFalse(self.env["res.users"].search([("login", "=", MAIL)]))

    def test_code_is_worth_nothing_in_another_session(self):
        self._ask()
        code = self._code(MAIL)
        self.authenticate(None, None)
        error = self._verify(code, status=422)["error"]
        self.assertEqual(error["code"], "otp_expired")

    def test_guesses_are_limited(self):
        """Guard: a code has three tries; the fourth, a right one, comes too late."""
        one_time = self.env["auth.one.time.code"].with_context(
            **{REFERENCE: self.sold.name}
        )
        challenge = one_time._request(BOOKING_LOOKUP, MAIL, "")["challenge"]
        right = self._code(MAIL)
        wrong = f"{(int(right) + 1) % 10**6:06d}"
        outcomes = []
        # Without the savepoint of assertRaises: what is counted stays counted.
        for code in (wrong, wrong, wrong, right):
            try:
                one_time._verify(BOOKING_LOOKUP, challenge, code)
            except CodeRefusal as refusal:
                outcomes.append((refusal.code, refusal.details.get("tries_left")))
        self.assertEqual(
            outcomes,
            [
                ("otp_wrong", 2),
                ("otp_wrong", 1),
                ("otp_wrong", 0),
                ("otp_expired", None),
            ],
        )

    def test_reference_is_limited_whatever_the_address(self):
        """Guard: the rule of ``_send_rules``."""
        unknown = self.env["museum.booking"]._new_reference(self.company)
        for reference in (self.sold.name, unknown):
            self.authenticate(None, None)
            for number in range(10):
                self._ask(reference, f"{number}.{reference}@example.com")
            error = self._ask(reference, "more@example.com", status=429)["error"]
            self.assertEqual(error["code"], "otp_limited")
            self.assertGreater(error["details"]["retry_after"], 0)
            self.assertNotIn("password", error["message"])

    def test_window_ends(self):
        """Guard: ``SEEN_KEY`` holds until when."""
        self._ask()
        self._verify(self._code(MAIL))
        self.api("GET", f"/bookings/{self.sold.name}", status=200)
        later = guest_session.time.time() + guest_session.SEEN_SECONDS + 1
        with patch.object(guest_session.time, "time", return_value=later):
            self.api("GET", f"/bookings/{self.sold.name}", status=401)
            page = self.url_open(f"/my/tickets/{self.sold.name}", allow_redirects=False)
            self.assertIn("/web/login", page.headers["Location"])

    def test_window_ends_when_an_account_takes_it(self):
        """Guard: ``_seen`` names the customer, too."""
        self._ask()
        self._verify(self._code(MAIL))
        self.api("GET", f"/bookings/{self.sold.name}", status=200)
        self.sold.order_id.partner_id = self.visitor.partner_id
        self.env.flush_all()
        self.api("GET", f"/bookings/{self.sold.name}", status=401)

    def test_nonsense_is_refused_in_words(self):
        for reference, contact, field in (
            ("", MAIL, "reference"),
            ("TEST-2222223", MAIL, "reference"),
            ("x" * 65, MAIL, "reference"),
            (self.sold.name, "", "address"),
            (self.sold.name, "nobody", "address"),
        ):
            error = self._ask(reference or " ", contact, status=422)["error"]
            self.assertIn(field, error["details"])
