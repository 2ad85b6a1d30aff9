# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import TransactionCase, tagged

from ..lib.waits import Rule, growing_waits
from .common import CodeCommon


@tagged("-at_install", "post_install")
class TestAttemptLimit(CodeCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limits = cls.env["attempt.limit"]

    def _counts(self, *rules):
        keys = [self.limits._key(*rule[:3]) for rule in rules]
        rows = {row.key: row.count for row in self.limits.search([])}
        return [rows.get(key, 0) for key in keys]

    def test_attempts_are_counted_up_to_the_limit(self):
        """Guard: ``count < most`` in the UPSERT."""
        rule = Rule("test", "scope", "value", 3, 60)
        self.assertEqual([self.limits._spend([rule]) for _ in range(3)], [0, 0, 0])
        self.assertIn(self.limits._spend([rule]), range(58, 61))
        self.assertEqual(self._counts(rule), [3])

    def test_refused_attempt_does_not_prolong_the_window(self):
        """Guard: nothing is written for a refused attempt."""
        rule = Rule("test", "scope", "value", 1, 60)
        self.limits._spend([rule])
        self._pass_time(50)
        self.assertIn(self.limits._spend([rule]), range(8, 11))
        self._pass_time(11)
        self.assertEqual(self.limits._spend([rule]), 0)

    def test_window_begins_anew_when_it_is_over(self):
        rule = Rule("test", "scope", "value", 2, 60)
        self.limits._spend([rule])
        self.limits._spend([rule])
        self._pass_time(61)
        self.assertEqual(self.limits._wait([rule]), 0)
        self.limits._spend([rule])
        self.assertEqual(self._counts(rule), [1])

    def test_several_rules_are_counted_together_or_not_at_all(self):
        """Guard: a refusal rolls the other counts back."""
        tight = Rule("test", "tight", "value", 1, 60)
        wide = Rule("test", "wide", "value", 9, 3600)
        self.assertEqual(self.limits._spend([tight, wide]), 0)
        self.assertTrue(self.limits._spend([tight, wide]))
        self.assertTrue(self.limits._spend([wide, tight]))
        self.assertEqual(self._counts(tight, wide), [1, 1])

    def test_same_value_has_several_windows(self):
        """Guard: the window's length is part of the unique key."""
        hour = Rule("test", "scope", "value", 1, 3600)
        day = Rule("test", "scope", "value", 2, 86400)
        self.assertEqual(self.limits._spend([hour, day]), 0)
        self._pass_time(3601)
        self.assertEqual(self.limits._spend([hour, day]), 0)
        self._pass_time(3601)
        self.assertGreater(self.limits._spend([hour, day]), 70000)

    def test_waits_grow(self):
        """Guard: the wait after the last attempt."""
        rule = Rule("test", "scope", "value", 20, 86400, growing_waits(20))
        for wait in (30, 60, 120):
            self.assertEqual(self.limits._spend([rule]), 0)
            self.assertIn(self.limits._spend([rule]), range(wait - 2, wait + 1))
            self._pass_time(wait - 5)
            self.assertIn(self.limits._spend([rule]), range(3, 6))
            self._pass_time(6)

    def test_values_scopes_and_purposes_are_apart(self):
        rules = [
            Rule("test", "scope", "value", 1, 60),
            Rule("test", "scope", "other", 1, 60),
            Rule("test", "other", "value", 1, 60),
            Rule("other", "scope", "value", 1, 60),
        ]
        for rule in rules:
            self.assertEqual(self.limits._spend([rule]), 0)

    def test_forgiven_value_begins_anew_in_all_windows(self):
        rules = [
            Rule("test", "scope", "value", 1, 60),
            Rule("test", "scope", "value", 1, 3600),
        ]
        self.limits._spend(rules)
        self.assertTrue(self.limits._spend(rules))
        self.limits._forgive("test", ("scope", "value"))
        self.assertEqual(self.limits._spend(rules), 0)

    def test_given_back_attempt_is_not_counted(self):
        rule = Rule("test", "scope", "value", 1, 60)
        self.limits._spend([rule])
        self.limits._give_back([rule])
        self.assertEqual(self._counts(rule), [0])
        self.limits._give_back([rule])
        self.assertEqual(self._counts(rule), [0], "never below zero")

    def test_rows_hold_no_personal_data(self):
        self.limits._spend([Rule("test", "scope", "vera@example.com", 1, 60)])
        self.env.cr.execute("SELECT attempt_limit::text FROM attempt_limit")
        for (row,) in self.env.cr.fetchall():
            self.assertNotIn("vera", row)

    def test_old_windows_are_vacuumed(self):
        old = Rule("test", "scope", "old", 1, 60)
        new = Rule("test", "scope", "new", 1, 60)
        self.limits._spend([old])
        self._pass_time(3 * 86400)
        self.limits._spend([new])
        self.limits._gc_windows()
        self.assertEqual(self._counts(old, new), [0, 1])
