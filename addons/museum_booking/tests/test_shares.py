# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase, tagged

from ..lib.shares import percentages, split


@tagged("post_install", "-at_install")
class TestShares(BaseCase):
    def test_shares_add_up_exactly(self):
        for total in (0, 1, 2, 99, 100, 47_201, -47_201):
            for weights in ((1, 1, 1), (23_600, 11_800), (0, 5, 0), (7, 11, 13, 0)):
                with self.subTest(total=total, weights=weights):
                    shares = split(total, dict(enumerate(weights)))
                    self.assertEqual(sum(shares.values()), total)
                    self.assertEqual(len(shares), len(weights))

    def test_share_follows_the_weight(self):
        self.assertEqual(split(300, {"a": 2, "b": 1}), {"a": 200, "b": 100})
        self.assertEqual(split(-300, {"a": 2, "b": 1}), {"a": -200, "b": -100})

    def test_rest_goes_to_the_largest_remainder_then_by_order(self):
        self.assertEqual(
            split(100, {"a": 1, "b": 1, "c": 1}), {"a": 34, "b": 33, "c": 33}
        )
        self.assertEqual(split(10, {"a": 1, "b": 6}), {"a": 1, "b": 9})

    def test_without_weights(self):
        self.assertEqual(split(5, {}), {})
        self.assertEqual(split(5, {"a": 0, "b": 0}), {"a": 5, "b": 0})

    def test_percentages_add_up_to_a_hundred(self):
        found = percentages({"1": 1, "2": 1, "3": 1})
        self.assertAlmostEqual(sum(found.values()), 100.0, 6)
        self.assertEqual(found["1"], 33.34)
        self.assertEqual(percentages({"1": 5, "2": 0}), {"1": 100.0})
