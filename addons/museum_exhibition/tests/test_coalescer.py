# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading
import time

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..lib.coalescer import Coalescer


@tagged("post_install", "-at_install")
class TestCoalescer(BaseCase):
    """What happens within a moment is told once, and costs whoever adds nothing."""

    def setUp(self):
        super().setUp()
        self.calls = []
        self.done = threading.Event()

    def _act(self, key, items):
        self.calls.append((key, items))
        self.done.set()

    def _wait(self, coalescer):
        self.assertTrue(self.done.wait(5))
        thread = coalescer._thread
        if thread:
            thread.join(5)

    def test_what_comes_together_is_told_once(self):
        coalescer = Coalescer(self._act, seconds=0.2)
        for number in range(50):
            coalescer.add("db", {number % 3})
        self._wait(coalescer)
        self.assertEqual(self.calls, [("db", {0, 1, 2})])

    def test_adding_does_not_wait_for_the_telling(self):
        coalescer = Coalescer(lambda key, items: time.sleep(0.5), seconds=0.01)
        begin = time.monotonic()
        for _number in range(5):
            coalescer.add("db", {1})
            time.sleep(0.02)
        self.assertLess(time.monotonic() - begin, 0.4)

    def test_what_comes_later_is_told_again(self):
        coalescer = Coalescer(self._act, seconds=0.02)
        coalescer.add("db", {1})
        self._wait(coalescer)
        self.done.clear()
        coalescer.add("db", {2})
        self._wait(coalescer)
        self.assertEqual(self.calls, [("db", {1}), ("db", {2})])

    @mute_logger("odoo.addons.museum_exhibition.lib.coalescer")
    def test_an_error_stops_nothing(self):
        def fail_once(key, items):
            self._act(key, items)
            if len(self.calls) == 1:
                self.done.clear()
                raise ValueError("the database is away")

        coalescer = Coalescer(fail_once, seconds=0.02)
        coalescer.add("first", {1})
        time.sleep(0.1)
        coalescer.add("second", {2})
        self._wait(coalescer)
        self.assertEqual([key for key, _items in self.calls], ["first", "second"])
