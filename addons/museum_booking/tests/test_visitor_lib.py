# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase, tagged

from ..lib import gstin
from ..lib import visitor_details as details


@tagged("post_install", "-at_install")
class TestVisitorDetails(BaseCase):
    def test_names_of_the_world_are_plain(self):
        for name in (
            "Asha Rao",
            "D'Souza-Iyer, Jr.",
            "आशा राव",
            "क्‍ष",  # with a joiner, as it is spelt
            "José Ñandú",
            "محمد",
            "李小龍",
        ):
            with self.subTest(name=name):
                self.assertTrue(details.is_plain(name))

    def test_signs_and_links_are_not(self):
        for text in (
            "Win https://evil.example",
            "www.evil.example",
            "<b>Asha</b>",
            "Asha\x00",
            "Asha\nRao",
            "Asha\x7f",
            "Asha \u202eoaR",  # read from right to left
            "Asha\u2066",
            "Asha\ufeff",
            "=1+1",  # a formula to a spreadsheet
            " \t@SUM(A1)",
            "\ud800",  # half of a pair: no database keeps it
            "\ue000",
        ):
            with self.subTest(text=ascii(text)):
                self.assertFalse(details.is_plain(text))

    def test_numbers(self):
        for number in ("Z1234567", "MH12 2011 0012345", "12-34-56", "7"):
            with self.subTest(number=number):
                self.assertTrue(details.is_number(number))
        for number in ("", " ", "-12", "12-", "12/34", "１２３４", "a" * 31, "12\n34"):
            with self.subTest(number=ascii(number)):
                self.assertFalse(details.is_number(number))

    def test_last_four_are_four(self):
        self.assertTrue(details.is_number("4321", last_four=True))
        self.assertTrue(details.is_number("43A1", last_four=True))
        for number in ("1234 5678 4321", "432", "43 1", "４３２１"):
            with self.subTest(number=ascii(number)):
                self.assertFalse(details.is_number(number, last_four=True))

    def test_masked_shows_the_end_and_at_most_half(self):
        for number, shown in (
            ("Z1234567", "•••• 4567"),
            ("123456", "•••• 456"),
            ("4321", "•••• 21"),
            ("7", "••••"),
            ("", "••••"),
        ):
            with self.subTest(number=number):
                self.assertEqual(details.masked(number), shown)

    def test_cleaning_joins_what_belongs_together(self):
        self.assertEqual(details.clean_text("  Asha \t Rao "), "Asha Rao")
        self.assertEqual(details.clean_text("Jose\u0301"), "José")
        self.assertEqual(details.clean_number(" z12  34 "), "Z12 34")

    def test_check_digit_of_a_gstin(self):
        for number in ("27AAPFU0939F1ZV", "29AAGCB7383J1Z4", "29AAAAA0000A1ZY"):
            self.assertTrue(gstin.adds_up(number), number)
        for number in ("27AAPFU9039F1ZV", "28AAPFU0939F1ZV", "27AAPFU0939F1ZW"):
            self.assertFalse(gstin.adds_up(number), number)
        # Bodies of the United Nations and others have no such digit.
        self.assertTrue(gstin.adds_up("0717UNO00211UNZ"))
