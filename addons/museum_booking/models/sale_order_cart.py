# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from odoo.addons.museum_exhibition.exceptions import MuseumRefusal


class SaleOrder(models.Model):
    """What a visitor does with the whole of his cart, or from one time to another."""

    _inherit = "sale.order"

    def _museum_move_booking(self, booking, slot, quantities, token, bought_at=None):
        """Give a visit of this cart another time: first its new seats, then it goes.

        At a time that is in the cart already the two become one.

        :param booking: the visit, live or expired; refused, it stays as it was
        :return: the museum.booking that stands for it now, as superuser
        :raise SlotFull, SlotClosed, QuantityError: no seats; nothing changed
        """
        moved = self._museum_add_booking(slot, quantities, token, bought_at=bought_at)
        if moved.sudo() != booking.sudo():
            booking._remove()
        return moved

    def _museum_clear(self):
        """Empty the cart: live visits give their seats back, expired ones go too."""
        self.ensure_one()
        order = self.sudo()
        order._museum_check_editable()
        order._museum_check_not_frozen()
        order._museum_visible_bookings()._remove()
        order.order_line.unlink()
        order._museum_cart_changed()

    def _museum_fetch_visits(self):
        """Bring the visits of the customer's other carts into this one.

        Odoo leaves the cart of an earlier visit behind when a visitor fills another one
        before he logs in. Carts that are being paid stay as they are, this one too. A
        cart that is empty then ends, as when Odoo merges carts: the device that it was
        on finds this one.

        :return: the museum.booking that stand for what came, as superuser
        """
        self.ensure_one()
        cart = self.sudo()
        came = self.env["museum.booking"].sudo()
        if cart._museum_is_frozen():
            return came
        others = cart.search(
            [
                ("id", "!=", cart.id),
                ("is_museum", "=", True),
                ("partner_id", "=", cart.partner_id.id),
                ("website_id", "=", cart.website_id.id),
                ("state", "=", "draft"),
            ]
        )
        others = others.filtered(lambda order: not order._museum_has_open_payment())
        others._museum_refresh()
        for booking in others.museum_booking_ids._in_cart():
            if booking.line_ids and booking.line_ids._museum_may_move(cart):
                # The booking follows its lines, as when Odoo merges carts.
                booking.line_ids.write({"order_id": cart.id})
                came |= cart._museum_join(booking)
        for order in others if came else ():
            if not order.order_line and not order._museum_visible_bookings():
                order._action_cancel()
        return came

    def _museum_join(self, booking):
        """Two visits to one slot become one, when the engine allows it.

        :return: the museum.booking that stands for the visit now
        """
        self.ensure_one()
        same = self.museum_booking_ids._in_cart().filtered(
            lambda other: other.slot_id == booking.slot_id and other != booking
        )[:1]
        if not same:
            return booking
        wanted = same._wanted()
        for category_id, quantity in booking._wanted().items():
            wanted[category_id] = wanted.get(category_id, 0) + quantity
        try:
            same._set_quantities(wanted)
        except MuseumRefusal:
            return booking  # both stay, and the cart points it out
        booking._remove()
        return same
