# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One gift card or limited code, two carts, two real transactions at once."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_booking.exceptions import NotPayable
from odoo.addons.museum_booking.tests.common import MuseumRaceCase


class PromotionRaceCase(MuseumRaceCase):
    """Two carts that hold one promotion: ``self.order_ids``, ready to be paid."""

    def _fill(self, env):
        """What both carts hold is made by `_make_promotion`."""
        code = self._make_promotion(env)
        self.order_ids = []
        for _number in range(2):
            order = self._new_cart(env, self.adult_id, 1)
            order._museum_apply_code(code)
            order._museum_lock_for_payment(True)
            self.order_ids.append(order.id)

    def _removals(self):
        return [
            *super()._removals(),
            "DELETE FROM loyalty_history WHERE card_id IN"
            " (SELECT id FROM loyalty_card WHERE program_id = %(program_id)s)",
            "DELETE FROM loyalty_card WHERE program_id = %(program_id)s",
            "UPDATE loyalty_program SET active = false WHERE id = %(program_id)s",
        ]

    def _promoted(self, env, order_id):
        order = env["sale.order"].browse(order_id)
        self.assertEqual(order.order_line.reward_id.program_id.id, self.program_id)
        return order

    def _confirm(self, env, order_id, meanwhile=None):
        """A free order is confirmed; ``meanwhile``: once, after the snapshot."""
        order = self._promoted(env, order_id)
        if meanwhile:
            meanwhile()
        order.action_confirm()

    def _open_payment(self, env, order_id, meanwhile=None):
        order = self._promoted(env, order_id)
        if meanwhile:
            meanwhile()
        self._new_tx(order)

    def _states(self, env):
        return env["sale.order"].browse(self.order_ids).mapped("state")


@tagged("post_install", "-at_install")
class TestCardRace(PromotionRaceCase):
    def _make_promotion(self, env):
        """A card of 150 for two orders of 100 each."""
        programs = env["loyalty.program"]
        program = programs.create(programs._get_template_values()["gift_card"])
        card = env["loyalty.card"].create({"program_id": program.id, "points": 150.0})
        self.program_id, self.card_id = program.id, card.id
        return card.code

    @mute_logger("odoo.sql_db")
    def test_card_is_spent_once_by_two_orders_confirmed_at_once(self):
        first, second = self.order_ids
        meanwhile = self._once(self._confirm, second)
        with self.assertRaises(UserError):
            self._request(self._confirm, first, meanwhile)
        with self.registry.cursor() as cr:
            env = self._env(cr)
            card = env["loyalty.card"].browse(self.card_id)
            self.assertEqual(card.points, 50.0)
            self.assertEqual(self._states(env), ["draft", "sale"])

    @mute_logger("odoo.sql_db")
    def test_two_payments_that_need_the_card_are_not_opened_at_once(self):
        """Guard: the rows that `_museum_claim_rows` rewrites."""
        first, second = self.order_ids
        meanwhile = self._once(self._open_payment, second)
        with self.assertRaises(NotPayable):
            self._request(self._open_payment, first, meanwhile)


@tagged("post_install", "-at_install")
class TestLimitedCodeRace(PromotionRaceCase):
    def _make_promotion(self, env):
        """A code that takes all off, once; both carts got it when it was for two."""
        program = env["loyalty.program"].create(
            {
                "name": "Once",
                "program_type": "promo_code",
                "trigger": "with_code",
                "applies_on": "current",
                "rule_ids": [
                    (5, 0, 0),
                    (0, 0, {"mode": "with_code", "code": "RACE-ONCE"}),
                ],
                "reward_ids": [
                    (5, 0, 0),
                    (
                        0,
                        0,
                        {
                            "reward_type": "discount",
                            "discount": 100,
                            "discount_mode": "percent",
                            "discount_applicability": "order",
                        },
                    ),
                ],
                "limit_usage": True,
                "max_usage": 2,
            }
        )
        self.program_id = program.id
        return "RACE-ONCE"

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            program = self._env(cr)["loyalty.program"].browse(self.program_id)
            program.max_usage = 1

    @mute_logger("odoo.sql_db")
    def test_limited_code_is_used_once_by_two_orders_confirmed_at_once(self):
        """Guard: the program's row that `_museum_claim_rows` rewrites."""
        first, second = self.order_ids
        meanwhile = self._once(self._confirm, second)
        with self.assertRaises(UserError):
            self._request(self._confirm, first, meanwhile)
        with self.registry.cursor() as cr:
            self.assertEqual(self._states(self._env(cr)), ["draft", "sale"])
