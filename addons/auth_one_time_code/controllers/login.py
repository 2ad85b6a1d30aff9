# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo import http
from odoo.exceptions import AccessDenied
from odoo.http import request

from odoo.addons.web.controllers.home import Home

from ..exceptions import CodeRefusal, OtpExpired, OtpLimited, OtpWrong
from ..lib.local_path import local_path

SESSION_KEY = "one_time_code"


class LoginCode(Home):
    """Log in with a code: an address, then six digits. Works without JavaScript.

    What ties a code to this browser (the challenge) never leaves the server's session.
    """

    @http.route(
        "/web/login/code",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def login_code(self, redirect=None, step="", address="", code="", **_kwargs):
        redirect = local_path(redirect)
        if request.session.uid:
            return request.redirect(
                self._login_redirect(request.session.uid, redirect=redirect)
            )
        if request.httprequest.method == "GET":
            return self._code_page(redirect)
        try:
            if step == "verify":
                return self._code_login(code, redirect)
            if step == "other":
                self._forget_challenge()
            elif step == "resend":
                self._code_request(self._asked().get("text", ""))
            else:
                self._code_request(address)
        except CodeRefusal as refusal:
            return self._code_page(redirect, refusal, address)
        return request.redirect_query(
            "/web/login/code", {"redirect": redirect} if redirect else None
        )

    def _asked(self):
        return request.session.get(SESSION_KEY) or {}

    def _code_request(self, text):
        sent = request.env["auth.one.time.code"]._request(
            "login",
            text,
            request.httprequest.remote_addr,
            challenge=self._asked().get("challenge"),
        )
        now = int(time.time())
        request.session[SESSION_KEY] = {
            "text": text,
            "challenge": sent["challenge"],
            "kind": sent["kind"],
            "masked": sent["masked"],
            "resend_at": now + sent["resend_in"],
            "expires_at": now + sent["expires_in"],
        }

    def _forget_challenge(self):
        """Back to the first step, with what was typed."""
        request.session[SESSION_KEY] = {"text": self._asked().get("text", "")}

    def _code_login(self, code, redirect):
        challenge = self._asked().get("challenge")
        codes = request.env["auth.one.time.code"]
        verified = codes._verify(
            "login", challenge, code, request.httprequest.remote_addr
        )
        credential = request.env["res.users"]._one_time_code_credential(verified)
        try:
            auth_info = request.session.authenticate(request.env, credential)
        except AccessDenied as denied:
            raise codes._expired() from denied
        request.session.pop(SESSION_KEY, None)
        # Whatever collides with another request does so here: once the session is
        # saved under its new number, the request could not be run again.
        request.env.flush_all()
        location = self._login_redirect(auth_info["uid"], redirect=redirect)
        if request.session.uid is None:  # a second factor is asked for first
            request.update_env(user=request.env.ref("base.public_user").id)
        return request.redirect(location)

    def _code_page(self, redirect, refusal=None, address=""):
        asked, now = self._asked(), int(time.time())
        is_over = isinstance(refusal, OtpExpired) or (
            isinstance(refusal, OtpWrong) and not refusal.details["tries_left"]
        )
        values = {
            "redirect": redirect,
            "asked": asked,
            "address": address or asked.get("text", ""),
            "error": refusal and str(refusal),
            "is_invalid": refusal and not isinstance(refusal, OtpLimited),
            "is_second": bool(asked.get("challenge")),
            "is_over": is_over or asked.get("expires_at", 0) <= now,
            "resend_in": max(asked.get("resend_at", 0) - now, 0),
        }
        response = request.render("auth_one_time_code.login_code", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
        if isinstance(refusal, OtpLimited):
            response.status_code = refusal.http_status
            response.headers["Retry-After"] = str(refusal.details["retry_after"])
        return response
