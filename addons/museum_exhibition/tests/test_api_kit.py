# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import contextlib
import json
import uuid

import psycopg2.errors
from werkzeug.exceptions import Gone

from odoo import sql_db
from odoo.exceptions import (
    AccessError,
    LockError,
    MissingError,
    UserError,
    ValidationError,
)
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers import api_kit, errors
from ..exceptions import HoldExpired, QuantityError, SlotClosed
from .api_probe import PROBE

JSON = {"Content-Type": "application/json"}


class ApiCase(HttpCase):
    """Calls of the API and what they must look like, whatever happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The probe's routes came after the map may have been made.
        cls.env.registry.clear_cache("routing")

    def call(self, method, path, data=None, headers=None, raw=None):
        body = raw if raw is not None else None if data is None else json.dumps(data)
        headers = {**(JSON if body is not None else {}), **(headers or {})}
        return self.url_open(
            f"/api/v1{path}",
            data=body,
            headers=headers,
            method=method,
            allow_redirects=False,
        )

    def assert_error(self, response, status, code):
        """The answer is an error of the API, complete and in JSON."""
        self.assertEqual(response.status_code, status, response.text)
        self.assertTrue(response.headers["Content-Type"].startswith("application/json"))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        error = response.json()["error"]
        self.assertEqual(set(error), {"code", "message", "details"})
        self.assertEqual(error["code"], code)
        self.assertTrue(error["message"])
        return error


@tagged("post_install", "-at_install")
class TestApiRequests(ApiCase):
    """How requests are read and refused."""

    def probe(self):
        return self.env["ir.config_parameter"].sudo().get_param(PROBE, "0")

    def test_answers_json_in_utf8_with_right_length(self):
        response = self.call("GET", "/probe/read")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["text"], "₹ और")
        self.assertEqual(int(response.headers["Content-Length"]), len(response.content))

    def test_unknown_address_is_not_found_in_json(self):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            for path in ("", "/", "/nothing", "/exhibitions/1/nothing/at/all"):
                with self.subTest(method=method, path=path):
                    self.assert_error(self.call(method, path), 404, "not_found")

    def test_other_method_is_405_with_allow(self):
        response = self.call("DELETE", "/exhibitions")
        error = self.assert_error(response, 405, "method_not_allowed")
        self.assertEqual(response.headers["Allow"], "GET")
        self.assertEqual(error["details"], {"allowed": ["GET"]})
        response = self.call("GET", "/probe/add")
        self.assert_error(response, 405, "method_not_allowed")
        self.assertEqual(response.headers["Allow"], "DELETE, POST")

    def test_options_says_what_is_allowed_and_nothing_to_other_origins(self):
        headers = {"Origin": "https://evil.example"}
        response = self.call("OPTIONS", "/probe/add", headers=headers)
        self.assertEqual(response.status_code, 204)
        self.assertEqual(response.headers["Allow"], "POST, DELETE")
        self.assertNotIn("Access-Control-Allow-Origin", response.headers)

    def test_broken_bodies_are_refused(self):
        for raw, status, code in [
            (b"{", 400, "malformed_request"),
            (b"[]", 400, "malformed_request"),
            (b'"text"', 400, "malformed_request"),
            (b"null", 400, "malformed_request"),
            (b'{"number": NaN}', 400, "malformed_request"),
            (b'{"number": "\xff"}', 400, "malformed_request"),
            (b"[" * 50000, 400, "malformed_request"),
            (b'{"number": ' + b"9" * 6000 + b"}", 400, "malformed_request"),
            (b'{"number": "\\u0000"}', 422, "invalid_request"),
            (b'{"number": "\\ud800"}', 422, "invalid_request"),
            (b'{"number": {"\\u0000": 1}}', 422, "invalid_request"),
            (b"{}", 422, "invalid_request"),
            (b'{"number": true}', 422, "invalid_request"),
            (b'{"number": 1.5}', 422, "invalid_request"),
            (b'{"number": -1}', 422, "invalid_request"),
            (b'{"number": 101}', 422, "invalid_request"),
            (b'{"number": [1]}', 422, "invalid_request"),
            (b'{"number": null}', 422, "invalid_request"),
            (b'{"number": 1, "colour": "red"}', 422, "invalid_request"),
            (b'{"number": 1, "self": 1}', 422, "invalid_request"),
            (b" " * (64 * 1024 + 1), 413, "too_large"),
        ]:
            with self.subTest(raw=raw[:40]):
                response = self.call("POST", "/probe/add", raw=raw)
                self.assert_error(response, status, code)
        self.assertEqual(self.probe(), "0")

    def test_refusal_names_the_fields(self):
        response = self.call("POST", "/probe/add", {"colour": 1})
        error = self.assert_error(response, 422, "invalid_request")
        self.assertEqual(error["details"], {"colour": "unknown", "number": "missing"})
        response = self.call("GET", "/probe/read?write=true&write=false&x=1")
        error = self.assert_error(response, 422, "invalid_request")
        self.assertEqual(error["details"], {"write": "given twice", "x": "unknown"})

    def test_path_parameter_cannot_come_from_the_body(self):
        response = self.call("PATCH", "/probe/items/a", {"item": "b"})
        error = self.assert_error(response, 422, "invalid_request")
        self.assertEqual(error["details"], {"item": "unknown"})
        response = self.call("PATCH", "/probe/items/a", {"note": " n "})
        self.assertEqual(response.json(), {"item": "a", "note": "n"})

    def test_nul_in_path_and_query_is_refused(self):
        response = self.call("PATCH", "/probe/items/a%00b", {})
        self.assert_error(response, 422, "invalid_request")
        response = self.call("GET", "/exhibitions?search=%00")
        self.assert_error(response, 422, "invalid_request")

    def test_other_content_type_is_refused(self):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = self.call("POST", "/probe/add", raw=b"number=1", headers=headers)
        self.assert_error(response, 415, "unsupported_media_type")

    def test_body_without_length_is_refused(self):
        response = self.opener.post(
            f"{self.base_url()}/api/v1/probe/add",
            data=iter([b'{"number": 1}']),
            headers=JSON,
            timeout=12,
        )
        self.assert_error(response, 411, "length_required")

    def test_unexpected_error_tells_nothing(self):
        with mute_logger("odoo.http"):
            for method in ("GET", "POST"):
                response = self.call(method, "/probe/crash", headers=JSON)
                self.assert_error(response, 500, "internal_error")
                self.assertNotIn("secret", response.text)
                self.assertNotIn("Traceback", response.text)

    def test_readonly_route_is_run_again_when_it_writes(self):
        with mute_logger("odoo.http"):
            response = self.call("GET", "/probe/read?write=true")
        self.assertEqual(response.json()["value"], "77")
        self.assertEqual(self.probe(), "77")

    def test_refused_write_changes_nothing(self):
        response = self.call("POST", "/probe/add", {"number": 3, "fail": True})
        error = self.assert_error(response, 422, "invalid_request")
        self.assertEqual(error["message"], "no")
        self.assertEqual(self.probe(), "0")


@tagged("post_install", "-at_install")
class TestApiForeignSites(ApiCase):
    """A page of another site cannot act with a visitor's session."""

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)  # a visitor with a session cookie

    def add(self, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", "/probe/add", {"number": 1}, headers=headers)

    def test_own_page_may_write(self):
        own = self.base_url()
        self.assertEqual(self.add().status_code, 201)
        self.assertEqual(self.add(Origin=own).status_code, 201)
        headers = {"Origin": own, "Sec_Fetch_Site": "same-origin"}
        self.assertEqual(self.add(**headers).status_code, 201)

    def test_foreign_page_may_not(self):
        for headers in [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "garbage"},
            {"Origin": "http://127.0.0.1:1"},
            {"Origin": "http://127.0.0.1:99999999"},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
        ]:
            with self.subTest(headers=headers):
                error = self.assert_error(self.add(**headers), 403, "forbidden")
                self.assertEqual(error["details"], {"reason": "cross_site"})

    def test_a_form_cannot_write(self):
        for mimetype in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ):
            response = self.call(
                "POST",
                "/probe/add",
                raw=b'{"number": 1}',
                headers={"Content-Type": mimetype},
            )
            self.assert_error(response, 415, "unsupported_media_type")

    def test_write_without_body_needs_json_too(self):
        response = self.call("DELETE", "/probe/add?number=1")
        self.assert_error(response, 415, "unsupported_media_type")
        response = self.call("DELETE", "/probe/add?number=1", headers=JSON)
        self.assertEqual(response.status_code, 201)


@tagged("post_install", "-at_install")
class TestApiLogin(ApiCase):
    """Session or API key."""

    def test_session_or_key_is_needed_where_it_is(self):
        self.assert_error(self.call("GET", "/probe/mine"), 401, "unauthorized")

    def test_wrong_key_is_refused_on_public_routes_too(self):
        headers = {"Authorization": "Bearer nonsense"}
        for path in ("/probe/mine", "/probe/read"):
            response = self.call("GET", path, headers=headers)
            self.assert_error(response, 401, "unauthorized")

    def test_key_logs_in_and_needs_no_origin(self):
        user = new_test_user(self.env, "api_user", "base.group_user")
        key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", None)
        )
        headers = {"Authorization": f"Bearer {key}"}
        response = self.call("GET", "/probe/mine", headers=headers)
        self.assertEqual(response.json(), {"uid": user.id})
        headers["Origin"] = "https://partner.example"
        response = self.call("POST", "/probe/add", {"number": 1}, headers=headers)
        self.assertEqual(response.json()["uid"], user.id)

    def test_session_logs_in(self):
        user = new_test_user(self.env, "api_user", "base.group_portal")
        self.authenticate("api_user", "api_user")
        self.assertEqual(self.call("GET", "/probe/mine").json(), {"uid": user.id})


@tagged("post_install", "-at_install")
class TestApiIdempotency(ApiCase):
    """The same Idempotency-Key acts once."""

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.key = uuid.uuid4().hex

    def add(self, number, key=None, fail=False):
        data = {"number": number, **({"fail": True} if fail else {})}
        headers = {"Idempotency-Key": self.key if key is None else key}
        return self.call("POST", "/probe/add", data, headers=headers)

    def test_repetition_gets_the_first_answer(self):
        first, second = self.add(2), self.add(2)
        self.assertEqual(first.status_code, 201)
        self.assertEqual(second.status_code, 201)
        self.assertEqual(first.json()["total"], 2)
        self.assertEqual(second.content, first.content)
        self.assertNotIn("Idempotent-Replayed", first.headers)
        self.assertEqual(second.headers["Idempotent-Replayed"], "true")
        self.assertEqual(self.add(2, key="other").json()["total"], 4)

    def test_same_key_with_another_request_is_refused(self):
        self.add(2)
        self.assert_error(self.add(3), 422, "idempotency_mismatch")
        response = self.call(
            "DELETE", "/probe/add", {"number": 2}, {"Idempotency-Key": self.key}
        )
        self.assert_error(response, 422, "idempotency_mismatch")

    def test_refusal_is_not_kept(self):
        self.assert_error(self.add(2, fail=True), 422, "invalid_request")
        self.assertEqual(self.add(2).json()["total"], 2)

    def test_others_have_their_own_keys(self):
        mine = self.add(2).json()
        self.authenticate(None, None)
        theirs = self.add(2).json()
        self.assertEqual((mine["total"], theirs["total"]), (2, 4))
        self.assertNotEqual(mine["token"], theirs["token"])

    def test_without_session_nothing_is_kept(self):
        self.opener.cookies.clear()
        self.assertEqual(self.add(2).json()["total"], 2)
        self.opener.cookies.clear()
        self.assertEqual(self.add(2).json()["total"], 4)

    def test_bad_keys_are_refused(self):
        for key in ("x" * 256, "a b", "", "caf\u00e9"):
            with self.subTest(key=key):
                response = self.add(1, key=key)
                self.assert_error(response, 422, "invalid_request")

    def test_twin_that_is_at_work_is_not_waited_for(self):
        self.env.cr.execute("SELECT 1")  # the session's own lock is re-entrant
        scope = self._scope()
        with contextlib.closing(sql_db.db_connect(self.env.cr.dbname).cursor()) as twin:
            twin.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"museum_idempotency:{scope}:{self.key}"],
            )
            response = self.add(2)
            self.assert_error(response, 409, "conflict")
            self.assertEqual(response.headers["Retry-After"], "1")
            twin.rollback()
        self.assertEqual(self.add(2).json()["total"], 2)

    def _scope(self):
        self.add(0, key="to-know-the-scope")
        keys = self.env["museum.idempotency.key"].sudo()
        return keys.search([("key", "=", "to-know-the-scope")]).scope

    def test_hold_token_follows_key_and_request(self):
        token = self.add(1, fail=False).json()["token"]
        self.assertRegex(token, r"^[0-9a-f]{32}$")
        keys = self.env["museum.idempotency.key"].sudo()
        keys.search([("key", "=", self.key)]).unlink()
        self.assertEqual(self.add(1).json()["token"], token)
        keys.search([("key", "=", self.key)]).unlink()
        self.assertNotEqual(self.add(2).json()["token"], token)
        without = [self.call("POST", "/probe/add", {"number": 1}) for _ in range(2)]
        tokens = {response.json()["token"] for response in without}
        self.assertEqual(len(tokens), 2)

    def test_kept_answers_are_forgotten_after_a_day(self):
        self.add(1)
        keys = self.env["museum.idempotency.key"].sudo()
        kept = keys.search([("key", "=", self.key)])
        kept._gc_kept_answers()
        self.assertTrue(kept.exists())
        self.env.cr.execute(
            "UPDATE museum_idempotency_key SET create_date = create_date - INTERVAL"
            " '25 hours' WHERE id = %s",
            [kept.id],
        )
        kept.invalidate_recordset()
        kept._gc_kept_answers()
        self.assertFalse(kept.exists())


@tagged("post_install", "-at_install")
class TestApiErrors(TransactionCase):
    """One table from exceptions to answers."""

    def test_every_exception_has_its_answer(self):
        class OwnError(UserError):
            code = "price_changed"

        class OddError(UserError):
            code = "nobody knows this"

        for exc, status, code in [
            (UserError("Say it"), 422, "invalid_request"),
            (ValidationError("Say it"), 422, "invalid_request"),
            (OwnError("Say it"), 409, "price_changed"),
            (OddError("Say it"), 422, "invalid_request"),
            (AccessError("internal model names"), 403, "forbidden"),
            (MissingError("internal ids"), 404, "not_found"),
            (LockError("locked"), 409, "conflict"),
            (psycopg2.errors.LockNotAvailable(), 409, "conflict"),
            (psycopg2.errors.SerializationFailure(), 409, "conflict"),
            (psycopg2.errors.NumericValueOutOfRange(), 500, "internal_error"),
            (ValueError("internal"), 500, "internal_error"),
            (Gone("page"), 410, "invalid_request"),
            (SlotClosed("Say it"), 409, "slot_closed"),
            (HoldExpired("Say it"), 409, "hold_expired"),
            (QuantityError("Say it", errors=[1]), 422, "invalid_request"),
            (errors.RateLimited(retry_after=7), 429, "rate_limited"),
        ]:
            with self.subTest(exc=exc):
                found = errors.describe(exc)
                self.assertEqual((found.status, found.code), (status, code))
                self.assertTrue(found.message)
                self.assertNotIn("internal", found.message)
        self.assertEqual(found.headers["Retry-After"], "7")
        self.assertEqual(found.details["retry_after"], 7)

    def test_another_addon_registers_its_own(self):
        class LibraryError(Exception):
            pass

        errors.register_code("out_of_paper", 409)
        errors.register(
            LibraryError, lambda exc, env: errors.answer("out_of_paper", "Paper!")
        )
        self.addCleanup(errors.STATUS.pop, "out_of_paper")
        self.addCleanup(errors._DESCRIBERS.pop, LibraryError)
        found = errors.describe(LibraryError())
        self.assertEqual((found.status, found.message), (409, "Paper!"))
        with self.assertRaises(ValueError):
            errors.register_code("slot_full", 400)


@tagged("post_install", "-at_install")
class TestApiCheckers(TransactionCase):
    """The checkers let only clean values through."""

    def assert_refused(self, checker, *args, **kwargs):
        with self.assertRaises(errors.InvalidRequest, msg=f"{checker} {args}"):
            checker(*args, **kwargs)

    def test_integer(self):
        self.assertEqual(api_kit.integer("12", "n"), 12)
        self.assertEqual(api_kit.integer("-3", "n", -5, 5), -3)
        for value in (None, True, 1.0, "1.5", "", " ", "--1", "٣", "1" * 13, [], {}):
            self.assert_refused(api_kit.integer, value, "n", -5, 5)
        self.assert_refused(api_kit.integer, 2**31, "n")

    def test_record_id_in_path_is_not_found(self):
        self.assertEqual(api_kit.record_id("7", "n"), 7)
        self.assert_refused(api_kit.record_id, "0", "n")
        for value in ("0", "-1", "x", "99999999999", "7.0", "½"):
            with self.assertRaises(errors.NotFound):
                api_kit.record_id(value, "n", in_path=True)

    def test_days_and_months(self):
        self.assertEqual(str(api_kit.day("2024-02-29", "d")), "2024-02-29")
        self.assertEqual(str(api_kit.month("2026-03", "m")), "2026-03-01")
        for value in ("2023-02-29", "2026-3-1", "20260301", "0001-01-01", 5, None, []):
            self.assert_refused(api_kit.day, value, "d")
        for value in ("2026-13", "2026-00", "2026-3", "9999-01", "٢٠٢٦-٠٣", [], None):
            self.assert_refused(api_kit.month, value, "m")

    def test_quantities(self):
        wanted = [{"id": 3, "quantity": 2}, {"id": 4, "quantity": 0}]
        self.assertEqual(api_kit.quantities(wanted), {3: 2})
        for value in (
            None,
            [],
            {},
            "3:2",
            [3],
            [{"id": 3}],
            [{"id": 3, "quantity": 1, "price": 0}],
            [{"id": 3, "quantity": -1}],
            [{"id": 3, "quantity": 1.5}],
            [{"id": 3, "quantity": 10**9}],
            [{"id": 3, "quantity": 0}],
            [{"id": 3, "quantity": 1}, {"id": 3, "quantity": 1}],
            [{"id": i + 1, "quantity": 1} for i in range(51)],
        ):
            self.assert_refused(api_kit.quantities, value)

    def test_text_flag_and_page(self):
        self.assertEqual(api_kit.text("  a ", "t"), "a")
        self.assertEqual(api_kit.text(None, "t"), "")
        self.assert_refused(api_kit.text, None, "t", required=True)
        self.assert_refused(api_kit.text, "ab", "t", 1)
        self.assert_refused(api_kit.text, ["a"], "t")
        self.assertIs(api_kit.flag("true", "f"), True)
        self.assertIs(api_kit.flag(False, "f"), False)
        for value in ("yes", 1, None, [], {}):
            self.assert_refused(api_kit.flag, value, "f")
        self.assertEqual(api_kit.page_args(), (20, 0))
        self.assertEqual(api_kit.page_args("100", "5"), (100, 5))
        self.assert_refused(api_kit.page_args, "101", None)
        self.assert_refused(api_kit.page_args, "0", None)
        self.assert_refused(api_kit.page_args, None, "-1")
