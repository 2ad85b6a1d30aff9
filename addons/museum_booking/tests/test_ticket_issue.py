# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib import codes, states, ticket_token
from .common import MuseumBookingCase


@tagged("post_install", "-at_install")
class TestTicketIssue(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _confirmed(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        self.assertEqual(booking.state, "confirmed")
        return booking

    def test_confirmed_booking_has_one_ticket_for_each_bought_one(self):
        booking = self._confirmed(adult=2, family=1)
        tickets = booking.ticket_ids
        self.assertEqual(
            sorted((t.category_id.name, t.sequence, t.visitors) for t in tickets),
            [("Adult", 1, 1), ("Adult", 2, 1), ("Family", 1, 4)],
        )
        self.assertEqual(set(tickets.mapped("state")), {"reserved"})
        self.assertEqual(tickets.slot_id, booking.slot_id)
        self.assertEqual(tickets.partner_id, self.visitor.partner_id)
        # what was paid, tax included
        self.assertEqual(tickets.mapped("price_unit"), [236.0, 236.0, 590.0])

    def test_codes_name_museum_and_year_of_visit_and_are_well_formed(self):
        booking = self._confirmed(adult=2)
        for code in [*booking.ticket_ids.mapped("code"), booking.code]:
            parsed = codes.parse_ticket_code(code)
            self.assertEqual(parsed.museum, "TEST")
            self.assertEqual(parsed.year, booking.start_at.year)

    def test_issuing_again_changes_nothing(self):
        booking = self._confirmed(adult=2)
        tickets, code = booking.ticket_ids, booking.code
        self.assertFalse(booking._issue_tickets())
        booking.invalidate_recordset()
        self.assertEqual(booking.ticket_ids, tickets)
        self.assertEqual(booking.code, code)

    def test_database_refuses_a_second_ticket_for_the_same_seat(self):
        """The last line, should two confirmations ever come past the booking's row."""
        booking = self._confirmed()
        ticket = booking.ticket_ids
        (vals,) = ticket.copy_data({"code": booking._new_code(), "state": "reserved"})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            ticket.create(vals)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ConcurrencyError),
            patch.object(type(booking), "_missing_ticket_vals", lambda _self: [vals]),
        ):
            booking._issue_tickets()
        self.assertEqual(booking.ticket_ids, ticket)

    def test_validity_is_the_exhibitions_entry_window(self):
        self.exhibition.write(
            {
                "entry_early_minutes": 30,
                "entry_late_minutes": 10,
                "entry_late_from": "start",
            }
        )
        booking = self._confirmed()
        ticket = booking.ticket_ids
        self.assertEqual(ticket.valid_from, booking.start_at - timedelta(minutes=30))
        self.assertEqual(ticket.valid_until, booking.start_at + timedelta(minutes=10))
        payload = self.env["museum.signing.key"]._verify(ticket._token())
        self.assertEqual(
            (payload.valid_from, payload.valid_until),
            (
                ticket_token.seconds(ticket.valid_from),
                ticket_token.seconds(ticket.valid_until),
            ),
        )

    def test_another_entry_window_is_for_later_bookings(self):
        self.exhibition.write({"entry_early_minutes": 30, "entry_late_minutes": 5})
        booking = self._confirmed()
        window = booking._ticket_validity()
        self.exhibition.write({"entry_early_minutes": 0, "entry_late_minutes": 0})
        self.assertEqual(booking._ticket_validity(), window)
        # What makes tickets follow their booking keeps it as well.
        booking._refresh_ticket_slots()
        ticket = booking.ticket_ids
        self.assertEqual(
            (ticket.valid_from, ticket.valid_until),
            (window["valid_from"], window["valid_until"]),
        )

    def test_token_says_what_the_ticket_says_and_nothing_about_the_visitor(self):
        booking = self._confirmed(family=1)
        ticket = booking.ticket_ids
        payload = self.env["museum.signing.key"]._verify(ticket._token())
        self.assertEqual(
            payload,
            ticket_token.Payload(
                kind=ticket_token.TICKET,
                code=ticket.code,
                slot=booking.slot_id.id,
                visitors=4,
                valid_from=ticket_token.seconds(ticket.valid_from),
                valid_until=ticket_token.seconds(ticket.valid_until),
            ),
        )
        group = self.env["museum.signing.key"]._verify(booking._token())
        self.assertEqual(group.kind, ticket_token.BOOKING)
        self.assertEqual((group.code, group.visitors), (booking.code, 4))

    # === STATES === #

    def test_state_table_is_the_only_way(self):
        for old, moves in states.TICKET_MOVES.items():
            for new, _label in states.TICKET_STATES:
                with self.subTest(old=old, new=new):
                    self._check_move(old, new, new in moves)

    def _check_move(self, old, new, is_allowed):
        ticket = self._ticket_in(old)
        if new == old:
            self.assertFalse(ticket._set_state(new), "a repetition changes nothing")
        elif is_allowed:
            self.assertEqual(ticket._set_state(new), ticket)
            self.assertEqual(ticket.state, new)
        else:
            with self.assertRaises(UserError):
                ticket._set_state(new)
            self.assertEqual(ticket.state, old)

    def _ticket_in(self, state):
        if not hasattr(self, "ticket"):
            self.ticket = self._confirmed().ticket_ids
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE museum_ticket SET state = %s WHERE id = %s", [state, self.ticket.id]
        )
        self.ticket.invalidate_recordset()
        return self.ticket

    def test_state_is_not_written_directly_not_even_by_a_manager(self):
        ticket = self._confirmed().ticket_ids
        for user in (self.manager, self.env.user):
            with self.assertRaises(AccessError):
                ticket.with_user(user).write({"state": "used"})
            with self.assertRaises(AccessError):
                ticket.with_user(user).with_context(museum_writer=True).write(
                    {"code": "TEST-2026-222222-222222"}
                )

    def test_cancelling_voids_what_was_not_used(self):
        booking = self._confirmed(adult=2)
        booking.ticket_ids[0]._set_state("used")
        booking._cancel_tickets("ill")
        self.assertEqual(booking.ticket_ids.mapped("state"), ["used", "cancelled"])
        self.assertEqual(booking.ticket_ids[1].void_reason, "ill")

    def test_cron_expires_unused_tickets_whose_time_has_passed(self):
        booking = self._confirmed(adult=3)
        used, late, over = booking.ticket_ids
        used._set_state("used")
        self.env.flush_all()
        past = fields.Datetime.now() - timedelta(hours=25)
        self.env.cr.execute(
            "UPDATE museum_ticket SET valid_from = %s, valid_until = %s "
            "WHERE id = ANY(%s)",
            [past, past, (used + late).ids],
        )
        # Over for an hour: the gate may still let in who comes late.
        past = fields.Datetime.now() - timedelta(hours=1)
        self.env.cr.execute(
            "UPDATE museum_ticket SET valid_from = %s, valid_until = %s WHERE id = %s",
            [past, past, over.id],
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("museum_booking.ir_cron_ticket_expire").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(used.state, "used")
        self.assertEqual(late.state, "expired")
        self.assertEqual(over.state, "reserved")

    # === REISSUE === #

    def test_reissue_voids_the_old_code_and_gives_a_new_one(self):
        booking = self._confirmed(adult=2)
        old = booking.ticket_ids[0]
        wizard = (
            self.env["museum.ticket.reissue"]
            .with_user(self.manager)
            .create({"ticket_ids": [(6, 0, old.ids)], "reason": "phone lost"})
        )
        wizard.action_reissue()
        new = old.replaced_by_ids
        self.assertEqual(len(new), 1)
        self.assertEqual((old.state, old.void_reason), ("cancelled", "phone lost"))
        self.assertEqual((new.state, new.sequence, new.issue), ("reserved", 1, 1))
        self.assertNotEqual(new.code, old.code)
        self.assertEqual(new.price_unit, old.price_unit)
        self.assertEqual(len(booking._good_tickets()), 2)
        self.assertIn("phone lost", booking.message_ids[0].body)
        self.assertEqual(booking.message_ids[0].author_id, self.manager.partner_id)
        self.assertFalse(booking._issue_tickets(), "a void ticket is not issued anew")

    def test_reissue_needs_a_manager_a_reason_and_a_live_ticket(self):
        ticket = self._confirmed().ticket_ids
        for user in (self.desk, self.gate):
            with self.assertRaises(AccessError):
                self.env["museum.ticket.reissue"].with_user(user).create(
                    {"ticket_ids": [(6, 0, ticket.ids)], "reason": "x"}
                )
        with self.assertRaises(UserError):
            ticket._reissue("  ")
        ticket._set_state("used")
        with self.assertRaises(UserError):
            ticket._reissue("lost")

    # === RIGHTS === #

    def test_rights_by_role(self):
        ticket = self._confirmed().ticket_ids
        table = {
            self.visitor: "",
            self.stranger: "",
            self.env.ref("base.public_user"): "",
            self.gate: "r",
            self.desk: "r",
            self.manager: "rw",
            self.accountant: "r",
        }
        for user, rights in table.items():
            mine = ticket.with_user(user)
            found = "".join(
                letter
                for letter, operation in zip(
                    "rwcd", ("read", "write", "create", "unlink"), strict=True
                )
                if mine.has_access(operation)
            )
            self.assertEqual(found, rights, user.login)

    def test_tickets_of_another_company_are_not_seen(self):
        ticket = self._confirmed().ticket_ids
        other = self.env["res.company"].create({"name": "Other museum"})
        manager = self.manager
        manager.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        tickets = self.env["museum.ticket"].with_user(manager)
        tickets = tickets.with_context(allowed_company_ids=other.ids)
        self.assertFalse(tickets.search([("id", "=", ticket.id)]))

    def test_qr_is_shown_from_the_desk_up(self):
        ticket = self._confirmed().ticket_ids
        self.assertTrue(ticket.with_user(self.desk).qr_image)
        with self.assertRaises(AccessError):
            ticket.with_user(self.gate).read(["qr_image"])
