# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What only shows with real connections and real commits."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.http import _request_stack
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..exceptions import OtpExpired, OtpLimited, OtpWrong
from ..lib import codes
from ..lib.waits import Rule
from ..models.own_transaction import own_transaction
from .common import CodeCommon

IP = "203.0.113.77"


class RaceCase(CodeCommon, BaseCase):
    """Connections of their own, and what was committed is removed at the end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Under Odoo's own runner the main thread keeps this lock; threads that build an
        # environment would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        self.email = f"race-{uuid.uuid4().hex}@example.com"
        self.executor = ThreadPoolExecutor(max_workers=8)
        self.addCleanup(self.executor.shutdown)
        self.addCleanup(self._remove)

    def _remove(self):
        with self._env() as env:
            env.cr.execute("DELETE FROM auth_one_time_attempt WHERE ip = %s", [IP])
            env.cr.execute("DELETE FROM attempt_limit")
            env["auth.one.time.code"].search([("ip", "=", IP)]).unlink()
            env["mail.mail"].search([("email_to", "=", self.email)]).unlink()
            users = env["res.users"].search([("login", "=", self.email)])
            env["auth.verified.address"].search([("user_id", "in", users.ids)]).unlink()
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    @contextmanager
    def _env(self):
        """An environment on a connection of its own; committed at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _known_code(self):
        """The challenge of a code that was sent and committed; the code is 123456."""
        with self._env() as env, patch.object(codes, "new_code", lambda: "123456"):
            sent = env["auth.one.time.code"]._request("login", self.email, IP)
        return sent["challenge"]

    def _verify_once(self, challenge, code):
        with self._env() as env:
            try:
                return env["auth.one.time.code"]._verify("login", challenge, code, IP)
            except (OtpExpired, OtpLimited, OtpWrong) as refusal:
                return type(refusal)

    def _at_once(self, function, count):
        return list(self.executor.map(function, range(count)))

    def _wait_until_blocked(self):
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with self._env() as env:
                env.cr.execute(
                    """
                    SELECT COUNT(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """
                )
                if env.cr.fetchone()[0]:
                    return
            time.sleep(0.01)
        self.fail("nobody waits for the lock")


@tagged("-at_install", "post_install")
class TestRace(RaceCase):
    # --- limits

    def test_limit_holds_across_connections(self):
        """Guard: one conditional UPSERT instead of count, then write."""
        rule = Rule("race", "scope", self.email, 3, 60)

        def spend(_number):
            with self._env() as env:
                return env["attempt.limit"]._spend([rule])

        self.assertEqual(self._at_once(spend, 8).count(0), 3)

    def test_limit_that_is_just_used_up_elsewhere_refuses(self):
        """Guard: READ COMMITTED; who waited sees what the other one counted."""
        rule = Rule("race", "scope", self.email, 1, 60)

        def spend():
            with self._env() as env:
                return env["attempt.limit"]._spend([rule])

        with self._env() as env, own_transaction(env) as cr:
            limits = env["attempt.limit"]
            ((key, _seconds, _rule),) = limits._keyed([rule])
            limits._count(cr, key, rule)
            other = self.executor.submit(spend)
            self._wait_until_blocked()
        self.assertGreater(other.result(), 50)

    def test_two_rules_in_any_order_never_lock_each_other_out(self):
        """Guard: rows are locked in the order of their keys."""
        rules = [Rule("race", str(n), self.email, 99, 60) for n in range(6)]

        def spend(number):
            with self._env() as env:
                for _time in range(5):
                    wanted = rules[::-1] if number % 2 else rules
                    if env["attempt.limit"]._spend(wanted):
                        return False
            return True

        self.assertEqual(self._at_once(spend, 6), [True] * 6)

    def test_attempt_stays_counted_when_the_request_is_rolled_back(self):
        """Guard: the transaction of its own."""
        rule = Rule("race", "scope", self.email, 1, 60)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env["attempt.limit"]._spend([rule]), 0)
            cr.rollback()
        with self._env() as env:
            self.assertGreater(env["attempt.limit"]._spend([rule]), 50)

    # --- codes

    def test_try_and_its_line_stay_when_the_request_is_rolled_back(self):
        """Guard: ``_use_try`` commits before the compare."""
        challenge = self._known_code()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            with self.assertRaises(OtpWrong):
                env["auth.one.time.code"]._verify("login", challenge, "654321", IP)
            cr.rollback()
        with self._env() as env:
            row = env["auth.one.time.code"].search([("ip", "=", IP)])
            self.assertEqual(row.tries_left, 2)
            lines = env["auth.one.time.attempt"].search([("ip", "=", IP)], order="id")
            self.assertEqual(lines.mapped("outcome"), ["sent", "wrong"])

    def test_guesses_at_once_are_three(self):
        """Guard: the try is used up in one UPDATE."""
        challenge = self._known_code()
        answers = self._at_once(
            lambda number: self._verify_once(challenge, f"{number:06d}"), 8
        )
        self.assertEqual(answers.count(OtpWrong), 3)
        self.assertEqual(answers.count(OtpExpired), 5)

    def test_right_code_twice_at_once_is_right_once(self):
        """Guard: ``state = 'sent'`` in ``_finish``; both passed the compare."""
        challenge = self._known_code()
        both, same = threading.Barrier(2, timeout=10), codes.same

        def meet(left, right):
            both.wait()
            return same(left, right)

        with patch.object(codes, "same", meet):
            answers = self._at_once(
                lambda _number: self._verify_once(challenge, "123456"), 2
            )
        self.assertEqual(answers.count(OtpExpired), 1)
        self.assertEqual(
            len([answer for answer in answers if answer is not OtpExpired]), 1
        )

    def test_same_request_run_again_succeeds_and_another_one_does_not(self):
        """Guard: ``request_memory``."""
        challenge = self._known_code()
        request = SimpleNamespace()
        _request_stack.push(request)
        try:
            answers = [self._verify_once(challenge, "123456") for _run in range(2)]
        finally:
            _request_stack.pop()
        self.assertEqual(answers[0].value, self.email)
        self.assertEqual(answers[1], answers[0])
        self.assertIs(self._verify_once(challenge, "123456"), OtpExpired)

    def test_same_request_run_again_counts_and_uses_one_try(self):
        challenge = self._known_code()
        _request_stack.push(SimpleNamespace())
        try:
            answers = [self._verify_once(challenge, "654321") for _run in range(3)]
        finally:
            _request_stack.pop()
        self.assertEqual(answers, [OtpWrong] * 3)
        with self._env() as env:
            row = env["auth.one.time.code"].search([("ip", "=", IP)])
            self.assertEqual(row.tries_left, 2)
            self.assertEqual(
                env["auth.one.time.attempt"].search_count(
                    [("ip", "=", IP), ("outcome", "=", "wrong")]
                ),
                1,
            )

    # --- users

    @mute_logger("odoo.service.model")
    def test_two_first_log_ins_at_once_make_one_user(self):
        """Guard: ``_claim`` comes before the user is made."""
        self.startPatcher(
            patch.object(
                self.registry["res.users"],
                "_get_signup_invitation_scope",
                lambda _users: "b2c",
            )
        )
        challenges = [self._known_code()]
        with self._env() as env:
            env.cr.execute("DELETE FROM attempt_limit")
        challenges.append(self._known_code())
        runs = []

        def log_in(env, challenge):
            runs.append(challenge)
            verified = memory.setdefault(challenge, None) or env[
                "auth.one.time.code"
            ]._verify("login", challenge, "123456", IP)
            memory[challenge] = verified
            return env["res.users"]._one_time_code_credential(verified)["login"]

        def second():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                return retrying(lambda: log_in(env, challenges[1]), env)

        memory = {}
        with patch("odoo.service.model.time.sleep"), self._env() as env:
            first = log_in(env, challenges[0])
            env.flush_all()
            other = self.executor.submit(second)
            self._wait_until_blocked()
            env.cr.commit()
            self.assertEqual(other.result(timeout=20), first)
        self.assertEqual(runs.count(challenges[1]), 2, "run again by Odoo")
        with self._env() as env:
            self.assertEqual(
                env["res.users"].search_count([("login", "=", self.email)]), 1
            )

    # --- messages

    def test_message_goes_out_right_after_the_commit(self):
        """Guard: the thread; the visitor waits for no job and no mail server."""
        sent, done = [], threading.Event()

        def send(mails):
            sent.extend(mails.mapped("email_to"))
            done.set()

        with patch.object(self.registry["mail.mail"], "send", send):
            with self._env() as env:
                env["auth.one.time.code"]._request("login", self.email, IP)
                self.assertFalse(done.wait(0.2), "not before the commit")
            self.assertTrue(done.wait(10))
        self.assertEqual(sent, [self.email])

    def test_request_that_is_rolled_back_sends_nothing(self):
        with (
            patch.object(threading.Thread, "start") as start,
            self.registry.cursor() as cr,
        ):
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["auth.one.time.code"]._request("login", self.email, IP)
            cr.rollback()
            start.assert_not_called()
        with self._env() as env:
            self.assertFalse(env["auth.one.time.code"].search_count([("ip", "=", IP)]))
