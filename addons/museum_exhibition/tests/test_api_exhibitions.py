# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import errors
from ..exceptions import SlotFull
from .common import MuseumCommon
from .test_api_kit import ApiCase


class PublicCase(MuseumCommon, ApiCase):
    """A museum on the website, seen without login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        website = cls.env["website"].get_current_website()
        cls.company = website.company_id
        cls.env = cls.env(
            context=dict(
                cls.env.context,
                tracking_disable=True,
                allowed_company_ids=cls.company.ids,
            )
        )
        # What a database brings along is not what is tested.
        cls.env["museum.exhibition"].search([]).is_published = False
        cls._make_museum()
        cls.path = f"/exhibitions/{cls.exhibition.id}"

    def local_day(self, slot):
        return fields.Date.to_string(slot.local_date)


@tagged("post_install", "-at_install")
class TestExhibitionApi(PublicCase):
    """What the public reads."""

    def test_lists_what_is_published_here(self):
        self._make_exhibition("Hidden", is_published=False)
        other = self.env["res.company"].create({"name": "Other museum"})
        venue = (
            self.env["museum.venue"]
            .with_context(allowed_company_ids=other.ids)
            .create({"name": "There", "tz": "UTC", "company_id": other.id})
        )
        theirs = self._make_exhibition("Theirs", venue_id=venue.id)
        body = self.call("GET", "/exhibitions").json()
        self.assertEqual([item["name"] for item in body["items"]], ["Journey to Mars"])
        self.assertEqual(
            {key: body[key] for key in ("total", "limit", "offset")},
            {"total": 1, "limit": 20, "offset": 0},
        )
        response = self.call("GET", f"/exhibitions/{theirs.id}")
        self.assert_error(response, 404, "not_found")

    def test_exhibition_has_price_in_minor_units_and_venue_zone(self):
        slot = self._make_slot()
        body = self.call("GET", self.path).json()
        self.assertEqual(body["price_from_minor"], 10000)
        self.assertEqual(body["currency"], self.company.currency_id.name)
        self.assertEqual(body["venue"]["tz"], "Asia/Kolkata")
        self.assertTrue(body["next_slot_at"].endswith("+05:30"))
        self.assertEqual(
            fields.Datetime.to_string(slot.start_at)[14:16],
            f"{(int(body['next_slot_at'][14:16]) + 30) % 60:02d}",
        )

    def test_search_and_paging(self):
        for name in ("Moon rocks", "100% Sun", "Sun_and moon"):
            self._make_exhibition(name, kind="show")

        def names(query):
            items = self.call("GET", f"/exhibitions?{query}").json()["items"]
            return sorted(item["name"] for item in items)

        self.assertEqual(names("search=moon"), ["Moon rocks", "Sun_and moon"])
        self.assertEqual(names("search=moon+sun"), ["Sun_and moon"])
        self.assertEqual(names("search=100%25"), ["100% Sun"])
        self.assertEqual(names("search=_"), ["Sun_and moon"])
        self.assertEqual(names("search=nothing+like+it"), [])
        self.assertEqual(len(names("kind=show")), 3)
        self.assertEqual(len(names("limit=2")), 2)
        self.assertEqual(len(names("limit=3&offset=3")), 1)
        slot = self._make_slot()
        self.assertEqual(names(f"date={self.local_day(slot)}"), ["Journey to Mars"])
        self.assertEqual(names("date=2099-01-01"), [])

    def test_days_times_and_categories(self):
        slot = self._make_slot(in_hours=48, capacity=10)
        day = self.local_day(slot)
        days = self.call("GET", f"{self.path}/available-dates?month={day[:7]}").json()
        self.assertEqual(days["tz"], "Asia/Kolkata")
        self.assertEqual(
            [item for item in days["items"] if item["date"] == day],
            [
                {
                    "date": day,
                    "status": "available",
                    "seats_left": 10,
                    "slots": 1,
                    "sale_starts_at": None,
                }
            ],
        )
        times = self.call("GET", f"{self.path}/time-slots?date={day}").json()
        (time,) = times["items"]
        self.assertEqual(time["id"], slot.id)
        self.assertEqual((time["capacity"], time["seats_left"]), (10, 10))
        self.assertEqual(time["status"], "available")
        self.assertTrue(time["start_at"].startswith(day))
        self.assertTrue(time["start_at"].endswith("+05:30"))
        body = self.call("GET", f"{self.path}/ticket-categories?slot_id={slot.id}")
        body = body.json()
        self.assertEqual(body["slot"]["id"], slot.id)
        self.assertEqual(
            [(item["name"], item["price_minor"]) for item in body["items"]],
            [("Adult", 20000), ("Child", 10000), ("Family", 50000)],
        )
        self.assertEqual(body["items"][2]["seats_per_ticket"], 4)

    def test_held_seats_are_not_free_and_unlimited_is_null(self):
        slot = self._make_slot(in_hours=48, capacity=4)
        self.env["museum.hold"]._take("api-test", slot, {self.adult.id: 3}, 15)
        hall = self._make_slot(in_hours=50, is_limited=False)
        items = []
        for day in sorted({self.local_day(slot), self.local_day(hall)}):
            answer = self.call("GET", f"{self.path}/time-slots?date={day}").json()
            items += answer["items"]
        shown = {item["id"]: item for item in items}
        self.assertEqual(shown[slot.id]["seats_left"], 1)
        self.assertEqual(shown[slot.id]["status"], "limited")
        self.assertIsNone(shown[hall.id]["seats_left"])
        self.assertIsNone(shown[hall.id]["capacity"])

    def test_bad_input_is_refused_cleanly(self):
        slot = self._make_slot()
        hidden = self._make_exhibition("Hidden", is_published=False)
        theirs = self.env["museum.slot"].create(
            {
                "exhibition_id": hidden.id,
                "start_at": fields.Datetime.now() + timedelta(days=1),
            }
        )
        dates, times = f"{self.path}/available-dates", f"{self.path}/time-slots"
        categories = f"{self.path}/ticket-categories"
        for path, status in [
            ("/exhibitions/0", 404),
            ("/exhibitions/-1", 404),
            ("/exhibitions/abc", 404),
            ("/exhibitions/99999999999999999999", 404),
            ("/exhibitions/2147483647", 404),
            ("/exhibitions/1e3", 404),
            ("/exhibitions/%F0%9F%A6%95", 404),
            ("/exhibitions/%D9%A3", 404),
            ("/exhibitions/1%27%20OR%201=1", 404),
            (f"/exhibitions/{hidden.id}", 404),
            (f"/exhibitions/{hidden.id}/available-dates?month=2026-03", 404),
            (f"/exhibitions/{hidden.id}/time-slots?date=2026-03-01", 404),
            (f"/exhibitions/{hidden.id}/ticket-categories", 404),
            (dates, 422),
            (f"{dates}?month=", 422),
            (f"{dates}?month=2026-13", 422),
            (f"{dates}?month=2026-00", 422),
            (f"{dates}?month=2026-1", 422),
            (f"{dates}?month=9999-99", 422),
            (f"{dates}?month=0000-01", 422),
            (f"{dates}?month=-001-01", 422),
            (f"{dates}?month=march", 422),
            (f"{dates}?month=%D9%A2%D9%A0%D9%A2%D9%A6-03", 422),
            (f"{dates}?month[]=2026-03", 422),
            (f"{dates}?month=2026-03&month=2026-04", 422),
            (f"{dates}?month=2026-03&exhibition=1", 422),
            (times, 422),
            (f"{times}?date=2026-02-30", 422),
            (f"{times}?date=tomorrow", 422),
            (f"{times}?date=2026-03-01T00:00", 422),
            (f"{times}?date=%00", 422),
            (f"{categories}?slot_id=abc", 422),
            (f"{categories}?slot_id=-1", 422),
            (f"{categories}?slot_id=99999999999999999999", 422),
            (f"{categories}?slot_id=2147483647", 404),
            (f"{categories}?slot_id={theirs.id}", 404),
            (f"{categories}?slot_id={slot.id}&slot_id=1", 422),
            ("/exhibitions?limit=0", 422),
            ("/exhibitions?limit=1000", 422),
            ("/exhibitions?offset=-1", 422),
            ("/exhibitions?offset=x", 422),
            ("/exhibitions?kind=castle", 422),
            ("/exhibitions?date=2026-99-99", 422),
            (f"/exhibitions?search={'x' * 101}", 422),
            ("/exhibitions?serach=x", 422),
        ]:
            with self.subTest(path=path):
                code = "not_found" if status == 404 else "invalid_request"
                self.assert_error(self.call("GET", path), status, code)

    def test_closed_and_cancelled_slots(self):
        slot = self._make_slot(in_hours=48)
        day = self.local_day(slot)
        url = f"{self.path}/time-slots?date={day}"
        slot._set_state("closed")
        self.assertEqual(self.call("GET", url).json()["items"][0]["status"], "closed")
        slot._set_state("cancelled")
        self.assertEqual(self.call("GET", url).json()["items"], [])

    def test_full_slot_offers_the_nearest_others(self):
        slot = self._make_slot(in_hours=48, capacity=2)
        others = [self._make_slot(in_hours=48 + h, capacity=5) for h in (1, 2, 3, 30)]
        exc = SlotFull("Full", slot_id=slot.id, seats_left=1, seats=4)
        found = errors.describe(exc, self.env)
        self.assertEqual((found.status, found.code), (409, "slot_full"))
        self.assertEqual(found.details["seats_left"], 1)
        self.assertEqual(
            [item["id"] for item in found.details["alternatives"]],
            [other.id for other in others[:3]],
        )
        self.assertTrue(found.details["alternatives"][0]["start_at"].endswith("+05:30"))

    def test_refused_group_is_offered_times_for_all_of_it(self):
        slot = self._make_slot(in_hours=48, capacity=5)
        self._make_slot(in_hours=49, capacity=3)
        enough = self._make_slot(in_hours=60, capacity=8)
        quantities = {self.family.id: 1, self.adult.id: 2}  # six seats
        with self.assertRaises(SlotFull) as refusal:
            self.env["museum.hold"]._take("group", slot, quantities, 15)
        found = errors.describe(refusal.exception, self.env)
        self.assertEqual(found.details["seats"], 6)
        self.assertEqual(
            [item["id"] for item in found.details["alternatives"]], [enough.id]
        )

    def test_rush_on_a_full_slot_looks_for_others_once(self):
        slot = self._make_slot(in_hours=48, capacity=2)
        other = self._make_slot(in_hours=49, capacity=5)
        exc = SlotFull("Full", slot_id=slot.id, seats_left=0, seats=2)
        errors.describe(exc, self.env)
        with self.assertQueryCount(0):
            found = errors.describe(exc, self.env)
        self.assertEqual(found.details["alternatives"][0]["id"], other.id)
        more = SlotFull("Full", slot_id=slot.id, seats_left=0, seats=6)
        self.assertEqual(errors.describe(more, self.env).details["alternatives"], [])

    def test_staff_see_the_same_as_the_public(self):
        self._make_exhibition("Hidden", is_published=False)
        self.authenticate("admin", "admin")
        body = self.call("GET", "/exhibitions").json()
        self.assertEqual(body["total"], 1)


@tagged("post_install", "-at_install")
class TestExhibitionApiCost(PublicCase):
    """Hot routes cost the same however much there is."""

    def _fill(self, days, per_day, offset=0):
        first = fields.Datetime.now().replace(hour=3, minute=30, second=0)
        self.env["museum.slot"].create(
            [
                {
                    "exhibition_id": self.exhibition.id,
                    "start_at": first
                    + timedelta(days=day, minutes=30 * number + offset),
                    "end_at": first
                    + timedelta(days=day, minutes=30 * number + offset + 20),
                    "capacity": 50,
                }
                for day in range(1, days + 1)
                for number in range(per_day)
            ]
        )

    def _queries(self, path):
        self.call("GET", path)  # fills Odoo's own caches
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        response = self.call("GET", path)
        self.assertEqual(response.status_code, 200)
        return self.env.cr.sql_log_count - before, len(response.content)

    @mute_logger("odoo.http")
    def test_queries_and_bytes_do_not_grow(self):
        self._fill(40, 1)
        month = f"{fields.Date.today() + timedelta(days=31):%Y-%m}"
        day = fields.Date.today() + timedelta(days=31)
        # Prices bring the shop's price lists and taxes along where it is installed;
        # the routes that pages poll have none.
        paths = {
            "/exhibitions": 40,
            self.path: 40,
            f"{self.path}/available-dates?month={month}": 8,
            f"{self.path}/time-slots?date={day}": 8,
            f"{self.path}/ticket-categories": 40,
        }
        small = {path: self._queries(path)[0] for path in paths}
        self.env["museum.slot"].search(
            [("exhibition_id", "=", self.exhibition.id)]
        ).unlink()
        self._fill(62, 18)
        for number in range(8):
            self._make_exhibition(f"More {number}")
        for path, limit in paths.items():
            with self.subTest(path=path):
                queries, size = self._queries(path)
                self.assertLessEqual(queries, small[path] + 1)
                self.assertLessEqual(queries, limit)
                self.assertLess(size, 20 * 1024)

    @mute_logger("odoo.http")
    def test_month_and_day_cost_the_same_for_10_slots_and_for_2000(self):
        self.venue.write({"is_limited": True, "capacity_max": 40})
        self._fill(10, 1)
        month = f"{fields.Date.today() + timedelta(days=5):%Y-%m}"
        day = fields.Date.today() + timedelta(days=5)
        paths = [
            f"{self.path}/available-dates?month={month}",
            f"{self.path}/time-slots?date={day}",
        ]
        small = [self._queries(path)[0] for path in paths]
        self._fill(100, 20, offset=10)
        for path, queries in zip(paths, small, strict=True):
            with self.subTest(path=path):
                found, size = self._queries(path)
                self.assertEqual(found, queries)
                self.assertLessEqual(found, 8)
                self.assertLess(size, 20 * 1024)


@tagged("post_install", "-at_install")
class TestFindPublic(PublicCase):
    """The narrow query and the domain agree on who may see an exhibition."""

    def _agree(self, website, found):
        exhibitions = self.env["museum.exhibition"]
        domain = exhibitions._public_domain(website)
        domain &= Domain("id", "=", self.exhibition.id)
        self.assertEqual(bool(exhibitions.search(domain)), found)
        self.assertEqual(
            exhibitions._find_public(website, self.exhibition.id),
            (self.exhibition, "Asia/Kolkata") if found else (exhibitions, None),
        )

    def test_what_visitors_may_see(self):
        website = self.env["website"].get_current_website()
        other = self.env["website"].create(
            {
                "name": "Other museum",
                "company_id": self.env["res.company"].create({"name": "Other"}).id,
            }
        )
        twin = self.env["website"].create(
            {"name": "Twin", "company_id": website.company_id.id}
        )
        for where, found in ((website, True), (twin, True), (other, False)):
            self._agree(where, found)
        self.exhibition.website_id = twin
        for where, found in ((website, False), (twin, True)):
            self._agree(where, found)
        for field in ("is_published", "active"):
            self.exhibition.write({"website_id": False, field: False})
            self._agree(website, False)
            self.exhibition[field] = True
        self._agree(website, True)
