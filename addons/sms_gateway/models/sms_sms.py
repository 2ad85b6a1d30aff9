# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.addons.sms_twilio.tools.sms_api import SmsApiTwilio

from ..lib import dlt
from .mail_notification import FAILURES

# One request for each message, as with Twilio: few at a time, each few committed.
BATCH = 10
ABROAD = {"iap": SmsApi, "twilio": SmsApiTwilio}


class SmsSms(models.Model):
    """Messages go to the provider of their own company, and again when it was busy."""

    _inherit = "sms.sms"

    failure_type = fields.Selection(selection_add=FAILURES)
    failure_reason = fields.Char(
        readonly=True, copy=False, help="In the provider's words."
    )
    tries = fields.Integer(readonly=True, copy=False, default=0)
    retry_at = fields.Datetime(
        string="Tried again at", readonly=True, copy=False, index="btree_not_null"
    )

    def _split_by_api(self):
        others = self.browse()
        for company, messages in self.grouped(
            lambda message: message._get_sms_company()
        ).items():
            if company.sms_provider == "dlt":
                yield from messages._split_by_country(company)
            elif company.sms_provider == "log":
                yield self._api_of(company, company._get_sms_api_class()), messages
            else:
                others |= messages
        if others:
            yield from super(SmsSms, others)._split_by_api()

    def _split_by_country(self, company):
        abroad = self.filtered(
            lambda message: not (message.number or "").startswith(dlt.COUNTRY_PREFIX)
        )
        other_class = ABROAD.get(company.sms_dlt_abroad)
        if abroad and other_class:
            yield self._api_of(company, other_class), abroad
        else:
            abroad = self.browse()
        if home := self - abroad:
            yield self._api_of(company, company._get_sms_api_class()), home

    def _api_of(self, company, api_class):
        sms_api = api_class(self.env)
        sms_api._set_company(company)
        return sms_api

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Also from the queue's job each message goes to its own company's provider.

        Odoo's job takes the provider of one company for all, and stops with an error
        when the messages of several are waiting.
        """
        flags = {
            "unlink_failed": unlink_failed,
            "unlink_sent": unlink_sent,
            "raise_exception": raise_exception,
        }
        if self.env.context.get("sms_api"):
            return super()._send(**flags)
        for sms_api, messages in self._split_by_api():
            messages.with_context(sms_api=sms_api)._send(**flags)
        return None

    def _get_send_batch_size(self):
        size = super()._get_send_batch_size()
        companies = self.env["res.company"].sudo()
        if companies.search_count([("sms_provider", "=", "dlt")], limit=1):
            return min(size, BATCH)
        return size

    def _handle_call_result_hook(self, results):
        """Keep the provider's words; plan the next try where it was busy."""
        res = super()._handle_call_result_hook(results)
        by_uuid = {result["uuid"]: result for result in results}
        for message in self:
            result = by_uuid.get(message.uuid, {})
            message.failure_reason = result.get("failure_reason") or False
            message.tries += 1
            wait = (
                dlt.retry_wait(message.tries)
                if result.get("state") == "gateway_busy"
                else None
            )
            message.retry_at = wait and fields.Datetime.add(
                fields.Datetime.now(), seconds=wait
            )
        if due := self.filtered("retry_at"):
            self.env.ref("sms_gateway.ir_cron_retry")._trigger(
                at=due.mapped("retry_at")
            )
        return res

    @api.model
    def _cron_retry(self):
        """Try messages again whose provider was busy; job."""
        domain = [
            ("state", "=", "error"),
            ("to_delete", "=", False),
            ("retry_at", "<=", fields.Datetime.now()),
        ]
        due = self.search(domain, limit=BATCH, order="retry_at, id")
        # Whoever has the row is at work on it.
        due = due.try_lock_for_update().filtered_domain(domain)
        due.retry_at = False
        due.action_set_outgoing()
        due.send()
        if due:
            self.env["ir.cron"]._commit_progress(
                len(due), remaining=self.search_count(domain)
            )

    def action_set_outgoing(self):
        """Back to the queue, by hand or by the job; what failed is forgotten."""
        self.write({"retry_at": False, "failure_reason": False})
        return super().action_set_outgoing()

    def action_set_canceled(self):
        """Given up: it is not tried again either."""
        self.retry_at = False
        return super().action_set_canceled()

    @api.model
    def _dlt_reports(self, company, reports):
        """What became of messages, as the gateway tells; twice is like once.

        :param company: whose gateway it is; others' messages are not touched
        :param reports: of ``lib.dlt.Report``
        """
        by_reference = {report.reference: report for report in reports}
        messages = self.sudo().search([("uuid", "in", list(by_reference))])
        for message in messages:
            report = by_reference[message.uuid]
            if message._get_sms_company() != company:
                continue
            if report.status == "delivered" and message.state in ("process", "pending"):
                message.write({"state": "sent", "failure_type": False})
                message.sms_tracker_id._action_update_from_sms_state("sent")
            elif report.status == "failed" and message.state in ("process", "pending"):
                # Kept, to be looked at.
                message.write(
                    {
                        "state": "error",
                        "failure_type": "unknown",
                        "failure_reason": report.reason,
                        "to_delete": False,
                    }
                )
                message.sms_tracker_id.with_context(
                    sms_known_failure_reason=report.reason
                )._action_update_from_provider_error("not_delivered")
