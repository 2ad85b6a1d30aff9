# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import threading
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from .auth_one_time_code import ADD_ADDRESS, GOOD_FOR_MINUTES
from .own_transaction import in_test_transaction

_logger = logging.getLogger(__name__)

MODULE = "auth_one_time_code"
MAILS = {
    "code": f"{MODULE}.mail_template_code",
    "no_account": f"{MODULE}.mail_template_no_account",
    "staff": f"{MODULE}.mail_template_staff",
}
MESSAGES = {
    "code": f"{MODULE}.sms_template_code",
    "no_account": f"{MODULE}.sms_template_no_account",
    "staff": f"{MODULE}.sms_template_staff",
}


class AuthOneTimeCode(models.Model):
    """How a code reaches its owner: by Odoo's queues, and at once.

    The message is queued in the request's transaction; a thread sends it right after
    the commit, so that the visitor waits neither for the queue's job nor for the mail
    server. What the thread cannot finish is left to the queue's job.
    """

    _inherit = "auth.one.time.code"

    def _send(self, road, code, user):
        """Queue what the road says; ``code`` is in it only on the road "code".

        :param user: whose language is used, if there is one
        """
        self.ensure_one()
        lang = user.sudo().lang or self.env.lang
        row = self.sudo().with_context(
            lang=lang,
            otc_code=code if road == "code" else "",
            otc_minutes=GOOD_FOR_MINUTES,
        )
        queued = row._queue_mail(road) if self.kind == "email" else row._queue_sms(road)
        self._send_after_commit(queued)

    def _mail_template(self, road):
        """The external id of the mail for what :meth:`_road` says: hook."""
        if self.purpose == ADD_ADDRESS:
            return f"{MODULE}.mail_template_add_address"
        return MAILS[road]

    def _sms_template(self, road):
        """The external id of the SMS for what :meth:`_road` says: hook."""
        if self.purpose == ADD_ADDRESS:
            return f"{MODULE}.sms_template_add_address"
        return MESSAGES[road]

    def _queue_mail(self, road):
        template = self.env.ref(self._mail_template(road))
        mail_id = template.send_mail(
            self.id, force_send=False, email_values={"email_to": self.address}
        )
        # If the thread does not live to send it.
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(
            at=fields.Datetime.now() + timedelta(minutes=1)
        )
        return self.env["mail.mail"].browse(mail_id)

    def _queue_sms(self, road):
        template = self.env.ref(self._sms_template(road))
        body = template._render_field("body", self.ids)[self.id]
        return self.env["sms.sms"].create({"number": self.address, "body": body})

    def _send_after_commit(self, queued):
        if in_test_transaction(self.env):
            return  # stays in the queue, where the test finds it
        registry, code_id = self.env.registry, self.id
        model, queued_ids = queued._name, queued.ids

        def send():
            try:
                with registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    row = env["auth.one.time.code"].browse(code_id)
                    row._send_now(env[model].browse(queued_ids))
            except Exception:
                _logger.exception("A one-time code's message was left to the queue")

        self.env.cr.postcommit.add(
            lambda: threading.Thread(
                target=send, name="auth_one_time_code.send", daemon=True
            ).start()
        )

    def _send_now(self, queued):
        """Send queued messages and log what failed.

        :param queued: mail.mail or sms.sms; what was sent is deleted or marked
        """
        self.ensure_one()
        queued.send()
        failed = queued.exists().filtered(
            lambda message: message.state in ("exception", "error")
        )
        if failed:
            self._log("send_failed", self.purpose, (self.kind, self.address), self.ip)
            _logger.warning("A one-time code was not sent, see why in %s", failed)
