# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import random
from datetime import UTC, datetime
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..lib import codes, ticket_token
from ..lib.ticket_token import Payload, TokenError

VECTORS = Path(__file__).parent / "vectors"


@tagged("post_install", "-at_install")
class TestToken(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vectors = json.loads((VECTORS / "tokens.json").read_text())
        cls.public = {
            int(number): key for number, key in cls.vectors["public_keys"].items()
        }
        cls.private, public = ticket_token.generate_key()
        cls.own = {7: public}
        cls.payload = Payload(
            ticket_token.TICKET,
            codes.make_ticket_code("SCIM", 2026),
            12,
            2,
            1773462600,
            1773468000,
        )

    def test_signed_payload_comes_back(self):
        token = ticket_token.sign(self.payload, 7, self.private)
        self.assertEqual(ticket_token.verify(token, self.own), self.payload)

    def test_signing_twice_gives_the_same_letters(self):
        first = ticket_token.sign(self.payload, 7, self.private)
        self.assertEqual(ticket_token.sign(self.payload, 7, self.private), first)

    def test_vectors_are_accepted_with_their_content(self):
        for row in self.vectors["accepted"]:
            with self.subTest(row["name"]):
                payload = ticket_token.verify(row["token"], self.public)
                self.assertEqual(payload._asdict(), row["payload"])
                when = "now"
                if row["at"] < payload.valid_from:
                    when = "early"
                elif row["at"] > payload.valid_until:
                    when = "late"
                self.assertEqual(when, row["when"])

    def test_vectors_are_refused_for_their_reason(self):
        for row in self.vectors["refused"]:
            with self.subTest(row["name"]), self.assertRaises(TokenError) as caught:
                ticket_token.verify(row["token"], self.public)
            self.assertEqual(caught.exception.reason, row["reason"], row["name"])

    def test_every_changed_letter_is_refused(self):
        token = ticket_token.sign(self.payload, 7, self.private)
        for position, right in enumerate(token):
            for wrong in set(ticket_token.ALPHABET) - {right}:
                text = token[:position] + wrong + token[position + 1 :]
                with self.assertRaises(TokenError, msg=(position, wrong)):
                    ticket_token.verify(text, self.own)

    def test_parser_has_one_text_for_one_content(self):
        """Whatever parses is what packing its content gives: nothing is ignored."""
        rng = random.Random(3)
        parsed = 0
        for _ in range(3000):
            data = bytearray(rng.randbytes(94))
            data[0], data[3] = 0x11, rng.choice((0x12, 0x14, 0x24, 0x26))
            data[4:10] = b"SCIM12"
            text = ticket_token.to_letters(bytes(data))
            try:
                token = ticket_token.parse(text)
            except TokenError as error:
                self.assertEqual(error.reason, ticket_token.MALFORMED)
                continue
            parsed += 1
            packed = ticket_token._pack(token.payload, token.key_number)
            self.assertEqual(packed, token.signed)
        self.assertGreater(parsed, 100, "the loop must reach the good path")

    def test_hostile_input_raises_token_error_only(self):
        rng = random.Random(5)
        hostile = [None, 5, b"B" * 188, [], "", "\0" * 188, "\ud800" * 188]
        hostile += ["ﷺ" * 188, "B" * 10**7, "ß" * 100, "İ" * 188]
        hostile += [
            "".join(rng.choices(ticket_token.ALPHABET, k=rng.randrange(170, 205)))
            for _ in range(2000)
        ]
        for text in hostile:
            with self.assertRaises(TokenError):
                ticket_token.verify(text, self.own)

    def test_payload_that_does_not_fit_is_not_signed(self):
        for change in (
            {"kind": 3},
            {"visitors": 0},
            {"visitors": 65536},
            {"slot": -1},
            {"slot": 2**32},
            {"valid_from": 1773468001},
            {"code": "SCIM-2026-AAAAAA-AAAAAA"},
        ):
            with self.subTest(change), self.assertRaises(ValueError):
                ticket_token.sign(self.payload._replace(**change), 7, self.private)
        for number in (0, 65536):
            with self.subTest(number), self.assertRaises(ValueError):
                ticket_token.sign(self.payload, number, self.private)

    def test_letters_survive_the_keyboard_layouts_of_the_table(self):
        table = json.loads((VECTORS / "keyboard_layouts.json").read_text())
        self.assertEqual(table["letters"], ticket_token.ALPHABET)
        token = ticket_token.sign(self.payload, 7, self.private)
        survivors = 0
        for row in table["layouts"]:
            for typed, survives in (
                (row["with_shift"], row["survives"]),
                (row["without_shift"], row["survives_caps_lock"]),
            ):
                keys = str.maketrans(table["letters"], typed)
                with self.subTest(layout=row["layout"]):
                    same = ticket_token.fold(token.translate(keys)) == token
                    self.assertEqual(same, survives)
            survivors += row["survives"]
        must = {"us", "gb", "fr", "de", "be", "es", "it", "in(eng)", "in(deva)", "ru"}
        good = {row["layout"] for row in table["layouts"] if row["survives"]}
        self.assertLessEqual(must, good)
        self.assertGreaterEqual(survivors, 40)

    def test_scanner_suffix_and_caps_lock_are_read(self):
        for row in self.vectors["scanned_differently"]:
            with self.subTest(row["name"]):
                ticket_token.verify(row["token"], self.public)

    def test_token_holds_no_command_prefix_of_the_barcode_service(self):
        # barcodes' own commands start with OBT and OCD; a token starts with its version
        token = ticket_token.sign(self.payload, 7, self.private)
        self.assertTrue(token.startswith("CC"))

    def test_seconds_reads_naive_instants_as_utc(self):
        naive = datetime(2026, 3, 14, 4, 30)
        self.assertEqual(ticket_token.seconds(naive), 1773462600)
        self.assertEqual(ticket_token.seconds(naive.replace(tzinfo=UTC)), 1773462600)
