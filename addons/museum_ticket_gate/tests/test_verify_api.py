# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.museum_booking.lib import states, ticket_token

from ..lib import admission
from .common import GateWorld, new_uuid

URL = "/api/v1/tickets/verify"


@tagged("post_install", "-at_install")
class TestVerifyApi(HttpCase):
    """What the door answers, over HTTP, in every case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = GateWorld(cls.env)
        cls.operator = cls.world.make_user("gate")

    def setUp(self):
        super().setUp()
        self.login_as(self.operator)

    def login_as(self, user):
        self.authenticate(user.login, user.login)

    def post(self, _raw=None, _headers=None, **body):
        data = json.dumps(body) if _raw is None else _raw
        headers = {"Content-Type": "application/json", **(_headers or {})}
        return self.url_open(URL, data=data, headers=headers)

    def scan(self, text, _status=200, **values):
        body = {
            "code": text,
            "gate_id": self.world.gate.id,
            "scan_uuid": new_uuid(),
            **values,
        }
        response = self.post(**{k: v for k, v in body.items() if v is not None})
        self.assertEqual(response.status_code, _status, response.text)
        self.env.invalidate_all()
        return response.json()

    def logged(self, answer):
        return self.env["museum.scan"].search([("uuid", "=", answer["scan_uuid"])])

    # === verdicts ===
    def test_granted_ticket_becomes_used_and_is_logged(self):
        ticket = self.world.make_ticket()
        answer = self.scan(None, token=ticket._token(), device="tablet 1")
        self.assertEqual(answer["verdict"], "granted")
        self.assertEqual((answer["admitted"], answer["visitors"]), (1, {"Adult": 1}))
        self.assertEqual(answer["exhibition"], "Planets")
        self.assertEqual(answer["gate"]["name"], "North door")
        start = datetime.fromisoformat(answer["slot"]["start_at"])
        self.assertEqual(start.utcoffset(), timedelta(hours=5, minutes=30))
        self.assertEqual(
            start.astimezone(UTC).replace(tzinfo=None), ticket.slot_id.start_at
        )
        scan = self.logged(answer)
        self.assertEqual(ticket.state, states.TICKET_USED)
        self.assertEqual(ticket.used_at, scan.received_at)
        self.assertEqual(ticket.first_entry_scan_id, scan)
        self.assertEqual(scan.user_id, self.operator)
        self.assertEqual(scan.device, "tablet 1")
        self.assertEqual(
            (scan.ticket_id, scan.booking_id, scan.slot_id, scan.visitors),
            (ticket, ticket.booking_id, ticket.slot_id, 1),
        )

    def test_gate_asks_those_whom_it_lets_in_for_their_proof(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        student, senior = self.world.adult, self.world.child
        student.write({"name": "Student", "needs_proof": True, "proof": "Student card"})
        student.with_context(lang="fr_FR").proof = "Carte d'étudiant"
        senior.write({"name": "Senior", "needs_proof": True})
        booking = self.world.make_booking()
        first = self.world.make_tickets(booking, [student, student, senior])[0]
        self.assertEqual(self.scan(first.code)["proofs"], {"Student": "Student card"})
        # once more: nobody goes in, nobody is asked
        self.assertEqual(self.scan(first.code)["proofs"], {})
        self.operator.lang = "fr_FR"
        self.login_as(self.operator)
        self.assertEqual(
            self.scan(booking.code)["proofs"],
            {"Student": "Carte d'étudiant", "Senior": "proof of this price"},
        )
        # what is written there counts only where a proof is needed
        student.needs_proof = False
        self.assertEqual(self.scan(self.world.make_ticket().code)["proofs"], {})

    def test_second_scan_says_when_and_where_it_was_used(self):
        ticket = self.world.make_ticket()
        self.scan(ticket.code)
        other = self.world.make_gate("South door")
        answer = self.scan(ticket.code, gate_id=other.id)
        self.assertEqual(answer["verdict"], "already_used")
        self.assertEqual((answer["admitted"], answer["used_gate"]), (0, "North door"))
        used_at = datetime.fromisoformat(answer["used_at"]).astimezone(UTC)
        expected = ticket.used_at.replace(microsecond=0, tzinfo=UTC)
        self.assertEqual(used_at, expected)
        self.assertIn("North door", answer["message"])
        self.assertEqual(self.logged(answer).visitors, 0)

    def test_slot_that_the_museum_cancelled_admits_nobody(self):
        booking = self.world.make_booking()
        ticket = self.world.make_tickets(booking)
        booking.slot_id._set_state("cancelled", "Flood")
        for code in (ticket.code, booking.code, booking.name):
            with self.subTest(code=code):
                answer = self.scan(code)
                self.assertEqual(answer["verdict"], "cancelled")
                self.assertEqual(answer["admitted"], 0)
        self.assertEqual(ticket.state, states.TICKET_RESERVED)

    def test_every_refusal_has_its_verdict_and_a_log_row(self):
        hall = self.world.make_venue("Annex")
        annex = self.world.make_gate("Annex door", venue_id=hall.id)
        make = self.world.make_ticket
        table = (
            ("wrong_date", make(minutes=2 * 24 * 60), {}),
            ("wrong_date", make(minutes=-2 * 24 * 60), {}),
            ("wrong_venue", make(), {"gate_id": annex.id}),
            ("no_reservation", make(state=states.TICKET_ACTIVATED), {}),
            ("not_paid", make(booking_state=states.AWAITING_PAYMENT), {}),
            ("not_paid", make(booking_state=states.PENDING), {}),
            ("cancelled", make(state=states.TICKET_CANCELLED), {}),
            ("cancelled", make(booking_state=states.CANCELLED), {}),
            ("expired", make(state=states.TICKET_EXPIRED), {}),
        )
        for expected, ticket, values in table:
            with self.subTest(expected):
                before = ticket.state
                answer = self.scan(ticket.code, **values)
                self.assertEqual(answer["verdict"], expected)
                self.assertEqual(answer["admitted"], 0)
                self.assertTrue(answer["message"])
                scan = self.logged(answer)
                self.assertEqual((scan.verdict, scan.ticket_id), (expected, ticket))
                self.assertEqual(ticket.state, before)

    def test_time_of_the_visit_decides_between_early_and_late(self):
        ticket = self.world.make_ticket(minutes=30, length=60)
        start = ticket.slot_id.start_at
        for expected, now in (
            ("too_early", start - timedelta(minutes=16)),
            ("too_late", start + timedelta(minutes=61)),
            ("granted", start - timedelta(minutes=15)),
        ):
            if expected != "granted" and not self._same_local_day(start, now):
                expected = "wrong_date"
            with self.subTest(expected), self._frozen_at(now):
                self.assertEqual(self.scan(ticket.code)["verdict"], expected)

    def test_ticket_says_when_it_admits_and_the_gate_adds_its_grace(self):
        slot = self.world.make_slot(30, 60)
        slot.exhibition_id.write(
            {
                "entry_early_minutes": 20,
                "entry_late_minutes": 10,
                "entry_late_from": "start",
            }
        )
        start = slot.start_at
        # The grace of the gate in these tests is 15 minutes before, none after.
        for expected, minutes in (
            ("too_early", -36),
            ("too_late", 11),
            ("granted", -35),
        ):
            booking = self.world.make_booking(slot)
            ticket = self.world.make_tickets(booking, **booking._ticket_validity())
            now = start + timedelta(minutes=minutes)
            if expected != "granted" and not self._same_local_day(start, now):
                expected = "wrong_date"
            with self.subTest(expected), self._frozen_at(now):
                self.assertEqual(self.scan(ticket.code)["verdict"], expected)
        # Tickets that are sold keep what they say.
        slot.exhibition_id.entry_early_minutes = 0
        booking_before = ticket.booking_id
        self.assertEqual(
            booking_before._ticket_validity()["valid_from"],
            start - timedelta(minutes=20),
        )

    def _same_local_day(self, *instants):
        # the suite may run around midnight in Kolkata
        shift = timedelta(hours=5, minutes=30)
        return len({(instant + shift).date() for instant in instants}) == 1

    def _frozen_at(self, now):
        find = admission.find

        def find_then(*args, **kwargs):
            return find(*args, **kwargs)[0], now

        return patch.object(admission, "find", find_then)

    def test_unknown_codes_are_not_found(self):
        other = GateWorld(self.env, "ELSE").make_ticket()
        for text in (
            "TEST-2026-X7K9M2-4HTQ3B",
            "hello",
            "https://example.org/" + "x" * 180,
            other.code,
            other._token(),
        ):
            with self.subTest(text):
                answer = self.scan(text)
                self.assertEqual(answer["verdict"], "not_found")
                self.assertFalse(self.logged(answer).ticket_id)
        self.assertEqual(other.state, states.TICKET_RESERVED)

    def test_forged_tokens_are_told_from_unknown_ones(self):
        ticket = self.world.make_ticket()
        token = ticket._token()
        private_key, _public_key = ticket_token.generate_key()
        kid = max(self.env["museum.signing.key"]._public_keys())
        payload = ticket_token.parse(token).payload
        more = payload._replace(visitors=9)
        signature = token[-128:]
        forgeries = {
            "last letter": token[:-1] + ("C" if token[-1] == "B" else "B"),
            "first letter": ("D" if token[0] == "C" else "C") + token[1:],
            "own key": ticket_token.sign(payload, kid, private_key),
            "unknown key": ticket_token.sign(payload, kid + 1, private_key),
            "other content": ticket_token.sign(more, kid, private_key)[:-128]
            + signature,
        }
        for name, forged in forgeries.items():
            with self.subTest(name):
                answer = self.scan(None, token=forged)
                self.assertEqual(answer["verdict"], "forged")
                scan = self.logged(answer)
                self.assertNotIn(forged, scan.code)
        self.assertEqual(ticket.state, states.TICKET_RESERVED)

    def test_caps_lock_and_typing_habits_do_not_matter(self):
        ticket = self.world.make_ticket()
        typed = ticket.code.lower().replace("-", " ")
        self.assertEqual(self.scan(f"  {typed} ")["verdict"], "granted")
        self.assertEqual(
            self.scan(None, token=ticket._token().lower())["verdict"], "already_used"
        )

    # === groups ===
    def test_group_code_and_reference_let_in_all_that_remain(self):
        world = self.world
        for read in (
            lambda booking: {"token": booking._token()},
            lambda booking: {"code": booking.code},
            lambda booking: {"code": booking.name.lower()},
        ):
            booking = world.make_booking()
            adults = world.make_tickets(booking, [world.adult] * 3)
            family = world.make_tickets(booking, [world.child], visitors=4)
            adults[0]._set_state(states.TICKET_CANCELLED)
            self.assertEqual(self.scan(adults[1].code)["verdict"], "granted")
            answer = self.scan(None, **read(booking))
            self.assertEqual(answer["verdict"], "granted")
            self.assertEqual(answer["visitors"], {"Adult": 1, "Child": 1})
            self.assertEqual(answer["admitted"], 5)
            scan = self.logged(answer)
            self.assertEqual((scan.visitors, scan.booking_id), (5, booking))
            self.assertEqual(scan.admitted_ticket_ids, adults[2] | family)
            again = self.scan(None, **read(booking))
            self.assertEqual((again["verdict"], again["admitted"]), ("already_used", 0))
            self.assertEqual(adults[0].state, states.TICKET_CANCELLED)

    def test_booking_without_tickets_admits_nobody(self):
        for state, expected in (
            (states.PENDING, "not_paid"),
            (states.EXPIRED, "expired"),
            (states.CANCELLED, "cancelled"),
            (states.CONFIRMED, "no_reservation"),
        ):
            with self.subTest(state):
                booking = self.world.make_booking(state=state)
                answer = self.scan(booking.name)
                self.assertEqual((answer["verdict"], answer["admitted"]), (expected, 0))

    # === repetition ===
    def test_same_scan_number_gets_the_same_answer_and_one_log_row(self):
        ticket = self.world.make_ticket()
        uuid = new_uuid()
        first = self.scan(ticket.code, scan_uuid=uuid)
        again = self.scan(ticket.code, scan_uuid=uuid.upper())
        self.assertEqual(first, again)
        self.assertEqual(again["verdict"], "granted")
        self.assertEqual(
            self.env["museum.scan"].search_count([("ticket_id", "=", ticket.id)]), 1
        )
        self.assertEqual(self.scan(ticket.code)["verdict"], "already_used")
        # still the first answer
        self.assertEqual(self.scan(ticket.code, scan_uuid=uuid), first)

    def test_scan_number_of_another_ticket_or_gate_is_refused(self):
        ticket, other = self.world.make_ticket(), self.world.make_ticket()
        uuid = new_uuid()
        self.scan(ticket.code, scan_uuid=uuid)
        gate = self.world.make_gate("East door")
        for code, values in ((other.code, {}), (ticket.code, {"gate_id": gate.id})):
            answer = self.scan(code, _status=422, scan_uuid=uuid, **values)
            self.assertEqual(answer["error"]["code"], "idempotency_mismatch")
        self.assertEqual(other.state, states.TICKET_RESERVED)

    # === the log ===
    def test_log_keeps_no_foreign_text(self):
        card = "BEGIN:VCARD\nFN:Asha Rao\nTEL:+91 98200 00000\nEND:VCARD"
        scan = self.logged(self.scan(None, token=card))
        self.assertEqual(scan.verdict, "not_found")
        self.assertNotIn("Asha", json.dumps(scan.read()[0], default=str))

    def test_device_clock_is_logged_when_it_is_plausible(self):
        now = datetime.now(UTC).replace(microsecond=0)
        for shift, is_believed in (
            (timedelta(minutes=-20), True),
            (timedelta(minutes=4), True),
            (timedelta(days=-2), False),
            (timedelta(hours=3), False),
        ):
            with self.subTest(str(shift)):
                at = now + shift
                answer = self.scan("nothing", scanned_at=at.isoformat())
                scan = self.logged(answer)
                expected = at.replace(tzinfo=None) if is_believed else scan.received_at
                self.assertEqual(scan.scanned_at, expected)
                # and never decides
                self.assertLess(
                    abs(scan.received_at - now.replace(tzinfo=None)).days, 1
                )

    # === override ===
    def test_manager_lets_in_anyway_and_the_log_says_why(self):
        ticket = self.world.make_ticket(minutes=2 * 24 * 60)
        denied = self.scan(ticket.code, _status=403, override_reason="Please")
        self.assertEqual(denied["error"]["code"], "forbidden")
        self.login_as(self.world.make_user("manager"))
        answer = self.scan(ticket.code, override_reason="Came with the school")
        self.assertEqual((answer["verdict"], answer["admitted"]), ("granted", 1))
        scan = self.logged(answer)
        self.assertEqual(scan.overridden_verdict, "wrong_date")
        self.assertEqual(scan.override_reason, "Came with the school")
        self.assertEqual(ticket.state, states.TICKET_USED)
        again = self.scan(ticket.code, override_reason="Once more")
        self.assertEqual((again["verdict"], again["admitted"]), ("already_used", 0))

    # === who may, and what is understood ===
    def test_only_the_gate_role_of_the_company_may_scan(self):
        ticket = self.world.make_ticket()
        elsewhere = GateWorld(self.env, "ELSE")
        table = (
            (None, 401),
            (self.world.make_user("portal"), 403),
            (self.world.make_user("employee"), 403),
            (elsewhere.make_user("gate"), 403),
            (elsewhere.make_user("desk"), 403),
            (elsewhere.make_user("manager"), 403),
        )
        before = self.env["museum.scan"].search_count([])
        for user, status in table:
            with self.subTest(user and user.name):
                self.authenticate(user and user.login, user and user.login)
                answer = self.scan(ticket.code, _status=status)
                self.assertEqual(
                    answer["error"]["code"],
                    {401: "unauthorized", 403: "forbidden"}[status],
                )
        self.assertEqual(ticket.state, states.TICKET_RESERVED)
        self.assertEqual(self.env["museum.scan"].search_count([]), before)
        for role in ("gate", "desk", "manager"):
            with self.subTest(role):
                self.login_as(self.world.make_user(role))
                self.assertEqual(
                    self.scan(self.world.make_ticket().code)["verdict"], "granted"
                )

    def test_closed_and_unknown_gates_look_the_same(self):
        closed = self.world.make_gate("Old door", active=False)
        answers = [
            self.scan("x", _status=403, gate_id=gate_id)["error"]
            for gate_id in (closed.id, 2**31 - 1)
        ]
        self.assertEqual(answers[0], answers[1])

    def test_archiving_a_gate_takes_effect_at_once(self):
        self.scan("x")
        self.world.gate.active = False
        self.scan("x", _status=403)

    def test_hostile_input_is_refused_in_json(self):
        good = {"code": "x", "gate_id": self.world.gate.id, "scan_uuid": new_uuid()}
        table = [
            {**good, "gate_id": value}
            for value in (0, -1, 2**40, "x", None, True, 1.5, [], {})
        ]
        table += [
            {**good, "scan_uuid": value} for value in ("", "1", 5, None, "g" * 36)
        ]
        table += [
            {**good, "code": value} for value in ("", "  ", 5, None, [], "x" * 5000)
        ]
        table += [{**good, "scanned_at": value} for value in ("soon", 5, "0001-01-01")]
        table += [
            {**good, "device": "d" * 65},
            {**good, "device": "\x00"},
            {**good, "token": "y"},
            {**good, "verdict": "granted"},
            {key: value for key, value in good.items() if key != "gate_id"},
            {},
        ]
        for body in table:
            with self.subTest(str(body)[:80]):
                response = self.post(**body)
                self.assertEqual(response.status_code, 422, response.text)
                self.assertEqual(response.json()["error"]["code"], "invalid_request")
        for raw in ("{", "[]", '"x"', "\xff"):
            self.assertEqual(self.post(_raw=raw).status_code, 400)
        form = self.url_open(URL, data={"code": "x"})
        self.assertEqual(form.status_code, 415)
        foreign = self.post(_headers={"Origin": "https://example.org"}, **good)
        self.assertEqual(foreign.status_code, 403)

    def test_odd_texts_are_just_unknown(self):
        for text in (
            "'; DROP TABLE museum_ticket; --",
            "%s%(x)s",
            "٣" * 200,
            "💥" * 50,
        ):
            with self.subTest(text[:20]):
                self.assertEqual(self.scan(text)["verdict"], "not_found")
