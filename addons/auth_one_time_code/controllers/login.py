# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

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
                asking.ask_again()
            else:
                asking.ask(address)
        except CodeRefusal as refusal:
            refused.keep(REFUSED_KEY, refusal, address=address[:254])
        return request.redirect_query(
            PATH, {"redirect": redirect} if redirect else None
        )

    @http.route(
        f"{PATH}/status",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def login_code_status(self):
        """Whether the code of this session could be sent, for the waiting page."""
        return asking.status_response(asking.asked(), asking.PURPOSE)

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
        asked = asking.asked()
        values = {
            "redirect": redirect,
            "address": said["typed"].get("address") or asked.get("text", ""),
            **asking.digits(asked, asking.PURPOSE, is_over=said["is_over"]),
            **self._code_page_values(redirect),
        }
        return refused.page("auth_one_time_code.login_code", values, said)
