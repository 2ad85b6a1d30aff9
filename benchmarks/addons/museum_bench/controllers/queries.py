# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading

from odoo import http

_call = http.Application.__call__


def _call_and_count(self, environ, start_response):
    """Say in each answer how many queries it took, as Odoo counts them itself."""

    def start(status, headers, exc_info=None):
        count = getattr(threading.current_thread(), "query_count", 0)
        return start_response(
            status, [*headers, ("X-Bench-Queries", str(count))], exc_info
        )

    return _call(self, environ, start)


http.Application.__call__ = _call_and_count
