# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
import time
import xmlrpc.client
from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import AccessDenied
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import mute_logger

from ..lib.proof import Proof
from .common import CodeCommon

INTERACTIVE = {"interactive": True}


@tagged("-at_install", "post_install")
class TestCredential(CodeCommon, TransactionCase):
    """Nothing but a proof made by this process lets anybody in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()
        cls.users = cls.env["res.users"]

    def _credential(self, address="vera@example.com"):
        challenge = self._ask(address)["challenge"]
        verified = self._verify(challenge, self._mailed_code(address))
        return self.users._one_time_code_credential(verified)

    def _check(self, credential, user=None, *, interactive=True):
        user = user or self.portal_user
        env = {"interactive": interactive}
        return user.with_user(user)._check_credentials(credential, env)

    @mute_logger("odoo.addons.base.models.res_users")
    def test_proof_is_good_once_and_a_second_factor_still_applies(self):
        credential = self._credential()
        self.assertEqual(
            self._check(credential),
            {
                "uid": self.portal_user.id,
                "auth_method": "one_time_code",
                "mfa": "default",
            },
        )
        with self.assertRaises(AccessDenied):
            self._check(credential)
        self.assertEqual(
            self._outcomes("v•••@example.com"), ["sent", "used", "logged_in"]
        )

    def test_whole_chain_of_odoo_takes_it(self):
        auth_info = self.users.authenticate(self._credential(), INTERACTIVE)
        self.assertEqual(auth_info["uid"], self.portal_user.id)

    def test_proof_is_bound_to_its_user(self):
        with self.assertRaises(AccessDenied):
            self._check(self._credential(), self.staff_user)

    def test_proof_is_good_for_a_minute(self):
        credential = self._credential()
        later = time.monotonic() + 61
        module = "odoo.addons.auth_one_time_code.models.res_users.time"
        with patch(module) as clock, self.assertRaises(AccessDenied):
            clock.monotonic.return_value = later
            self._check(credential)

    def test_proof_needs_a_code_that_was_used_lately(self):
        """Guard: ``_used_lately``."""
        challenge = self._ask("vera@example.com")["challenge"]
        unused = self._row(challenge)
        proof = Proof(unused.id, self.portal_user.id, time.monotonic())
        with self.assertRaises(AccessDenied):
            self._check({"type": "one_time_code", "login": "x", "proof": proof})
        credential = self._credential("other@example.com")
        self._pass_time(61)
        user = self.users.search([("login", "=", "other@example.com")])
        with self.assertRaises(AccessDenied):
            self._check(credential, user)

    def test_proof_is_no_password_for_the_rpc(self):
        """Guard: ``interactive``."""
        with self.assertRaises(AccessDenied):
            self._check(self._credential(), interactive=False)

    def test_made_up_credentials_are_refused(self):
        code_id = self._row(self._ask("vera@example.com")["challenge"]).id
        uid = self.portal_user.id
        for proof in (
            None,
            True,
            "",
            "123456",
            code_id,
            [code_id, uid],
            {"code_id": code_id, "uid": uid, "_until": 1e12, "_spent": False},
            f"Proof({code_id}, {uid}, 0.0)",
        ):
            for login in ("vera@example.com", "admin"):
                credential = {"type": "one_time_code", "login": login, "proof": proof}
                with (
                    self.assertRaises(AccessDenied, msg=str(proof)),
                    mute_logger("odoo.addons.base.models.res_users"),
                ):
                    self.users.authenticate(credential, INTERACTIVE)

    def test_password_still_works(self):
        credential = {
            "type": "password",
            "login": "vera@example.com",
            "password": "correct horse battery",
        }
        auth_info = self.users.authenticate(credential, INTERACTIVE)
        self.assertEqual(auth_info["auth_method"], "password")

    def test_user_without_a_password_has_no_empty_one(self):
        self._credential("new@example.com")
        for password in ("", None, False, "new@example.com"):
            credential = {
                "type": "password",
                "login": "new@example.com",
                "password": password,
            }
            with (
                self.assertRaises(AccessDenied),
                mute_logger("odoo.addons.base.models.res_users"),
            ):
                self.users.authenticate(credential, INTERACTIVE)


@tagged("-at_install", "post_install")
class TestInjection(CodeCommon, HttpCase):
    """The same over every road on which clients send credentials."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_world()

    def setUp(self):
        super().setUp()
        challenge = self._ask("vera@example.com")["challenge"]
        code = self._mailed_code("vera@example.com")
        self.code_id = self._verify(challenge, code).code_id
        self.credential = {
            "type": "one_time_code",
            "login": "vera@example.com",
            "proof": {"code_id": self.code_id, "uid": self.portal_user.id},
        }

    def _is_logged_out(self):
        return "/web/login" in self.url_open("/my").url

    @mute_logger("odoo.addons.base.models.res_users")
    def test_web_login_takes_no_proof(self):
        page = self.url_open("/web/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        for proof in ("1", json.dumps(self.credential["proof"])):
            response = self.url_open(
                "/web/login",
                data={
                    "csrf_token": token,
                    "type": "one_time_code",
                    "login": "vera@example.com",
                    "password": "x",
                    "proof": proof,
                },
            )
            self.assertIn("Wrong login/password", response.text)
            self.assertTrue(self._is_logged_out())

    @mute_logger("odoo.addons.base.models.res_users", "odoo.http")
    def test_json_session_takes_no_proof(self):
        for extra in ({}, self.credential, {"credential": self.credential}):
            params = {
                "db": self.env.cr.dbname,
                "login": "vera@example.com",
                "password": "x",
                **extra,
            }
            response = self.url_open(
                "/web/session/authenticate",
                data=json.dumps({"jsonrpc": "2.0", "params": params}),
                headers={"Content-Type": "application/json"},
            )
            self.assertIn("error", response.json())
            self.assertTrue(self._is_logged_out())

    @mute_logger(
        "odoo.addons.base.models.res_users", "odoo.http", "odoo.service.common"
    )
    def test_rpc_takes_no_proof(self):
        common = self.xmlrpc_common
        db, login = self.env.cr.dbname, "vera@example.com"
        for password in (self.credential, self.credential["proof"], "x"):
            for agent in ({}, self.credential, {"type": "one_time_code"}):
                with suppress(xmlrpc.client.Fault):
                    self.assertFalse(common.authenticate(db, login, password, agent))

    @mute_logger("odoo.addons.base.models.res_users", "odoo.http")
    def test_method_call_takes_no_proof(self):
        """``res.users.authenticate`` has no underscore: logged-in users may call it."""
        self.authenticate("staff@example.com", "correct horse battery")
        for method, args in [
            ("authenticate", [self.credential, {"interactive": True}]),
            ("_check_credentials", [self.credential, {"interactive": True}]),
            ("_one_time_code_credential", [[self.code_id, "login", "email", "x"]]),
        ]:
            response = self.url_open(
                "/web/dataset/call_kw",
                data=json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "params": {
                            "model": "res.users",
                            "method": method,
                            "args": args,
                            "kwargs": {},
                        },
                    }
                ),
                headers={"Content-Type": "application/json"},
            )
            self.assertIn("error", response.json(), method)
