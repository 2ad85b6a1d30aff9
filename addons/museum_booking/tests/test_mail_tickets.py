# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch

import pypdfium2
import vobject

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..models.ticket_mail import ASK_PER_DAY, RETRY_MINUTES, MailedTooOften
from .common import MuseumBookingCase


class Wire:
    """The mail server's side: what arrived, or why nothing does.

    Everything up to SMTP is Odoo's own; only the socket is replaced.
    """

    def __init__(self):
        self.sent = []
        self.trouble = None

    def connect(self, *args, **kwargs):
        if self.trouble:
            raise self.trouble
        return self

    def send_email(self, _server, message, *args, **kwargs):
        self.sent.append(message)
        return message["Message-Id"]

    def quit(self):
        pass


@tagged("post_install", "-at_install")
class TestMailTickets(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()
        cls.mail_cron = cls.env.ref("museum_booking.ir_cron_ticket_mail")
        cls.queue_cron = cls.env.ref("mail.ir_cron_mail_scheduler_action")
        cls.env["mail.mail"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.wire = wire = Wire()

        def send_email(server, message, *args, **kwargs):
            return wire.send_email(server, message)

        for name, replacement in (
            ("_disable_send", lambda server: False),
            ("_connect__", wire.connect),
            ("send_email", send_email),
        ):
            self.startPatcher(patch.object(IrMail_Server, name, replacement))

    def _confirmed(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        return booking

    def _run_jobs(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.mail_cron.method_direct_trigger()
            self.queue_cron.method_direct_trigger()
        self.env.invalidate_all()

    def _make_due(self, booking):
        booking.ticket_mail_next_at = fields.Datetime.now() - timedelta(seconds=1)

    def _triggers(self):
        return self.env["ir.cron.trigger"].search_count(
            [("cron_id", "=", self.mail_cron.id)]
        )

    def test_confirmation_queues_and_sends_nothing_itself(self):
        before = self._triggers()
        booking = self._confirmed()
        self.assertEqual(booking.ticket_mail_state, "pending")
        self.assertGreater(self._triggers(), before, "the job is woken")
        self.assertFalse(booking.sudo().ticket_mail_id)
        self.assertFalse(self.wire.sent)

    def test_job_sends_tickets_once_to_the_visitor(self):
        booking = self._confirmed(adult=2)
        self._run_jobs()
        self.assertEqual(booking.ticket_mail_state, "sent")
        self.assertEqual(booking.ticket_mail_to, "bkc_visitor@example.com")
        self.assertTrue(booking.ticket_mail_sent_at)
        self.assertEqual(len(self.wire.sent), 1)
        message = self.wire.sent[0]
        self.assertIn("bkc_visitor@example.com", message["To"])
        self.assertIn("Journey to the Stars", message["Subject"])
        self.assertIn(booking._visit_words()["day"], message["Subject"])
        self._run_jobs()
        booking._issue_tickets()
        self._run_jobs()
        self.assertEqual(len(self.wire.sent), 1)

    def test_text_begins_with_words(self):
        """Guard: ``_prepare_outgoing_list`` of auth_one_time_code: no fillers."""
        booking = self._confirmed()
        self._run_jobs()
        text = self.wire.sent[0].get_body(("plain",)).get_content()
        self.assertRegex(text, r"^\w")
        self.assertNotIn("\u034f", text)
        self.assertIn(booking.name, text)

    def test_mail_holds_a_pdf_of_all_tickets_and_a_calendar_file(self):
        booking = self._confirmed(adult=2, family=1)
        self._run_jobs()
        parts = {
            part.get_filename(): part.get_payload(decode=True)
            for part in self.wire.sent[0].walk()
            if part.get_filename()
        }
        self.assertEqual(set(parts), {f"Tickets {booking.name}.pdf", "visit.ics"})
        pdf = pypdfium2.PdfDocument(BytesIO(parts[f"Tickets {booking.name}.pdf"]))
        self.assertEqual(len(pdf), 3)
        event = vobject.readOne(parts["visit.ics"].decode()).vevent
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), booking.start_at)
        for code in [*booking.ticket_ids.mapped("code"), booking.code]:
            self.assertNotIn(code, parts["visit.ics"].decode())

    def test_no_stale_copy_of_the_pdf_stays(self):
        booking = self._confirmed()
        self._run_jobs()
        self.assertFalse(self.env["mail.mail"].search([]))
        self.assertFalse(
            self.env["ir.attachment"].search([("name", "ilike", booking.name)])
        )

    def test_link_in_the_mail_opens_the_booking(self):
        booking = self._confirmed()
        self._run_jobs()
        body = self.wire.sent[0].get_body(("html",)).get_content()
        self.assertIn(
            f"/my/tickets/{booking.name}?access_token={booking.access_token}", body
        )

    def test_mail_is_in_the_visitors_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.visitor.partner_id.lang = "de_DE"
        booking = self._confirmed()
        self._run_jobs()
        words = booking._visit_words("de_DE")
        self.assertIn(words["day"], self.wire.sent[0]["Subject"])

    # === TROUBLE === #

    def test_absent_mail_server_keeps_the_mail_and_says_so(self):
        self.wire.trouble = ConnectionRefusedError("nobody listens on port 25")
        booking = self._confirmed()
        self._run_jobs()
        self.assertEqual(booking.ticket_mail_state, "pending")
        self.assertIn("nobody listens", booking.ticket_mail_error)
        self.assertEqual(booking.ticket_mail_attempts, 1)
        wait = booking.ticket_mail_next_at - fields.Datetime.now()
        self.assertLessEqual(wait, timedelta(minutes=RETRY_MINUTES[0]))
        self._run_jobs()
        self.assertEqual(booking.ticket_mail_attempts, 1, "not before its time")
        self.wire.trouble = None
        self._make_due(booking)
        self._run_jobs()
        self.assertEqual(booking.ticket_mail_state, "sent")
        self.assertFalse(booking.ticket_mail_error)
        self.assertEqual(len(self.wire.sent), 1)

    def test_mail_that_never_leaves_ends_as_failed_where_staff_see_it(self):
        self.wire.trouble = ConnectionRefusedError("nobody listens")
        booking = self._confirmed()
        for _attempt in range(len(RETRY_MINUTES) + 1):
            self._make_due(booking)
            self._run_jobs()
        self.assertEqual(booking.ticket_mail_state, "failed")
        self.assertFalse(booking.ticket_mail_next_at)
        found = self.env["museum.booking"].with_user(self.desk)
        self.assertIn(booking, found.search([("ticket_mail_state", "=", "failed")]))
        self.wire.trouble = None
        booking.with_user(self.desk).action_send_tickets()
        self._run_jobs()
        self.assertEqual(booking.ticket_mail_state, "sent")
        self.assertEqual(len(self.wire.sent), 1)

    def test_broken_template_is_noted_and_the_others_go_out(self):
        broken, good = self._confirmed(), self._confirmed()
        self.env.cr.execute(
            "UPDATE museum_booking SET ticket_mail_next_at = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(minutes=5), broken.id],
        )
        template = self.env.ref("museum_booking.mail_template_tickets")
        template.subject = f"{{{{ 'Tickets' if object.id == {good.id} else 1 / 0 }}}}"
        with self.assertLogs("odoo.addons.museum_booking.models.ticket_mail", "ERROR"):
            self._run_jobs()
        self.assertEqual(good.ticket_mail_state, "sent")
        self.assertEqual(broken.ticket_mail_state, "pending")
        self.assertTrue(broken.ticket_mail_error)
        self.assertEqual(broken.ticket_mail_attempts, 1)

    def test_visitor_without_address_is_a_failure_at_once(self):
        booking = self._confirmed()
        self.visitor.partner_id.email = False
        self._run_jobs()
        self.assertEqual(booking.ticket_mail_state, "failed")
        self.assertFalse(self.wire.sent)

    def test_cancelled_booking_gets_no_mail_any_more(self):
        booking = self._confirmed()
        booking._cancel("ill")
        self._run_jobs()
        self.assertFalse(booking.ticket_mail_state)
        self.assertFalse(self.wire.sent)

    def test_mail_deleted_by_staff_is_written_again(self):
        self.wire.trouble = ConnectionRefusedError("nobody listens")
        booking = self._confirmed()
        self._run_jobs()
        booking.sudo().ticket_mail_id.unlink()
        self.wire.trouble = None
        self._make_due(booking)
        self._run_jobs()
        self.assertEqual((booking.ticket_mail_state, len(self.wire.sent)), ("sent", 1))

    # === AGAIN === #

    def test_visitor_may_ask_again_but_not_too_often(self):
        booking = self._confirmed()
        self._run_jobs()
        booking._ask_for_ticket_mail()
        self._run_jobs()
        self.assertEqual(len(self.wire.sent), 2)
        with self.assertRaises(MailedTooOften):
            booking._ask_for_ticket_mail()
        for _time in range(ASK_PER_DAY - 1):
            booking.ticket_mail_asked_at -= timedelta(minutes=2)
            booking._ask_for_ticket_mail()
        booking.ticket_mail_asked_at -= timedelta(minutes=2)
        with self.assertRaises(MailedTooOften):
            booking._ask_for_ticket_mail()
        booking.ticket_mail_asked_at -= timedelta(days=2)
        booking._ask_for_ticket_mail()
        self.assertEqual(booking.ticket_mail_asked_count, 1)

    def test_nothing_to_send_for_a_cancelled_booking(self):
        booking = self._confirmed()
        booking._cancel("ill")
        with self.assertRaises(UserError):
            booking._ask_for_ticket_mail()

    def test_gate_staff_do_not_send_mails(self):
        booking = self._confirmed()
        with self.assertRaises(UserError):
            booking.with_user(self.gate).action_send_tickets()
