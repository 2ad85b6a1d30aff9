# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mail with the tickets: a job, sent once, tried again, visible when it fails.

Odoo's mail queue is the only one that sends. The job here writes the mail (with the
PDF) into that queue, outside of any visitor's request, and puts it there again later
when the queue could not deliver it; the queue tells the outcome by
`mail.mail._postprocess_sent_message`.
"""

import logging
from base64 import b64encode
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.museum_exhibition.exceptions import MuseumRefusal

_logger = logging.getLogger(__name__)

MAIL_STATES = [
    ("pending", "Waiting"),
    ("sent", "Sent"),
    ("failed", "Failed"),
]
# Minutes until the next attempt, after the first, the second, ... failure: about two
# days, so that a mail server may be down over a weekend's worth of hours.
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440)
# A mail in the queue is asked after when nothing was heard of it for so long.
WATCH_MINUTES = 60
# What a visitor may ask for: mails a day, seconds between two.
ASK_PER_DAY = 5
ASK_SECONDS = 60


class MailedTooOften(MuseumRefusal):
    """The mail was asked for a moment ago, or too often within a day.

    ``details["retry_after"]``: seconds until trying again makes sense.
    """

    code = "rate_limited"
    http_status = 429


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    ticket_mail_state = fields.Selection(
        MAIL_STATES, string="Mail with tickets", readonly=True, copy=False
    )
    ticket_mail_to = fields.Char(string="Tickets sent to", readonly=True, copy=False)
    ticket_mail_sent_at = fields.Datetime(
        string="Tickets sent at", readonly=True, copy=False
    )
    ticket_mail_attempts = fields.Integer(
        string="Failed attempts", readonly=True, copy=False
    )
    ticket_mail_next_at = fields.Datetime(
        string="Next attempt", readonly=True, copy=False
    )
    ticket_mail_error = fields.Char(
        string="Why the mail failed", readonly=True, copy=False
    )
    ticket_mail_id = fields.Many2one(
        "mail.mail",
        string="Queued mail",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        groups="base.group_system",
    )
    ticket_mail_asked_at = fields.Datetime(readonly=True, copy=False)
    ticket_mail_asked_count = fields.Integer(readonly=True, copy=False)

    _ticket_mail_due_idx = models.Index(
        "(ticket_mail_next_at) WHERE ticket_mail_state = 'pending'"
    )

    # === ASKING FOR IT === #

    def _queue_ticket_mail(self):
        """Have the tickets mailed soon; a mail that still waits is replaced."""
        for booking_sudo in self.sudo():
            # a mail that waits holds older tickets
            booking_sudo.ticket_mail_id.unlink()
        self.sudo().write(
            {
                "ticket_mail_state": "pending",
                "ticket_mail_attempts": 0,
                "ticket_mail_next_at": fields.Datetime.now(),
                "ticket_mail_error": False,
                "ticket_mail_id": False,
            }
        )
        # Wakes the job when this transaction is committed, not before.
        self.env.ref("museum_booking.ir_cron_ticket_mail").sudo()._trigger()

    def _ask_for_ticket_mail(self):
        """The visitor wants the mail again; to the booking's own address only.

        :raise MailedTooOften: asked a moment ago, or too often within a day
        :raise UserError: there is nothing to send, or nowhere to send it to
        """
        self.ensure_one()
        if not any(ticket._admits() for ticket in self.ticket_ids):
            raise UserError(self.env._("This booking has no tickets that are valid."))
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "There is no e-mail address in this booking. "
                    "You can download the tickets instead."
                )
            )
        now = fields.Datetime.now()
        asked_at, count = self.ticket_mail_asked_at, self.ticket_mail_asked_count
        if not asked_at or asked_at < now - timedelta(days=1):
            count = 0
        elif asked_at > now - timedelta(seconds=ASK_SECONDS):
            self._refuse_ticket_mail(ASK_SECONDS)
        elif count >= ASK_PER_DAY:
            self._refuse_ticket_mail(24 * 3600)
        self.write({"ticket_mail_asked_at": now, "ticket_mail_asked_count": count + 1})
        self._queue_ticket_mail()

    def _refuse_ticket_mail(self, seconds):
        raise MailedTooOften(
            self.env._(
                "The mail was sent already. Please look into your spam folder too, or "
                "download the tickets."
            ),
            retry_after=seconds,
        )

    def action_send_tickets(self):
        """Button of staff: mail the tickets (again)."""
        self.check_access("read")
        if not self.env.user.has_group("museum_exhibition.group_museum_desk"):
            raise UserError(self.env._("Only the desk sends tickets again."))
        self._queue_ticket_mail()
        for booking in self:
            booking.sudo().message_post(
                body=self.env._(
                    "%(user)s sends the tickets again.", user=self.env.user.name
                )
            )
        return True

    # === THE JOB === #

    @api.model
    def _cron_send_ticket_mails(self, limit=20):
        """Cron: write the mails that are due into Odoo's queue."""
        domain = Domain("ticket_mail_state", "=", "pending") & Domain(
            "ticket_mail_next_at", "<=", fields.Datetime.now()
        )
        due = self.search(domain, limit=limit, order="ticket_mail_next_at, id")
        remaining = self.search_count(domain) if len(due) == limit else len(due)
        for booking in due:
            # One by one: what one booking's template breaks is not all mails' end.
            locked = booking.try_lock_for_update(allow_referencing=True)
            if locked.filtered_domain(domain):
                locked._enqueue_ticket_mail()
            remaining -= 1
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                break

    def _enqueue_ticket_mail(self):
        """One attempt: the mail is in Odoo's queue, or the failure is noted."""
        self.ensure_one()
        if not any(ticket._admits() for ticket in self.ticket_ids):
            # cancelled before the mail left
            self.write({"ticket_mail_state": False, "ticket_mail_next_at": False})
            return
        if not self.partner_id.email:
            self._note_ticket_mail_failure(
                self.env._("The visitor has no e-mail address."), is_final=True
            )
            return
        try:
            with self.env.cr.savepoint():
                mail_sudo = self._requeue_ticket_mail() or self._write_ticket_mail()
        # Staff edit the template and the ticket: whatever their change breaks is
        # noted where they see it, and the other mails go out.
        except Exception as error:
            _logger.exception("ticket mail of booking %s", self.name)
            self._note_ticket_mail_failure(str(error) or type(error).__name__)
            return
        self.write(
            {
                "ticket_mail_id": mail_sudo.id,
                "ticket_mail_to": self.partner_id.email,
                "ticket_mail_next_at": fields.Datetime.now()
                + timedelta(minutes=WATCH_MINUTES),
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _requeue_ticket_mail(self):
        """The mail of an attempt before, waiting in the queue again; or none.

        The same mail has the same Message-Id: should it have left after all, most
        mail programs show it once.
        """
        mail_sudo = self.sudo().ticket_mail_id.exists()
        if mail_sudo.state == "exception":
            mail_sudo.mark_outgoing()
        return mail_sudo.filtered(lambda mail: mail.state == "outgoing")

    def _write_ticket_mail(self):
        template_sudo = self.env.ref("museum_booking.mail_template_tickets").sudo()
        booking_sudo = self.sudo().with_context(lang=self._ticket_lang())
        mail_id = template_sudo.send_mail(
            booking_sudo.id,
            force_send=False,
            email_values={"auto_delete": True},
            email_layout_xmlid="mail.mail_notification_light",
        )
        return self.env["mail.mail"].sudo().browse(mail_id)

    def _process_attachments_for_template_post(self, mail_template):
        """Add the calendar file to the mail with the tickets (hook of ``mail``)."""
        attachments = {}
        parent = super()
        if hasattr(parent, "_process_attachments_for_template_post"):
            attachments = parent._process_attachments_for_template_post(mail_template)
        tickets = self.env.ref("museum_booking.mail_template_tickets", False)
        if mail_template == tickets:
            for booking in self:
                file = ("visit.ics", b64encode(booking._calendar_file()))
                values = attachments.setdefault(booking.id, {})
                values.setdefault("attachments", []).append(file)
        return attachments

    # === THE OUTCOME === #

    def _note_ticket_mail_sent(self, message_id):
        for booking in self:
            booking.write(
                {
                    "ticket_mail_state": "sent",
                    "ticket_mail_sent_at": fields.Datetime.now(),
                    "ticket_mail_next_at": False,
                    "ticket_mail_error": False,
                }
            )
            booking.message_post(
                body=self.env._(
                    "Tickets mailed to %(email)s (%(message_id)s).",
                    email=booking.ticket_mail_to,
                    message_id=message_id or "-",
                )
            )

    def _note_ticket_mail_failure(self, reason, *, is_final=False):
        """Keep why it failed; try again later, or give up where staff see it.

        :param bool is_final: another attempt would end the same
        """
        for booking in self:
            failed = booking.ticket_mail_attempts
            give_up = is_final or failed >= len(RETRY_MINUTES)
            values = {
                "ticket_mail_attempts": failed + 1,
                "ticket_mail_error": " ".join((reason or "").split())[:500],
            }
            if give_up:
                values |= {"ticket_mail_state": "failed", "ticket_mail_next_at": False}
            else:
                wait = timedelta(minutes=RETRY_MINUTES[failed])
                next_at = fields.Datetime.now() + wait
                values["ticket_mail_next_at"] = next_at
                cron_sudo = self.env.ref("museum_booking.ir_cron_ticket_mail").sudo()
                cron_sudo._trigger(at=next_at)
            booking.write(values)
            if give_up:
                booking.message_post(
                    body=self.env._(
                        "The mail with the tickets could not be sent: %(reason)s",
                        reason=reason or "",
                    )
                )


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Tell the booking whether its mail has left, before the mail is deleted."""
        bookings_sudo = (
            self.env["museum.booking"]
            .sudo()
            .search([("ticket_mail_id", "in", self.ids)])
        )
        for booking_sudo in bookings_sudo:
            mail = booking_sudo.ticket_mail_id
            if mail.state == "sent":
                booking_sudo._note_ticket_mail_sent(mail.message_id)
            else:
                booking_sudo._note_ticket_mail_failure(
                    failure_reason or mail.failure_reason or failure_type or ""
                )
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
