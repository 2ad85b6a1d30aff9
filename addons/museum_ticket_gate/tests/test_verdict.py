# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from dataclasses import fields as dataclass_fields
from datetime import datetime
from pathlib import Path

from odoo.tests import BaseCase, tagged

from odoo.addons.museum_booking.lib import states

from ..lib import verdict
from ..lib.verdict import GateFacts, TicketFacts, Verdict, judge, settle

VECTORS = Path(__file__).parent / "vectors" / "verdicts.json"
INSTANTS = (
    "start_at",
    "end_at",
    "valid_from",
    "valid_until",
    "used_at",
    "opens_at",
    "closes_at",
)


def _with_instants(values):
    return {
        name: datetime.fromisoformat(value) if name in INSTANTS and value else value
        for name, value in values.items()
    }


@tagged("post_install", "-at_install")
class TestVerdict(BaseCase):
    """The table of cases, and the answers for groups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]

    def test_judge_answers_as_in_the_table(self):
        for case in self.cases:
            with self.subTest(case["name"]):
                facts = case["ticket"] and TicketFacts(**_with_instants(case["ticket"]))
                gate = GateFacts(**case["gate"])
                answer = judge(facts, gate, datetime.fromisoformat(case["now"]))
                self.assertEqual(answer.code, case["verdict"])
                expected = _with_instants(case.get("details", {}))
                self.assertLessEqual(expected.items(), answer.details.items())

    def test_table_has_every_verdict_of_a_ticket(self):
        # forged is decided before there is a ticket
        words = {code for code, _label in verdict.VERDICTS} - {verdict.FORGED}
        self.assertEqual({case["verdict"] for case in self.cases}, words)

    def test_table_has_every_state(self):
        tickets = [case["ticket"] for case in self.cases if case["ticket"]]
        self.assertEqual(
            {ticket["state"] for ticket in tickets},
            {state for state, _label in states.TICKET_STATES},
        )
        self.assertEqual(
            {ticket["booking_state"] for ticket in tickets},
            {state for state, _label in states.BOOKING_STATES},
        )

    def test_table_names_every_fact(self):
        names = {each.name for each in dataclass_fields(TicketFacts)}
        self.assertTrue(
            all(set(c["ticket"]) == names for c in self.cases if c["ticket"])
        )

    def test_settle_finds_nothing_in_nothing(self):
        self.assertEqual(settle([]), (Verdict(verdict.NOT_FOUND), [], None))

    def test_settle_lets_in_who_can_and_leaves_the_others(self):
        words = (
            verdict.ALREADY_USED,
            verdict.GRANTED,
            verdict.CANCELLED,
            verdict.GRANTED,
        )
        answer, entering, overridden = settle([Verdict(word) for word in words])
        self.assertEqual((answer.code, entering, overridden), ("granted", [1, 3], None))

    def test_settle_names_what_a_living_ticket_lacks_first(self):
        table = (
            (("already_used", "too_early", "cancelled"), "too_early"),
            (("cancelled", "already_used", "expired"), "already_used"),
            (("expired", "cancelled"), "cancelled"),
            (("expired", "expired"), "expired"),
        )
        for words, expected in table:
            with self.subTest(words):
                answer, entering, _none = settle([Verdict(word) for word in words])
                self.assertEqual((answer.code, entering), (expected, []))

    def test_override_beats_time_and_place_only(self):
        for word, _label in verdict.VERDICTS:
            with self.subTest(word):
                answer, entering, overridden = settle([Verdict(word)], override=True)
                if word in verdict.OVERRIDABLE:
                    self.assertEqual(
                        (answer.code, entering, overridden), ("granted", [0], word)
                    )
                else:
                    self.assertEqual((answer.code, overridden), (word, None))

    def test_override_leaves_used_tickets_of_the_group(self):
        words = ("already_used", "too_late", "too_late", "cancelled")
        answer, entering, overridden = settle(
            [Verdict(word) for word in words], override=True
        )
        self.assertEqual(
            (answer.code, entering, overridden), ("granted", [1, 2], "too_late")
        )
