# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from odoo.tests import TransactionCase

from ..controllers.wording import Wording


class TestWording(TransactionCase):
    """Dates, times and prices as the visitor's language writes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rupee = cls.env.ref("base.INR")
        languages = cls.env.ref("base.lang_hi_IN") | cls.env.ref("base.lang_de")
        languages.active = True
        cls.env.ref("base.lang_hi_IN").grouping = "[3,2,0]"

    def wording(self, lang):
        return Wording(self.env(context={"lang": lang}), self.rupee)

    def test_morning_and_afternoon_are_written_as_the_language_does(self):
        early, late = datetime(2026, 3, 14, 9, 5), datetime(2026, 3, 14, 14, 30)
        for lang, expected in (
            ("en_US", ["9:05\u00a0AM", "2:30\u00a0PM"]),
            ("hi_IN", ["9:05\u00a0am", "2:30\u00a0pm"]),
            ("de_DE", ["09:05", "14:30"]),
        ):
            wording = self.wording(lang)
            with self.subTest(lang=lang):
                self.assertEqual([wording.time(at) for at in (early, late)], expected)

    def test_days_and_months_are_in_hindi_with_digits_of_both_languages(self):
        wording = self.wording("hi_IN")
        self.assertEqual(wording.day(date(2026, 3, 14)), "शनिवार, 14 मार्च")
        self.assertEqual(wording.month(date(2026, 3, 1)), "मार्च 2026")
        self.assertEqual(wording.weekdays()[0], ("रवि", "रविवार"))

    def test_amounts_are_grouped_as_in_india(self):
        self.assertEqual(self.wording("hi_IN").price(123456.5), "₹1,23,456.50")
        self.assertEqual(self.wording("hi_IN").price(0), "निःशुल्क")
