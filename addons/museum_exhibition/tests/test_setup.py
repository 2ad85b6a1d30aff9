# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ROLES


@tagged("post_install", "-at_install")
class TestSetup(HttpCase):
    """From nothing to visitors who can book, in one sitting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.company = cls.website.company_id
        cls.manager = cls._make_user("manager")

    @classmethod
    def _make_user(cls, role):
        return new_test_user(
            cls.env,
            login=f"setup_{role}",
            groups=ROLES[role],
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _wizard(self, **vals):
        """The wizard as a manager sees it, filled in to the end."""
        filled = {
            "name": "Science Centre",
            "museum_code": "SCI",
            "tz": "Asia/Kolkata",
            "venue_id": False,
            "venue_name": "Main building",
            "street": "Hill Road 1",
            "city": "Pune",
            "title": "Journey to Mars",
            "open_mon": True,
            "mon": True,
            "capacity": 12,
            "summary": "Walk on Mars",
            **vals,
        }
        setup = self.env["museum.setup"].with_user(self.manager).create(filled)
        for line, price in zip(setup.line_ids, (200, 100, 150), strict=True):
            line.price = price
        return setup

    def _api(self, path):
        response = self.url_open(f"/api/v1{path}")
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def test_four_steps_and_visitors_find_times_and_prices(self):
        setup = self._wizard()
        for step in ("venue", "exhibition", "sale", "ready"):
            action = setup.action_next()
            self.assertEqual(setup.step, step)
            self.assertEqual(action["res_id"], setup.id)
        promised = len(setup._openings())
        self.assertIn(f"{promised} slots", setup.outcome)
        action = setup.action_finish()
        exhibition = self.env["museum.exhibition"].browse(
            action["params"]["next"]["res_id"]
        )
        self.assertEqual(exhibition.state, "published")
        self.assertEqual(len(exhibition.slot_ids), promised)
        self.assertEqual(exhibition.company_id, self.company)
        self.assertEqual(
            (self.company.museum_code, self.company.name), ("SCI", "Science Centre")
        )
        self.assertEqual(len(exhibition.venue_id.opening_hour_ids), 7)
        self.assertEqual(exhibition.slot_ids[0].capacity, 12)
        self._see_as_visitor(exhibition, action["params"]["links"][0]["url"])

    def _see_as_visitor(self, exhibition, url):
        self.authenticate(None, None)
        self.env.flush_all()
        self.assertIn("Journey to Mars", self.url_open(url).text)
        root = f"/exhibitions/{exhibition.id}"
        tomorrow = fields.Date.today() + timedelta(days=1)
        days = self._api(f"{root}/available-dates?month={tomorrow:%Y-%m}")
        by_date = {day["date"]: day for day in days["items"]}
        self.assertEqual(by_date[f"{tomorrow:%Y-%m-%d}"]["status"], "available")
        slots = self._api(f"{root}/time-slots?date={tomorrow:%Y-%m-%d}")
        self.assertEqual({slot["seats_left"] for slot in slots["items"]}, {12})
        categories = self._api(f"{root}/ticket-categories")["items"]
        self.assertEqual(
            [category["name"] for category in categories],
            ["Adult", "Child", "Student"],
        )

    def test_no_two_museums_have_one_code(self):
        companies = self.env["res.company"]
        codes = [
            companies.create({"name": name}).museum_code
            for name in (
                "Far Planetarium",
                "FAR PLACE",
                "Science Museum of Leeds",
                "館",
            )
        ]
        self.assertEqual(codes[:3], ["FARP", "FARP2", "SMOL"])
        self.assertTrue(codes[3].startswith("MUSE"))
        self.company.museum_code = "SCIM"
        self.company.name = "Renamed"
        self.assertEqual(self.company.museum_code, "SCIM")
        with self.assertRaises(UserError) as caught:
            self._wizard(museum_code="SMOL").action_next()
        self.assertIn("Science Museum of Leeds", str(caught.exception))
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            with self.cr.savepoint():
                self.company.museum_code = "SMOL"
                self.env.flush_all()

    def test_each_step_says_what_is_missing(self):
        table = (
            ("museum", {"museum_code": "no"}, "2 to 6 capital"),
            ("museum", {"name": " "}, "museum's name"),
            ("museum", {"tz": False}, "time zone"),
            ("venue", {"street": ""}, "street and city"),
            ("venue", {"is_venue_limited": True}, "how many visitors"),
            ("venue", {"opens": 18, "closes": 10}, "begin before"),
            (
                "venue",
                {f"open_{day}": False for day in "mon tue wed thu fri sat sun".split()},
                "days on which",
            ),
            ("exhibition", {"title": False}, "title"),
            ("exhibition", {"capacity": 0}, "how many seats"),
            ("exhibition", {"duration_minutes": 0}, "5 minutes"),
            ("exhibition", {"duration_minutes": 10**5}, "7 days"),
            ("exhibition", {"capacity": -1}, "1,000,000"),
            ("sale", {"every_minutes": 0}, "5 minutes apart"),
            ("sale", {"first_start_hour": 25}, "23:59"),
            ("sale", {"line_ids": [Command.clear()]}, "at least one ticket"),
            ("sale", {"date_from": "2001-01-01", "date_to": "2001-02-01"}, "no slot"),
        )
        for step, vals, words in table:
            with self.subTest(step=step, vals=vals):
                setup = self._wizard()
                setup.step = step
                setup.write(vals)
                with self.assertRaises(UserError) as caught:
                    setup.action_next()
                self.assertIn(words, str(caught.exception))
                self.assertEqual(setup.step, step)
                with self.assertRaises(UserError):
                    setup.action_finish()

    def test_a_familys_ticket_takes_its_seats(self):
        setup = self._wizard(capacity=10)
        setup.step = "sale"
        family = setup.line_ids[0]
        for seats in (0, 11):
            family.seats_per_ticket = seats
            with self.assertRaisesRegex(UserError, "between 1 and 10 seats"):
                setup.action_next()
        family.seats_per_ticket = 4
        setup.action_next()
        exhibition = setup._make_all()
        self.assertEqual(exhibition.category_ids.mapped("seats_per_ticket"), [4, 1, 1])

    def test_free_admission_is_said_and_not_forgotten(self):
        setup = self._wizard()
        setup.line_ids.price = 0
        setup.step = "sale"
        with self.assertRaises(UserError):
            setup.action_next()
        setup.is_free = True
        setup.action_next()
        self.assertEqual(setup.step, "ready")

    def test_going_back_keeps_what_was_typed(self):
        setup = self._wizard(title="Kept")
        for _step in range(4):
            setup.action_next()
        setup.first_start_hour = 11.5
        for _step in range(4):
            setup.action_back()
        self.assertEqual((setup.step, setup.title), ("museum", "Kept"))
        for _step in range(4):
            setup.action_next()
        self.assertEqual(setup.first_start_hour, 11.5)
        setup.action_back()
        self.assertEqual(setup.line_ids.mapped("price"), [200, 100, 150])

    def test_nothing_is_made_before_the_end_and_all_or_nothing_then(self):
        before = self.env["museum.exhibition"].search_count([])
        setup = self._wizard(title="Never")
        for _step in range(4):
            setup.action_next()
        self.assertEqual(self.env["museum.exhibition"].search_count([]), before)
        self.env["museum.closure"].create(
            {
                "name": "Works",
                "company_id": self.company.id,
                "date_from": fields.Date.today() - timedelta(days=1),
                "date_to": fields.Date.today() + timedelta(days=800),
            }
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            setup.action_finish()
        self.env.invalidate_all()
        self.assertEqual(self.env["museum.exhibition"].search_count([]), before)
        self.assertNotEqual(self.company.name, "Science Centre")

    def test_draft_is_for_staff_only(self):
        action = self._wizard(publish=False).action_finish()
        exhibition = self.env["museum.exhibition"].browse(action["res_id"])
        self.assertEqual((exhibition.state, exhibition.slot_count), ("draft", 0))

    def test_second_run_takes_the_venue_that_exists(self):
        first = self._wizard().action_finish()["params"]["next"]["res_id"]
        venue = self.env["museum.exhibition"].browse(first).venue_id
        setup = self._wizard(title="Second", venue_id=venue.id, street=False)
        second = setup.action_finish()["params"]["next"]["res_id"]
        self.assertEqual(self.env["museum.exhibition"].browse(second).venue_id, venue)

    def test_another_museum_gets_a_website_of_its_own(self):
        other = self.env["res.company"].create({"name": "Other museum"})
        self.manager.write(
            {"company_ids": [Command.link(other.id)], "company_id": other.id}
        )
        self.env.flush_all()
        setups = self.env["museum.setup"].with_user(self.manager)
        setups = setups.with_context(allowed_company_ids=other.ids)
        setup = setups.create(
            {
                **{"name": "Far", "museum_code": "FAR", "tz": "Europe/London"},
                **{"venue_name": "Hall", "street": "1 Road", "city": "London"},
                "title": "Trains",
            }
        )
        setup.line_ids.price = 5
        with self.assertRaises(UserError) as caught:
            setup.action_next()
        self.assertIn("address", str(caught.exception))
        setup.website_domain = "https://far.example.com"
        action = setup.action_finish()
        website = self.env["website"].search([("company_id", "=", other.id)])
        self.assertEqual(website.domain, "https://far.example.com")
        self.assertNotEqual(self.company.museum_code, "FAR")
        (link,) = action["params"]["links"]
        self.assertTrue(link["url"].startswith("https://far.example.com/exhibitions/"))
        website.domain = False
        told = setup._show_exhibition(
            self.env["museum.exhibition"].search([("name", "=", "Trains")])
        )["params"]
        self.assertFalse(told["links"])
        self.assertIn("cannot reach it yet", told["message"])
        exhibition = self.env["museum.exhibition"].search([("name", "=", "Trains")])
        self.assertEqual(exhibition.company_id, other)
        self.assertEqual(exhibition.tz, "Europe/London")

    def test_managers_only(self):
        for role in ("desk", "gate", "employee"):
            user = self._make_user(role)
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["museum.setup"].with_user(user).create({"title": "x"})
