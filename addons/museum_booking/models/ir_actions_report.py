# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from io import BytesIO

from odoo import fields, models

from ..lib import pdf


class IrActionsReport(models.Model):
    """Reports drawn by WeasyPrint instead of wkhtmltopdf.

    In this process and without HTTP: wkhtmltopdf fetches its pictures and styles from
    the server that waits for it, and two workers are enough for a dead-lock.
    """

    _inherit = "ir.actions.report"

    pdf_engine = fields.Selection(
        [("wkhtmltopdf", "wkhtmltopdf"), ("weasyprint", "WeasyPrint")],
        default="wkhtmltopdf",
        required=True,
        help="WeasyPrint: the template is a whole HTML page that holds all its styles "
        "and pictures; no address outside of it is followed.",
    )

    def _get_readable_fields(self):
        # the web client decides by it how to download, see ticket_report_action.js
        return super()._get_readable_fields() | {"pdf_engine"}

    def _is_weasyprint(self, report_ref):
        return self._get_report(report_ref).pdf_engine == "weasyprint"

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        if not self._is_weasyprint(report_ref):
            return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        # Odoo answers HTML in tests because wkhtmltopdf would wait for the server.
        res_ids = [res_ids] if isinstance(res_ids, int) else res_ids
        streams = self._render_qweb_pdf_prepare_streams(
            report_ref, {"report_type": "pdf", **(data or {})}, res_ids=res_ids
        )
        return streams, "pdf"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        if not self._is_weasyprint(report_ref):
            return super()._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=res_ids
            )
        html, _kind = self._render_qweb_html(report_ref, res_ids, data=data)
        # One document for all records: merging one per record costs more than drawing.
        key = res_ids[0] if res_ids and len(set(res_ids)) == 1 else False
        stream = BytesIO(pdf.render(html.decode()))
        return {key: {"stream": stream, "attachment": None}}
