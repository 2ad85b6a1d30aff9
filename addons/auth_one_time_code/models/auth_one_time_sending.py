# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
import threading
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..lib import codes
from ..lib.addresses import Address
from ..lib.waits import FIRST_WAIT_SECONDS
from .auth_one_time_code import ADD_ADDRESS, GOOD_FOR_MINUTES
from .own_transaction import database_key, in_test_transaction, own_transaction

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
# An address's own counters of codes; those of an IP address and of costs stay.
OWN_SCOPES = ("send", "send_all")
# Failures of a text (of the addon sms_gateway, where it is): texts differ by whether
# there is an account, so telling of these would tell that.
QUIET_FAILURES = ("dlt_text", "dlt_refused")


class AuthOneTimeCode(models.Model):
    """How a code reaches its owner: by Odoo's queues, and at once.

    The message is queued in the request's transaction; a thread sends it right after
    the commit, so that the visitor waits neither for the queue's job nor for the mail
    server. What the thread cannot finish is left to the queue's job. What was refused
    is noted on the code, so that the waiting visitor learns it.
    """

    _inherit = "auth.one.time.code"

    unsent_at = fields.Datetime(
        string="Could not be sent at", readonly=True, copy=False, help="UTC."
    )

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
        messages = self.env["sms.sms"]._sent_by_a_thread()
        return messages.create({"number": self.address, "body": body})

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
        """Send queued messages and note what failed.

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
            if any(one.failure_type not in QUIET_FAILURES for one in failed):
                self._note_unsent()

    def _note_unsent(self):
        """The message did not leave: its reader may ask again at once.

        The send does not count for the address. It does for the place that it was asked
        from, and for what SMS may cost: else one could try for ever.
        """
        self.ensure_one()
        with own_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE auth_one_time_code
                       SET unsent_at = clock_timestamp() AT TIME ZONE 'UTC'
                     WHERE id = %s AND unsent_at IS NULL
                 RETURNING id
                    """,
                    self.id,
                )
            )
            is_news = bool(cr.fetchone())
        self.invalidate_recordset(["unsent_at"])
        if not is_news:
            return
        rules = self._send_rules(
            self.purpose, Address(self.kind, self.address), self.ip
        )
        # Nothing else was counted for the address so soon after it: see the waits.
        until = fields.Datetime.add(self.create_date, seconds=FIRST_WAIT_SECONDS)
        self.env["attempt.limit"]._undo(
            [rule for rule in rules if rule.scope in OWN_SCOPES], until
        )

    # --- what became of it -----------------------------------------------------------

    @api.model
    def _status(self, purpose, challenge):
        """What became of the code that a browser asked for.

        The same whether there is an account or not.

        :param str challenge: what :meth:`_request` gave, or None
        :return: "none" (nothing was asked for), "on_its_way", "failed" (it could not be
            sent just now) or "over" (used, void or too old)
        :rtype: str
        """
        if not challenge:
            return "none"
        key = database_key(self.env)
        row = self.sudo().search(
            [
                ("challenge_hash", "=", codes.digest(key, "challenge", challenge)),
                ("purpose", "=", purpose),
            ]
        )
        if row.state != "sent":
            return "over"
        if row.unsent_at:
            return "failed"
        return "over" if row.expires_at <= fields.Datetime.now() else "on_its_way"

    @api.model
    def _unsent_words(self, kind):
        """What to tell who waits for a message that could not be sent.

        :param str kind: email or phone: what he asked with
        """
        if kind == "phone":
            return self.env._(
                "We could not send the SMS just now. Please ask for a new code, or use"
                " your e-mail address instead."
            )
        return self.env._(
            "We could not send the message just now. Please check the address and ask"
            " for a new code, or use your mobile number instead."
        )
