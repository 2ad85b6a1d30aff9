# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase, tagged

from ..lib.short_memory import ShortMemory


@tagged("post_install", "-at_install")
class TestShortMemory(BaseCase):
    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.asked = []

    def _memory(self, **kwargs):
        return ShortMemory(seconds=1, clock=lambda: self.now, **kwargs)

    def _find(self, memory, key):
        return memory.get(key, lambda: self.asked.append(key) or len(self.asked))

    def test_answers_are_good_for_their_time_only(self):
        memory = self._memory()
        self.assertEqual(self._find(memory, "a"), 1)
        self.now += 0.9
        self.assertEqual(self._find(memory, "a"), 1)
        self.now += 0.2
        self.assertEqual(self._find(memory, "a"), 2)
        self.assertEqual(self._find(memory, "b"), 3)

    def test_nothing_grows_without_end(self):
        memory = self._memory(most=3)
        for key in range(10):
            self._find(memory, key)
        self.assertLessEqual(len(memory._known), 3)

    def test_what_failed_is_not_remembered(self):
        memory = self._memory()
        with self.assertRaises(ZeroDivisionError):
            memory.get("a", lambda: 1 / 0)
        self.assertEqual(self._find(memory, "a"), 1)
