# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import time

from odoo import http
from odoo.http import request

from odoo.addons.web.controllers.home import Home

from ..exceptions import CodeRefusal
from ..lib.local_path import local_path
from . import asking, refused

PATH = "/web/login/code"
REFUSED_KEY = "one_time_code_refused"


class LoginCode(Home):
    """Log in with a code: an address, then six digits. Works without JavaScript."""

    @http.route(
        PATH,
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
        if request.httprequest.method != "POST":
            return self._code_page(redirect)
        try:
            if step == "verify":
                return self._code_login(code, redirect)
            if step == "other":
                asking.forget_challenge()
            elif step == "resend":
                asking.ask(asking.asked().get("text", ""))
            else:
                asking.ask(address)
        except CodeRefusal as refusal:
            refused.keep(REFUSED_KEY, refusal, address=address[:254])
        return request.redirect_query(
            PATH, {"redirect": redirect} if redirect else None
        )

    def _code_login(self, code, redirect):
        auth_info = asking.log_in(code)
        location = self._login_redirect(auth_info["uid"], redirect=redirect)
        if request.session.uid is None:  # a second factor is asked for first
            request.update_env(user=request.env.ref("base.public_user").id)
        return request.redirect(location)

    def _code_page_values(self, redirect):
        """Hook: what an addon's part of ``login_code_other_ways`` needs.

        :param str redirect: where the login leads, a path of this website, or ""
        :rtype: dict
        """
        return {}

    def _code_page(self, redirect):
        said = refused.take(REFUSED_KEY)
        asked, now = asking.asked(), int(time.time())
        values = {
            "redirect": redirect,
            "asked": asked,
            "address": said["typed"].get("address") or asked.get("text", ""),
            "is_second": bool(asked.get("challenge")),
            "is_over": said["is_over"] or asked.get("expires_at", 0) <= now,
            "resend_in": max(asked.get("resend_at", 0) - now, 0),
            **self._code_page_values(redirect),
        }
        return refused.page("auth_one_time_code.login_code", values, said)
