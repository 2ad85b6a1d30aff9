# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders of guests: bought without an account, with a contact of their own.

A guest's contact is made for the order and never found by what somebody typed, so
nobody gets at the contact of somebody else.
"""

from odoo import fields, models
from odoo.http import request

from odoo.addons.museum_exhibition.models.guard import writing

from ..exceptions import NotPayable


class SaleOrder(models.Model):
    _inherit = "sale.order"

    museum_guest_id = fields.Many2one(
        "res.partner",
        string="Guest",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The contact that was made for this order as it was bought without an "
        "account. Stays when a customer takes the order into an account.",
    )

    # === WHOSE IT IS ===

    def _museum_is_anonymous(self):
        """Whether nobody has told a name yet, nor logged in."""
        self.ensure_one()
        public = self.website_id.user_id.sudo().partner_id
        return bool(public) and self.partner_id == public

    def _museum_is_guests(self):
        """Whether the customer is the contact that was made for this very order.

        Not when it became somebody's account, or when staff merged it with another
        contact that has one.
        """
        self.ensure_one()
        guest = self.museum_guest_id
        if not guest or self.partner_id != guest:
            return False
        return not guest.sudo().with_context(active_test=False).user_ids

    def _museum_guests_allowed(self):
        """Whether the website sells without an account (Odoo's own setting)."""
        self.ensure_one()
        website = self.website_id
        return bool(website) and website.account_on_checkout != "mandatory"

    def _museum_may_be_guests(self):
        """Whether somebody who is not logged in may go on with this cart.

        A customer's cart that came into the session by a link may not be paid, nor its
        contact be changed.
        """
        self.ensure_one()
        return self._museum_guests_allowed() and (
            self._museum_is_anonymous() or self._museum_is_guests()
        )

    def _museum_needs_phone(self):
        """Whether the contact needs a phone: a guest has nothing else but e-mail."""
        self.ensure_one()
        return self._museum_is_anonymous() or self._museum_is_guests()

    # === THE CONTACT ===

    def _museum_make_guest(self, contact):
        """Give an anonymous cart a contact of its own.

        :param dict contact: name, email and phone, checked
        """
        self.ensure_one()
        website = self.website_id
        values = {
            **contact,
            "type": "contact",
            "lang": self.env.lang,
            "company_id": website.company_id.id,
            "user_id": website.salesperson_id.id,
        }
        if website.specific_user_account:
            values["website_id"] = website.id
        partner = (
            self.env["res.partner"]
            .sudo()
            .with_context(tracking_disable=True, mail_create_nosubscribe=True)
            .create(values)
        )
        self._museum_name_guest(partner)
        self._update_address(partner.id, ["partner_id"])

    def _museum_name_guest(self, partner):
        """Note the contact that was made for this order just now."""
        self.ensure_one()
        writing(self).write({"museum_guest_id": partner.id})

    # === PAYING ===

    def _museum_check_payer(self):
        """Who is not logged in pays the cart of the own session alone, as a guest.

        :raise NotPayable: log in first
        :raise ContactIncomplete: the contact lacks something
        """
        self.ensure_one()
        if not request or not request.env.user or not request.env.user._is_public():
            return
        own = request.session.get("sale_last_order_id") == self.id
        if not own:
            cart = getattr(request, "cart", None)
            own = bool(cart) and cart.id == self.id
        if not own or not self._museum_guests_allowed() or not self._museum_is_guests():
            raise NotPayable(self.env._("Please log in to pay for your visit."))
        self._museum_check_contact()
