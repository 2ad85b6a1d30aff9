# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cancelling over HTTP: the page without JavaScript, and the API."""

import re

from odoo.tests import tagged

from .common import MuseumBookingHttpCase
from .test_cancelling import CancellingSetup


class HttpSetup(CancellingSetup):
    def setUp(self):
        super().setUp()
        self.booking_record = self._sold(adult=2, child=1)  # 472 and 118
        self.name = self.booking_record.name
        self.token = self.booking_record._portal_ensure_token()
        self.env.flush_all()

    def _child(self):
        return self.booking_record.ticket_ids.filtered(
            lambda ticket: ticket.category_id == self.child
        )

    def _log_in(self, login="bkc_visitor"):
        self.authenticate(login, login)


@tagged("post_install", "-at_install")
class TestCancellingApi(HttpSetup, MuseumBookingHttpCase):
    def _cancel(self, expected, status, tickets=None, **kwargs):
        body = {"expected_refund_minor": expected}
        if tickets is not None:
            body["tickets"] = tickets
        return self.api(
            "POST", f"/bookings/{self.name}/cancel", body, status=status, **kwargs
        )

    def test_quote_is_what_is_given_back(self):
        self._log_in()
        quote = self.api("GET", f"/bookings/{self.name}/refund", status=200)
        self.assertEqual(
            (quote["refund_minor"], quote["price_minor"], quote["percent"]),
            (59000, 59000, 100),
        )
        self.assertEqual([step["percent"] for step in quote["steps"]], [100, 50, 0])
        self.assertTrue(quote["can_cancel"])
        self.assertTrue(quote["until"].endswith("+05:30"))
        ids = self._child().ids
        quote = self.api("GET", f"/bookings/{self.name}/refund?tickets={ids[0]}")
        self.assertEqual((quote["refund_minor"], quote["tickets"]), (11800, ids))
        self.assertFalse(self.booking_record.refund_ids)
        answer = self._cancel(11800, 200, ids)
        self.assertEqual(answer["refund"]["refund_minor"], 11800)
        self.assertEqual(answer["booking"]["state"], "confirmed")
        states = {t["id"]: t["state"] for t in answer["booking"]["tickets"]}
        self.assertEqual(states[ids[0]], "cancelled")
        self.assertEqual(self.booking_record.refund_ids.amount, 118)

    def test_whole_booking(self):
        self._log_in()
        answer = self._cancel(59000, 200)
        self.assertEqual(answer["booking"]["state"], "cancelled")
        self.assertEqual(self._taken(), 0)
        again = self._cancel(59000, 409)
        self.assertEqual(again["error"]["code"], "cancellation_refused")
        self.assertEqual(len(self.booking_record.refund_ids), 1)

    def test_same_key_cancels_once(self):
        self._log_in()
        headers = {"Idempotency-Key": "cancel-me-once-0123456789"}
        ids = self.booking_record.ticket_ids[:1].ids
        first = self._cancel(23600, 200, ids, headers=headers)
        second = self._cancel(23600, 200, ids, headers=headers)
        self.assertEqual(first, second)
        self.assertEqual(self.booking_record.refund_ids.mapped("amount"), [236])

    def test_amount_that_is_not_so_any_more(self):
        self._log_in()
        self._starts_in(self.booking_record, hours=10)
        answer = self._cancel(59000, 409)
        self.assertEqual(answer["error"]["code"], "refund_changed")
        self.assertEqual(answer["error"]["details"]["refund_minor"], 29500)
        self.assertEqual(self.booking_record.state, "confirmed")

    def test_nobody_else_not_even_with_the_link_of_the_mail(self):
        quote = f"/bookings/{self.name}/refund"
        for login in ("bkc_stranger", "bkc_gate", "bkc_desk", "bkc_manager"):
            self._log_in(login)
            self.api("GET", quote, status=404)
            self._cancel(59000, 404)
        self.authenticate(None, None)
        self.api("GET", quote, status=401)
        self._cancel(59000, 401)
        self.api("GET", f"{quote}?access_token={self.token}", status=422)
        self.api(
            "POST",
            f"/bookings/{self.name}/cancel",
            {"expected_refund_minor": 59000, "access_token": self.token},
            status=422,
        )
        self.assertEqual(self.booking_record.state, "confirmed")
        self.assertFalse(self.booking_record.refund_ids)

    def test_hostile_input(self):
        self._log_in()
        other = self._sold()
        self.env.flush_all()
        for tickets in (
            [],
            [0],
            [-1],
            ["x"],
            [None],
            [True],
            [1.5],
            {"a": 1},
            "1",
            [10**12],
            other.ticket_ids.ids,
            list(range(1, 300)),
        ):
            with self.subTest(tickets=tickets):
                self._cancel(0, 422, tickets)
        for expected in (None, "x", -1, 1.5, True):
            with self.subTest(expected=expected):
                self._cancel(expected, 422)
        for query in ("", "x", "1,", "0", str(other.ticket_ids.id), "9" * 30, "%00"):
            path = f"/bookings/{self.name}/refund?tickets={query}"
            self.api("GET", path, status=422)
        self.assertEqual(self.booking_record.state, "confirmed")


@tagged("post_install", "-at_install")
class TestCancellingPage(HttpSetup, MuseumBookingHttpCase):
    def _get(self, path):
        response = self.url_open(path, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def _page(self, name=None):
        return self._get(f"/my/tickets/{name or self.name}/cancel")

    def _fields(self, text):
        """What a browser without JavaScript would send."""
        return {
            name: re.search(f'name="{name}" value="([^"]*)"', text).group(1)
            for name in ("csrf_token", "seen", "expected")
            if f'name="{name}"' in text
        }

    def _post(self, data):
        response = self.url_open(
            f"/my/tickets/{self.name}/cancel", data=data, allow_redirects=False
        )
        self.env.invalidate_all()
        return response

    def test_choose_look_and_confirm(self):
        self._log_in()
        page = self._page()
        self.assertEqual(page.status_code, 200)
        self.assertEqual(page.headers["Cache-Control"], "private, no-store")
        self.assertIn("590.00", page.text)
        child = str(self._child().id)
        data = {**self._fields(page.text), "ticket": child, "step": "look"}
        page = self._post(data)
        self.assertIn("118.00", page.text)
        self.assertEqual(self.booking_record.visitors, 3)
        data = {**self._fields(page.text), "ticket": child, "step": "confirm"}
        self.assertEqual(data["expected"], "11800")
        done = self._post(data)
        self.assertEqual(done.status_code, 303)
        self.assertEqual(self.booking_record.visitors, 2)
        self.assertEqual(self.booking_record.refund_ids.amount, 118)
        page = self._get(done.headers["Location"]).text
        self.assertIn("The tickets are cancelled", page)
        self.assertIn("on its way to you", page)
        self.assertIn("118.00", page)
        # sent twice: the second one is told, and nothing happens
        self.assertEqual(self._post(data).status_code, 200)
        self.assertEqual(len(self.booking_record.refund_ids), 1)

    def test_what_is_ticked_counts_not_what_was_shown(self):
        self._log_in()
        data = self._fields(self._page().text)
        ticket = str(self.booking_record.ticket_ids[0].id)
        page = self._post({**data, "ticket": ticket, "step": "confirm"})
        self.assertEqual(page.status_code, 200)
        self.assertIn("You chose other tickets", page.text)
        page = self._post({**data, "step": "confirm"})
        self.assertIn("Please choose the tickets", page.text)
        self.assertEqual(self.booking_record.visitors, 3)

    def test_whole_booking_with_what_the_page_gives(self):
        self._log_in()
        data = self._fields(self._page().text)
        tickets = [str(number) for number in self.booking_record.ticket_ids.ids]
        done = self._post({**data, "ticket": tickets, "step": "confirm"})
        self.assertEqual(done.status_code, 303)
        self.assertEqual(self.booking_record.state, "cancelled")
        page = self._get(done.headers["Location"]).text
        self.assertIn("Your visit is cancelled", page)
        self.assertIn("This visit was cancelled already", self._page().text)

    def test_amount_that_changed_is_shown_anew(self):
        self._log_in()
        data = self._fields(self._page().text)
        self._starts_in(self.booking_record, hours=10)
        tickets = [str(number) for number in self.booking_record.ticket_ids.ids]
        page = self._post({**data, "ticket": tickets, "step": "confirm"})
        self.assertEqual(page.status_code, 200)
        self.assertIn("By now", page.text)
        self.assertEqual(self._fields(page.text)["expected"], "29500")
        self.assertEqual(self.booking_record.state, "confirmed")

    def test_amount_that_is_no_number_is_another_amount(self):
        self._log_in()
        data = self._fields(self._page().text)
        tickets = [str(number) for number in self.booking_record.ticket_ids.ids]
        sent = {**data, "ticket": tickets, "step": "confirm"}
        for text in ("", "-1", "1e3", "123456789012x", "9" * 400, "४७२००", "\u00b2"):
            page = self._post({**sent, "expected": text})
            self.assertEqual(page.status_code, 200, text)
            self.assertIn("By now", page.text)
        self.assertEqual(self.booking_record.state, "confirmed")

    def test_form_is_safe_against_other_sites(self):
        self._log_in()
        data = self._fields(self._page().text)
        tickets = [str(number) for number in self.booking_record.ticket_ids.ids]
        del data["csrf_token"]
        answer = self._post({**data, "ticket": tickets, "step": "confirm"})
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.booking_record.state, "confirmed")

    def test_link_of_the_mail_shows_the_way_but_does_not_cancel(self):
        self.authenticate(None, None)
        link = f"/my/tickets/{self.name}?access_token={self.token}"
        self.assertIn("Cancel this visit", self._get(link).text)
        page = self._get(f"/my/tickets/{self.name}/cancel?access_token={self.token}")
        self.assertEqual(page.status_code, 303)
        self.assertTrue(page.headers["Location"].endswith("/bookings/find"))
        page = self._page()
        self.assertIn("/web/login", page.headers["Location"])
        for login in ("bkc_stranger", "bkc_desk"):
            self._log_in(login)
            self.assertEqual(self._page().status_code, 404)

    def test_page_says_until_when_how_much(self):
        self._log_in()
        page = self._get(f"/my/tickets/{self.name}").text
        self.assertIn("If you cannot come", page)
        self.assertIn("all your money back", page)
        self.assertIn("50% back", page)
        self._starts_in(self.booking_record, hours=-0.1)
        page = self._get(f"/my/tickets/{self.name}").text
        self.assertNotIn("Cancel this visit", page)

    def test_visit_that_the_museum_cancelled(self):
        self.slot._set_state("cancelled", "Projector")
        self.env.flush_all()
        self._log_in()
        self.assertIn("Get my money back", self._get(f"/my/tickets/{self.name}").text)
        page = self._page()
        self.assertIn("all of it comes back", page.text)
        self.assertIn("590.00", page.text)
