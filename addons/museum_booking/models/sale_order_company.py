# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An invoice for a company: asked for on the summary, by who buys for one.

The company is a contact below the customer, made for this and never one that was found:
whoever knows a tax number learns and changes nothing of its company. The order's tax
stays that of the museum's place, whoever the invoice is for.
"""

from odoo import models
from odoo.exceptions import ValidationError

from odoo.addons.museum_exhibition.models.guard import differs

from ..exceptions import CompanyIncomplete
from ..lib import gstin, visitor_details

MOST_CHARACTERS = {"name": 100, "vat": 30, "street": 200, "city": 100, "zip": 20}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _museum_company(self):
        """The company that the invoice is for; an empty res.partner: the customer."""
        self.ensure_one()
        return self.partner_invoice_id.filtered(
            lambda partner: (
                partner.is_museum_invoice_company
                and partner.parent_id == self.partner_id
            )
        )

    def _museum_set_company(self, values):
        """Let the invoice be for a company of the order's own customer.

        :param dict values: ``name``, ``vat``, ``street``, ``city``, ``zip``, and
            ``state`` and ``country`` as ISO codes; "" for what is not told
        :return: the res.partner
        :raise CompanyIncomplete: what is wrong, by field; nothing is written
        """
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        order._museum_check_company_may_change()
        clean = order._museum_clean_company(values)
        partner = order._museum_company_for(clean)
        if order.partner_invoice_id != partner:
            old = order._museum_company()
            order.partner_invoice_id = partner
            order._museum_forget_company(old)
        return partner

    def _museum_remove_company(self):
        """Let the invoice be for the customer again."""
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        order._museum_check_company_may_change()
        if old := order._museum_company():
            order.partner_invoice_id = order.partner_id
            order._museum_forget_company(old)

    def _museum_check_company_may_change(self):
        self._museum_check_editable()
        self._museum_check_not_frozen()
        if self._museum_is_anonymous():
            raise CompanyIncomplete(
                self.env._("Please tell us first whom the tickets are sent to.")
            )
        if self._museum_money_is_coming():
            raise CompanyIncomplete(
                self.env._(
                    "This visit is being paid for. Please ask the museum to change the"
                    " invoice."
                )
            )

    # === WHICH CONTACT ===

    def _museum_company_for(self, clean):
        """The customer's own contact with exactly these values, made when missing.

        One that nothing but this cart uses is written over; one on an earlier invoice
        stays as that invoice was made.
        """
        customer = self.partner_id
        current = self._museum_company()
        own = current.search(
            [
                ("is_museum_invoice_company", "=", True),
                ("parent_id", "=", customer.id),
            ]
        )
        values = self._museum_company_values(clean)
        same = own.filtered(
            lambda partner: (
                not any(differs(partner, name, value) for name, value in values.items())
            )
        )
        if same:
            return same[0]
        if current and not self._museum_company_is_used(current):
            current.write(values)
            return current
        partner = current.create(
            {
                "name": clean["name"],
                "is_company": True,
                "is_museum_invoice_company": True,
                # Not "invoice": later orders are not for this company by themselves.
                "type": "other",
                "parent_id": customer.id,
                "company_id": customer.company_id.id,
                "lang": customer.lang,
                "email": customer.email,
                "phone": customer.phone,
            }
        )
        # Afterwards: Odoo gives the address of a first contact to its parent.
        partner.write(values)
        return partner

    def _museum_company_values(self, clean):
        values = {
            "name": clean["name"],
            "vat": clean["vat"] or False,
            "street": clean["street"],
            "city": clean["city"],
            "zip": clean["zip"] or False,
            "state_id": clean["state"].id,
            "country_id": clean["country"].id,
        }
        if "l10n_in_gst_treatment" in self.env["res.partner"]._fields:
            values["l10n_in_gst_treatment"] = self._museum_gst_treatment(clean)
        return values

    def _museum_gst_treatment(self, clean):
        """How India's returns list the invoice of such a customer (l10n_in)."""
        if clean["country"].code != "IN":
            return "overseas"
        return "regular" if clean["vat"] else "unregistered"

    def _museum_company_is_used(self, partner):
        """Whether anything but this cart points to the contact."""
        others = [("partner_invoice_id", "=", partner.id), ("id", "!=", self.id)]
        moves = [("partner_id", "child_of", partner.id)]
        return bool(
            self.search_count(others, limit=1)
            or self.env["account.move"].search_count(moves, limit=1)
            or self.env["payment.transaction"].search_count(
                [("partner_id", "=", partner.id)], limit=1
            )
        )

    def _museum_forget_company(self, partner):
        """What was only written down for this cart goes with it."""
        if partner and not self._museum_company_is_used(partner):
            partner.unlink()

    # === WHAT IS RIGHT ===

    def _museum_clean_company(self, values):
        clean = {
            name: visitor_details.clean_text(values.get(name) or "")
            for name in MOST_CHARACTERS
        }
        wrong = {
            name: self.env._("At most %(most)s characters, please.", most=most)
            for name, most in MOST_CHARACTERS.items()
            if len(clean[name]) > most
        }
        for name in MOST_CHARACTERS:
            if not visitor_details.is_plain(values.get(name) or ""):
                wrong.setdefault(
                    name, self.env._("Please write it without links or signs.")
                )
        clean["country"] = self._museum_country(values.get("country") or "")
        if not clean["country"]:
            wrong["country"] = self.env._("Please choose the country.")
        clean["state"] = self._museum_state(clean["country"], values.get("state") or "")
        clean["vat"] = clean["vat"].replace(" ", "").upper()
        for name, words in self._museum_company_gaps(clean):
            wrong.setdefault(name, words)
        if clean["country"] and clean["vat"] and "vat" not in wrong:
            if words := self._museum_check_vat(clean):
                wrong["vat"] = words
            else:
                self._museum_follow_vat_state(clean, wrong)
        if wrong:
            raise CompanyIncomplete(next(iter(wrong.values())), **wrong)
        return clean

    def _museum_company_gaps(self, clean):
        """What an invoice for a company has to name and is not told."""
        country = clean["country"]
        if not clean["name"]:
            yield "name", self.env._("Please tell us the name of the company.")
        if not clean["street"]:
            yield "street", self.env._("Please tell us street and number.")
        if not clean["city"]:
            yield "city", self.env._("Please tell us the city.")
        if country.zip_required and not clean["zip"]:
            yield "zip", self.env._("Please tell us the postal code.")
        if country.state_required and not clean["state"] and not clean["vat"]:
            yield "state", self.env._("Please choose the state.")

    def _museum_country(self, code):
        countries = self.env["res.country"].sudo()
        if not (len(code) == 2 and code.isascii() and code.isalpha()):
            return countries
        return countries.search([("code", "=", code.upper())], limit=1)

    def _museum_state(self, country, code):
        return country.state_ids.filtered(lambda state: state.code == code)[:1]

    def _museum_check_vat(self, clean):
        """Words for a tax number that cannot be one of its country; "": it can be."""
        country = clean["country"]
        try:
            vat, _code = self.env["res.partner"]._run_vat_checks(country, clean["vat"])
        except ValidationError:
            vat = ""
        if not vat or (country.code == "IN" and not gstin.adds_up(vat)):
            return self.env._(
                "Please compare the %(label)s with your papers: a letter or digit is"
                " missing or wrong.",
                label=country.vat_label or self.env._("tax number"),
            )
        clean["vat"] = vat
        return ""

    def _museum_follow_vat_state(self, clean, wrong):
        """A GSTIN begins with the number of its state: both have to agree.

        Only where l10n_in tells the states' numbers.
        """
        states = clean["country"].state_ids
        if clean["country"].code != "IN" or "l10n_in_tin" not in states._fields:
            if clean["country"].state_required and not clean["state"]:
                wrong.setdefault("state", self.env._("Please choose the state."))
            return
        own = states.filtered(lambda state: state.l10n_in_tin == clean["vat"][:2])
        if not own:
            wrong["vat"] = self.env._(
                "Please compare the GSTIN with your papers: no state has the number"
                " %(digits)s.",
                digits=clean["vat"][:2],
            )
        elif clean["state"] and clean["state"] not in own:
            wrong["state"] = self.env._(
                "This GSTIN is of %(state)s. Please choose that, or the other GSTIN.",
                state=own[0].name,
            )
        else:
            clean["state"] = own[0]

    # === THE INVOICE ===

    def _prepare_invoice(self):
        """A visit is supplied where the museum is, whoever the invoice is for.

        l10n_in takes the customer's state as place of supply, which is right for goods
        that are sent. An admission is supplied where the event takes place: IGST Act
        2017, section 12(6).
        """
        values = super()._prepare_invoice()
        moves = self.env["account.move"]
        if self.is_museum and "l10n_in_state_id" in moves._fields:
            if self.company_id.account_fiscal_country_id.code == "IN":
                values["l10n_in_state_id"] = self.company_id.state_id.id
        return values
