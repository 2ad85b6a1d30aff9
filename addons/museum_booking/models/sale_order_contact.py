# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who the tickets are for: shown and changed on the summary, checked before paying."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.auth_one_time_code.lib.addresses import plain_email
from odoo.addons.phone_validation.tools import phone_validation

from ..exceptions import ContactIncomplete
from ..lib import visitor_details

MOST_CHARACTERS = {"name": 100, "email": 254, "phone": 40}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _museum_contact(self):
        """Name, e-mail and phone that the tickets go to; "" for what is not known.

        Who logged in by a code for the first time is called by his address until then.

        :rtype: dict[str, str]
        """
        self.ensure_one()
        partner = self.partner_id
        if self._museum_is_anonymous():
            # What the public visitor's own contact says is about nobody.
            return dict.fromkeys(MOST_CHARACTERS, "")
        contact = {
            "name": partner.name or "",
            "email": partner.email or "",
            "phone": partner.phone or "",
        }
        if contact["name"] in (contact["email"], contact["phone"]):
            contact["name"] = ""
        return contact

    def _museum_check_contact(self):
        """:raise ContactIncomplete: the tickets could not be sent

        A phone that somebody wrote down wrongly is no reason, that of a guest is: it is
        one of the two things by which a booking is found again.
        """
        contact = self._museum_contact()
        if not self._museum_needs_phone():
            contact["phone"] = ""
        self._museum_clean_contact(**contact)

    def _museum_set_contact(self, name, email, phone):
        """Write the contact of the order's own customer, checked.

        An anonymous cart gets a new contact: its buyer is a guest then.

        :param str phone: may be empty, unless the buyer is a guest; kept as E.164
        :raise ContactIncomplete: what is wrong, by field; nothing is written
        """
        self.ensure_one()
        self._museum_check_editable()
        clean = self._museum_clean_contact(name, email, phone)
        if self._museum_is_anonymous():
            self._museum_make_guest(clean)
            return clean
        partner = self.partner_id
        changed = {
            key: value for key, value in clean.items() if (partner[key] or "") != value
        }
        if changed:
            partner.write(changed)
        return clean

    def _museum_clean_contact(self, name, email, phone):
        values = {"name": name, "email": email, "phone": phone}
        values = {key: (value or "").strip() for key, value in values.items()}
        wrong = {
            key: self.env._("At most %(most)s characters, please.", most=most)
            for key, most in MOST_CHARACTERS.items()
            if len(values[key]) > most
        }
        clean = {"name": " ".join(values["name"].split())}
        if not clean["name"]:
            wrong["name"] = self.env._("Please tell us your name.")
        elif not visitor_details.is_plain(values["name"]):
            wrong["name"] = self.env._("Please write the name without links or signs.")
        clean["email"] = email_normalize(plain_email(values["email"])) or ""
        if not clean["email"]:
            wrong["email"] = self.env._(
                "Please write the e-mail address to send your tickets to, like"
                " name@example.com."
            )
        clean["phone"] = ""
        if not values["phone"] and self._museum_needs_phone():
            wrong["phone"] = self.env._(
                "Please write a phone number: with it you find your booking again."
            )
        if values["phone"] and "phone" not in wrong:
            try:
                clean["phone"] = self._museum_phone(values["phone"])
            except UserError:
                wrong["phone"] = self.env._(
                    "Please write the whole number, from abroad with its country code,"
                    " like +44."
                )
        if wrong:
            raise ContactIncomplete(next(iter(wrong.values())), **wrong)
        return clean

    def _museum_phone(self, number):
        """A number as E.164; without a country code it is the customer's country's.

        :raise UserError: it is none
        """
        country = (
            self.partner_id.country_id
            or self.company_id.country_id
            or self.env.ref("base.in")
        )
        return phone_validation.phone_format(
            number, country.code, country.phone_code, force_format="E164"
        )
