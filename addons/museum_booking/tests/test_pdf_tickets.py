# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import cProfile
from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch

import pypdfium2
import zxingcpp
from PIL import Image
from weasyprint import HTML

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ..lib import pdf as pdf_lib
from ..lib import qr
from .common import MuseumBookingCase

BOOKING_REPORT = "museum_booking.report_booking_tickets_action"
TICKET_REPORT = "museum_booking.report_ticket_action"


@tagged("post_install", "-at_install")
class TestPdfTickets(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()
        picture = BytesIO()
        Image.effect_mandelbrot((1200, 700), (-2, -1, 1, 1), 50).save(picture, "PNG")
        cls.exhibition.image_1920 = b64encode(picture.getvalue())
        cls.venue.partner_id = cls.env["res.partner"].create(
            {"name": "Museum", "street": "Hill Road 1", "city": "Pune"}
        )
        cls.venue.how_to_reach = "<p>Metro line 3, stop Science Park.</p>"

    def _confirmed(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        return booking

    def _render(self, report, records):
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(
            report, records.ids
        )
        self.assertEqual(kind, "pdf")
        return content

    def _pages(self, content):
        return list(pypdfium2.PdfDocument(BytesIO(content)))

    def _text(self, page):
        # the letters of a bold title may be written with soft spaces between
        return " ".join(page.get_textpage().get_text_range().split())

    def _decoded(self, page, scale=1.6):
        picture = page.render(scale=scale).to_pil()
        return [barcode.text for barcode in zxingcpp.read_barcodes(picture)]

    def test_one_page_for_each_ticket_and_its_qr_decodes(self):
        booking = self._confirmed(adult=2, family=1)
        pages = self._pages(self._render(BOOKING_REPORT, booking))
        tickets = booking._good_tickets()
        self.assertEqual(len(pages), len(tickets))
        keys = self.env["museum.signing.key"]
        for page, ticket in zip(pages, tickets, strict=True):
            width, height = page.get_size()
            self.assertAlmostEqual(width, 595, delta=1)
            self.assertAlmostEqual(height, 842, delta=1)
            (token,) = self._decoded(page)
            self.assertEqual(keys._verify(token).code, ticket.code)

    def test_qr_decodes_small_on_a_phone(self):
        page = self._pages(self._render(BOOKING_REPORT, self._confirmed()))[0]
        # 390 pixels wide, as a phone shows a whole page
        self.assertEqual(len(self._decoded(page, scale=2 * 390 / 595)), 1)

    def test_page_says_all_that_a_visitor_needs(self):
        self.company.museum_terms = "<p>No food in the halls.</p>"
        booking = self._confirmed(family=1)
        text = self._text(self._pages(self._render(BOOKING_REPORT, booking))[0])
        words = booking._visit_words("en_US")
        for needed in (
            self.company.name,
            "Journey to the Stars",
            words["date"],
            "Family",
            "admits 4 people",
            self.visitor.name,
            booking.name,
            booking.ticket_ids.code,
            "Hill Road 1",
            "Metro line 3",
            "No food in the halls",
            "590.00",
        ):
            self.assertIn(" ".join(needed.split()), text)

    def test_page_says_when_the_door_lets_in(self):
        self.exhibition.write(
            {
                "entry_early_minutes": 20,
                "entry_late_minutes": 5,
                "entry_late_from": "start",
            }
        )
        booking = self._confirmed()
        text = self._text(self._pages(self._render(BOOKING_REPORT, booking))[0])
        start = booking._local(booking.start_at)
        first, last = start - timedelta(minutes=20), start + timedelta(minutes=5)
        for at in (first, last):
            self.assertIn(at.strftime("%-I:%M"), text)
        self.assertIn("until", text)

    def test_time_is_the_venues_not_the_readers(self):
        booking = self._confirmed()
        booking_user = booking.with_user(self.desk).with_context(tz="America/New_York")
        text = self._text(self._pages(self._render(BOOKING_REPORT, booking_user))[0])
        local = booking._local(booking.start_at)
        self.assertEqual(str(local.tzinfo), "Asia/Kolkata")
        self.assertIn(local.strftime("%-I:%M"), text)

    def test_ticket_speaks_the_visitors_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.visitor.partner_id.lang = "de_DE"
        self.adult.with_context(lang="de_DE").name = "Erwachsene"
        booking = self._confirmed()
        text = self._text(self._pages(self._render(BOOKING_REPORT, booking))[0])
        self.assertIn(booking._visit_words("de_DE")["date"], text)
        self.assertIn("Erwachsene", text)

    def test_devanagari_is_written_with_its_own_font_and_joined(self):
        self.exhibition.name = "विज्ञान संग्रहालय"
        booking = self._confirmed()
        content = self._render(BOOKING_REPORT, booking)
        resources = PdfFileReader(BytesIO(content)).getPage(0)["/Resources"]
        fonts = [
            str(font.get_object()["/BaseFont"])
            for font in resources["/Font"].get_object().values()
        ]
        self.assertTrue(
            any("Devanagari" in font for font in fonts),
            f"fonts-noto-core is not installed: {fonts}",
        )
        self.assertIn("विज्ञान", self._text(self._pages(content)[0]))
        # ka + virama + ssa is one letter, narrower than the three side by side
        self.assertLess(self._ink("क्ष"), 0.8 * self._ink("क ष".replace(" ", "\u200c")))

    def _ink(self, text):
        """How wide a text is on paper, in pixels."""
        content = pdf_lib.render(
            "<html><body style='font: 60pt \"Noto Sans Devanagari\"'>"
            f"{text}</body></html>"
        )
        picture = self._pages(content)[0].render(scale=1).to_pil().convert("L")
        left, _top, right, _bottom = picture.point(lambda v: 255 - v).getbbox()
        return right - left

    def test_hindi_dates(self):
        self.env["res.lang"]._activate_lang("hi_IN")
        self.visitor.partner_id.lang = "hi_IN"
        booking = self._confirmed()
        content = self._render(BOOKING_REPORT, booking)
        month = booking._visit_words("hi_IN")["date"].split()[2]
        self.assertIn(month, self._text(self._pages(content)[0]))

    def test_void_ticket_is_left_out_and_alone_says_void_without_qr(self):
        booking = self._confirmed(adult=2)
        booking.ticket_ids[0]._set_state("cancelled", void_reason="lost")
        self.assertEqual(len(self._pages(self._render(BOOKING_REPORT, booking))), 1)
        page = self._pages(self._render(TICKET_REPORT, booking.ticket_ids[0]))[0]
        self.assertIn("Void", self._text(page))
        self.assertFalse(self._decoded(page))

    def test_long_terms_have_a_page_of_their_own_once(self):
        self.company.museum_terms = "<p>" + "No food in the halls. " * 100 + "</p>"
        booking = self._confirmed(adult=2)
        pages = self._pages(self._render(BOOKING_REPORT, booking))
        self.assertEqual(len(pages), 3)
        self.assertIn("Terms", self._text(pages[2]))

    # === SAFETY === #

    def test_nothing_outside_is_fetched(self):
        """Neither the network nor a file, whatever gets into the template."""
        html = (
            "<html><head><link rel='stylesheet' href='http://127.0.0.1:1/x.css'/>"
            "<style>@import url(file:///etc/passwd);"
            "body{background:url(ftp://127.0.0.1/x)}</style></head><body>"
            "<img src='http://127.0.0.1:1/x.png'/><img src='file:///etc/hostname'/>"
            "<a rel='attachment' href='file:///etc/passwd'>x</a>"
            "<p>x</p></body></html>"
        )
        with (
            patch("socket.create_connection", side_effect=AssertionError("network")),
            patch("urllib.request.FileHandler.file_open", side_effect=AssertionError),
        ):
            content = pdf_lib.render(html)
        self.assertNotIn(b"root:", content)
        self.assertEqual(len(self._pages(content)), 1)

    def test_html_in_a_name_is_text(self):
        order, booking = self._ready_to_pay()
        self.visitor.partner_id.name = "<img src='http://127.0.0.1/x'/>Eve"
        self._capture(self._new_tx(order))
        text = self._text(self._pages(self._render(BOOKING_REPORT, booking))[0])
        self.assertIn("<img src=", text)

    def test_stranger_cannot_print(self):
        booking = self._confirmed()
        for user in (self.visitor, self.stranger, self.env.ref("base.public_user")):
            reports = self.env["ir.actions.report"].with_user(user)
            with self.assertRaises(AccessError):
                reports._render_qweb_pdf(BOOKING_REPORT, booking.ids)

    def test_staff_print_from_the_menu(self):
        booking = self._confirmed()
        reports = self.env["ir.actions.report"].with_user(self.desk)
        content, kind = reports._render_qweb_pdf(BOOKING_REPORT, booking.ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
        bound = self.env["ir.actions.actions"].with_user(self.desk)
        names = [
            action["name"] for action in bound.get_bindings("museum.booking")["report"]
        ]
        self.assertIn("Tickets (PDF)", names)

    def test_pdf_is_made_anew_and_not_kept(self):
        booking = self._confirmed()
        before = self.env["ir.attachment"].search_count([])
        first = self._text(self._pages(self._render(BOOKING_REPORT, booking))[0])
        self.adult.name = "Grown-up"
        second = self._text(self._pages(self._render(BOOKING_REPORT, booking))[0])
        self.assertNotIn("Grown-up", first)
        self.assertIn("Grown-up", second)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_other_reports_keep_their_engine(self):
        reports = self.env["ir.actions.report"]
        self.assertFalse(reports._is_weasyprint("sale.action_report_saleorder"))
        self.assertTrue(reports._is_weasyprint(BOOKING_REPORT))

    # === WORK === #

    def _calls(self, function, *args):
        """Function calls that something makes: as good as time, and always the same."""
        profile = cProfile.Profile()
        profile.runcall(function, *args)
        return sum(entry.callcount for entry in profile.getstats())

    def _plain_page(self):
        rows = "<tr><td>Adult</td><td>10:00</td><td>Hall 1</td></tr>" * 20
        style = "<style>td { border: 1px solid; padding: 2mm }</style>"
        HTML(string=f"{style}<table>{rows}</table>").write_pdf()

    def test_work_stays_within_its_budget(self):
        """A ticket is little more work than a plain page of the library; 50 are as 50.

        In function calls, because milliseconds differ by machine and by hour: the
        promised ones (60 ms and 1.5 s) are what ``bin/bench --only pdf`` tells. Four
        runs on 2026-11-27 gave 1.16 to 1.17 and 51.6 to 52.0; since the words of the
        cancellation policy are on each ticket, it is 1.32.
        """
        booking = self._confirmed()
        ticket = booking.ticket_ids
        vals = ticket.copy_data({"state": "reserved"})[0]
        tickets = ticket.create(
            [
                {**vals, "code": booking._new_code(), "sequence": number}
                for number in range(2, 52)
            ]
        )
        self._render(TICKET_REPORT, ticket)
        self._plain_page()
        plain = self._calls(self._plain_page)
        one = self._calls(self._render, TICKET_REPORT, ticket)
        fifty = self._calls(self._render, TICKET_REPORT, tickets)
        self.assertLess(one / plain, 1.4)
        self.assertLess(fifty / one, 55)


@tagged("post_install", "-at_install")
class TestPdfQr(MuseumBookingCase):
    def test_qr_as_png_decodes_to_its_text(self):
        token = "BCDEFGHJKNPRSTVX" * 12
        picture = Image.open(BytesIO(qr.png(token)))
        self.assertGreaterEqual(picture.width, 600)
        (found,) = zxingcpp.read_barcodes(picture)
        self.assertEqual(found.text, token)
        self.assertEqual(found.ec_level, "M")

    def test_qr_as_svg_is_the_same_picture(self):
        token = "BCDEFGHJKNPRSTVX" * 12
        content = pdf_lib.render(
            "<html><body><img style='width:60mm' "
            f"src='{qr.svg_uri(token)}'/></body></html>"
        )
        page = pypdfium2.PdfDocument(BytesIO(content))[0]
        for scale in (1, 1.37, 2, 3.3):
            picture = page.render(scale=scale).to_pil()
            self.assertEqual(
                [barcode.text for barcode in zxingcpp.read_barcodes(picture)], [token]
            )
