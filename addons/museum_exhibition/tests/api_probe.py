# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Routes that exist in tests alone, to try the API kit itself."""

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..controllers import api_kit as kit

PROBE = "museum_exhibition.api_probe"


def probe_value():
    return request.env["ir.config_parameter"].sudo().get_param(PROBE, "0")


class ApiProbe(http.Controller):
    @kit.api_route("/probe/add", methods=["POST", "DELETE"], documented=False)
    def add(self, number, fail=False):
        """Adds to a counter; shows whether a repetition acted again."""
        number = kit.integer(number, "number", 0, 100)
        total = int(probe_value()) + number
        request.env["ir.config_parameter"].sudo().set_param(PROBE, str(total))
        if fail:
            raise UserError(request.env._("no"))
        answer = {"total": total, "token": kit.hold_token(), "uid": request.env.uid}
        return kit.json_response(answer, status=201)

    @kit.api_route("/probe/items/<string:item>", methods=["PATCH"], documented=False)
    def change(self, item, note=None):
        return {"item": item, "note": kit.text(note, "note", 10)}

    @kit.api_route("/probe/read", methods=["GET"], documented=False)
    def look(self, write=None):
        """Read-only by default; with ``write`` it writes all the same."""
        if write is not None and kit.flag(write, "write"):
            request.env["ir.config_parameter"].sudo().set_param(PROBE, "77")
        return {"value": probe_value(), "text": "₹ और"}

    @kit.api_route("/probe/mine", methods=["GET"], auth="user", documented=False)
    def mine(self):
        return {"uid": request.env.uid}

    @kit.api_route("/probe/crash", methods=["GET", "POST"], documented=False)
    def crash(self):
        raise ZeroDivisionError("secret of the house")
