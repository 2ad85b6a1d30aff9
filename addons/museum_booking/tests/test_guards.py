# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What staff may not do by writing fields or calling methods past the screens."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import MuseumBookingCase, MuseumBookingHttpCase

REPORT = "museum_booking.report_booking_tickets"


class GuardSetup:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()
        sales = cls.env.ref("sales_team.group_sale_salesman_all_leads")
        # A desk that also works with Odoo's orders: only so it can write to them.
        (cls.desk | cls.manager).write({"group_ids": [(4, sales.id)]})

    def _confirmed(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        return booking

    def as_user(self, records, user):
        return records.with_user(user).sudo(False)

    def other_manager(self):
        """A manager of another museum, and what he uses as context."""
        company = self.env["res.company"].create({"name": "Other museum"})
        return new_test_user(
            self.env,
            login="bkc_other_manager",
            groups="museum_exhibition.group_museum_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )


@tagged("post_install", "-at_install")
class TestGuards(GuardSetup, MuseumBookingCase):
    # === OTHER COMPANIES === #

    def test_manager_of_another_museum_has_no_buttons_here(self):
        booking = self._confirmed()
        booking._flag_attention("test")
        user = self.other_manager()
        theirs = self.as_user(booking, user).with_context(
            allowed_company_ids=user.company_id.ids
        )
        for method in (
            "action_resolve_attention",
            "action_cancel_wizard",
            "action_send_tickets",
            "action_view_order",
            "action_view_invoices",
            "action_view_payments",
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(theirs, method)()
        self.assertEqual(booking.money_state, "needs_attention")
        for model, vals in (
            ("museum.booking.cancel", {"booking_id": booking.id}),
            ("museum.ticket.reissue", {"ticket_ids": [(6, 0, booking.ticket_ids.ids)]}),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                theirs.env[model].create({**vals, "reason": "x"})
        self.env.invalidate_all()
        spec = dict.fromkeys(
            ("booking_id", "visitors", "amount_sold", "quote_amount"), {}
        )
        with self.assertRaises(AccessError):
            theirs.env["museum.booking.cancel"].onchange(
                {"booking_id": booking.id}, ["booking_id"], spec
            )

    # === CODES === #

    def test_codes_and_tokens_are_for_the_desk(self):
        booking = self._confirmed(adult=2)
        booking._portal_ensure_token()
        ticket = booking.ticket_ids[0]
        for user in (self.gate, self.accountant):
            for record, name in (
                (booking, "access_token"),
                (booking, "code"),
                (ticket, "code"),
            ):
                mine = self.as_user(record, user)
                with self.subTest(user=user.login, name=name):
                    with self.assertRaises(AccessError):
                        mine.read([name])
                    with self.assertRaises(AccessError):
                        mine.search([(name, "=like", "T%")])
            mine = self.as_user(ticket, user)
            self.assertNotIn(ticket.code, mine.display_name)
            self.assertIn(booking.name, mine.display_name)
            self.assertTrue(mine.name_search(booking.name))
            self.assertFalse(mine.name_search(ticket.code))
        desk = self.as_user(ticket, self.desk)
        self.assertEqual(desk.display_name, ticket.code)
        self.assertEqual(desk.name_search(ticket.code)[0][0], ticket.id)

    def test_gate_opens_its_views(self):
        for model in ("museum.booking", "museum.ticket"):
            records = self.env[model].with_user(self.gate)
            for kind in ("list", "form", "search"):
                arch = records.get_view(view_type=kind)["arch"]
                self.assertNotIn('"access_token"', arch)
        arch = self.env["museum.ticket"].with_user(self.gate).get_view()["arch"]
        self.assertNotIn('name="code"', arch)

    def test_seat_tokens_are_not_readable(self):
        hold = self._hold(self._book(self._new_order()))
        for user in (self.desk, self.manager):
            mine = self.as_user(hold, user)
            self.assertTrue(mine.display_name)
            with self.assertRaises(AccessError):
                mine.read(["token"])

    def test_reissue_tells_no_code_that_admits(self):
        booking = self._confirmed()
        new = booking.ticket_ids._reissue("lost")
        self.assertNotIn(new.code, " ".join(booking.message_ids.mapped("body")))

    def test_tickets_are_printed_by_the_desk_alone(self):
        booking = self._confirmed()
        for user in (self.gate, self.accountant):
            reports = self.env["ir.actions.report"].with_user(user)
            for name, ids in (
                (REPORT, booking.ids),
                ("museum_booking.report_ticket", booking.ticket_ids.ids),
            ):
                with self.subTest(user=user.login, name=name):
                    with self.assertRaises(AccessError):
                        reports._render_qweb_pdf(name, ids)
                    with self.assertRaises(AccessError):
                        reports._render_qweb_html(name, ids)

    # === FIXED FIELDS === #

    def test_fixed_fields_of_bookings_and_tickets(self):
        booking = self._confirmed()
        mine = self.as_user(booking, self.manager)
        for vals in (
            {"partner_id": self.stranger.partner_id.id},
            {"access_token": "mine"},
            {"amount_total": 0.0},
            {"start_at": "2026-01-01 00:00:00"},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                mine.write(vals)
        ticket = self.as_user(booking.ticket_ids, self.manager)
        for vals in (
            {"company_id": self.company.id},
            {"partner_id": self.stranger.partner_id.id},
            {"category_id": self.child.id},
            {"exhibition_id": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                ticket.write(vals)

    # === PRICE === #

    def test_desk_cannot_give_tickets_away(self):
        order, booking = self._ready_to_pay(adult=2)
        line = self.as_user(booking.line_ids, self.desk)
        total = order.amount_total
        mug = self.env["product.product"].create({"name": "Mug", "type": "service"})
        for vals in (
            {"price_unit": 0.0},
            {"discount": 100.0},
            {"tax_ids": [Command.clear()]},
            {"price_total": 0.0},
            {"price_unit": 0.0, "product_uom_qty": 3},
            {"price_unit": 0.0, "technical_price_unit": 0.0},
            {"product_id": mug.id},
            {"museum_booking_id": False},
        ):
            for writer in (line, line.with_context(museum_writer=True)):
                with self.subTest(vals), self.assertRaises(UserError):  # or AccessError
                    writer.write(vals)
        mine = self.as_user(order, self.desk)
        pricelist = self.env["product.pricelist"].create({"name": "Free"})
        for vals in (
            {"order_line": [Command.update(line.id, {"price_unit": 0.0})]},
            {
                "order_line": [
                    Command.create({"product_id": mug.id, "price_unit": -total})
                ]
            },
            {"amount_total": 0.0},
            {"pricelist_id": pricelist.id},
            {"prepayment_percent": 0.1},
            {"require_payment": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                mine.write(vals)
        with self.assertRaises(AccessError):
            self.env["sale.order.discount"].with_user(self.desk).create(
                {
                    "sale_order_id": order.id,
                    "discount_type": "sol_discount",
                    "discount_percentage": 1.0,
                }
            ).action_apply_discount()
        self.env.invalidate_all()
        self.assertEqual(order.amount_total, total)

    def test_other_products_of_the_order_are_sold_as_ever(self):
        order = self._new_order()
        self._book(order, adult=1)
        mug = self.env["product.product"].create({"name": "Mug", "type": "service"})
        mine = self.as_user(order, self.desk)
        mine.write({"order_line": [Command.create({"product_id": mug.id})]})
        line = mine.order_line.filtered(lambda line: line.product_id == mug)
        line.write({"price_unit": 5.0})
        with self.assertRaises(AccessError):
            line.write({"price_unit": -5.0})
        self.assertEqual(line.price_unit, 5.0)

    def test_desk_sends_what_the_form_has(self):
        booking = self._book(self._new_order(), adult=2)
        line = self.as_user(booking.line_ids, self.desk)
        line.write(
            {
                "price_unit": line.price_unit,
                "discount": 0.0,
                "tax_ids": [Command.set(line.tax_ids.ids)],
                "name": "Two adults",
            }
        )
        line.write({"product_uom_qty": 3})
        self.assertEqual(line.price_subtotal, 600.0)
        self.assertSeatsAgree()

    def test_odoo_takes_the_price_of_another_price_list_of_a_cart(self):
        order = self._new_order()
        booking = self._book(order, adult=1)
        self.adult.price = 230.0
        self.as_user(order, self.desk).action_update_prices()
        self.assertEqual(booking.line_ids.price_unit, 200.0, "held with the seats")
        order.pricelist_id = self._fixed_pricelist(self.adult, 250.0)
        self.as_user(order, self.desk).action_update_prices()
        self.assertEqual(booking.line_ids.price_unit, 250.0)
        self.as_user(order, self.desk).action_update_taxes()
        self.assertEqual(booking.line_ids.tax_ids, self.tax)

    def test_a_manager_changes_the_price_and_is_named(self):
        booking = self._book(self._new_order(), adult=1)
        line = self.as_user(booking.line_ids, self.manager)
        line.write({"price_unit": 150.0, "discount": 10.0})
        self.assertEqual(line.price_subtotal, 135.0)
        log = " ".join(booking.message_ids.mapped("body"))
        for words in (self.manager.name, "200.0 → 150.0", "0.0 → 10.0"):
            self.assertIn(words, log)

    # === MOVES === #

    def test_lines_are_moved_by_the_merge_of_carts_alone(self):
        order = self._new_order()
        booking = self._book(order, adult=1)
        target = self._new_order()
        for user in (self.desk, self.manager):
            line = self.as_user(booking.line_ids, user)
            with self.assertRaises(UserError):
                line.write({"order_id": target.id})
            with self.assertRaises(UserError):
                self.as_user(target, user).write(
                    {"order_line": [Command.link(line.id)]}
                )
        line = booking.line_ids.sudo()
        foreign = self._new_order(self.stranger.partner_id)
        cancelled = self._new_order()
        cancelled._action_cancel()
        for wrong in (foreign, cancelled):
            with self.assertRaises(UserError):
                line.write({"order_id": wrong.id})
        line.write({"order_id": target.id})
        self.assertEqual(booking.order_id, target)
        self.assertSeatsAgree()

    def test_whose_visits_they_are_is_the_managers_to_change(self):
        order, _booking = self._ready_to_pay()
        self._capture(self._new_tx(order))
        stranger = self.stranger.partner_id
        for user in (self.salesman, self.sale_manager):
            for vals in (
                {"partner_id": stranger.id},
                {"partner_invoice_id": stranger.id},
                {"access_token": "mine"},
            ):
                with self.subTest(user.login, vals=vals):
                    with self.assertRaises(AccessError):
                        order.with_user(user).sudo(False).write(vals)
        self.assertEqual(order.partner_id, self.visitor.partner_id)

    def test_sold_lines_stay(self):
        booking = self._confirmed()
        with self.assertRaises(UserError):
            booking.line_ids.sudo().write({"order_id": self._new_order().id})

    # === THE ORDER'S STATE === #

    def test_state_follows_the_buttons(self):
        order, booking = self._ready_to_pay(adult=1)
        for user in (self.desk, self.manager):
            mine = self.as_user(order, user)
            for vals in (
                {"state": "sale"},
                {"state": "cancel"},
                {"is_museum": False},
            ):
                for writer in (mine, mine.with_context(museum_order_state=True)):
                    with self.subTest(vals), self.assertRaises(AccessError):
                        writer.write(vals)
            with self.assertRaises(AccessError):
                mine.create({"partner_id": order.partner_id.id, "is_museum": True})
        self.assertEqual((order.state, order.is_museum), ("draft", True))
        self.as_user(order, self.manager).action_quotation_sent()
        self._capture(self._new_tx(order))
        self.assertEqual((order.state, booking.state), ("sale", "confirmed"))
        with self.assertRaises(AccessError):
            self.as_user(order, self.manager).write({"state": "draft"})
        self.as_user(order, self.manager).action_cancel()
        self.assertEqual((order.state, booking.state), ("cancel", "cancelled"))

    def test_an_order_that_is_being_paid_is_not_deleted(self):
        order, booking = self._ready_to_pay(adult=1)
        tx = self._new_tx(order)
        for state in ("draft", "pending"):
            tx.state = state
            with self.subTest(state), self.assertRaises(UserError):
                order.unlink()
        self.assertTrue(booking.exists().line_ids)
        tx.state = "error"
        order.unlink()
        self.assertEqual(self._taken(), 0)


@tagged("post_install", "-at_install")
class TestGuardsHttp(GuardSetup, MuseumBookingHttpCase):
    def test_report_by_its_address(self):
        booking = self._confirmed()
        path = f"/report/pdf/{REPORT}/{booking.id}"
        for login, works in (
            ("bkc_gate", False),
            ("bkc_accountant", False),
            ("bkc_desk", True),
        ):
            self.authenticate(login, login)
            with self.subTest(login):
                response = self.url_open(path)
                self.assertEqual(response.content.startswith(b"%PDF"), works)

    def test_cart_merged_with_itself_in_other_writing(self):
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add(adult=1)
        booking = self.env["museum.booking"].sudo().search([], limit=1, order="id desc")
        order = booking.order_id
        order._portal_ensure_token()
        self.env.flush_all()
        for number in (f"%20{order.id}", f"{order.id}%20", f"%2B{order.id}"):
            self.url_open(
                f"/shop/cart?id={number}&access_token={order.access_token}"
                "&revive_method=merge"
            )
            self.env.invalidate_all()
            self.assertEqual((order.state, booking.state), ("draft", "pending"))
        self.assertEqual(self.url_open("/shop/cart?id=x").status_code, 404)

    def test_cart_of_somebody_else_is_not_merged(self):
        foreign = self._new_order(self.stranger.partner_id)
        theirs = self._book(foreign, slot=self.slot2, adult=1)
        foreign._portal_ensure_token()
        self.env.flush_all()
        self.authenticate("bkc_visitor", "bkc_visitor")
        self.add(adult=1)
        response = self.url_open(
            f"/shop/cart?id={foreign.id}&access_token={foreign.access_token}"
            "&revive_method=merge"
        )
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((foreign.state, theirs.order_id), ("draft", foreign))
