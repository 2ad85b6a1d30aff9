# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bookings of a guest become those of an account whose owner proved the address."""

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.museum_exhibition.models.guard import writing


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _museum_claimable(self, user):
        """Sold guest orders that were bought with an address of this user.

        An address is the user's by a one-time code alone (``auth.verified.address``):
        neither the login nor the contact proves anything, both can be typed.

        :return: sale.order, as superuser; empty for who has proved nothing
        """
        proved = (
            self.env["auth.verified.address"].sudo().search([("user_id", "=", user.id)])
        )
        values = {
            kind: rows.mapped("value") for kind, rows in proved.grouped("kind").items()
        }
        is_same = Domain.FALSE
        if emails := values.get("email"):
            is_same |= Domain("partner_id.email_normalized", "in", emails)
        if phones := values.get("phone"):
            is_same |= Domain("partner_id.phone_sanitized", "in", phones)
        orders_sudo = self.sudo()
        if is_same.is_false():
            return orders_sudo
        found = orders_sudo.search(
            Domain("museum_guest_id", "!=", False)
            & Domain("museum_booking_ids.confirmed_at", "!=", False)
            & Domain("company_id", "=", self.env.company.id)
            & is_same
        )
        return found.filtered(lambda order: order._museum_is_guests())

    @api.model
    def _museum_claim(self, user):
        """Put the user's guest orders into the account; again it changes nothing.

        Order, bookings and tickets follow. The address of the bill stays, as posted
        invoices and payments do: they say who bought. Of two who claim at once
        PostgreSQL lets one through; Odoo runs the other again, who finds nothing.

        :return: the museum.booking records that came into the account
        """
        orders = self._museum_claimable(user)
        partner = user.partner_id.sudo()
        for order in orders:
            guest = order.partner_id
            writing(order).write(
                {
                    "partner_id": partner.id,
                    "partner_invoice_id": order.partner_invoice_id.id,
                    "partner_shipping_id": order.partner_shipping_id.id,
                }
            )
            partner._museum_take_name(guest)
        bookings = orders.museum_booking_ids
        writing(bookings.ticket_ids).write({"partner_id": partner.id})
        for booking in bookings:
            booking._message_log(
                body=self.env._("Bought as a guest; now kept in an account.")
            )
        return bookings.filtered("confirmed_at")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _museum_take_name(self, guest):
        """Who came by a code is called by his address until he tells a name."""
        self.ensure_one()
        if self.name in (self.email, self.phone) and guest.name:
            self.name = guest.name
