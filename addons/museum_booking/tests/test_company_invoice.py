# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An invoice for a company: whose it is, what is checked, and the tax that stays."""

from odoo import Command
from odoo.tests import tagged

from ..exceptions import CompanyIncomplete, PaymentOpen
from .common import MuseumBookingCase, MuseumBookingHttpCase

# Made up from a number that is given to nobody, with the right check digit.
GSTIN_KA = "29AAAAA0000A1ZY"
GSTIN_MH = "27AAAAA0000A1Z2"
COMPANY = {
    "name": "Robot Works Pvt Ltd",
    "vat": GSTIN_KA,
    "street": "1 MG Road",
    "city": "Bengaluru",
    "zip": "560001",
    "state": "KA",
    "country": "IN",
}


@tagged("post_install", "-at_install")
class TestCompany(MuseumBookingCase):
    def setUp(self):
        super().setUp()
        self.order = self._new_order()
        self.booking = self._book(self.order, adult=2)
        self.customer = self.order.partner_id

    def _set(self, **values):
        return self.order._museum_set_company({**COMPANY, **values})

    def test_company_is_the_customers_own_and_leaves_him_as_he_is(self):
        before = self.customer.read(["vat", "street", "city", "country_id", "name"])
        company = self._set()
        self.assertEqual(self.order.partner_invoice_id, company)
        self.assertEqual(company.parent_id, self.customer)
        self.assertEqual(company.commercial_partner_id, company)
        self.assertEqual((company.vat, company.state_id.code), (GSTIN_KA, "KA"))
        self.customer.invalidate_recordset()
        after = self.customer.read(["vat", "street", "city", "country_id", "name"])
        self.assertEqual(after, before)
        self.assertEqual(self.customer.commercial_partner_id, self.customer)
        self.assertEqual(self.order.partner_id, self.customer)
        # The next order is not for the company by itself.
        self.assertEqual(self._new_order().partner_invoice_id, self.customer)

    def test_nobody_elses_partner_is_found_by_its_number(self):
        """Guard: a company is looked for among the customer's own alone."""
        theirs = self.env["res.partner"].create(
            {
                "name": COMPANY["name"],
                "is_company": True,
                "vat": GSTIN_KA,
                "country_id": self.env.ref("base.in").id,
                "street": "Theirs",
            }
        )
        stranger = self._new_order(self.stranger.partner_id)
        self._book(stranger, adult=1)
        other = stranger._museum_set_company(COMPANY)
        company = self._set()
        self.assertNotIn(company, theirs | other)
        self.assertEqual(theirs.street, "Theirs")
        self.assertEqual(other.parent_id, self.stranger.partner_id)

    def test_made_by_staff_stays_as_it_is(self):
        """Guard: ``is_museum_invoice_company``."""
        staffs = self.env["res.partner"].create(
            {"name": "Head office", "is_company": True, "parent_id": self.customer.id}
        )
        self.order.partner_invoice_id = staffs
        company = self._set()
        self.assertNotEqual(company, staffs)
        self.assertEqual(staffs.name, "Head office")
        self.order._museum_remove_company()
        self.assertTrue(staffs.exists())

    def test_second_thoughts_leave_nothing_behind(self):
        company = self._set()
        self.assertEqual(self._set(name="Robot Works Ltd"), company)
        self.assertEqual(company.name, "Robot Works Ltd")
        self.order._museum_remove_company()
        self.assertFalse(company.exists())
        self.assertEqual(self.order.partner_invoice_id, self.customer)
        self.order._museum_remove_company()  # nothing to remove is no error

    def test_same_company_again_is_one_contact(self):
        company = self._set()
        self._invoice()
        order = self._new_order()
        self._book(order, slot=self.slot2, adult=1)
        self.assertEqual(order._museum_set_company(COMPANY), company)
        changed = order._museum_set_company({**COMPANY, "street": "2 MG Road"})
        self.assertNotEqual(changed, company)
        self.assertEqual(company.street, "1 MG Road")  # as it was invoiced

    def test_what_is_wrong_is_said_by_field_and_nothing_is_written(self):
        for wrong, fields in (
            ({"name": ""}, {"name"}),
            ({"name": "n" * 101}, {"name"}),
            ({"name": "www.evil.example"}, {"name"}),
            ({"name": "a\nb"}, {"name"}),
            ({"street": "", "city": ""}, {"street", "city"}),
            ({"street": "<script>"}, {"street"}),
            ({"city": "\ud800"}, {"city"}),
            ({"country": ""}, {"country"}),
            ({"country": "XX"}, {"country"}),
            ({"country": "IN' OR 1=1"}, {"country"}),
            ({"vat": "29AAAAA0000A1Z"}, {"vat"}),
            ({"vat": "AAAAA0000A1Z529"}, {"vat"}),
            ({"vat": "29AAAAA0000A1Z5"}, {"vat"}),  # its check digit is another
            ({"vat": "00AAAAA0000A1Z5"}, {"vat"}),
            ({"vat": GSTIN_MH}, {"state"}),
            ({"vat": "DE123456789", "country": "DE", "state": ""}, {"vat"}),
            ({"vat": "1" * 31}, {"vat"}),
        ):
            with self.subTest(wrong=ascii(wrong)):
                with self.assertRaises(CompanyIncomplete) as refused:
                    self._set(**wrong)
                self.assertEqual(set(refused.exception.details), fields)
        self.assertFalse(self.order._museum_company())
        self.assertFalse(self.customer.child_ids)

    def test_state_follows_from_the_gstin(self):
        company = self._set(state="")
        self.assertEqual(company.state_id.code, "KA")

    def test_number_of_another_country_is_checked_as_that_country_does(self):
        berlin = {"street": "Weg 1", "city": "Berlin", "zip": "10115", "state": ""}
        company = self._set(country="DE", vat="DE 136 695 976", **berlin)
        self.assertEqual(company.vat, "DE136695976")

    def test_company_without_number_is_one_too(self):
        company = self._set(vat="")
        self.assertFalse(company.vat)
        with self.assertRaises(CompanyIncomplete) as refused:
            self._set(vat="", state="")
        self.assertEqual(set(refused.exception.details), {"state"})

    def test_nothing_changes_once_money_is_coming(self):
        self._setup_provider()
        self.order._museum_lock_for_payment(True)
        tx = self._new_tx(self.order)
        for state in ("draft", "pending"):
            with self.subTest(state):
                if state == "pending":
                    tx._set_pending()
                with self.assertRaises(PaymentOpen):
                    self._set()
                with self.assertRaises(PaymentOpen):
                    self.order._museum_remove_company()

    def test_nobody_is_no_customer_of_a_company(self):
        """A guest says first who he is: the company is a contact below his."""
        order = self._new_order(self.website.user_id.partner_id)
        self._book(order)
        with self.assertRaises(CompanyIncomplete):
            order._museum_set_company(dict(COMPANY))

    def _invoice(self, order=None):
        order = order or self.order
        order.with_user(self.sale_manager).sudo(False).action_confirm()
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    def test_invoice_is_the_companys(self):
        company = self._set()
        invoice = self._invoice()
        self.assertEqual(invoice.partner_id, company)
        self.assertEqual(invoice.commercial_partner_id.vat, GSTIN_KA)
        self.assertEqual(self.booking.partner_id, self.customer)
        found = self.env["account.move"].with_user(self.visitor).search([])
        self.assertIn(invoice, found)  # he finds it among his documents
        strangers = self.env["account.move"].with_user(self.stranger).search([])
        self.assertNotIn(invoice, strangers)


@tagged("post_install", "-at_install")
class TestTaxOfThePlace(MuseumBookingCase):
    """Visitors and companies from elsewhere pay the tax of the museum's place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.india = cls.env.ref("base.in")
        cls.museum = cls.env["res.company"].create(
            {"name": "Museum of Pune", "country_id": cls.india.id, "museum_code": "PUN"}
        )
        cls.env.user.company_ids |= cls.museum
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.museum.ids)
        )
        cls.museum.write(
            {
                "state_id": cls.env.ref("base.state_in_mh").id,
                "vat": GSTIN_MH,
                "currency_id": cls.env.ref("base.INR").id,
            }
        )
        cls.env.ref("base.INR").active = True
        chart = cls.env["account.chart.template"].with_company(cls.museum)
        chart.try_loading("in", cls.museum, install_demo=False)
        cls.museum.account_sale_tax_id = chart.ref("sgst_sale_18")
        cls.museum.l10n_in_hsn_code_digit = False

    def _sell(self, *, included, partner=None, company=None):
        """A ticket of 118.00 or 100.00 rupees sold and invoiced.

        :return: the posted invoice
        """
        self.museum.account_price_include = (
            "tax_included" if included else "tax_excluded"
        )
        venue = self.env["museum.venue"].create(
            {"name": "V", "code": "VEN", "company_id": self.museum.id, "tz": "UTC"}
        )
        exhibition = self.env["museum.exhibition"].create(
            {"name": "E", "venue_id": venue.id, "website_published": True}
        )
        category = self.env["museum.ticket.category"].create(
            {
                "exhibition_id": exhibition.id,
                "name": "Adult",
                "price": 118.0 if included else 100.0,
            }
        )
        slot = self.env["museum.slot"].create(
            {
                "exhibition_id": exhibition.id,
                "start_at": self.slot.start_at,
                "end_at": self.slot.end_at,
            }
        )
        category._ensure_product()
        category.product_id.l10n_in_hsn_code = "999641"
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": (partner or self.visitor.partner_id).id,
                    "company_id": self.museum.id,
                }
            )
        )
        token = f"{self._testMethodName}-{venue.id}"
        order._museum_add_booking(slot, {category.id: 1}, token)
        if company:
            order._museum_set_company(company)
        manager = self.sale_manager
        manager.write(
            {
                "company_ids": [Command.link(self.museum.id)],
                "company_id": self.museum.id,
            }
        )
        order.with_user(manager).sudo(False).with_company(self.museum).action_confirm()
        invoice = order.sudo().with_company(self.museum)._create_invoices()
        invoice.action_post()
        return invoice

    def _taxes(self, invoice):
        groups = invoice.line_ids.tax_line_id.tax_group_id.mapped("name")
        return sorted({name.split("/")[0] for name in groups})

    def _assert_place(self, invoice):
        self.assertEqual(self._taxes(invoice), ["CGST", "SGST"])
        self.assertEqual(invoice.l10n_in_state_id, self.museum.state_id)
        amounts = (
            invoice.amount_untaxed,
            invoice.amount_tax,
            invoice.amount_total,
        )
        self.assertEqual(amounts, (100.0, 18.0, 118.0))

    # Odoo lets a company choose once, before its first invoice: a test for each.

    def _from_karnataka(self):
        partner = self.visitor.partner_id
        partner.write(
            {
                "country_id": self.india.id,
                "state_id": self.env.ref("base.state_in_ka").id,
            }
        )
        return partner

    def test_visitor_from_another_state_prices_with_tax(self):
        partner = self._from_karnataka()
        self._assert_place(self._sell(included=True, partner=partner))

    def test_visitor_from_another_state_prices_without_tax(self):
        partner = self._from_karnataka()
        self._assert_place(self._sell(included=False, partner=partner))

    def _from_france(self):
        partner = self.visitor.partner_id
        partner.write({"country_id": self.env.ref("base.fr").id, "city": "Lyon"})
        return partner

    def test_visitor_from_another_country_prices_with_tax(self):
        self._assert_place(self._sell(included=True, partner=self._from_france()))

    def test_visitor_from_another_country_prices_without_tax(self):
        self._assert_place(self._sell(included=False, partner=self._from_france()))

    def _assert_company(self, invoice):
        self._assert_place(invoice)
        self.assertEqual(invoice.l10n_in_gstin, GSTIN_KA)
        self.assertEqual(invoice.l10n_in_gst_treatment, "regular")
        self.assertEqual(invoice.partner_id.name, COMPANY["name"])

    def test_company_with_a_gstin_of_another_state_prices_with_tax(self):
        self._assert_company(self._sell(included=True, company=COMPANY))

    def test_company_with_a_gstin_of_another_state_prices_without_tax(self):
        self._assert_company(self._sell(included=False, company=COMPANY))

    def test_company_from_another_country(self):
        company = {**COMPANY, "country": "SG", "state": "", "vat": "", "zip": "068897"}
        invoice = self._sell(included=True, company=company)
        self._assert_place(invoice)
        self.assertEqual(invoice.l10n_in_gst_treatment, "overseas")

    def test_company_of_the_same_state(self):
        company = {**COMPANY, "vat": GSTIN_MH, "state": "MH"}
        self._assert_place(self._sell(included=True, company=company))


@tagged("post_install", "-at_install")
class TestCompanyApi(MuseumBookingHttpCase):
    def setUp(self):
        super().setUp()
        self._setup_provider()
        self.authenticate("bkc_visitor", "bkc_visitor")

    def test_company_is_told_shown_and_removed(self):
        self.assertIsNone(self.add(adult=1)["cart"]["company"])
        told = self.api("PATCH", "/cart/company", COMPANY, status=200)["company"]
        self.assertEqual(told, COMPANY)
        self.assertEqual(self.api("GET", "/cart")["company"], COMPANY)
        page = self.url_open("/shop/payment").text
        self.assertIn('value="Robot Works Pvt Ltd"', page)
        body = {"accept_terms": True}
        accepted = self.api("POST", "/bookings/summary", body, status=200)
        self.assertEqual(accepted["company"], COMPANY)
        gone = self.api("DELETE", "/cart/company", status=200)
        self.assertIsNone(gone["company"])

    def test_refusal_names_the_fields(self):
        self.add(adult=1)
        wrong = {**COMPANY, "vat": "29AAAAA"}
        error = self.api("PATCH", "/cart/company", wrong, status=422)["error"]
        self.assertEqual(error["code"], "invalid_request")
        self.assertEqual(set(error["details"]), {"vat"})
        for hostile in (5, [], {"a": 1}, True):
            self.api("PATCH", "/cart/company", {**COMPANY, "vat": hostile}, status=422)
        self.api("PATCH", "/cart/company", {**COMPANY, "parent_id": 1}, status=422)
        self.api("PATCH", "/cart/company", {**COMPANY, "name": "a\x00"}, status=422)

    def test_only_the_customer_of_a_visit_may(self):
        self.authenticate(None, None)
        self.add(adult=1)
        # A guest tells first who he is.
        self.api("PATCH", "/cart/company", COMPANY, status=422)
        self.website.account_on_checkout = "mandatory"
        self.env.flush_all()
        self.api("PATCH", "/cart/company", COMPANY, status=401)
        self.api("DELETE", "/cart/company", status=401)

    def test_paid_by_the_visitor_invoiced_to_the_company(self):
        answer = self.add(adult=1)
        self.api("PATCH", "/cart/company", COMPANY, status=200)
        self.api("POST", "/bookings/summary", {"accept_terms": True}, status=200)
        booking = self.booking(answer)
        order = booking.order_id
        self._capture(self._new_tx(order, partner_id=order.partner_invoice_id.id))
        self.assertEqual(booking.state, "confirmed")
        invoice = order.invoice_ids
        if invoice:  # made with the payment where the museum says so
            self.assertEqual(invoice.partner_id.vat, GSTIN_KA)
        page = self.url_open(f"/my/tickets/{booking.name}")
        self.assertEqual(page.status_code, 200)
