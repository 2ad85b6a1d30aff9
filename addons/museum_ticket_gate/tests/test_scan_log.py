# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.museum_gate_verify import Scan
from .common import GateWorld, new_uuid


@tagged("post_install", "-at_install")
class TestScanLog(TransactionCase):
    """Nobody changes what happened at a gate, and only the gate writes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = GateWorld(cls.env)
        cls.ticket = cls.world.make_ticket()
        cls.world.gate._verify(cls.ticket.code, Scan(new_uuid()))
        cls.env.invalidate_all()
        cls.scan = cls.ticket.first_entry_scan_id

    def _values(self):
        now = fields.Datetime.now()
        return {
            "uuid": new_uuid(),
            "gate_id": self.world.gate.id,
            "company_id": self.world.company.id,
            "user_id": self.env.uid,
            "scanned_at": now,
            "received_at": now,
            "verdict": "not_found",
        }

    def test_nobody_writes_or_deletes_a_scan(self):
        users = {
            role: self.world.make_user(role) for role in ("gate", "desk", "manager")
        }
        users["administrator"] = self.env.ref("base.user_admin")
        for role, user in users.items():
            with self.subTest(role):
                scan = self.scan.with_user(user)
                with self.assertRaises(AccessError):
                    scan.write({"verdict": "not_found"})
                with self.assertRaises(AccessError):
                    scan.unlink()
                with self.assertRaises(AccessError):
                    scan.create(self._values())
        with self.assertRaises(AccessError):
            self.scan.sudo().write({"visitors": 0})
        with self.assertRaises(AccessError):
            self.scan.sudo().unlink()

    def test_scans_are_read_by_the_gate_roles_of_the_company(self):
        for role in ("gate", "desk", "manager"):
            with self.subTest(role):
                user = self.world.make_user(role)
                self.assertEqual(self.scan.with_user(user).verdict, "granted")
        elsewhere = GateWorld(self.env, "ELSE")
        for user in (
            self.world.make_user("employee"),
            self.world.make_user("portal"),
            self.env.ref("base.public_user"),
            elsewhere.make_user("manager"),
        ):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.scan.with_user(user).read(["verdict"])

    def test_gates_are_set_up_by_managers_alone(self):
        for role, may in (("gate", False), ("desk", False), ("manager", True)):
            gate = self.world.gate.with_user(self.world.make_user(role))
            for operation in ("write", "create", "unlink"):
                with self.subTest(role=role, operation=operation):
                    self.assertEqual(gate.has_access(operation), may)

    @mute_logger("odoo.sql_db")
    def test_refused_scan_lets_nobody_in(self):
        scans = self.env["museum.scan"].sudo()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            scans.create({**self._values(), "visitors": 2})
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            scans.create({**self._values(), "overridden_verdict": "too_late"})

    def test_counts_lead_to_the_scans(self):
        self.world.gate._verify(self.ticket.code, Scan(new_uuid()))
        self.env.invalidate_all()
        for record in (self.ticket, self.ticket.booking_id, self.world.gate):
            with self.subTest(record._name):
                self.assertEqual(record.scan_count, 2)
                action = record.action_view_scans()
                found = self.env["museum.scan"].search(action["domain"])
                self.assertEqual(len(found), 2)

    def test_group_entry_counts_for_each_ticket(self):
        booking = self.world.make_booking()
        tickets = self.world.make_tickets(booking, [self.world.adult] * 2)
        self.world.gate._verify(booking.name, Scan(new_uuid()))
        self.env.invalidate_all()
        self.assertEqual(tickets.mapped("scan_count"), [1, 1])
        domain = tickets[0].action_view_scans()["domain"]
        self.assertEqual(
            self.env["museum.scan"].search(domain), tickets.first_entry_scan_id
        )

    def test_messages_speak_the_operators_language(self):
        lang = self.env["res.lang"]._activate_lang("de_DE")
        ticket = self.world.make_ticket(minutes=3 * 24 * 60)
        day = fields.Datetime.context_timestamp(
            self.world.gate.with_context(tz="Asia/Kolkata"), ticket.slot_id.start_at
        )
        gate = self.world.gate.with_context(lang=lang.code)
        answer = gate._verify(ticket.code, Scan(new_uuid()))
        self.assertEqual(answer["verdict"], "wrong_date")
        names = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
        self.assertIn(f"{names[day.weekday()]}.", answer["message"])
        self.assertIn(f"{day:%H:%M}", answer["message"])
