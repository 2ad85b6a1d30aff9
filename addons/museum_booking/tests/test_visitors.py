# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who comes: asked on the summary, kept with the tickets, erased when it is over."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.museum_exhibition.models.guard import writing

from ..exceptions import VisitorsIncomplete, VisitorsRefused
from ..models import museum_visitor
from .common import MuseumBookingCase

SECRET = "Z7654321"


class VisitorsSetup:
    """Mixed into a test case beside ``MuseumBookingSetup``: names and documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.passport = cls.env.ref("museum_booking.id_kind_passport")
        cls.national = cls.env.ref("museum_booking.id_kind_national")
        cls.student = cls.env.ref("museum_booking.id_kind_student")

    def _ask(self, *, names="required", ids=False):
        kinds = (self.passport | self.national).ids if ids else []
        self.exhibition.write(
            {
                "visitor_names": names,
                "visitor_id": "required" if ids else "no",
                "visitor_id_kind_ids": [(6, 0, kinds)],
            }
        )
        self.env.flush_all()

    def _row(self, category, position, name="Asha Rao", kind=None, number=None):
        return {
            "category_id": category.id,
            "position": position,
            "name": name,
            "id_kind_id": kind.id if kind else None,
            "id_number": number,
        }

    def _names(self, booking):
        visitors = booking.sudo().visitor_ids.sorted()
        return [(v.category_id.name, v.position, v.name) for v in visitors]


@tagged("post_install", "-at_install")
class TestVisitors(VisitorsSetup, MuseumBookingCase):
    def setUp(self):
        super().setUp()
        self._ask()
        self.order = self._new_order()
        self.booking = self._book(self.order, adult=2, child=1)

    def _all(self):
        return [
            self._row(self.adult, 1, "Asha Rao"),
            self._row(self.adult, 2, "Ravi Rao"),
            self._row(self.child, 1, "Mini Rao"),
        ]

    # === WHAT IS ASKED ===

    def test_questions_fit_together(self):
        with self.assertRaises(ValidationError):
            self.exhibition.write({"visitor_id": "required"})  # no documents chosen
        with self.assertRaises(ValidationError):
            self._ask(names="optional", ids=True)
        self._ask(ids=True)

    def test_nothing_is_asked_by_default(self):
        exhibition = self.exhibition.copy({"visitor_names": "no"})
        self.assertEqual(exhibition.visitor_id, "no")
        fresh = self.env["museum.exhibition"].default_get(["visitor_names"])
        self.assertEqual(fresh["visitor_names"], "no")
        self._ask(names="no")
        with self.assertRaises(VisitorsRefused):
            self.booking._set_visitors([self._row(self.adult, 1)])
        self.order._museum_lock_for_payment(True)

    # === THE CHECK BEFORE THE MONEY ===

    def test_summary_refuses_until_all_are_named(self):
        """Guard: ``_museum_check_visitors``."""
        with self.assertRaises(VisitorsIncomplete) as refused:
            self.order._museum_lock_for_payment(True)
        self.assertEqual(refused.exception.code, "visitors_incomplete")
        missing = refused.exception.details["visitors"]
        self.assertEqual(
            [(m["category_id"], m["position"], m["field"]) for m in missing],
            [
                (self.adult.id, 1, "name"),
                (self.adult.id, 2, "name"),
                (self.child.id, 1, "name"),
            ],
        )
        self.assertEqual({m["booking"] for m in missing}, {self.booking.name})
        self.assertTrue(all(m["message"] for m in missing))
        self.booking._set_visitors(self._all()[:2])
        with self.assertRaises(VisitorsIncomplete):
            self.order._museum_lock_for_payment(True)
        self.booking._set_visitors(self._all())
        self.order._museum_lock_for_payment(True)
        self.assertEqual(self.booking.state, "awaiting_payment")

    def test_optional_names_stop_nobody(self):
        self._ask(names="optional")
        self.order._museum_lock_for_payment(True)

    def test_documents_are_needed_where_they_are_asked_for(self):
        self._ask(ids=True)
        rows = self._all()
        self.booking._set_visitors(rows)
        with self.assertRaises(VisitorsIncomplete) as refused:
            self.order._museum_lock_for_payment(True)
        fields_missing = {m["field"] for m in refused.exception.details["visitors"]}
        self.assertEqual(fields_missing, {"id_kind_id"})
        for row in rows:
            row.update(id_kind_id=self.passport.id, id_number="")
        self.booking._set_visitors(rows)
        with self.assertRaises(VisitorsIncomplete) as refused:
            self.order._museum_lock_for_payment(True)
        fields_missing = {m["field"] for m in refused.exception.details["visitors"]}
        self.assertEqual(fields_missing, {"id_number"})
        for row in rows:
            row.update(id_number=SECRET)
        self.booking._set_visitors(rows)
        self.order._museum_lock_for_payment(True)

    def test_names_are_corrected_but_not_taken_out_while_being_paid(self):
        self.booking._set_visitors(self._all())
        self.order._museum_lock_for_payment(True)
        rows = self._all()
        rows[0]["name"] = "Asha Rau"
        self.booking._set_visitors(rows)
        for fewer in ([], rows[:2]):
            with self.assertRaises(VisitorsIncomplete):
                self.booking._set_visitors(fewer)
        self.assertEqual(self.booking.state, "awaiting_payment")
        self.assertEqual(self._names(self.booking)[0], ("Adult", 1, "Asha Rau"))
        self.assertEqual(len(self._names(self.booking)), 3)

    # === WHAT MAY BE WRITTEN ===

    def test_hostile_names_and_numbers_are_refused_and_nothing_is_written(self):
        self._ask(ids=True)
        self.booking._set_visitors(self._all())
        before = self._names(self.booking)
        for wrong, field in (
            ({"name": "www.evil.example"}, "name"),
            ({"name": "a<b"}, "name"),
            ({"name": "Asha\nRao"}, "name"),
            ({"name": "Asha \u202e oaR"}, "name"),
            ({"name": "\ud800"}, "name"),
            ({"name": "n" * 101}, "name"),
            ({"id_kind_id": self.student.id, "id_number": "12"}, "id_kind_id"),
            ({"id_kind_id": 2**31 - 1, "id_number": "12"}, "id_kind_id"),
            ({"id_number": "12"}, "id_kind_id"),
            ({"id_kind_id": self.passport.id, "id_number": "1;2"}, "id_number"),
            ({"id_kind_id": self.passport.id, "id_number": "1" * 31}, "id_number"),
            (
                {"id_kind_id": self.national.id, "id_number": "123456784321"},
                "id_number",
            ),
        ):
            row = {**self._row(self.adult, 1, "Eve"), **wrong}
            with self.subTest(wrong=ascii(wrong)):
                with self.assertRaises(VisitorsRefused) as refused:
                    self.booking._set_visitors([row])
                (problem,) = refused.exception.details["visitors"]
                self.assertEqual((problem["position"], problem["field"]), (1, field))
                self.assertEqual(self._names(self.booking), before)

    def test_tickets_that_are_not_there_are_refused(self):
        other = self.env["museum.ticket.category"].create(
            {"exhibition_id": self.exhibition.id, "name": "Other", "price": 1.0}
        )
        for rows in (
            [self._row(self.adult, 3)],
            [self._row(self.adult, 0)],
            [self._row(other, 1)],
            [self._row(self.adult, 1), self._row(self.adult, 1)],
        ):
            with self.assertRaises(VisitorsRefused):
                self.booking._set_visitors(rows)
        self.assertFalse(self._names(self.booking))

    def test_documents_that_are_not_asked_are_not_stored(self):
        """Guard: the museum keeps only what it asks."""
        # Chosen once, and not asked for any more.
        self.exhibition.visitor_id_kind_ids = self.passport
        row = self._row(self.adult, 1, "Asha", self.passport, SECRET)
        with self.assertRaises(VisitorsRefused) as refused:
            self.booking._set_visitors([row])
        (problem,) = refused.exception.details["visitors"]
        self.assertEqual(problem["field"], "id_number")

    def test_number_is_kept_for_the_same_document_alone(self):
        self._ask(ids=True)
        row = self._row(self.adult, 1, "Asha", self.passport, " z765 4321 ")
        self.booking._set_visitors([row])
        visitor = self.booking.sudo().visitor_ids
        self.assertEqual(visitor.id_number, "Z765 4321")
        self.booking._set_visitors([{**row, "name": "Asha Rao", "id_number": None}])
        self.assertEqual((visitor.name, visitor.id_number), ("Asha Rao", "Z765 4321"))
        self.booking._set_visitors(
            [{**row, "id_kind_id": self.national.id, "id_number": None}]
        )
        self.assertFalse(visitor.id_number)

    def test_database_holds_the_line(self):
        """Guards: UNIQUE, and the CHECKs."""
        self.booking._set_visitors([self._row(self.adult, 1)])
        visitors = writing(self.env["museum.visitor"].sudo())
        base = {"booking_id": self.booking.id, "category_id": self.adult.id}
        for vals in (
            {**base, "position": 1, "name": "Twice"},
            {**base, "position": 0},
            {**base, "position": 2, "id_number": "12"},
            {
                **base,
                "position": 2,
                "id_kind_id": self.passport.id,
                "id_number": "1" * 31,
            },
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.IntegrityError),
                self.env.cr.savepoint(),
            ):
                visitors.create(vals)

    # === THE WAY OF A BOOKING ===

    def test_names_stay_when_numbers_of_tickets_change(self):
        self.booking._set_visitors(self._all())
        self.booking._set_quantities({self.adult.id: 1, self.child.id: 2})
        self.assertEqual(
            self._names(self.booking),
            [("Adult", 1, "Asha Rao"), ("Child", 1, "Mini Rao")],
        )
        self.booking._set_quantities({self.adult.id: 2})
        self.assertEqual(self._names(self.booking), [("Adult", 1, "Asha Rao")])

    def test_names_survive_the_clock_and_are_there_again(self):
        self.booking._set_visitors(self._all())
        self._run_out(self.booking)
        self.order._museum_refresh()
        self.assertEqual(self.booking.state, "expired")
        self.assertEqual(len(self._names(self.booking)), 3)
        self.booking._take_again()
        self.assertEqual(len(self._names(self.booking)), 3)
        self.order._museum_lock_for_payment(True)

    def test_names_go_along_into_another_cart(self):
        self.booking._set_visitors(self._all())
        other = self._new_order()
        self.booking.line_ids.sudo().write({"order_id": other.id})
        self.assertEqual(self.booking.order_id, other)
        self.assertEqual(len(self._names(self.booking)), 3)

    def test_names_go_with_the_visit_that_is_removed(self):
        self.booking._set_visitors(self._all())
        self.booking._remove()
        self.assertFalse(self._names(self.booking))

    def test_each_ticket_gets_its_own_name(self):
        self.booking._set_visitors(self._all())
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        named = {
            (ticket.category_id, ticket.sequence): ticket.visitor_name
            for ticket in self.booking.sudo().ticket_ids
        }
        self.assertEqual(
            named,
            {
                (self.adult, 1): "Asha Rao",
                (self.adult, 2): "Ravi Rao",
                (self.child, 1): "Mini Rao",
            },
        )
        with self.assertRaises(VisitorsRefused):
            self.booking._set_visitors(self._all())

    def test_name_moves_to_the_ticket_that_is_issued_again(self):
        self.booking._set_visitors(self._all())
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        old = self.booking.sudo().ticket_ids[0]
        name = old.visitor_name
        new = old._reissue("lost")
        self.assertEqual((new.visitor_name, old.visitor_name), (name, False))

    def test_code_and_qr_carry_no_name(self):
        self.booking._set_visitors(self._all())
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        ticket = self.booking.sudo().ticket_ids[0]
        before = ticket._token()
        writing(ticket.visitor_ids).name = "Somebody Else"
        self.assertEqual(ticket._token(), before)

    def test_pdf_tells_the_name_and_never_the_number(self):
        self._ask(ids=True)
        rows = self._all()
        for row in rows:
            row.update(id_kind_id=self.passport.id, id_number=SECRET)
        self.booking._set_visitors(rows)
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        html = self.env["ir.qweb"]._render(
            "museum_booking.ticket_section",
            {
                "section": self.env["museum.ticket.document"]._document_values(
                    self.booking.sudo().ticket_ids[:1]
                )["sections"][0]
            },
        )
        self.assertIn("Asha Rao", html)
        self.assertNotIn(SECRET, html)
        self.assertNotIn(SECRET[-4:], html)

    # === ERASING ===

    def _sold(self, *, days_ago, ids=True):
        self._ask(ids=ids)
        rows = self._all()
        for row in rows:
            row.update(id_kind_id=self.passport.id, id_number=SECRET)
        self.booking._set_visitors(rows)
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        self._end(self.booking, days_ago)

    def _end(self, booking, days_ago):
        self.env.flush_all()
        at = fields.Datetime.now() - timedelta(days=days_ago)
        self.env.cr.execute(
            "UPDATE museum_booking SET start_at = %s, end_at = %s WHERE id = %s",
            [at - timedelta(hours=1), at, booking.id],
        )
        self.env.invalidate_all()

    def _cron(self):
        """Run the job; what it logs, "" for nothing."""
        with (
            patch.object(self.registry["ir.cron"], "_commit_progress"),
            patch.object(museum_visitor._logger, "info") as info,
        ):
            self.env["museum.visitor"]._cron_erase()
        lines = [call.args[0] % call.args[1:] for call in info.call_args_list]
        return "\n".join(lines)

    def test_both_are_erased_when_their_days_are_over(self):
        self.company.write({"museum_id_days": 10, "museum_name_days": 20})
        self._sold(days_ago=9)
        self.assertFalse(self._cron())
        visitors = self.booking.sudo().visitor_ids
        self.assertEqual(set(visitors.mapped("id_number")), {SECRET})
        self._end(self.booking, 11)
        log = self._cron()
        self.assertIn("0 names, 3 ID numbers", log)
        self.assertNotIn("Asha", log)
        visitors.invalidate_recordset()
        self.assertEqual(set(visitors.mapped("id_number")), {False})
        self.assertIn("Asha Rao", visitors.mapped("name"))
        self._end(self.booking, 21)
        self.assertIn("3 names", self._cron())
        self.assertFalse(self.booking.sudo().visitor_ids)

    def test_names_stay_where_the_museum_keeps_them(self):
        self.company.write({"museum_id_days": 1, "museum_name_days": 0})
        self._sold(days_ago=3000)
        self._cron()
        visitors = self.booking.sudo().visitor_ids
        self.assertEqual(set(visitors.mapped("id_number")), {False})
        self.assertIn("Asha Rao", visitors.mapped("name"))

    def test_what_nobody_paid_is_erased_earlier(self):
        self.booking._set_visitors(self._all())
        self._run_out(self.booking)
        self.order._museum_refresh()
        self._cron()
        self.assertEqual(len(self._names(self.booking)), 3)
        writing(self.booking.sudo()).released_at = fields.Datetime.now() - timedelta(
            days=8
        )
        self.env.flush_all()
        self._cron()
        self.assertFalse(self._names(self.booking))

    def test_settings_have_limits(self):
        for vals in (
            {"museum_id_days": 0},
            {"museum_id_days": 4000},
            {"museum_name_days": -1},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.company.write(vals)


@tagged("post_install", "-at_install")
class TestVisitorAccess(VisitorsSetup, MuseumBookingCase):
    def setUp(self):
        super().setUp()
        self._ask(ids=True)
        self.order = self._new_order()
        self.booking = self._book(self.order, adult=1)
        self.booking._set_visitors(
            [self._row(self.adult, 1, "Asha Rao", self.passport, SECRET)]
        )
        self.visitor_row = self.booking.sudo().visitor_ids
        self.public = self.website.user_id

    def _as(self, user):
        return self.visitor_row.with_user(user).sudo(False)

    def test_table(self):
        for user, read, write in (
            (self.public, False, False),
            (self.visitor, False, False),
            (self.stranger, False, False),
            (self.accountant, False, False),
            (self.salesman, False, False),
            (self.gate, True, False),
            (self.desk, True, True),
            (self.manager, True, True),
        ):
            with self.subTest(user=user.login):
                row = self._as(user)
                self.assertEqual(row.has_access("read"), read)
                self.assertEqual(row.has_access("write"), write)
                self.assertFalse(row.has_access("create"))
                self.assertFalse(row.has_access("unlink"))

    def test_kinds_are_the_managers(self):
        for user, rights in (
            (self.public, ""),
            (self.visitor, ""),
            (self.gate, "r"),
            (self.desk, "r"),
            (self.manager, "rwcu"),
        ):
            kind = self.passport.with_user(user)
            for letter, operation in zip(
                "rwcu", ("read", "write", "create", "unlink"), strict=True
            ):
                with self.subTest(user=user.login, operation=operation):
                    self.assertEqual(kind.has_access(operation), letter in rights)

    def test_numbers_are_read_by_managers_alone_whatever_the_way(self):
        """Guard: ``groups`` of ``id_number``."""
        for user in (self.gate, self.desk):
            user.group_ids |= self.env.ref("base.group_allow_export")
            row = self._as(user)
            self.assertEqual(
                row.read(["name", "id_masked"])[0]["id_masked"], "•••• 4321"
            )
            for way in (
                lambda row=row: row.read(["id_number"]),
                lambda row=row: row.search([("id_number", "like", "Z")]),
                lambda row=row: row.search([], order="id_number"),
                lambda row=row: row._read_group([], ["id_number"]),
                lambda row=row: row.formatted_read_group([], ["id_number"]),
                lambda row=row: row._read_group([], [], ["id_number:array_agg"]),
                lambda row=row: row.export_data(["id_number"]),
                lambda row=row: row.web_read({"id_number": {}}),
                lambda row=row: row.search(
                    [("booking_id.visitor_ids.id_number", "=", "Z")]
                ),
                lambda row=row: row.filtered_domain([("id_number", "=", SECRET)]),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    way()
            self.assertNotIn("id_number", row.fields_get())
            self.assertNotIn("id_number", row.copy_data()[0])
            self.assertNotIn(SECRET, str(row.read()))
        row = self._as(self.manager)
        self.assertEqual(row.read(["id_number"])[0]["id_number"], SECRET)
        self.assertEqual(row.search([("id_number", "=", SECRET)]), row)

    def test_one_of_the_desk_may_be_allowed_to(self):
        group = self.env.ref("museum_booking.group_museum_visitor_ids")
        self.desk.group_ids |= group
        self.assertEqual(self._as(self.desk).id_number, SECRET)

    def test_accountant_does_not_read_the_names_on_tickets(self):
        self.order._museum_lock_for_payment(True)
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        ticket = self.booking.sudo().ticket_ids
        for user in (self.accountant,):
            with self.assertRaises(AccessError):
                ticket.with_user(user).sudo(False).read(["visitor_name"])
        ticket = ticket.with_user(self.gate).sudo(False)
        self.assertEqual(ticket.visitor_name, "Asha Rao")
        self.assertEqual(ticket.visitor_document, "Passport •••• 4321")

    def test_desk_corrects_a_name_and_nothing_else(self):
        row = self._as(self.desk)
        row.write({"name": "  Asha   Rau "})
        self.assertEqual(row.name, "Asha Rau")
        log = str(self.booking.sudo().message_ids.mapped("body"))
        self.assertIn("corrected the name for Adult 1", log)
        self.assertNotIn("Rau", log)
        with self.assertRaises(UserError):
            row.write({"name": "www.evil.example"})
        for user in (self.desk, self.manager):
            for vals in (
                {"position": 2},
                {"booking_id": self.booking.id},
                {"ticket_id": False},
                {"id_kind_id": self.national.id},
                {"id_number": "X"},
            ):
                with self.subTest(vals=vals), self.assertRaises(AccessError):
                    self._as(user).with_context(museum_writer=True).write(vals)
        with self.assertRaises(AccessError):
            self.env["museum.visitor"].sudo().create({"booking_id": self.booking.id})

    def test_other_company_sees_nobody(self):
        company = self.env["res.company"].create({"name": "Other museum"})
        self.manager.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        self.env.flush_all()
        rows = self.env["museum.visitor"].with_user(self.manager)
        self.assertFalse(rows.with_context(allowed_company_ids=company.ids).search([]))

    def test_no_number_in_any_log(self):
        self.order._museum_lock_for_payment(True)
        self.order.with_user(self.sale_manager).sudo(False).action_confirm()
        messages = self.booking.sudo().message_ids | self.order.message_ids
        text = str(messages.mapped("body")) + str(
            messages.tracking_value_ids.mapped("new_value_char")
        )
        self.assertNotIn(SECRET, text)
        self.assertNotIn("Asha Rao", text)
