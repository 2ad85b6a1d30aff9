# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LoyaltyCase

READ, WRITE, NOTHING = (True, False, False), (True, True, True), (False, False, False)
MAKE = (True, True, False)


@tagged("post_install", "-at_install")
class TestAccess(LoyaltyCase):
    """Who may read, write and delete what promotions are made of."""

    def test_table(self):
        program = self._program("SCIENCE10", museum_only=True)
        card = self._card(100.0)
        records = (program, program.rule_ids, program.reward_ids)
        rows = (
            (self.website.user_id, NOTHING, NOTHING),
            (self.visitor, NOTHING, NOTHING),
            (self.gate, NOTHING, NOTHING),
            (self.desk, READ, NOTHING),
            (self.manager, WRITE, MAKE),
            (self.accountant, NOTHING, NOTHING),
        )
        for user, expected, of_cards in rows:
            for record in (*records, card):
                wanted = of_cards if record == card else expected
                with self.subTest(user=user.login, model=record._name):
                    record = record.with_user(user)
                    found = tuple(
                        record.has_access(operation)
                        for operation in ("read", "write", "unlink")
                    )
                    self.assertEqual(found, wanted)
                    self.assertEqual(record.browse().has_access("create"), wanted[1])

    def test_desk_reads_no_codes_of_cards(self):
        card = self._card(100.0)
        with self.assertRaises(AccessError):
            card.with_user(self.desk).read(["code"])

    def test_balances_are_given_by_managers_alone(self):
        card = self._card(100.0)
        for user in (self.salesman, self.desk):
            with self.subTest(user.login), self.assertRaises(AccessError):
                card.with_user(user).write({"points": 100000.0})
        card.with_user(self.sale_manager).write({"points": 120.0})
        with self.assertRaises(AccessError):
            card.with_user(self.salesman).create(
                {"program_id": card.program_id.id, "points": 50.0}
            )
        self.assertEqual(card.points, 120.0)

    def test_other_museums_offer_is_not_for_this_one(self):
        company = self.env["res.company"].create({"name": "Other museum"})
        self._program("OTHERS", program={"company_id": company.id}, museum_only=True)
        order = self._new_order()
        self._book(order, adult=1)
        self.assertFalse(order._museum_knows_code("OTHERS"))

    def test_menu_is_the_managers(self):
        menu = self.env.ref("museum_loyalty.menu_museum_promotion_programs")
        menus = self.env["ir.ui.menu"]
        self.assertIn(menu.id, menus.with_user(self.manager)._visible_menu_ids())
        self.assertNotIn(menu.id, menus.with_user(self.desk)._visible_menu_ids())
