# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import http


class Empty(http.Controller):
    """What Odoo itself costs per request: session, cursor, routing, an answer.

    Loaded as a server-wide module by the benchmarks' server; never installed.
    """

    @http.route("/bench/empty", type="jsonrpc", auth="public", save_session=False)
    def empty(self):
        """Answer nothing."""
        return {}
