# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..controllers.serializers import iso
from ..models import ir_websocket, museum_slot_live
from .common import MuseumCommon


@tagged("post_install", "-at_install")
class TestSeatsLive(MuseumCommon, TransactionCase):
    """What is pushed to those who watch an exhibition, and who may watch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_museum()
        cls.slot = cls._make_slot(capacity=10)

    def _told(self, *slots):
        """What is sent about these slots: ``[(channel, type, payload), ...]``"""
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        ids = {slot.id for slot in slots}
        with patch.object(self.env.registry["bus.bus"], "_ensure_hooks") as _hooks:
            self.env.cr.precommit.data["bus.bus.values"] = sent = []
            self.env.cr.postcommit.data["bus.bus.channels"] = set()
            self.env["museum.slot"]._tell_seats(ids)
        self.env.cr.precommit.data.pop("bus.bus.values")
        self.env.cr.postcommit.data.pop("bus.bus.channels")
        found = []
        for values in sent:
            message = json.loads(values["message"])
            channel = json.loads(values["channel"])[1]
            found.append((channel, message["type"], message["payload"]))
        return found

    def test_seats_of_all_slots_go_in_one_message(self):
        other = self._make_slot(in_hours=48, is_limited=False)
        self.env["museum.hold"]._take("a", self.slot, {self.adult.id: 3}, 15)
        ((channel, kind, payload),) = self._told(self.slot, other)
        self.assertEqual(channel, f"museum.exhibition.{self.exhibition.id}")
        self.assertEqual(kind, "museum.seats")
        self.assertEqual(
            payload["slots"],
            [
                {
                    "id": self.slot.id,
                    "date": str(self.slot.local_date),
                    "start_at": iso(self.slot.start_at, self.slot.tz),
                    "end_at": iso(self.slot.end_at, self.slot.tz),
                    "seats_left": 7,
                    "status": "available",
                },
                {
                    "id": other.id,
                    "date": str(other.local_date),
                    "start_at": iso(other.start_at, other.tz),
                    "end_at": iso(other.end_at, other.tz),
                    "seats_left": None,
                    "status": "available",
                },
            ],
        )
        self.assertEqual(set(payload), {"slots", "at"})

    def test_a_closed_slot_is_told_as_closed(self):
        self.slot._set_state("closed")
        ((_channel, _kind, payload),) = self._told(self.slot)
        self.assertEqual(payload["slots"][0]["status"], "closed")

    def test_nothing_is_told_of_what_is_not_published(self):
        self.exhibition.is_published = False
        self.assertFalse(self._told(self.slot))
        self.exhibition.is_published = True
        self.exhibition.active = False
        self.assertFalse(self._told(self.slot))

    def test_slots_under_the_same_maximum_change_along(self):
        self.venue.write({"is_limited": True, "capacity_max": 5})
        both = self.env["museum.slot"]
        for name in ("One", "Two"):
            exhibition = self._make_exhibition(name)
            both |= self._make_slot(in_hours=96, exhibition_id=exhibition.id)
        adult = self._make_category("Adult", exhibition_id=both[0].exhibition_id.id)
        self.env["museum.hold"]._take("a", both[0], {adult.id: 4}, 15)
        seats = {
            slot["id"]: slot["seats_left"]
            for _channel, _kind, payload in self._told(both[0])
            for slot in payload["slots"]
        }
        self.assertEqual(seats, dict.fromkeys(both.ids, 1))

    def test_moves_of_a_transaction_are_gathered(self):
        self.env.cr.postcommit.data.pop(museum_slot_live._MOVED, None)
        other = self._make_slot(in_hours=48)
        self.slot._seats_moved()
        (self.slot | other)._seats_moved()
        moved = self.env.cr.postcommit.data[museum_slot_live._MOVED]
        self.assertEqual(moved, {self.slot.id, other.id})

    def test_opening_and_closing_is_told(self):
        for state in ("closed", "open", "cancelled"):
            self.env.cr.postcommit.data.pop(museum_slot_live._MOVED, None)
            self.slot._set_state(state)
            moved = self.env.cr.postcommit.data.get(museum_slot_live._MOVED)
            self.assertEqual(moved, {self.slot.id}, state)

    def test_what_the_engine_moves_is_told(self):
        def moved_by(move):
            self.env.cr.postcommit.data.pop(museum_slot_live._MOVED, None)
            move()
            return self.env.cr.postcommit.data.get(museum_slot_live._MOVED)

        holds = self.env["museum.hold"]
        for move in (
            lambda: holds._take("told", self.slot, {self.adult.id: 3}, 15),
            lambda: holds._resize("told", {self.adult.id: 2}),
            lambda: holds._release(["told"]),
            lambda: self.slot._set_limit(capacity=20),
            lambda: self.slot._block_seats(2, "Guests"),
        ):
            self.assertEqual(moved_by(move), {self.slot.id})

    def _channels(self, *wanted, host="localhost"):
        """What a visitor's socket is subscribed to, of what it asked for."""
        asks = SimpleNamespace(
            session=SimpleNamespace(uid=None, get=lambda name: None),
            httprequest=SimpleNamespace(host=host),
        )
        public = self.env.ref("base.public_user")
        with (
            patch.object(ir_websocket, "wsrequest", asks),
            patch("odoo.addons.bus.models.ir_websocket.wsrequest", asks),
        ):
            sockets = self.env["ir.websocket"].with_user(public)
            given = sockets._build_bus_channel_list(list(wanted))
        return [name for name in given if isinstance(name, str) and name != "broadcast"]

    def test_visitors_watch_only_what_they_may_see(self):
        hidden = self._make_exhibition("Hidden", is_published=False)
        company = self.env["res.company"].create({"name": "Other museum"})
        venue = (
            self.env["museum.venue"]
            .with_context(allowed_company_ids=company.ids)
            .create({"name": "There", "tz": "UTC", "company_id": company.id})
        )
        theirs = self._make_exhibition("Theirs", venue_id=venue.id)
        mine = f"museum.exhibition.{self.exhibition.id}"
        given = self._channels(
            "somebody_elses",
            mine,
            f"museum.exhibition.{hidden.id}",
            f"museum.exhibition.{theirs.id}",
            f"museum.exhibition.{self.exhibition.id} ",
            "museum.exhibition.0",
            "museum.exhibition.99999999999999999999",
            "museum.",
            "museum.exhibition.1;2",
        )
        self.assertEqual(given, ["somebody_elses", mine])

    def test_a_second_museum_watches_its_own(self):
        company = self.env["res.company"].create({"name": "Other museum"})
        self.env["website"].create(
            {
                "name": "Other",
                "domain": "https://other.example.com",
                "company_id": company.id,
            }
        )
        venue = (
            self.env["museum.venue"]
            .with_context(allowed_company_ids=company.ids)
            .create({"name": "There", "tz": "UTC", "company_id": company.id})
        )
        theirs = self._make_exhibition("Theirs", venue_id=venue.id)
        wanted = [
            f"museum.exhibition.{self.exhibition.id}",
            f"museum.exhibition.{theirs.id}",
        ]
        given = self._channels(*wanted, host="other.example.com")
        self.assertEqual(given, wanted[1:])

    def test_only_so_many_are_watched_at_once(self):
        wanted = [f"museum.exhibition.{number}" for number in range(1, 500)]
        with patch.object(
            type(self.env["museum.exhibition"]), "search", autospec=True
        ) as search:
            search.return_value = self.env["museum.exhibition"]
            self._channels(*wanted)
        domain = str(search.call_args.args[1])
        self.assertLess(len(domain), 1500)
