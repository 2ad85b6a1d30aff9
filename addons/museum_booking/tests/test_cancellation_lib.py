# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..lib import cancellation
from ..lib.cancellation import Step

START = datetime(2026, 3, 14, 10, 0)
SEED = (Step(24, 100), Step(6, 50), Step(0, 0))


def before(**span):
    return START - timedelta(**span)


@tagged("post_install", "-at_install")
class TestCancellationLib(BaseCase):
    def _percent(self, at, steps=SEED, start=START):
        step = cancellation.step_at(steps, start, at)
        return step.percent if step else None

    def test_common_policy_at_every_edge(self):
        for at, percent in (
            (before(days=30), 100),
            (before(hours=24, seconds=1), 100),
            (before(hours=24), 100),
            (before(hours=23, minutes=59, seconds=59), 50),
            (before(hours=6, seconds=1), 50),
            (before(hours=6), 50),
            (before(hours=5, minutes=59, seconds=59), 0),
            (before(seconds=1), 0),
            (START, None),
            (START + timedelta(hours=1), None),
        ):
            with self.subTest(at=at):
                self.assertEqual(self._percent(at), percent)

    def test_after_the_last_step_nothing_holds(self):
        self.assertIsNone(self._percent(before(hours=5), SEED[:2]))
        self.assertIsNone(self._percent(before(hours=5), ()))

    def test_order_of_the_steps_does_not_matter(self):
        for steps in (SEED, SEED[::-1], (SEED[1], SEED[2], SEED[0])):
            self.assertEqual(self._percent(before(hours=10), steps), 50)

    def test_hours_pass_also_when_the_clocks_change(self):
        """Berlin, 29 March 2026: the night has one hour less than its clocks say."""
        zone = ZoneInfo("Europe/Berlin")

        def utc(*moment):
            local = datetime(*moment, tzinfo=zone)
            return local.astimezone(UTC).replace(tzinfo=None)

        start = utc(2026, 3, 29, 10)
        same_clock = utc(2026, 3, 28, 10)
        self.assertEqual(start - same_clock, timedelta(hours=23))
        self.assertEqual(self._percent(same_clock, start=start), 50)
        self.assertEqual(self._percent(utc(2026, 3, 28, 9), start=start), 100)
        autumn = utc(2026, 10, 25, 10)
        self.assertEqual(self._percent(utc(2026, 10, 24, 11), start=autumn), 100)

    def test_fee_for_each_ticket_or_once_for_the_booking(self):
        each = Step(24, 90, 1000, cancellation.PER_TICKET)
        once = Step(24, 90, 1000, cancellation.PER_BOOKING)
        self.assertEqual(each.fee_of(3, is_first=True), 3000)
        self.assertEqual(each.fee_of(3, is_first=False), 3000)
        self.assertEqual(once.fee_of(3, is_first=True), 1000)
        self.assertEqual(once.fee_of(3, is_first=False), 0)

    def test_fee_takes_no_more_than_there_is(self):
        for fee, amounts, parts in (
            (0, [5, 5], [0, 0]),
            (7, [5, 5], [5, 2]),
            (50, [5, 5], [5, 5]),
            (3, [0, 5], [0, 3]),
            (3, [], []),
        ):
            with self.subTest(fee=fee, amounts=amounts):
                self.assertEqual(cancellation.spread(fee, amounts), parts)

    def test_kept_steps_are_those_that_were_given(self):
        steps = (Step(24, 100, 500, "booking"), Step(6, 50))
        self.assertEqual(
            cancellation.from_json(cancellation.to_json(steps[::-1])), steps
        )
        self.assertEqual(cancellation.from_json(None), ())

    def test_later_must_not_be_better(self):
        self.assertTrue(cancellation.gets_worse(SEED[::-1]))
        self.assertTrue(cancellation.gets_worse(()))
        self.assertFalse(cancellation.gets_worse((Step(24, 50), Step(6, 60))))
