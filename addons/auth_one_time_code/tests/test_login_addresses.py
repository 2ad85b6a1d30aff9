# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from unittest.mock import patch

from odoo import http
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import (
    AddressTaken,
    CodesNotForStaff,
    LastWayIn,
    NoSuchAddress,
    OtpExpired,
    TooManyAddresses,
)
from ..lib.addresses import Address
from ..lib.proof import Verified
from ..models.res_users_addresses import MOST_ADDRESSES
from .test_login_page import NUMBER, PageCase

PATH = "/my/login-addresses"
MAIL = "phil@example.com"
ABROAD = "+919876500000"


class AddressCase(PageCase):
    """Phil came by a phone; what he types as his e-mail is a contact alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addresses = cls.env["auth.verified.address"]
        cls.phil = cls._come("phone", NUMBER)

    def setUp(self):
        super().setUp()
        # Odoo sends these at once, and deletes what was sent.
        self.startPatcher(
            patch.object(self.registry["mail.mail"], "send", lambda _mails, **_kw: True)
        )

    @classmethod
    def _come(cls, kind, value):
        """The user of a new visitor who came by a code."""
        users = cls.env["res.users"]
        login = users._one_time_code_credential(Verified(0, "login", kind, value))
        return users.search([("login", "=", login["login"])])

    def _prove(self, user, kind, value):
        return user._one_time_code_add_address(Verified(0, "add_address", kind, value))

    def _values(self, user):
        return user._one_time_code_addresses().mapped("value")

    # --- the page

    def _log_in_as(self, user):
        """A session without a password: that is what users of codes have."""
        self._new_browser()
        address = self._values(user)[0]
        self._ask_page(address)
        self._post(
            step="verify",
            code=self._mailed_code(address)
            if "@" in address
            else self._texted_code(address),
        )
        self._pass_time(3600 * 25)
        self.assertEqual(self._uid(), user.id)

    def _send(self, **data):
        return self._post(PATH, **data)

    def _words(self):
        return " ".join(self.page.xpath("string(//main)").split())

    def _alert(self):
        return " ".join(self.page.xpath("string(//*[@role='alert'])").split())

    def _add_on_page(self, address):
        self._get(PATH)
        self._send(step="request", address=address)
        code = (
            self._mailed_code(address) if "@" in address else self._texted_code(address)
        )
        return self._send(step="verify", code=code)


@tagged("-at_install", "post_install")
class TestLoginAddressesPage(AddressCase):
    def test_customer_of_a_phone_adds_his_mail_and_is_recognised_by_it(self):
        self._log_in_as(self.phil)
        self._add_on_page(MAIL)
        self.assertTrue(self.response.url.endswith(f"{PATH}?done=added"))
        self.assertEqual(self.response.history[0].status_code, 303, "no form again")
        self.assertIn(MAIL, self._words())
        self.assertEqual(self._values(self.phil), [NUMBER, MAIL])
        self._new_browser()
        self._ask_page(MAIL)
        self._post(step="verify", code=self._mailed_code(MAIL))
        self.assertEqual(self._uid(), self.phil.id)

    def test_customer_of_a_mail_adds_his_phone_and_is_recognised_by_it(self):
        user = self._come("email", MAIL)
        self._log_in_as(user)
        self._add_on_page(ABROAD)
        self._new_browser()
        self._ask_page(ABROAD)
        self._post(step="verify", code=self._texted_code(ABROAD))
        self.assertEqual(self._uid(), user.id)

    def test_message_says_what_the_code_is_for(self):
        self._log_in_as(self.phil)
        self._get(PATH)
        self._send(step="request", address=MAIL)
        self.assertIn("a way to log in to the account", self._mail_text(MAIL))
        self._send(step="other")
        self._send(step="request", address=ABROAD)
        body = self._messages(ABROAD)[-1].body
        self.assertIn("to log in with this number from now on", body)
        self.assertLessEqual(len(body), 160, "one SMS")

    def test_first_one_is_no_other_one(self):
        self.authenticate("vera@example.com", "correct horse battery")
        self._get(PATH)
        self.assertIn("Add one", self._words())
        self.assertNotIn("Add another one", self._words())
        self._log_in_as(self.phil)
        self._get(PATH)
        self.assertIn("Add another one", self._words())

    def test_page_is_private(self):
        self._log_in_as(self.phil)
        self._get(PATH)
        self.assertIn("no-store", self.response.headers["Cache-Control"])
        self.assertEqual(self.response.headers["X-Frame-Options"], "SAMEORIGIN")
        self._new_browser()
        self._get(PATH)
        self.assertIn("/web/login", self.response.url)

    def test_page_is_linked_from_my_account_and_security(self):
        self._log_in_as(self.phil)
        for page in ("/my", "/my/security"):
            self._get(page)
            self.assertTrue(self.page.xpath(f"//a[@href='{PATH}']"), page)

    @mute_logger("odoo.http")
    def test_post_without_the_token_is_refused(self):
        """Guard: Odoo's CSRF token on each step."""
        self._log_in_as(self.phil)
        row = self._prove(self.phil, "email", MAIL)
        for data in (
            {"step": "request", "address": "a@example.com"},
            {"step": "remove", "address_id": row.id},
        ):
            response = self.url_open(PATH, data=data)
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self._values(self.phil), [NUMBER, MAIL])

    def test_wrong_code_and_limits_are_told_as_at_the_log_in(self):
        self._log_in_as(self.phil)
        self._get(PATH)
        self._send(step="request", address="phil@")
        self.assertIn("name@example.com", self._alert())
        self._send(step="request", address=MAIL)
        wrong = self._wrong(self._mailed_code(MAIL))
        self._send(step="verify", code=wrong)
        self.assertIn("Tries left: 2", self._alert())
        self._send(step="resend")
        self.assertEqual(self.response.status_code, 429)
        self.assertIn("Retry-After", self.response.headers)
        self.assertNotIn("password", self._alert())
        for _try in range(2):
            self._send(step="verify", code=wrong)
        self._send(step="verify", code=self._mailed_code(MAIL))
        self.assertIn("no longer good", self._alert())
        self.assertEqual(self._values(self.phil), [NUMBER])

    def test_limits_of_codes_to_an_address_hold(self):
        """Guard: ``_request``'s rules, for this purpose as for all."""
        self._log_in_as(self.phil)
        self._get(PATH)
        statuses = []
        for _send in range(6):
            self._send(step="request", address=MAIL)
            statuses.append(self.response.status_code)
            self._pass_time(500)
        self.assertEqual(statuses, [200] * 5 + [429])

    def test_code_is_good_once(self):
        self._log_in_as(self.phil)
        self._add_on_page(MAIL)
        code = self._mailed_code(MAIL)
        row = self.addresses._find("email", MAIL)
        self._send(step="remove", address_id=row.id)
        self._send(step="verify", code=code)
        self.assertIn("no longer good", self._alert())
        self.assertEqual(self._values(self.phil), [NUMBER])

    def test_codes_of_one_purpose_are_worth_nothing_for_the_other(self):
        """Guard: the purpose in row and digest, and a challenge for each."""
        self._new_browser()
        self._ask_page("vera@example.com")
        log_in_code = self._mailed_code("vera@example.com")
        self._log_in_as(self.phil)
        self._get(PATH)
        self._send(step="verify", code=log_in_code)
        self.assertIn("no longer good", self._alert())
        self._send(step="request", address="vera@example.com")
        code = self._mailed_code("vera@example.com")
        challenge = self.codes.search([("purpose", "=", "add_address")], limit=1)
        self.assertTrue(challenge)
        self.url_open("/web/session/logout?redirect=/")
        self._get("/web/login/code")
        self._post(step="verify", code=code)
        self.assertIn("no longer good", self._error())
        self.assertFalse(self._uid())

    def test_code_is_worth_nothing_to_another_user_of_the_browser(self):
        """Guard: ``uid`` in the session's entry."""
        self._log_in_as(self.phil)
        self._get(PATH)
        self._send(step="request", address=MAIL)
        code = self._mailed_code(MAIL)
        other = self._come("email", "other@example.com")
        session = http.root.session_store.get(self.opener.cookies["session_id"])
        self.assertEqual(session["one_time_code_address"]["uid"], self.phil.id)
        session.uid, session.login = other.id, other.login
        session.session_token = other._compute_session_token(session.sid)
        http.root.session_store.save(session)
        self.assertEqual(self._uid(), other.id)
        self._get(PATH)
        self.assertTrue(self.page.xpath("//input[@name='address']"), "first step")
        self._send(step="verify", code=code)
        self.assertIn("no longer good", self._alert())
        self.assertFalse(self.addresses._find("email", MAIL))

    def test_asking_tells_nothing_about_the_address(self):
        """Guard: whose it is is looked at after the proof."""
        self._log_in_as(self.phil)
        pages = []
        for name in ("vera", "valid"):
            self._get(PATH)
            self._send(step="request", address=f"{name}@example.com")
            # A second may pass between asking and seeing; nothing else may differ.
            words = re.sub(r"\bin (29|30) seconds", "soon", self._words())
            words = words.replace(f"{name}@", "TYPED@")
            pages.append((self.response.status_code, words))
            self.assertEqual(len(self._mails(f"{name}@example.com")), 1)
            self._send(step="other")
            self._pass_time(500)
        self.assertEqual(pages[0], pages[1])
        self.assertIn("TYPED@example.com", pages[0][1])

    def test_owner_of_another_account_s_address_is_told_what_to_do(self):
        self._log_in_as(self.phil)
        self._add_on_page("vera@example.com")
        self.assertIn("log in to another account", self._alert())
        self.assertNotIn("Name of", self.response.text)
        self.assertTrue(self.page.xpath("//input[@name='address']"), "first step again")
        self.assertEqual(self._values(self.phil), [NUMBER])
        self.assertTrue(self.portal_user.active)

    def test_removed_address_opens_nothing_any_more(self):
        self._prove(self.phil, "email", MAIL)
        self._log_in_as(self.phil)
        self._get(PATH)
        phone, _mail = self.phil._one_time_code_addresses()
        self._send(step="remove", address_id=phone.id)
        self.assertTrue(self.response.url.endswith("?done=removed"))
        self.assertEqual(self._uid(), self.phil.id, "the session stays")
        self.assertEqual(self.phil.login, MAIL)
        self._new_browser()
        self._ask_page(NUMBER)
        self._post(step="verify", code=self._texted_code(NUMBER))
        self.assertNotIn(self._uid(), (False, self.phil.id))

    def test_asks_before_it_removes(self):
        """In a browser; without scripts the form does it at once."""
        self._prove(self.phil, "email", MAIL)
        self.phil.password = "correct horse battery"
        self.start_tour(
            PATH,
            "auth_one_time_code_remove",
            login=self.phil.login,
            password="correct horse battery",
        )
        self.assertEqual(self._values(self.phil), [NUMBER])

    def test_last_way_in_stays(self):
        """Without a button, and without one's help."""
        self._log_in_as(self.phil)
        self._get(PATH)
        self.assertFalse(self.page.xpath("//input[@value='remove']"), "no button")
        self.assertIn("This is the last way in", self._words())
        row = self.phil._one_time_code_addresses()
        self._send(step="remove", address_id=row.id)
        self.assertIn("last way in", self._alert())
        self.assertEqual(self._values(self.phil), [NUMBER])

    def test_foreign_row_is_not_removed(self):
        """Guard: rows of the user alone; an id that is somebody else's is none."""
        foreign = self._come("email", MAIL)._one_time_code_addresses()
        self._log_in_as(self.phil)
        self._get(PATH)
        for text in (str(foreign.id), "0", "-1", "1e3", "²", "", "9" * 30):
            self._send(step="remove", address_id=text)
            self.assertIn("not in the list", self._alert(), text)
        self.assertTrue(foreign.exists())

    def test_staff_without_an_app_are_refused(self):
        """Guard: ``_one_time_code_check_may_add``."""
        self.authenticate("staff@example.com", "correct horse battery")
        self._get(PATH)
        self.assertEqual(self.response.status_code, 403)
        self.assertIn("Staff log in with their password", self._words())
        self.assertFalse(self.page.xpath("//input[@name='address']"))
        self._get("/my/security")
        self.assertFalse(self.page.xpath(f"//a[@href='{PATH}']"))
        token = self.page.xpath("//input[@name='csrf_token']/@value")
        for data in (
            {"step": "request", "address": MAIL},
            {"step": "verify", "code": "123456"},
            {"step": "remove", "address_id": "1"},
        ):
            response = self.url_open(PATH, data={**data, "csrf_token": token[0]})
            self.assertEqual(response.status_code, 403, data)
        self.assertFalse(self._mails(MAIL))

    # --- hints

    def _hint(self):
        self._get("/my")
        path = "//form[contains(@class, 'o_login_addresses_hint')]"
        return " ".join(self.page.xpath(f"string({path})").split())

    def test_hint_offers_to_confirm_the_typed_mail_by_one_button(self):
        self.phil.partner_id.email = MAIL
        self._log_in_as(self.phil)
        self.assertIn(f"by phone only. Confirm {MAIL} to log in", self._hint())
        data = {
            field.get("name"): field.get("value")
            for field in self.page.xpath(
                "//form[contains(@class, 'o_login_addresses_hint')]//input"
            )
        }
        self._page(self.url_open(PATH, data=data))
        self._send(step="verify", code=self._mailed_code(MAIL))
        self.assertEqual(self._values(self.phil), [NUMBER, MAIL])
        self.assertEqual(self._hint(), "")

    def test_hint_offers_to_confirm_the_typed_phone(self):
        user = self._come("email", MAIL)
        user.partner_id.phone = ABROAD
        self._log_in_as(user)
        self.assertIn(f"by e-mail only. Confirm {ABROAD}", self._hint())

    def test_no_hint_for_who_never_came_by_a_code(self):
        self.portal_user.partner_id.phone = ABROAD
        self.authenticate("vera@example.com", "correct horse battery")
        self.assertEqual(self._hint(), "")

    def _elsewhere(self):
        self._get("/my")
        return self.page.xpath("//*[contains(@class, 'o_login_addresses_elsewhere')]")

    def test_new_account_is_told_once_that_another_has_its_address_as_contact(self):
        self.phil.partner_id.write({"email": MAIL, "name": "Phil Secret"})
        self._new_browser()
        self._ask_page(MAIL)
        self._post(step="verify", code=self._mailed_code(MAIL))
        self.assertNotEqual(self._uid(), self.phil.id, "no account by a typed contact")
        # The log-in led there.
        (words,) = self.page.xpath(
            "//*[contains(@class, 'o_login_addresses_elsewhere')]"
        )
        self.assertIn("Another account of this site", words.text_content())
        for secret in ("Phil", "3210"):
            self.assertNotIn(secret, self.response.text)
        self.assertFalse(self._elsewhere(), "once")

    def test_nothing_is_told_where_there_is_nothing(self):
        for user in (self.staff_user, self.archived_user):
            user.partner_id.email = MAIL
        self._new_browser()
        self._ask_page(MAIL)
        self._post(step="verify", code=self._mailed_code(MAIL))
        self.assertFalse(
            self.page.xpath("//*[contains(@class, 'o_login_addresses_elsewhere')]")
        )

    # --- the whole story

    def test_empty_account_gives_its_address_to_the_one_with_the_bookings(self):
        self.phil.partner_id.email = MAIL
        second = self._come("email", MAIL)
        self._log_in_as(self.phil)
        self._add_on_page(MAIL)
        self.assertTrue(self.response.url.endswith("?done=added"), self._alert())
        self.assertFalse(second.active)
        self.assertFalse(second.partner_id.active)
        self._new_browser()
        self._ask_page(MAIL)
        self._post(step="verify", code=self._mailed_code(MAIL))
        self.assertEqual(self._uid(), self.phil.id)


@tagged("-at_install", "post_install")
class TestLoginAddresses(AddressCase):
    """Without pages."""

    def test_code_for_another_purpose_adds_nothing(self):
        """Guard: ``verified.purpose``."""
        with self.assertRaises(OtpExpired):
            self.phil._one_time_code_add_address(Verified(0, "login", "email", MAIL))

    def test_own_address_again_is_no_second_one(self):
        row = self._prove(self.phil, "email", MAIL)
        self.assertEqual(self._prove(self.phil, "email", MAIL), row)

    def test_addresses_are_so_many(self):
        for number in range(MOST_ADDRESSES - 1):
            self._prove(self.phil, "email", f"p{number}@example.com")
        with self.assertRaises(TooManyAddresses):
            self._prove(self.phil, "email", MAIL)

    def test_staff_need_an_app(self):
        verified = Verified(0, "add_address", "email", MAIL)
        with self.assertRaises(CodesNotForStaff):
            self.staff_user._one_time_code_add_address(verified)
        with self.assertRaises(CodesNotForStaff):
            self.staff_user._one_time_code_remove_address(1)
        self.staff_user.sudo().totp_secret = "GEZDGNBVGY3TQOJQ"
        self._prove(self.staff_user, "phone", ABROAD)
        self.assertEqual(self._values(self.staff_user), [ABROAD])

    def test_login_of_somebody_who_never_proved_it_is_taken(self):
        """Nor is his account archived: he may have a password and come by that."""
        for user in (self.portal_user, self.staff_user):
            with self.assertRaisesRegex(AddressTaken, "log in to another account"):
                self._prove(self.phil, "email", user.login)
            self.assertTrue(user.active)

    def test_address_of_a_closed_account_is_taken(self):
        with self.assertRaisesRegex(AddressTaken, "was closed"):
            self._prove(self.phil, "email", "gone@example.com")

    # --- what is empty

    def test_account_is_not_empty(self):
        """Guard: each condition of ``_one_time_code_is_empty``."""
        env, partners = self.env, self.env["res.partner"]

        def password(user):
            user.password = "correct horse battery"

        def second_address(user):
            self._prove(user, "phone", ABROAD)

        def other_login(user):
            user.login = "other@example.com"

        def second_factor(user):
            user.sudo().totp_secret = "GEZDGNBVGY3TQOJQ"

        def address(user):
            partners.create({"name": "Home", "parent_id": user.partner_id.id})

        def company(user):
            user.partner_id.parent_id = partners.create({"name": "Company"})

        def staff(user):
            user.group_ids = env.ref("base.group_user")

        def word(user):
            self.phil.partner_id.message_post(
                body="Hello", author_id=user.partner_id.id, message_type="comment"
            )

        for number, change in enumerate(
            (
                password,
                second_address,
                other_login,
                second_factor,
                address,
                company,
                staff,
                word,
            )
        ):
            value = f"e{number}@example.com"
            user = self._come("email", value)
            self.assertTrue(user._one_time_code_is_empty())
            change(user)
            self.assertFalse(user._one_time_code_is_empty(), change.__name__)
            with self.assertRaises(AddressTaken):
                self._prove(self.phil, "email", value)
            self.assertTrue(user.active)
            self.assertIn(value, self._values(user))
            self.addresses.search([("value", "=", ABROAD)]).unlink()

    def test_address_that_moved_is_free_once_it_is_removed(self):
        """Guard: the archived account's login is another one."""
        second = self._come("email", MAIL)
        row = self._prove(self.phil, "email", MAIL)
        self.assertFalse(second.active)
        self.phil._one_time_code_remove_address(row.id)
        third = self._come("email", MAIL)
        self.assertTrue(third.active)
        self.assertNotIn(third, second | self.phil)
        self.assertEqual(third.login, MAIL)

    # --- removing

    def test_password_is_a_way_in(self):
        self.phil.write({"login": "phil", "password": "correct horse battery"})
        row = self.phil._one_time_code_addresses()
        self.phil._one_time_code_remove_address(row.id)
        self.assertFalse(self._values(self.phil))

    def test_login_itself_stays_while_it_is_the_last(self):
        user = self._come("email", MAIL)
        user.password = "correct horse battery"
        with self.assertRaises(LastWayIn):
            user._one_time_code_remove_address(user._one_time_code_addresses().id)

    def test_login_becomes_an_address_that_is_left(self):
        """Guard: ``is_login``: a code to a login lets in without a proof, too."""
        user = self._come("email", MAIL)
        self._prove(user, "phone", ABROAD)
        self._prove(user, "email", "second@example.com")
        user._one_time_code_remove_address(user._one_time_code_addresses()[0].id)
        self.assertEqual(user.login, "second@example.com")
        self.assertFalse(self.env["res.users"]._one_time_code_users("email", MAIL))
        user._one_time_code_remove_address(user._one_time_code_addresses()[1].id)
        self.assertEqual(user.login, ABROAD)

    def test_squatted_login_is_left_to_the_squatter(self):
        user = self._come("email", MAIL)
        self._prove(user, "phone", ABROAD)
        self._make_user(ABROAD, self.env.ref("base.group_portal"))
        user._one_time_code_remove_address(user._one_time_code_addresses()[0].id)
        self.assertTrue(user.login.startswith(f"{ABROAD}/"))

    @mute_logger("odoo.addons.base.models.res_users")
    def test_login_of_staff_stays(self):
        self.staff_user.sudo().totp_secret = "GEZDGNBVGY3TQOJQ"
        self._come_staff()
        row = self._prove(self.staff_user, "phone", ABROAD)
        mail = self.staff_user._one_time_code_addresses() - row
        with self.assertRaisesRegex(LastWayIn, "name of your account"):
            self.staff_user._one_time_code_remove_address(mail.id)
        self.staff_user._one_time_code_remove_address(row.id)

    def _come_staff(self):
        self.addresses._claim("email", self.staff_user.login, self.staff_user)

    def test_foreign_row_is_none(self):
        foreign = self._come("email", MAIL)._one_time_code_addresses()
        with self.assertRaises(NoSuchAddress):
            self.phil._one_time_code_remove_address(foreign.id)

    # --- telling

    def _notices(self, words):
        return (
            self.env["mail.mail"]
            .search([("subject", "ilike", words)], order="id")
            .mapped("email_to")
        )

    def test_owner_is_told_at_what_was_proved_before(self):
        """Not at the new address, and not at a contact that anybody may have typed."""
        user = self._come("email", MAIL)
        user.partner_id.email = "typed@example.com"
        self._prove(user, "email", "second@example.com")
        self.assertEqual(self._notices("a way to log in was added"), [MAIL])
        user._one_time_code_remove_address(user._one_time_code_addresses()[1].id)
        self.assertEqual(
            self._notices("a way to log in was removed"), [MAIL, "second@example.com"]
        )
        mail = self.env["mail.mail"].search(
            [("subject", "ilike", "was removed")], limit=1
        )
        self.assertIn("s•••@example.com", mail.body_html)

    def test_contact_is_told_when_nothing_was_proved(self):
        self.phil.partner_id.email = "typed@example.com"
        self._prove(self.phil, "email", MAIL)
        self.assertEqual(
            self._notices("way to log in was added"), ["typed@example.com"]
        )
        (mail,) = self.env["mail.mail"].search([("email_to", "=", "typed@example.com")])
        self.assertNotIn(MAIL, mail.body_html)

    def test_account_of_phones_alone_is_told_by_sms(self):
        """Guard: at the numbers that were proved before, not at the new one."""
        self.env["sms.sms"].search([]).unlink()
        row = self._prove(self.phil, "phone", ABROAD)
        (message,) = self.env["sms.sms"].search([])
        self.assertEqual(message.number, NUMBER)
        self.assertIn("to your account was added", message.body)
        self.assertIn(self.env.company.name, message.body)
        self.assertLessEqual(len(message.body), 160, "one SMS")
        self.phil._one_time_code_remove_address(row.id)
        told = self.env["sms.sms"].search([]) - message
        self.assertEqual(set(told.mapped("number")), {NUMBER, ABROAD})
        self.assertEqual({"removed" in body for body in told.mapped("body")}, {True})

    def test_no_sms_where_a_mail_is_proved(self):
        self._prove(self.phil, "email", MAIL)
        self.env["sms.sms"].search([]).unlink()
        self._prove(self.phil, "phone", ABROAD)
        self.assertFalse(self.env["sms.sms"].search([]))
        self.assertEqual(self._notices("a way to log in was added"), [MAIL])

    def test_sms_is_in_the_language_of_the_account(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("auth_one_time_code.sms_template_way_added")
        template.with_context(lang="fr_FR").body = "Un nouvel accès"
        self.phil.lang = "fr_FR"
        self._prove(self.phil, "phone", ABROAD)
        self.assertEqual(self._messages(NUMBER)[-1].body, "Un nouvel accès")

    def test_new_address_itself_is_not_told(self):
        self.phil.partner_id.email = MAIL
        self._prove(self.phil, "email", MAIL)
        self.assertFalse(self._notices("way to log in was added"))

    def test_archived_account_says_nothing(self):
        self._come("email", MAIL)
        self.env["mail.mail"].search([]).unlink()
        self._prove(self.phil, "email", MAIL)
        self.assertFalse(self._notices("Login Changed"))

    # --- hints

    def test_contact_to_confirm(self):
        self.assertIsNone(self.phil._one_time_code_unproved_contact())
        self.phil.partner_id.email = MAIL
        mail = Address("email", MAIL)
        hint = {"address": mail, "only": "phone"}
        self.assertEqual(self.phil._one_time_code_unproved_contact(), hint)
        self.phil.password = "correct horse battery"
        self.assertEqual(
            self.phil._one_time_code_unproved_contact(), {"address": mail, "only": ""}
        )
        self._prove(self.phil, "email", MAIL)
        self.assertIsNone(self.phil._one_time_code_unproved_contact())

    def test_squatter_with_the_address_as_login_gets_nobody(self):
        """A sign-up with another's proved address never sees its owner."""
        self._prove(self.phil, "email", MAIL)
        self._make_user(MAIL, self.env.ref("base.group_portal"))
        users = self.env["res.users"]
        login = users._one_time_code_credential(Verified(0, "login", "email", MAIL))
        self.assertEqual(login["login"], self.phil.login)

    def test_archived_user_adds_nothing(self):
        self.phil.action_archive()
        with self.assertRaises(CodesNotForStaff):
            self._prove(self.phil, "email", MAIL)
