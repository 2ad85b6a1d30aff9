# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import http
from odoo.http import request

from ..lib import dlt

_logger = logging.getLogger(__name__)

LONGEST_BODY = 256 * 1024


class DltReports(http.Controller):
    """Where the gateway tells what became of messages."""

    @http.route(
        "/sms_gateway/dlt/reports/<int:company_id>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def reports(self, company_id, **_kwargs):
        """Take delivery reports, signed with the company's secret.

        The body is ``{"reports": [{"reference", "status", "reason"}]}`` with status
        ``delivered`` or ``failed``; ``X-Signature`` is ``sha256=`` and the HMAC-SHA256
        of the body in hexadecimal. Answers 204 also for what is known already.
        """
        raw = request.httprequest.get_data(cache=False)
        if len(raw) > LONGEST_BODY:
            return request.make_response("", status=413)
        company_sudo = request.env["res.company"].sudo().browse(company_id).exists()
        given = request.httprequest.headers.get("X-Signature", "")
        # The same answer for a company that is not there.
        if not dlt.is_signed(company_sudo.sms_dlt_report_secret or "", raw, given):
            _logger.warning("SMS gateway: a delivery report was not signed")
            return request.make_response("", status=403)
        reports = dlt.reports(dlt.decoded(raw))
        if reports is None:
            return request.make_response("", status=400)
        request.env["sms.sms"].sudo()._dlt_reports(company_sudo, reports)
        return request.make_response("", status=204)
