# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import timedelta
from io import BytesIO

import pypdfium2
import vobject
import zxingcpp
from PIL import Image

from odoo import fields
from odoo.http import root
from odoo.tests import tagged

from .common import API, MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestPortalTickets(MuseumBookingHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def setUp(self):
        super().setUp()
        self.booking_record = self._confirmed(adult=2)
        self.name = self.booking_record.name
        self.code = self.booking_record.ticket_ids[0].code
        self.token = self.booking_record._portal_ensure_token()
        self.env.flush_all()

    def _confirmed(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        return booking

    def _log_in(self, login):
        self.authenticate(login, login)

    def _get(self, path):
        response = self.url_open(path, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def _files(self):
        return {
            f"/my/tickets/{self.name}/pdf": "application/pdf",
            f"/my/tickets/{self.name}/ics": "text/calendar",
            f"{API}/tickets/{self.code}.pdf": "application/pdf",
            f"{API}/tickets/{self.code}.png": "image/png",
            f"{API}/tickets/{self.code}.ics": "text/calendar",
        }

    # === WHO SEES WHAT === #

    def test_owner_gets_page_and_files_that_no_cache_keeps(self):
        self._log_in("bkc_visitor")
        page = self._get(f"/my/tickets/{self.name}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.code, page.text)
        self.assertEqual(page.headers["Cache-Control"], "private, no-store")
        for path, kind in self._files().items():
            with self.subTest(path):
                response = self._get(path)
                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.headers["Content-Type"].startswith(kind))
                self.assertEqual(response.headers["Cache-Control"], "private, no-store")
                self.assertEqual(response.headers["X-Robots-Tag"], "noindex")

    def test_link_of_the_mail_opens_everything_without_login(self):
        self.authenticate(None, None)
        self.assertEqual(
            self._get(f"/my/tickets/{self.name}?access_token={self.token}").status_code,
            200,
        )
        for path in self._files():
            with self.subTest(path):
                response = self._get(f"{path}?access_token={self.token}")
                self.assertEqual(response.status_code, 200)

    def test_others_cannot_tell_a_foreign_ticket_from_none(self):
        """Another visitor, gate, desk: the same answer as for what does not exist."""
        missing = "TEST-2026-222222-222227"
        for login in ("bkc_stranger", "bkc_gate", "bkc_desk", "bkc_accountant"):
            self._log_in(login)
            for path in [*self._files(), f"/my/tickets/{self.name}"]:
                with self.subTest(login=login, path=path):
                    response = self._get(path)
                    self.assertEqual(response.status_code, 404)
                    self.assertNotIn(self.code[10:], response.text.replace(path, ""))
            foreign = self._get(f"{API}/tickets/{self.code}.pdf")
            none = self._get(f"{API}/tickets/{missing}.pdf")
            self.assertEqual(foreign.content, none.content)
            kind = none.headers["Content-Type"]
            self.assertEqual(foreign.headers["Content-Type"], kind)

    def test_public_is_sent_to_log_in_whether_it_exists_or_not(self):
        self.authenticate(None, None)
        for name in (self.name, "TEST-2222222"):
            response = self._get(f"/my/tickets/{name}")
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login?redirect=", response.headers["Location"])
        for path in self._files():
            if path.startswith(API):
                self.assertEqual(self._get(path).status_code, 404)

    def test_wrong_or_foreign_access_token_opens_nothing(self):
        self.authenticate(None, None)
        other = self._confirmed()
        tokens = ("x", "", self.token[:-1], other._portal_ensure_token(), "%00", "é")
        self.env.flush_all()
        for token in tokens:
            with self.subTest(token=token):
                path = f"{API}/tickets/{self.code}.png?access_token={token}"
                self.assertIn(self._get(path).status_code, (404, 422))
                path = f"/my/tickets/{self.name}/pdf?access_token={token}"
                self.assertNotEqual(self._get(path).status_code, 200)

    def test_booking_in_a_cart_has_no_ticket_page(self):
        booking = self._book(self._new_order())
        self.env.flush_all()
        self._log_in("bkc_visitor")
        self.assertEqual(self._get(f"/my/tickets/{booking.name}").status_code, 404)

    def test_strange_codes_are_simply_not_found(self):
        self._log_in("bkc_visitor")
        for code in ("x", "A" * 500, "'--", "TEST-2026", "%F0%9F%8E%AB", "a.b"):
            for path in (f"{API}/tickets/{code}.pdf", f"/my/tickets/{code}"):
                with self.subTest(path):
                    self.assertEqual(self._get(path).status_code, 404)
        # The API answers these; Odoo's own 404 page fails for any such address.
        for code in ("..", "%2e%2e", "%00"):
            with self.subTest(code):
                status = self._get(f"{API}/tickets/{code}.pdf").status_code
                self.assertIn(status, (404, 422))

    # === CONTENT === #

    def test_files_are_what_they_say(self):
        self._log_in("bkc_visitor")
        pdf = self._get(f"/my/tickets/{self.name}/pdf").content
        self.assertEqual(len(pypdfium2.PdfDocument(BytesIO(pdf))), 2)
        png = self._get(f"{API}/tickets/{self.code.lower()}.png").content
        (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(png)))
        keys = self.env["museum.signing.key"]
        self.assertEqual(keys._verify(found.text).code, self.code)
        ics = self._get(f"{API}/tickets/{self.code}.ics").text
        event = vobject.readOne(ics).vevent
        self.assertEqual(event.summary.value, "Journey to the Stars")
        self.assertNotIn(self.code, ics)
        self.assertNotIn(self.token, ics)

    def test_void_ticket_has_neither_pdf_nor_qr(self):
        self.booking_record.ticket_ids[0]._reissue("lost")
        self.env.flush_all()
        self._log_in("bkc_visitor")
        for kind in ("pdf", "png"):
            path = f"{API}/tickets/{self.code}.{kind}"
            self.assertEqual(self._get(path).status_code, 404)
        page = self._get(f"/my/tickets/{self.name}").text
        self.assertNotIn(self.code, page)

    def test_no_ticket_secret_is_in_an_address_of_the_pages(self):
        self._log_in("bkc_visitor")
        for path in (f"/my/tickets/{self.name}", "/my/tickets"):
            page = self._get(path).text
            addresses = re.findall(r'(?:src|href|action)="([^"]*)"', page)
            addresses = [url for url in addresses if not url.startswith("data:")]
            tokens = [ticket._token() for ticket in self.booking_record.ticket_ids]
            for secret in [*self.booking_record.ticket_ids.mapped("code"), *tokens]:
                self.assertFalse([url for url in addresses if secret in url])
            self.assertFalse([url for url in addresses if "/report/barcode" in url])

    def test_qr_of_the_page_is_the_tickets(self):
        self._log_in("bkc_visitor")
        page = self._get(f"/my/tickets/{self.name}").text
        for ticket in self.booking_record.ticket_ids:
            self.assertIn(ticket._qr_uri(), page)
        self.assertIn(self.booking_record._qr_uri(), page)

    # === LIST === #

    def test_tabs_hold_upcoming_past_and_cancelled(self):
        cancelled = self._confirmed()
        cancelled._cancel("ill")
        past = self._confirmed()
        self.env.flush_all()
        yesterday = fields.Datetime.now() - timedelta(days=1)
        self.env.cr.execute(
            "UPDATE museum_booking SET start_at = %s, end_at = %s WHERE id = %s",
            [yesterday, yesterday + timedelta(hours=1), past.id],
        )
        self._log_in("bkc_visitor")
        for tab, booking in (
            ("upcoming", self.booking_record),
            ("past", past),
            ("cancelled", cancelled),
            ("nonsense", self.booking_record),
        ):
            page = self._get(f"/my/tickets?tab={tab}").text
            names = {
                other.name
                for other in (self.booking_record, past, cancelled)
                if f"/my/tickets/{other.name}" in page
            }
            self.assertEqual(names, {booking.name}, tab)

    def test_next_visit_is_on_top_with_its_qr(self):
        self._log_in("bkc_visitor")
        page = self._get("/my/tickets").text
        self.assertIn("Your next visit", page)
        self.assertIn(self.booking_record._qr_uri(), page)

    def test_search_finds_exhibition_reference_and_code_of_own_only(self):
        self._log_in("bkc_visitor")
        for term, is_found in (
            ("stars", True),
            (self.name, True),
            (self.code.lower().replace("-", " "), True),
            ("dinosaur", False),
        ):
            page = self._get(f"/my/tickets?search={term}").text
            self.assertEqual(f"/my/tickets/{self.name}" in page, is_found, term)
        self._log_in("bkc_stranger")
        page = self._get(f"/my/tickets?search={self.code}").text
        self.assertNotIn(f"/my/tickets/{self.name}", page)

    def test_empty_list_leads_to_what_is_on(self):
        self._log_in("bkc_stranger")
        page = self._get("/my/tickets").text
        self.assertIn("No visit ahead", page)
        self.assertIn('href="/exhibitions"', page)

    def test_card_on_my_account_counts_own_bookings(self):
        for login, count in (("bkc_visitor", 1), ("bkc_stranger", 0)):
            self._log_in(login)
            answer = self.rpc("/my/counters", counters=["museum_ticket_count"])
            self.assertEqual(answer["result"]["museum_ticket_count"], count)

    # === MAIL === #

    def test_mail_is_asked_for_over_the_api_and_limited(self):
        self.booking_record.ticket_mail_state = "sent"
        self.env.flush_all()
        self._log_in("bkc_visitor")
        answer = self.api("POST", f"/tickets/{self.code}/email", {}, status=202)
        self.assertEqual(answer, {"state": "pending", "email": "b***@example.com"})
        answer = self.api("POST", f"/tickets/{self.code}/email", {}, status=429)
        self.assertEqual(answer["error"]["code"], "rate_limited")

    def test_mail_goes_to_no_address_of_the_callers_choice(self):
        self._log_in("bkc_visitor")
        body = {"email": "eve@example.com"}
        self.api("POST", f"/tickets/{self.code}/email", body, status=422)
        self.assertFalse(self.booking_record.ticket_mail_asked_at)

    def test_stranger_cannot_have_it_mailed(self):
        self._log_in("bkc_stranger")
        self.api("POST", f"/tickets/{self.code}/email", {}, status=404)
        self.authenticate(None, None)
        self.api("POST", f"/tickets/{self.code}/email", {}, status=404)
        body = {"access_token": self.token}
        self.api("POST", f"/tickets/{self.code}/email", body, status=202)

    def test_page_asks_for_the_mail_with_a_form_safe_against_other_sites(self):
        self._log_in("bkc_visitor")
        path = f"/my/tickets/{self.name}/email"
        without = self.url_open(path, data={"x": "1"}, allow_redirects=False)
        self.assertEqual(without.status_code, 400)
        page = self._get(f"/my/tickets/{self.name}").text
        (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))
        response = self.url_open(
            path, data={"csrf_token": token}, allow_redirects=False
        )
        self.assertEqual(response.status_code, 303)
        self.assertIn("mailed=yes", response.headers["Location"])
        again = self.url_open(path, data={"csrf_token": token}, allow_redirects=False)
        self.assertIn("mailed=wait", again.headers["Location"])

    def test_state_of_the_mail_is_said_truthfully(self):
        self._log_in("bkc_visitor")
        for values, words in (
            ({"ticket_mail_state": "pending"}, "is on its way to"),
            ({"ticket_mail_attempts": 2}, "could not be\n"),
            ({"ticket_mail_state": "failed"}, "We could not send"),
            (
                {"ticket_mail_state": "sent", "ticket_mail_to": "old@example.com"},
                "old@example.com",
            ),
        ):
            self.booking_record.write(values)
            self.env.flush_all()
            self.assertIn(words, self._get(f"/my/tickets/{self.name}").text)


@tagged("post_install", "-at_install")
class TestPortalConfirmation(MuseumBookingHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _page_after(self, order, login="bkc_visitor"):
        session = self.authenticate(login, login)
        session["sale_last_order_id"] = order.id
        root.session_store.save(session)
        self.env.flush_all()
        return self.url_open("/shop/confirmation")

    def test_paid_visit_shows_its_tickets_at_once(self):
        order, booking = self._ready_to_pay(adult=2)
        self._capture(self._new_tx(order))
        response = self._page_after(order)
        self.assertEqual(response.headers["Cache-Control"], "private, no-store")
        words = booking._visit_words("en_US")
        text = re.sub(r"<[^>]+>", "", response.text)
        self.assertIn(f"See you on {words['day']}, {words['time']}", text)
        for ticket in booking.ticket_ids:
            self.assertIn(ticket.code, response.text)
            self.assertIn(ticket._qr_uri(), response.text)
        self.assertIn(f"/my/tickets/{booking.name}/pdf", response.text)
        self.assertIn(f"/my/tickets/{booking.name}/ics", response.text)
        self.assertIn("is on its way to", response.text)
        self.assertNotIn("/shop/print", response.text)

    def test_visit_that_was_taken_out_of_the_cart_is_no_trouble(self):
        order, _booking = self._ready_to_pay()
        self._book(order, slot=self.slot2)._remove()
        order._museum_lock_for_payment(True)
        self._capture(self._new_tx(order))
        page = self._page_after(order).text
        self.assertIn("See you on", page)
        self.assertNotIn("could not keep your seats", page)

    def test_payment_in_process_waits_and_names_what_to_ask_for(self):
        order, booking = self._ready_to_pay()
        self._new_tx(order)._set_pending()
        page = self._page_after(order).text
        self.assertIn("Your payment is being confirmed", page)
        self.assertIn(f'data-bookings="{booking.name}"', page)
        self.assertNotIn("See you on", page)

    def test_failed_payment_says_that_nothing_was_booked(self):
        order, _booking = self._ready_to_pay()
        self._new_tx(order)._set_error("Your bank said no.")
        page = self._page_after(order).text
        self.assertIn("The payment did not go through", page)
        self.assertIn("Your bank said no.", page)
        self.assertIn('href="/shop/cart"', page)

    def test_page_that_waits_asks_the_api_of_the_site_itself(self):
        order, booking = self._ready_to_pay()
        self._new_tx(order)._set_pending()
        self._page_after(order)
        answer = self.api("GET", f"/bookings/{booking.name}", status=200)
        self.assertEqual(answer["state"], "awaiting_payment")
