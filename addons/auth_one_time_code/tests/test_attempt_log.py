# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What administrators find in the log of attempts."""

from odoo.fields import Domain
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import CodeCommon

EMAIL, NUMBER = "vera@example.com", "+919876543210"


@tagged("-at_install", "post_install")
class TestAttemptLog(CodeCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.env.company.country_id = cls.env.ref("base.in")
        admin = new_test_user(cls.env, "otc_admin", groups="base.group_system")
        cls.log = cls.env["auth.one.time.attempt"].with_user(admin)
        for address in (EMAIL, "valid@example.com", NUMBER, "+919876503210"):
            cls.codes._request("login", address, None)
        cls.codes._request("add_address", EMAIL, None)

    def _found(self, text, operator="="):
        return self.log.search([("full_address", operator, text)])

    def test_whole_address_finds_its_attempts(self):
        """Guard: by the digest: masked, two of each kind look the same."""
        self.assertEqual(
            sorted(self._found(EMAIL).mapped("purpose")), ["add_address", "login"]
        )
        self.assertEqual(self._found(" Vera@Example.com "), self._found(EMAIL))
        (line,) = self._found(NUMBER)
        for typed in ("98765 43210", "+91 98765-43210"):
            self.assertEqual(self._found(typed), line)
        self.assertEqual(self._found(NUMBER, "ilike"), line)
        self.assertEqual(self._found([NUMBER, EMAIL], "in"), line | self._found(EMAIL))

    def test_part_of_an_address_finds_nothing(self):
        for text in ("vera", "vera@", "example.com", "3210", "%", "nobody@a.org"):
            self.assertFalse(self._found(text), text)
            self.assertFalse(self._found(text, "ilike"), text)

    def test_attempts_of_all_others_are_found_too(self):
        others = self.log.search(Domain("full_address", "!=", EMAIL))
        self.assertEqual(set(others.mapped("kind")), {"email", "phone"})
        self.assertFalse(others & self._found(EMAIL))

    def test_purposes_are_told_in_words(self):
        words = dict(self.log.fields_get(["purpose"])["purpose"]["selection"])
        self.assertEqual(words["login"], "Log in")
        self.assertEqual(words["add_address"], "Add a way to log in")
        groups = self.log.formatted_read_group([], ["purpose"], ["__count"])
        counts = {group["purpose"]: group["__count"] for group in groups}
        self.assertGreaterEqual(counts["login"], 4)

    def test_search_view_offers_both(self):
        arch = self.log.get_view(view_type="search")["arch"]
        self.assertIn('name="full_address"', arch)
        self.assertIn("'group_by': 'purpose'", arch)
