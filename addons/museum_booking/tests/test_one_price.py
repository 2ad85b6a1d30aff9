# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One price: what is shown is what is held, ordered, paid and invoiced."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MuseumBookingCase, MuseumBookingHttpCase


class PriceSetup:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Peak", value=25, category_ids=cls.adult.ids)

    @classmethod
    def _rule(cls, name, **vals):
        vals = {"name": name, "company_id": cls.company.id, **vals}
        return cls.env["museum.price.rule"].create(vals)

    def _line(self, booking, category):
        lines = booking.line_ids
        return lines.filtered(lambda line: line.museum_category_id == category)

    def assertHeld(self, booking, price, reason="Peak"):
        line = self._line(booking, self.adult)
        self.assertEqual(
            (line.price_unit, line.discount, line.museum_price_reason or ""),
            (price, 0.0, reason),
        )


@tagged("post_install", "-at_install")
class TestOnePrice(PriceSetup, MuseumBookingHttpCase):
    """From the page's JSON to the invoice."""

    def _shown(self, slot=None):
        answer = self.api(
            "GET",
            f"/exhibitions/{self.exhibition.id}/ticket-categories"
            f"?slot_id={(slot or self.slot).id}",
            status=200,
        )
        return {item["name"]: item for item in answer["items"]}

    def _post(self, expected, status, **numbers):
        body = {
            "slot_id": self.slot.id,
            "categories": [
                {"id": getattr(self, key).id, "quantity": number}
                for key, number in numbers.items()
            ],
            "expected_total_minor": expected,
        }
        return self.api("POST", "/cart/items", body, status=status)

    def _walk(self, price, total):
        """Page, cart, summary, order, invoice: one amount; 3 adults, 1 child."""
        shown = self._shown()
        adult, child = shown["Adult"], shown["Child"]
        self.assertEqual((adult["price_minor"], adult["price_reason"]), (price, "Peak"))
        self.assertEqual(child["price_minor"], child["regular_price_minor"])
        self.assertIsNone(child["price_reason"])
        self.assertEqual(3 * price + child["price_minor"], total)
        self.authenticate("bkc_visitor", "bkc_visitor")
        answer = self._post(total, 201, adult=3, child=1)
        item = answer["item"]
        self.assertEqual(item["total_minor"], total)
        line = item["categories"][0]
        self.assertEqual((line["price_minor"], line["price_reason"]), (price, "Peak"))
        self.assertEqual(line["regular_price_minor"], adult["regular_price_minor"])
        page = self.url_open("/shop/cart").text
        self.assertIn("Peak", page)
        body = {"accept_terms": True, "expected_total_minor": total}
        summary = self.api("POST", "/bookings/summary", body, status=200)
        self.assertEqual(summary["total_minor"], total)
        page = self.url_open("/shop/payment").text
        self.assertIn("o_museum_price_reason", page)
        booking = self.booking(answer)
        order = booking.order_id
        self.assertEqual(
            self._line(booking, self.adult).museum_price_rule_id, self.rule
        )
        self.assertEqual(round(order.amount_total * 100), total)
        return order

    def test_reason_in_the_language_of_who_looks(self):
        """Put into the cart in English, looked at in Hindi; what is sold stays."""
        self.env["res.lang"]._activate_lang("hi_IN")
        self.rule.with_context(lang="hi_IN").name = "भीड़"
        self.authenticate("bkc_visitor", "bkc_visitor")
        line = self._line(self.booking(self._post(29500, 201, adult=1)), self.adult)
        self.assertEqual(line.with_context(lang="en_US")._museum_price_words(), "Peak")
        hindi = line.with_context(lang="hi_IN")
        self.assertEqual(hindi._museum_price_words(), "भीड़")
        line.order_id.write({"state": "sent"})
        self.assertEqual(hindi._museum_price_words(), "Peak")

    def test_taxes_on_top(self):
        order = self._walk(29500, 3 * 29500 + 11800)
        self.assertEqual(order.amount_untaxed, 850.0)
        self._invoice(order)

    def test_taxes_included(self):
        self.tax.price_include_override = "tax_included"
        order = self._walk(25000, 3 * 25000 + 10000)
        self.assertEqual(order.amount_total, 850.0)
        self._invoice(order)

    def test_shown_prices_follow_taxes_at_once(self):
        self.assertEqual(self._shown()["Child"]["price_minor"], 11800)
        self.tax.amount = 28
        self.assertEqual(self._shown()["Child"]["price_minor"], 12800)
        parts = self.tax.copy({"name": "Half", "amount": 9}) | self.tax.copy(
            {"name": "Other half", "amount": 5}
        )
        group = self.tax.copy(
            {
                "name": "Both",
                "amount_type": "group",
                "children_tax_ids": [Command.set(parts.ids)],
            }
        )
        (self.adult | self.child).product_id.taxes_id = group
        self.assertEqual(self._shown()["Child"]["price_minor"], 11400)
        parts[0].amount = 6
        self.assertEqual(self._shown()["Child"]["price_minor"], 11100)
        group.active = False
        self.assertEqual(self._shown()["Child"]["price_minor"], 10000)

    def test_shown_prices_follow_price_lists_at_once(self):
        self.env.ref("base.group_user")._apply_group(
            self.env.ref("product.group_product_pricelist")
        )
        self.env["product.pricelist"].search([]).active = False
        self.assertEqual(self._shown()["Child"]["price_minor"], 11800)
        half = {"compute_price": "percentage", "percent_price": 50}
        lists = self.env["product.pricelist"].create(
            {
                "name": "Half",
                "company_id": self.company.id,
                "selectable": True,
                "item_ids": [Command.create({"applied_on": "3_global", **half})],
            }
        )
        self.assertEqual(self._shown()["Child"]["price_minor"], 5900)
        lists.active = False
        self.assertEqual(self._shown()["Child"]["price_minor"], 11800)

    def test_prices_of_a_slot_take_few_queries(self):
        quotes = self.exhibition.category_ids._get_visitor_quotes
        quotes(self.slot)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(9):
            self.exhibition.category_ids._get_visitor_quotes(self.slot)

    def test_prices_of_several_slots_take_no_more(self):
        categories = self.exhibition.category_ids
        slots = self.slot | self.slot2
        one_by_one = {slot.id: categories._get_visitor_quotes(slot) for slot in slots}
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(9):
            quotes = self.exhibition.category_ids._get_visitor_quotes_by_slot(slots)
        self.assertEqual(quotes, one_by_one)

    def _invoice(self, order):
        self._setup_provider()
        self._capture(self._new_tx(order))
        self.assertEqual(order.state, "sale")
        invoice = order.invoice_ids or order._create_invoices()
        self.assertEqual(invoice.amount_total, order.amount_total)
        adults = invoice.invoice_line_ids.filtered(lambda line: line.quantity == 3)
        self.assertEqual(adults.price_unit, 250.0)
        # Why it costs that much is on the invoice; a regular price needs no reason.
        self.assertEqual(adults.name.splitlines()[-1], "Peak")
        self.assertNotIn("Peak", (invoice.invoice_line_ids - adults).name)

    def test_two_equal_visits_of_a_day_are_no_duplicate_invoices(self):
        self._setup_provider()
        invoices = self.env["account.move"]
        for _number in range(2):
            order, _booking = self._ready_to_pay(adult=1)
            self._capture(self._new_tx(order))
            invoices |= order.invoice_ids or order._create_invoices()
        draft = invoices.filtered(lambda invoice: invoice.state == "draft")
        draft.invoice_date = fields.Date.today()
        first, second = invoices
        self.assertEqual(first.amount_total, second.amount_total)
        self.assertEqual(first.invoice_date, second.invoice_date)
        self.assertEqual(first.commercial_partner_id, second.commercial_partner_id)
        self.assertFalse(first.duplicated_ref_ids)
        # One visit that is invoiced twice is told, as ever.
        again = first.copy({"invoice_date": first.invoice_date})
        sold = first.invoice_line_ids.sale_line_ids
        again.invoice_line_ids.sale_line_ids = sold
        self.env.flush_all()
        self.assertEqual(again.duplicated_ref_ids & invoices, first)

    def test_another_price_than_shown_holds_nothing(self):
        shown = self._shown()["Adult"]["price_minor"]
        self.rule.value = 50
        error = self._post(shown, 409, adult=1)["error"]
        self.assertEqual(error["code"], "price_changed")
        details = error["details"]
        self.assertEqual(
            (details["expected_total_minor"], details["total_minor"]), (29500, 35400)
        )
        (now,) = details["categories"]
        self.assertEqual(
            (now["id"], now["price_minor"], now["price_reason"]),
            (self.adult.id, 35400, "Peak"),
        )
        self.assertEqual(self._taken(), 0)
        self.assertFalse(self.env["museum.booking"].search([]) - self._others)
        answer = self._post(35400, 201, adult=1)
        path = f"/cart/items/{answer['item']['reference']}"
        body = {"categories": [{"id": self.adult.id, "quantity": 2}]}
        wrong = {**body, "expected_total_minor": 2 * 23600}
        error = self.api("PATCH", path, wrong, status=409)["error"]
        self.assertEqual(error["details"]["total_minor"], 70800)
        self.assertEqual(self._taken(), 1)
        right = {**body, "expected_total_minor": 70800}
        self.api("PATCH", path, right, status=200)
        self.assertEqual(self._taken(), 2)
        self.assertSeatsAgree()

    def setUp(self):
        super().setUp()
        self._others = self.env["museum.booking"].search([])

    def test_into_a_held_visit_tickets_come_at_its_prices(self):
        self._post(29500, 201, adult=1)
        self.rule.value = 50
        self.assertEqual(self._shown()["Adult"]["price_minor"], 35400)
        error = self._post(35400, 409, adult=1)["error"]
        self.assertEqual(error["details"]["total_minor"], 29500)
        answer = self._post(29500, 201, adult=1)
        self.assertEqual(answer["item"]["total_minor"], 59000)

    def test_taken_again_it_costs_what_it_costs_now(self):
        answer = self._post(29500, 201, adult=1)
        booking = self.booking(answer)
        self._run_out(booking)
        self.rule.value = 50
        cart = self.api("GET", "/cart")
        (wish,) = cart["items"][0]["categories"]
        self.assertEqual((wish["price_minor"], wish["price_reason"]), (35400, "Peak"))
        path = f"/cart/items/{booking.name}"
        body = {
            "categories": [{"id": self.adult.id, "quantity": 1}],
            "expected_total_minor": 29500,
        }
        self.api("PATCH", path, body, status=409)
        self.assertEqual(booking.state, "expired")
        answer = self.api("PATCH", path, {**body, "expected_total_minor": 35400})
        self.assertEqual(answer["item"]["total_minor"], 35400)


@tagged("post_install", "-at_install")
class TestHeldPrice(PriceSetup, MuseumBookingCase):
    """What is held keeps its price, whatever door is used."""

    def setUp(self):
        super().setUp()
        self.order = self._new_order()
        self.visit = self._book(self.order, adult=2)

    def test_rules_and_prices_of_later_do_not_touch_it(self):
        self.assertHeld(self.visit, 250.0)
        self.assertEqual(self._line(self.visit, self.adult).museum_regular_price, 200.0)
        self.rule.value = 100
        self.adult.price = 500
        self._rule("Sale", method="fixed", value=1, sequence=1)
        self.rule.active = False
        self.visit._set_quantities({self.adult.id: 3})
        self.assertHeld(self.visit, 250.0)
        self.order._museum_lock_for_payment(True)
        self.assertHeld(self.visit, 250.0)
        self.assertEqual(self.order.amount_total, 885.0)

    def test_odoos_recomputations_do_not_undo_it(self):
        self.rule.value = 100
        order = self.order
        for door in (
            order._recompute_prices,
            order._recompute_taxes,
            order._recompute_cart,
            order.action_update_prices,
            lambda: order.write({"partner_id": self.stranger.partner_id.id}),
            lambda: order.write({"fiscal_position_id": self._abroad().id}),
            order._recompute_cart,
            order._museum_refresh,
        ):
            with self.subTest(door=door):
                door()
                self.assertHeld(self.visit, 250.0)
        self.assertEqual(order.amount_total, 590.0)

    def _abroad(self):
        return self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )

    def test_another_price_list_is_asked_by_the_same_rules(self):
        self.rule.value = 100
        self.order.pricelist_id = self._fixed_pricelist(self.adult, 100.0)
        self.order._recompute_prices()
        self.assertHeld(self.visit, 200.0)
        self.rule.value = 25
        self.order._recompute_prices()
        self.assertHeld(self.visit, 200.0)

    def test_a_price_list_in_another_currency(self):
        dollar = self.env.ref("base.USD")
        if dollar == self.company.currency_id:
            dollar = self.env.ref("base.EUR")
        dollar.active = True
        self.rule.write({"method": "amount", "value": 100})
        pricelist = self._fixed_pricelist(self.adult, 4.0)
        pricelist.currency_id = dollar
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "rate": 0.02,
                "currency_id": dollar.id,
                "company_id": self.company.id,
            }
        )
        order = self._new_order()
        order.pricelist_id = pricelist
        visit = self._book(order, adult=1)
        self.assertEqual(visit.currency_id, dollar)
        rate = self.company.currency_id._get_conversion_rate(
            self.company.currency_id, dollar, self.company
        )
        self.assertHeld(visit, dollar.round(4.0 + 100 * rate))

    def test_merged_carts_keep_their_prices(self):
        self.rule.value = 100
        target = self._new_order()
        self.visit.line_ids.sudo().write({"order_id": target.id})
        self.assertEqual(self.visit.order_id, target)
        target._recompute_cart()
        self.assertHeld(self.visit, 250.0)

    def test_new_kinds_of_tickets_come_as_of_the_first_ones(self):
        early = self._rule(
            "Early", days_before_min=2, category_ids=self.child.ids, value=-50
        )
        long_ago = self.slot.start_at - timedelta(days=3)
        slot = self.slot2
        order = self._new_order()
        token = "early"
        visit = order._museum_add_booking(
            slot, {self.adult.id: 1}, token, bought_at=long_ago
        )
        # Bought today it would be early no more.
        slot_day = slot.start_at - timedelta(days=1)
        quotes = self.child._get_list_quotes(slot, slot_day)
        self.assertEqual(quotes[self.child.id].price, 100.0)
        visit._set_quantities({self.adult.id: 1, self.child.id: 1})
        line = self._line(visit, self.child)
        self.assertEqual((line.price_unit, line.museum_price_rule_id), (50.0, early))

    def test_paid_too_late_it_costs_what_it_did(self):
        self._setup_provider()
        self.order._museum_lock_for_payment(True)
        tx = self._new_tx(self.order)
        self._run_out(self.visit)
        self.order._museum_refresh()
        self.assertEqual(self.visit.state, "expired")
        self.rule.value = 100
        self._capture(tx)
        self.assertEqual(self.visit.state, "confirmed")
        self.assertEqual(self.order.amount_total, tx.amount)
        self.assertHeld(self.visit, 250.0)

    def test_a_managers_price_stays(self):
        line = self._line(self.visit, self.adult)
        self.manager.group_ids += self.env.ref("sales_team.group_sale_manager")
        self.as_manager(line).write({"price_unit": 120.0})
        self.order._recompute_cart()
        self.assertHeld(self.visit, 120.0, "Set by the museum")
        self.assertFalse(line.museum_price_rule_id)

    def as_manager(self, records):
        return records.with_user(self.manager).with_company(self.company)

    def test_nobody_writes_what_gave_the_price(self):
        line = self.as_manager(self._line(self.visit, self.adult))
        for vals in (
            {"museum_price_rule_id": False},
            {"museum_price_reason": "Gift"},
            {"museum_regular_price": 1.0},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                line.write(vals)
        for vals in ({"quotes": {}}, {"priced_at": "2020-01-01"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.as_manager(self.visit).write(vals)

    def test_a_rule_that_gave_a_price_is_kept(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                self.rule.unlink()
        self.rule.active = False

    def test_slot_prices_are_held_too(self):
        self.env["museum.slot.price"].create(
            {
                "slot_id": self.slot2.id,
                "category_id": self.adult.id,
                "price": 10.0,
                "reason": "Museum night",
            }
        )
        visit = self._book(self._new_order(), slot=self.slot2, adult=1)
        self.assertHeld(visit, 10.0, "Museum night")
        self.assertFalse(visit.line_ids.museum_price_rule_id)
        self.slot2.price_ids.unlink()
        visit.order_id._recompute_cart()
        self.assertHeld(visit, 10.0, "Museum night")

    def test_a_price_lists_discount_is_counted_once(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Friends",
                "company_id": self.company.id,
                "item_ids": [
                    Command.create({"compute_price": "percentage", "percent_price": 10})
                ],
            }
        )
        self.env.user.group_ids += self.env.ref("sale.group_discount_per_so_line")
        self.order.pricelist_id = pricelist
        self.order._recompute_prices()
        self.assertHeld(self.visit, 225.0)
        self.assertEqual(self.order.amount_untaxed, 450.0)

    def test_shared_tickets_have_their_own_product_and_taxes(self):
        shared = self.env["museum.ticket.category"].create(
            {"name": "Member", "price": 80, "company_id": self.company.id}
        )
        self.exhibition.shared_category_ids = shared
        self.assertEqual(shared.product_id.name, "Member")
        self.assertEqual(shared.tax_ids, self.tax)
        other = self.tax.copy({"amount": 5.0})
        self.as_manager(shared).tax_ids = other
        self.assertEqual(shared.product_id.taxes_id, other)
        with self.assertRaises(AccessError):
            shared.with_user(self.desk).tax_ids = self.tax
        visit = self.order._museum_add_booking(self.slot2, {shared.id: 1}, "shared")
        self.assertEqual(visit.amount_total, 84.0)

    def test_quotes_of_forty_categories_cost_what_those_of_ten_do(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.exhibition.category_ids._get_visitor_quotes(self.slot)
            return self.env.cr.sql_log_count - before

        def more(number):
            self.env["museum.ticket.category"].create(
                [
                    {"name": f"{n}", "price": n, "exhibition_id": self.exhibition.id}
                    for n in range(number)
                ]
            )
            queries()
            return queries()

        ten, forty = more(7), more(30)
        self.assertEqual(len(self.exhibition.category_ids), 40)
        self.assertEqual(ten, forty)
        self.assertLess(ten, 25)
