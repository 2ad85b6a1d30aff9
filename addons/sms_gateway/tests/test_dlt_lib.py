# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo.tests import BaseCase, tagged

from ..lib import dlt


@tagged("-at_install", "post_install")
class TestDltLib(BaseCase):
    def test_text_fits_the_registered_one_table(self):
        code = "Your code is {#var#}. Museum"
        for registered, text, fits in [
            (code, "Your code is 123456. Museum", True),
            (code, " Your code is 123456. Museum\n", True),
            (code, "Your code is . Museum", False),
            (code, "Your code is 123456. museum", False),
            (code, "Your code is 123456. Museum!", False),
            (code, "Your code is 12\n34. Museum", False),
            (code, f"Your code is {'x' * 30}. Museum", True),
            (code, f"Your code is {'x' * 31}. Museum", False),
            (code, "Your code is {#var#}. Museum", True),
            ("No variable", "No variable", True),
            ("No variable", "No variables", False),
            ("{#var#}{#var#}", "x" * 60, True),
            ("{#var#}{#var#}", "x" * 61, False),
            ("{#var#}{#var#}", "x", False),
            ("{#numeric#} of {#alphanumeric#}", "1 of abc", True),
            ("a (b) {#var#} [c]*", "a (b) d [c]*", True),
            ("{#var#}: {#var#}: end", "a: b: c: end", True),
            ("", "", True),
            ("", "x", False),
        ]:
            self.assertEqual(dlt.fits(registered, text), fits, (registered, text))

    def test_hostile_texts_take_no_time(self):
        """Guard: the places are a set; a regular expression would try all ways."""
        started = time.monotonic()
        self.assertFalse(dlt.fits("{#var#}" * 40 + "!", "x" * 1200))
        self.assertLess(time.monotonic() - started, 2)

    def test_safe_addresses_table(self):
        for url, is_safe in [
            ("https://sms.example.com/v1", True),
            ("https://sms.example.com:8443/v1?a=b", True),
            ("http://127.0.0.1:8000/v1", True),
            ("http://localhost/v1", True),
            ("http://sms.example.com/v1", False),
            ("http://127.0.0.1.example.com/", False),
            ("https://user:password@sms.example.com/", False),
            ("https:///v1", False),
            ("https://sms.example.com:x/", False),
            ("ftp://sms.example.com/", False),
            ("file:///etc/passwd", False),
            ("", False),
            (None, False),
        ]:
            self.assertEqual(dlt.is_safe_url(url), is_safe, url)

    def test_answers_table(self):
        good = {"reference": "r"}
        for status, body, state in [
            (200, good, "success"),
            (202, good, "success"),
            (200, {}, "dlt_setup"),
            (200, "<html>", "dlt_setup"),
            (301, good, "dlt_setup"),
            (400, {"error": {"code": "number"}}, "wrong_number_format"),
            (422, {"error": {"code": "template"}}, "dlt_text"),
            (422, {"error": "text"}, "dlt_refused"),
            (401, {}, "dlt_setup"),
            (404, None, "dlt_setup"),
            (402, {}, "insufficient_credit"),
            (429, {}, "gateway_busy"),
            (500, {}, "gateway_busy"),
            (503, [], "gateway_busy"),
        ]:
            self.assertEqual(dlt.answer(status, body).state, state, (status, body))
        refused = dlt.answer(422, {"error": {"code": "x", "message": "y" * 900}})
        self.assertEqual(refused.reason, "y" * 200)

    def test_tries_end_before_a_code_does(self):
        waits = [dlt.retry_wait(tries) for tries in range(6)]
        self.assertEqual(waits, [None, 20, 60, 120, None, None])
        self.assertLess(sum(dlt.RETRY_WAITS), 5 * 60)

    def test_signature_is_that_of_the_standard(self):
        """RFC 4231, test case 2."""
        raw = b"what do ya want for nothing?"
        good = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        self.assertTrue(dlt.is_signed("Jefe", raw, good))
        for secret, body, given in [
            ("jefe", raw, good),
            ("Jefe", raw + b" ", good),
            ("Jefe", raw, good[:-1] + "4"),
            ("Jefe", raw, good.removeprefix("sha256=")),
            ("Jefe", raw, ""),
            ("Jefe", raw, None),
            ("", raw, dlt.signature("", raw)),
        ]:
            self.assertFalse(dlt.is_signed(secret, body, given), (secret, given))

    def test_reports_are_read_strictly(self):
        row = {"reference": "0" * 32, "status": "delivered"}
        self.assertEqual(dlt.reports({"reports": [row]}), [("0" * 32, "delivered", "")])
        for body in [
            None,
            [],
            {},
            {"reports": {}},
            {"reports": ["x"]},
            {"reports": [{**row, "status": "sent"}]},
            {"reports": [{**row, "reference": "%"}]},
            {"reports": [{**row, "reference": 5}]},
            {"reports": [row] * 1001},
        ]:
            self.assertIsNone(dlt.reports(body), body)
        self.assertIsNone(dlt.decoded(b"[" * 100000))
        self.assertIsNone(dlt.decoded(b"\xff"))
