# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name, new_test_user, tagged

from ..lib import ticket_token


@tagged("post_install", "-at_install")
class TestTicketKeys(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = cls.env["museum.signing.key"]
        cls.payload = ticket_token.Payload(
            1, "SCIM-2026-X7K9M2-4HTQ3A", 1, 1, 1773462600, 1773468000
        )

    def test_first_key_exists_after_installation_and_stays(self):
        key = self.keys.search([("is_current", "=", True)])
        self.assertEqual(len(key), 1)
        self.assertEqual(self.keys._current(), key)

    def test_rotation_keeps_old_tickets_genuine_and_forgets_the_private_part(self):
        old = self.keys._current()
        token = self.keys._sign(self.payload)
        new = self.keys._rotate()
        self.assertEqual(new.kid, old.kid + 1)
        self.assertEqual(self.keys._verify(token), self.payload)
        self.assertFalse(old.private_key)
        self.assertTrue(old.retired_at)
        self.assertNotEqual(self.keys._sign(self.payload), token)
        self.assertEqual(self.keys._verify(self.keys._sign(self.payload)), self.payload)
        self.assertEqual(
            [(row["kid"], row["current"]) for row in self.keys._public_list()][:2],
            [(new.kid, True), (old.kid, False)],
        )

    def test_private_part_is_read_by_nobody_over_rpc(self):
        key = self.keys._current().sudo(False)
        admin = self.env.ref("base.user_admin")
        system = new_test_user(self.env, "bkt_system", groups="base.group_system")
        manager = new_test_user(
            self.env, "bkt_manager", groups="museum_exhibition.group_museum_manager"
        )
        for user in (admin, system, manager):
            mine = key.with_user(user)
            self.assertNotIn("private_key", mine.fields_get())
            with self.assertRaises(AccessError):
                mine.read(["private_key"])
            with self.assertRaises(AccessError):
                mine.search([("private_key", "like", "BEGIN")])
            self.assertNotIn("PRIVATE", str(mine.read()))
        self.assertNotIn("PRIVATE", str(self.keys._public_list()))

    def test_nobody_brings_a_key_along(self):
        _private, public = ticket_token.generate_key()
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self.keys.with_user(admin).create({"kid": 999, "public_key": public})
        with self.assertRaises(AccessError):
            self.keys._current().with_user(admin).write({"public_key": public})
        with self.assertRaises(AccessError):
            self.keys._current().unlink()

    def test_rotation_is_for_system_administrators(self):
        manager = new_test_user(
            self.env, "bkt_manager", groups="museum_exhibition.group_museum_manager"
        )
        key = self.keys._current().with_user(manager).sudo(False)
        with self.assertRaises(AccessError):
            key.action_rotate()
        for role in ("base.group_portal", "museum_exhibition.group_museum_gate"):
            user = new_test_user(self.env, f"bkt_{role[-4:]}", groups=role)
            self.assertFalse(self.keys.with_user(user).has_access("read"), role)

    def test_second_current_key_is_refused_by_the_database(self):
        self.keys._current()
        with self.assertRaises(ConcurrencyError), self.cr.savepoint():
            self.keys._make()


@tagged("post_install", "-at_install")
class TestTicketKeyRace(BaseCase):
    """Real transactions that all find no key: one is made, the others try again."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE museum_signing_key SET is_current = FALSE "
                "WHERE is_current RETURNING id"
            )
            self.current = [row[0] for row in cr.fetchall()]
        self.addCleanup(self._restore)

    def _restore(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM museum_signing_key WHERE is_current")
            cr.execute(
                "UPDATE museum_signing_key SET is_current = TRUE WHERE id = ANY(%s)",
                [self.current],
            )

    def test_first_use_by_many_makes_one_key(self):
        barrier, made, again = threading.Barrier(6), [], []

        def use():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                cr.execute("SELECT 1")  # the snapshot is older than any key
                barrier.wait(10)
                try:
                    made.append(env["museum.signing.key"]._current().id)
                except ConcurrencyError:
                    cr.rollback()
                    again.append(env["museum.signing.key"]._current().id)

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual((len(made), len(again)), (1, 5))
        self.assertEqual(set(made), set(again))
