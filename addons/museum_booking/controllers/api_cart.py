# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.exceptions import MissingError
from odoo.http import request

from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..lib import states
from .booking_json import cart_json, item_and_cart_json


class MuseumCartApi(http.Controller):
    """The visitor's cart: that of the session, or of the partner who is logged in.

    It is Odoo's own cart (``/shop/cart``), so shop products may lie in it too. A
    booking of anybody else does not exist here.
    """

    @kit.api_route("/cart", methods=["GET"], readonly=False)
    def get_cart(self):
        """The cart as it is now: what ran out has been expired by looking."""
        return cart_json(request.cart)

    @kit.api_route("/cart/items", methods=["POST"])
    def add_item(self, slot_id, categories):
        """Hold seats and put the visit into the cart.

        :raise SlotFull: 409 with up to three times near by
        :raise SlotClosed, QuantityError: 409, 422
        """
        slot = self._find_slot(kit.record_id(slot_id, "slot_id"))
        wanted = kit.quantities(categories)
        token, held, cart = kit.hold_token(), None, request.cart
        if not cart:
            # Seats first: who comes too late is told so before an order is made.
            held = request.env["museum.hold"]._take(
                token, slot, wanted, slot.exhibition_id._hold_minutes()
            )
            cart = request.website._museum_create_cart()
        booking = cart._museum_add_booking(slot, wanted, token, held)
        return kit.json_response(item_and_cart_json(booking, cart), status=201)

    @kit.api_route("/cart/items/<string:booking>", methods=["PATCH"])
    def change_item(self, booking, categories):
        """Other numbers of tickets; for an expired visit: take its seats again."""
        wanted = kit.quantities(categories)
        booking = self._find_item(booking)
        if booking.state == states.EXPIRED:
            booking._take_again(wanted)
        else:
            booking._set_quantities(wanted)
        return item_and_cart_json(booking, request.cart)

    @kit.api_route("/cart/items/<string:booking>", methods=["DELETE"])
    def remove_item(self, booking):
        """Take a visit out of the cart; its seats are everybody's at once."""
        self._find_item(booking)._remove()
        return cart_json(request.cart)

    @kit.api_route("/cart/extend", methods=["POST"])
    def extend(self):
        """More time for all seats of the cart, at most an hour after each was taken.

        :raise HoldExpired: 409, there is none to extend any more
        """
        cart = request.cart
        if not cart.is_museum or not cart.museum_booking_ids._in_cart():
            raise kit.errors.Conflict(
                request.env._("There are no held seats in this cart.")
            )
        cart._museum_extend()
        return cart_json(cart)

    @kit.api_route("/bookings/summary", methods=["POST"])
    def summary(self, accept_terms=False, expected_total_minor=None):
        """Accept the terms and hold the seats for the payment.

        After it the cart can be paid. Called again it extends the seats again.

        :param expected_total_minor: the total that the visitor was shown, in the
            smallest unit; by default the one that the cart had
        :raise TermsNotAccepted: 422
        :raise PriceChanged: 409 with the old and the new total
        :raise HoldExpired: 409, some seats are gone
        """
        accepted = kit.flag(accept_terms, "accept_terms")
        if expected_total_minor is not None:
            expected_total_minor = kit.integer(
                expected_total_minor, "expected_total_minor"
            )
        if request.env.user._is_public():
            raise kit.errors.Unauthorized(
                request.env._("Please log in to pay for your visit.")
            )
        cart = request.cart
        if not cart.is_museum:
            raise kit.errors.Conflict(
                request.env._("There is no visit in this cart any more.")
            )
        cart._museum_lock_for_payment(accepted, expected_total_minor)
        return cart_json(cart)

    # === WHO MAY REACH WHAT ===

    def _find_slot(self, slot_id):
        """The slot, as superuser, when a visitor of this website may see it.

        :raise NotFound: there is none, or it is not for this visitor's eyes
        """
        slot = request.env["museum.slot"].sudo().browse(slot_id)
        website = request.website
        try:
            exhibition = slot.exhibition_id
        except MissingError:
            raise kit.errors.NotFound from None
        # What the rules let a visitor see, asked of one record instead of a search:
        # this is the busiest route of all. Whether it is open, the engine says.
        if not (
            exhibition.active
            and exhibition.is_published
            and exhibition.website_id in (website, website.browse())
            and slot.company_id == website.company_id
        ):
            raise kit.errors.NotFound
        return slot

    def _find_item(self, reference):
        """A visit of the current cart that is still shown in it.

        :raise NotFound: this cart has no such visit
        """
        cart = request.cart
        booking = cart.is_museum and cart._museum_visible_bookings().filtered(
            lambda booking: booking.name == reference
        )
        if not booking:
            raise kit.errors.NotFound
        return booking
