# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who comes, over the API and on the pages of the checkout."""

from odoo.tests import tagged

from .common import MuseumBookingHttpCase
from .test_visitors import SECRET, VisitorsSetup


@tagged("post_install", "-at_install")
class TestVisitorsApi(VisitorsSetup, MuseumBookingHttpCase):
    def setUp(self):
        super().setUp()
        self._setup_provider()
        self._ask()
        self.authenticate("bkc_visitor", "bkc_visitor")

    def _put(self, reference, *visitors, status=200):
        body = {"visitors": list(visitors)}
        path = f"/cart/items/{reference}/visitors"
        return self.api("PUT", path, body, status=status)

    def _summary(self, status):
        body = {"accept_terms": True}
        return self.api("POST", "/bookings/summary", body, status=status)

    def test_names_are_asked_told_and_shown(self):
        reference = self.add(adult=1, child=1)["item"]["reference"]
        (item,) = self.api("GET", "/cart", status=200)["items"]
        self.assertEqual(
            item["visitors_asked"], {"names": "required", "ids": "no", "id_kinds": []}
        )
        self.assertEqual(
            [(v["label"], v["name"]) for v in item["visitor_names"]],
            [("Adult 1", ""), ("Child 1", "")],
        )
        answer = self._put(reference, self._row(self.adult, 1, " Asha  Rao "))
        self.assertEqual(answer["item"]["visitor_names"][0]["name"], "Asha Rao")
        error = self._summary(422)["error"]
        self.assertEqual(error["code"], "visitors_incomplete")
        (missing,) = error["details"]["visitors"]
        self.assertEqual(
            (missing["booking"], missing["category_id"], missing["field"]),
            (reference, self.child.id, "name"),
        )
        self._put(
            reference,
            self._row(self.adult, 1, "Asha Rao"),
            self._row(self.child, 1, "Mini Rao"),
        )
        self._summary(200)
        page = self.url_open("/shop/payment").text
        self.assertIn('value="Mini Rao"', page)

    def test_nothing_is_asked_where_the_museum_does_not(self):
        self._ask(names="no")
        reference = self.add(adult=1)["item"]["reference"]
        (item,) = self.api("GET", "/cart", status=200)["items"]
        self.assertIsNone(item["visitors_asked"])
        self.assertNotIn("o_museum_visitors", self.url_open("/shop/payment").text)
        self._put(reference, self._row(self.adult, 1), status=422)

    def test_numbers_are_never_told_back(self):
        """Guard: answers and pages hold the masked number alone."""
        self._ask(ids=True)
        reference = self.add(adult=1)["item"]["reference"]
        row = self._row(self.adult, 1, "Asha", self.passport, SECRET)
        answer = self._put(reference, row)
        (told,) = answer["item"]["visitor_names"]
        self.assertEqual(told["id_number_masked"], "•••• 4321")
        self.assertNotIn(SECRET, str(answer))
        self.assertNotIn(SECRET, str(self.api("GET", "/cart")))
        self.assertNotIn(SECRET, str(self._summary(200)))
        page = self.url_open("/shop/payment").text
        self.assertNotIn(SECRET, page)
        self.assertIn("•••• 4321", page)
        kept = self._put(reference, {**row, "name": "Asha Rao", "id_number": None})
        self.assertEqual(
            kept["item"]["visitor_names"][0]["id_number_masked"], "•••• 4321"
        )
        self.assertEqual(self.booking(reference).visitor_ids.id_number, SECRET)

    def test_hostile_shapes_are_refused(self):
        reference = self.add(adult=1)["item"]["reference"]
        good = self._row(self.adult, 1)
        for hostile in (
            5,
            None,
            {},
            "names",
            [5],
            [[]],
            [{**good, "ticket_id": 1}],
            [{"position": 1, "name": "x"}],
            [{**good, "category_id": "x"}],
            [{**good, "category_id": 2**63}],
            [{**good, "position": 0}],
            [{**good, "position": 1.5}],
            [{**good, "name": 5}],
            [{**good, "name": "a\x00b"}],
            [{**good, "name": "\ud800"}],
            [{**good, "id_kind_id": "x"}],
            [{**good, "id_number": ["1"]}],
            [good] * 501,
        ):
            with self.subTest(hostile=ascii(hostile)[:60]):
                body = {"visitors": hostile}
                path = f"/cart/items/{reference}/visitors"
                answer = self.api("PUT", path, body, status=422)
                self.assertEqual(answer["error"]["code"], "invalid_request")
        self.assertFalse(self.booking(reference).visitor_ids)

    def test_nobody_names_the_visitors_of_another_cart(self):
        reference = self.add(adult=1)["item"]["reference"]
        self.authenticate("bkc_stranger", "bkc_stranger")
        self.add(adult=1)
        self._put(reference, self._row(self.adult, 1, "Eve"), status=404)
        self.authenticate(None, None)
        self._put(reference, self._row(self.adult, 1, "Eve"), status=404)
        self.assertFalse(self.booking(reference).visitor_ids)

    def test_names_told_before_logging_in_are_there_afterwards(self):
        self.authenticate(None, None)
        reference = self.add(adult=1)["item"]["reference"]
        self._put(reference, self._row(self.adult, 1, "Asha Rao"))
        booking = self.booking(reference)
        # As Odoo does it when the visitor of the session logs in.
        booking.order_id.write({"partner_id": self.visitor.partner_id.id})
        self.assertEqual(booking.visitor_ids.name, "Asha Rao")

    def test_tickets_show_their_names(self):
        reference = self.add(adult=1)["item"]["reference"]
        self._put(reference, self._row(self.adult, 1, "Asha Rao"))
        self._summary(200)
        booking = self.booking(reference)
        self._capture(self._new_tx(booking.order_id))
        page = self.url_open(f"/my/tickets/{reference}").text
        self.assertIn("Asha Rao", page)
        (ticket,) = self.api("GET", f"/bookings/{reference}")["tickets"]
        self.assertEqual(ticket["visitor_name"], "Asha Rao")
        self._put(reference, self._row(self.adult, 1, "Eve"), status=404)
