# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from werkzeug.urls import url_encode

from odoo import http
from odoo.http import request
from odoo.tools.json import scriptsafe

from .gate_api import GATE_GROUP, MANAGER_GROUP


class MuseumGatePage(http.Controller):
    """The scanning page: no web client, a bundle of its own."""

    @http.route("/gate", type="http", auth="user", methods=["GET"], readonly=True)
    def gate_page(self, gate=None, **_other):
        """The page for the gate role; others are told whom to ask.

        :param gate: preferred gate's id, else the page asks and remembers
        """
        headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY"}
        if not request.env.user.has_group(GATE_GROUP):
            response = request.render("museum_ticket_gate.gate_no_access", {})
            response.status_code = 403
        else:
            config = scriptsafe.dumps(self._config(gate))
            response = request.render(
                "museum_ticket_gate.gate_page",
                {
                    "config": config,
                    "lang": (request.env.lang or "en").replace("_", "-"),
                },
            )
        response.headers.update(headers)
        return response

    def _config(self, gate):
        """All that the page needs from the server before its first scan."""
        user = request.env.user
        # all companies of the user, whichever he last worked in
        gates = request.env["museum.gate"].with_context(
            allowed_company_ids=list(user._get_company_ids())
        )
        back = f"/gate?{url_encode({'gate': gate})}" if gate else "/gate"
        return {
            "gates": [
                {"id": each.id, "name": each.name, "venue": each.venue_id.name or ""}
                for each in gates.search([])
            ],
            "gateId": int(gate) if gate and gate.isdecimal() else None,
            "operator": user.name,
            "isManager": user.has_group(MANAGER_GROUP),
            "verifyUrl": "/api/v1/tickets/verify",
            "loginUrl": f"/web/login?{url_encode({'redirect': back})}",
            "logoutUrl": "/web/session/logout?redirect=/web/login",
            "readerUrl": "/museum_ticket_gate/static/lib/jsqr/jsQR.js",
            "texts": gates._page_texts(),
        }
