# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every way that a visit can leave a cart: its seats are everybody's afterwards.

After each of them counters, ledger, bookings and order lines tell the same story; see
`assertSame`.
"""

from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MuseumBookingHttpCase

LIVE = ("pending", "awaiting_payment", "confirmed")


@tagged("post_install", "-at_install")
class TestVanishing(MuseumBookingHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = cls.env.ref("sales_team.group_sale_manager")
        cls.manager.write({"group_ids": [(4, groups.id)]})

    def setUp(self):
        super().setUp()
        # Two visits, so that what stays is seen to stay.
        self.gone = self.booking(self.add(adult=2, child=1))
        self.kept = self.booking(self.add(slot=self.slot2, adult=1))
        self.order = self.gone.order_id
        self.assertSame(self.slot, 3)
        self.assertSame(self.slot2, 1)

    def assertSame(self, slot, seats):
        """Counter, ledger, live bookings and their lines: so many seats of the slot."""
        self.assertSeatsAgree()
        bookings = self.env["museum.booking"].sudo().search([("slot_id", "=", slot.id)])
        live = bookings.filtered(lambda booking: booking.state in LIVE)
        holds = (
            self.env["museum.hold"]
            .sudo()
            .search([("slot_id", "=", slot.id), ("state", "in", ("active", "sold"))])
        )
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("museum_booking_id", "in", bookings.ids),
                    ("order_id.state", "!=", "cancel"),
                ]
            )
        )
        found = {
            "counter": self._taken(slot),
            "ledger": sum(holds.mapped("seats")),
            "bookings": sum(live.mapped("visitors")),
            "lines": int(
                sum(
                    line.product_uom_qty * line.museum_category_id.seats_per_ticket
                    for line in lines
                )
            ),
        }
        self.assertEqual(found, dict.fromkeys(found, seats))

    def assertGone(self, state="cancelled", kept=1):
        self.env.invalidate_all()
        if self.gone.exists():
            self.assertEqual(self.gone.state, state)
        self.assertSame(self.slot, 0)
        self.assertSame(self.slot2, kept)

    def sweep(self):
        """The jobs, without the commits between their steps."""
        jobs = self.registry["ir.cron"]
        with patch.object(jobs, "_commit_progress", return_value=float("inf")):
            self.env["museum.booking"]._cron_sweep()
        self.env["museum.hold"]._cron_sweep()

    def assertRefused(self, call):
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                call()
                self.env.flush_all()
        except (UserError, IntegrityError):
            self.env.invalidate_all()
        else:
            self.fail("It was not refused")

    def as_manager(self, records):
        return records.with_user(self.manager).sudo(False)

    # === BY THE VISITOR === #

    def test_removed(self):
        self.api("DELETE", f"/cart/items/{self.gone.name}", status=200)
        self.assertGone()

    def test_moved_to_another_time(self):
        body = {
            "slot_id": self.slot2.id,
            "categories": [{"id": self.adult.id, "quantity": 2}],
        }
        self.api("PATCH", f"/cart/items/{self.gone.name}", body, status=200)
        self.assertGone(kept=3)

    def test_fewer_tickets(self):
        """Some of its seats go, at once."""
        for left in ({"adult": 2}, {"adult": 1}):
            categories = [
                {"id": getattr(self, key).id, "quantity": number}
                for key, number in left.items()
            ]
            body = {"categories": categories}
            self.api("PATCH", f"/cart/items/{self.gone.name}", body, status=200)
            self.assertSame(self.slot, left["adult"])
        self.assertSame(self.slot2, 1)

    def test_numbers_by_odoos_own_route(self):
        for line in self.gone.line_ids:
            self.rpc("/shop/cart/update", line_id=line.id, quantity=0)
        self.assertGone()

    def test_one_of_its_lines_by_odoos_own_route(self):
        line = self.gone.line_ids.filtered(
            lambda line: line.museum_category_id == self.child
        )
        self.rpc("/shop/cart/update", line_id=line.id, quantity=0)
        self.env.invalidate_all()
        self.assertEqual(self.gone._wanted(), {self.adult.id: 2})
        self.assertSame(self.slot, 2)

    def test_cleared_by_odoos_own_route(self):
        self.rpc("/shop/cart/clear")
        self.assertGone(kept=0)

    def test_cleared(self):
        self.api("DELETE", "/cart", status=200)
        self.assertGone(kept=0)

    # === BY THE CLOCK === #

    def test_clock_noticed_by_the_visitor(self):
        self._run_out(self.gone)
        self.api("GET", "/cart")
        self.assertGone("expired")

    def test_clock_noticed_by_the_job(self):
        """Session lost: nobody looks at the cart any more."""
        self._run_out(self.gone)
        self.sweep()
        self.assertGone("expired")

    # === MERGED AND FOUND AGAIN === #

    def test_merged_into_another_cart(self):
        """The seats go along; the old cart ends without giving any back."""
        public = self.website.user_id.partner_id
        other = self._new_order(public)
        moved = self._book(other, adult=2)
        other._portal_ensure_token()
        self.env.flush_all()
        self.url_open(
            f"/shop/cart?id={other.id}&access_token={other.access_token}"
            "&revive_method=merge"
        )
        self.env.invalidate_all()
        self.assertEqual((moved.order_id, other.state), (self.order, "cancel"))
        self.assertSame(self.slot, 5)
        self.assertSame(self.slot2, 1)

    def test_squashed_by_another_cart(self):
        """The session forgets this cart: the clock gives its seats back."""
        other = self._new_order(self.website.user_id.partner_id)
        other._portal_ensure_token()
        self.env.flush_all()
        self.url_open(
            f"/shop/cart?id={other.id}&access_token={other.access_token}"
            "&revive_method=squash"
        )
        self.assertSame(self.slot, 3)
        self._run_out(self.gone, self.kept)
        self.sweep()
        self.assertGone("expired", kept=0)

    def test_logged_in_customer_finds_his_cart_after_losing_the_session(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        mine = self.booking(self.add(adult=1))
        self.authenticate("bkc_visitor", "bkc_visitor")  # another session
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual([item["reference"] for item in cart["items"]], [mine.name])
        self.assertSame(self.slot, 4)

    def test_another_website(self):
        """A session that comes to another website leaves this cart to its clock."""
        other = self.env["website"].create({"name": "Other"})
        self.order.website_id = other
        self.env.flush_all()
        cart = self.api("GET", "/cart", status=200)
        self.assertEqual(cart["items"], [])
        self.assertSame(self.slot, 3)
        self._run_out(self.gone, self.kept)
        self.sweep()
        self.assertGone("expired", kept=0)

    # === BY STAFF === #

    def test_order_cancelled(self):
        self.as_manager(self.order).action_cancel()
        self.assertGone(kept=0)

    def test_order_deleted(self):
        self.as_manager(self.order).unlink()
        self.assertGone(kept=0)

    def test_line_deleted(self):
        self.as_manager(self.gone.line_ids).unlink()
        self.assertGone()

    def test_line_set_to_nothing(self):
        for line in self.as_manager(self.gone.line_ids):
            line.product_uom_qty = 0
        self.assertGone()

    def test_booking_cancelled(self):
        wizard = self.as_manager(self.env["museum.booking.cancel"]).create(
            {"booking_id": self.gone.id, "reason": "A mistake"}
        )
        wizard.action_cancel_booking()
        self.assertGone()

    def test_booking_is_not_deleted_beside_its_order(self):
        self.assertRefused(self.as_manager(self.gone).unlink)
        self.assertSame(self.slot, 3)

    def test_slot_cancelled(self):
        self.slot._set_state("cancelled", "The projector is broken")
        self.assertGone("expired")

    def test_slot_closed(self):
        """Who has seats keeps them: he may pay until his clock ends."""
        self.slot._set_state("closed")
        self.api("GET", "/cart")
        self.assertSame(self.slot, 3)
        self._run_out(self.gone)
        self.api("GET", "/cart")
        self.assertGone("expired")

    def test_product_is_not_archived_beside_its_ticket(self):
        """Odoo would take such lines out as the visitor looks at his cart."""
        self.assertRefused(self.adult.product_id.action_archive)
        self.url_open("/shop/cart")
        self.assertSame(self.slot, 3)

    def test_category_archived(self):
        self.child.active = False
        self.env.flush_all()
        self.url_open("/shop/cart")
        self.env.invalidate_all()
        seats = self._taken()
        self.assertIn(seats, (2, 3))
        self.assertSame(self.slot, seats)

    def test_exhibition_unpublished(self):
        """Nothing new is sold; who has seats may pay until his clock ends."""
        self.exhibition.action_draft()
        self.env.flush_all()
        self.url_open("/shop/cart")
        self.assertSame(self.slot, 3)
        self._run_out(self.gone, self.kept)
        self.url_open("/shop/cart")
        self.assertGone("expired", kept=0)

    def test_exhibition_archived(self):
        try:
            with self.env.cr.savepoint():
                self.exhibition.active = False
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()  # refused while people are in it: fine, too
        self.url_open("/shop/cart")
        self.assertSame(self.slot, 3)
        self._run_out(self.gone, self.kept)
        self.sweep()
        self.assertGone("expired", kept=0)

    def test_visitor_deleted(self):
        """Whoever has an order stays on record, and with him his seats."""
        partner = self.env["res.partner"].create({"name": "Somebody"})
        self.order.partner_id = partner
        self.env.flush_all()
        self.assertRefused(partner.unlink)
        self.assertSame(self.slot, 3)
