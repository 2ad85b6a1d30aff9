# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two who change ways to log in at once, with real connections and real commits."""

import uuid
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import AddressTaken, LastWayIn
from ..lib.proof import Verified
from .test_race import RaceCase


@tagged("-at_install", "post_install")
class TestLoginAddressesRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(self.registry["mail.mail"], "send", lambda _mails, **_kw: True)
        )
        self.startPatcher(patch("odoo.service.model.time.sleep"))
        self.startPatcher(
            patch.object(
                self.registry["res.users"],
                "_get_signup_invitation_scope",
                lambda _users: "b2c",
            )
        )
        self.user_ids, self.partner_ids = [], []
        # Before the connections are closed.
        self.addCleanup(self._remove_users)

    def _remove_users(self):
        with self._env() as env:
            users = env["res.users"].browse(self.user_ids).exists()
            env["auth.verified.address"].search([("user_id", "in", users.ids)]).unlink()
            env["mail.mail"].search([("email_to", "ilike", "race-")]).unlink()
            users.unlink()
            partners = env["res.partner"].browse(self.partner_ids)
            partners.child_ids.unlink()
            partners.unlink()

    def _come(self, env, value):
        users = env["res.users"]
        login = users._one_time_code_credential(Verified(0, "login", "email", value))
        user = users.search([("login", "=", login["login"])])
        self.user_ids.append(user.id)
        self.partner_ids.append(user.partner_id.id)
        return user

    def _some_address(self):
        return f"race-{uuid.uuid4().hex}@example.com"

    def _add(self, env, user_id, value):
        verified = Verified(0, "add_address", "email", value)
        env["res.users"].browse(user_id)._one_time_code_add_address(verified)

    def _second(self, function):
        """The function as a request: Odoo runs it again when it collided."""

        def run():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                try:
                    return retrying(lambda: function(env), env)
                except (AddressTaken, LastWayIn) as refusal:
                    cr.rollback()
                    return type(refusal)

        return self.executor.submit(run)

    def _at_the_same_time(self, first, second):
        """What ``second`` came to: it began before ``first`` was committed."""
        with self._env() as env:
            first(env)
            env.flush_all()
            other = self._second(second)
            self._wait_until_blocked()
            env.cr.commit()
            return other.result(timeout=20)

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_two_who_proved_a_new_address_at_once(self):
        """Guard: UNIQUE, in ``_claim``."""
        with self._env() as env:
            one, two = (self._come(env, self._some_address()).id for _user in "12")
        value = self._some_address()
        answer = self._at_the_same_time(
            lambda env: self._add(env, one, value),
            lambda env: self._add(env, two, value),
        )
        self.assertIs(answer, AddressTaken)
        with self._env() as env:
            row = env["auth.verified.address"]._find("email", value)
            self.assertEqual(row.user_id.id, one)

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_two_who_proved_the_address_of_an_empty_account_at_once(self):
        """Guard: the locks in ``_one_time_code_give_up``."""
        value = self._some_address()
        with self._env() as env:
            one, two = (self._come(env, self._some_address()).id for _user in "12")
            empty = self._come(env, value).id
        answer = self._at_the_same_time(
            lambda env: self._add(env, one, value),
            lambda env: self._add(env, two, value),
        )
        self.assertIs(answer, AddressTaken)
        with self._env() as env:
            row = env["auth.verified.address"]._find("email", value)
            self.assertEqual(row.user_id.id, one)
            self.assertFalse(env["res.users"].browse(empty).active)
            self.assertTrue(env["res.users"].browse(one).active)

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_account_that_is_just_being_filled_is_not_empty(self):
        """Guard: the look comes after the lock, with eyes of its own.

        Whoever puts something in refers to the contact, and so holds a lock on its row.
        """
        value = self._some_address()
        with self._env() as env:
            one = self._come(env, self._some_address()).id
            user = self._come(env, value)
            empty, partner_id = user.id, user.partner_id.id
        answer = self._at_the_same_time(
            lambda env: env["res.partner"].create(
                {"name": "Home", "parent_id": partner_id, "type": "other"}
            ),
            lambda env: self._add(env, one, value),
        )
        self.assertIs(answer, AddressTaken)
        with self._env() as env:
            self.assertTrue(env["res.users"].browse(empty).active)

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_what_is_put_into_an_account_that_is_just_archived_collides(self):
        """Guard: FOR UPDATE; a request that waits for it is run again."""
        value, runs = self._some_address(), []
        with self._env() as env:
            one = self._come(env, self._some_address()).id
            partner_id = self._come(env, value).partner_id.id

        def fill(env):
            runs.append(env["res.partner"].browse(partner_id).active)
            if runs[-1]:  # as a request whose session has ended by then
                env["res.partner"].create(
                    {"name": "Home", "parent_id": partner_id, "type": "other"}
                )

        self._at_the_same_time(lambda env: self._add(env, one, value), fill)
        self.assertEqual(runs, [True, False])

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_last_two_addresses_are_not_removed_at_once(self):
        """Guard: ``_one_time_code_lock``; each alone would leave one."""
        with self._env() as env:
            user = self._come(env, self._some_address())
            user_id = user.id
            self._add(env, user_id, self._some_address())
            one, two = user._one_time_code_addresses().ids

        def remove(row_id):
            return lambda env: (
                env["res.users"].browse(user_id)._one_time_code_remove_address(row_id)
            )

        # The second first: the login stays what it is.
        answer = self._at_the_same_time(remove(two), remove(one))
        self.assertIs(answer, LastWayIn)
        with self._env() as env:
            left = env["res.users"].browse(user_id)._one_time_code_addresses()
            self.assertEqual(left.ids, [one])
