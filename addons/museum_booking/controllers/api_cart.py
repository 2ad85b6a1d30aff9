# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, http
from odoo.http import request

from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..lib import states
from .adding import Wanted, hold_visit, note_added
from .booking_json import booking_json, cart_json, item_and_cart_json
from .guest_session import customers_cart

kit.errors.register_code("payment_open", 409)


def _expected(total_minor):
    """The total that a visitor was shown; None: the caller does not tell."""
    if total_minor is None:
        return None
    return kit.integer(total_minor, "expected_total_minor")


def _shown(start_at):
    """The start that a visitor was shown, UTC; None: the caller does not tell."""
    if start_at is None:
        return None
    return kit.moment(start_at, "expected_start_at")


class MuseumCartApi(http.Controller):
    """The visitor's cart: that of the session, or of the partner who is logged in.

    It is Odoo's own cart (``/shop/cart``), so shop products may lie in it too. A
    booking of anybody else does not exist here.
    """

    @kit.api_route("/cart", methods=["GET"], readonly=False)
    def get_cart(self):
        """The cart as it is now: what ran out has been expired by looking."""
        return cart_json(request.cart)

    @kit.api_route("/cart", methods=["DELETE"])
    def clear_cart(self):
        """Empty the cart: visits, expired ones too, and shop products.

        The seats are everybody's at once.
        """
        if request.cart:
            request.cart._museum_clear()
        return cart_json(request.cart)

    @kit.api_route("/cart/items", methods=["POST"])
    def add_item(
        self, slot_id, categories, expected_total_minor=None, expected_start_at=None
    ):
        """Hold seats and put the visit into the cart.

        :param expected_total_minor: what these tickets cost as the visitor was shown
        :param expected_start_at: when the slot starts as the visitor was shown
        :raise SlotChanged: 409 with the new time; nothing is held
        :raise SlotFull, SlotClosed, QuantityError: 409 with up to three times near by,
            409, 422
        :raise PriceChanged: 409 with the prices of now; nothing is held
        """
        wanted = Wanted(
            kit.record_id(slot_id, "slot_id"),
            kit.quantities(categories),
            _expected(expected_total_minor),
            _shown(expected_start_at),
        )
        booking = hold_visit(wanted, kit.hold_token())
        note_added(booking, wanted.quantities)
        return kit.json_response(
            item_and_cart_json(booking, booking.order_id), status=201
        )

    @kit.api_route("/cart/items/<string:booking>", methods=["PATCH"])
    def change_item(
        self,
        booking,
        categories,
        slot_id=None,
        expected_total_minor=None,
        expected_start_at=None,
    ):
        """Other numbers of tickets, another time; for an expired visit: take it again.

        What is held keeps the prices that it was held at; taken again or at another
        time they are new. At another time the new seats come first: whoever is refused
        keeps what he has. The visit has a new reference then.

        :param slot_id: the time that the visit gets; its own by default
        :param expected_total_minor: what the visit costs then, as it was shown
        :param expected_start_at: when another time, or an expired visit, starts, as it
            was shown; by default when it did as the seats were taken before
        :raise SlotChanged: 409 with the new time; nothing is held
        :raise SlotFull: 409 with up to three times near by; nothing has changed
        :raise PriceChanged: 409 with the prices of now; nothing has changed
        """
        quantities = kit.quantities(categories)
        expected = _expected(expected_total_minor)
        shown = _shown(expected_start_at)
        booking = self._find_item(booking)
        slot, bought_at = booking.slot_id, fields.Datetime.now()
        slot_id = slot.id if slot_id is None else kit.record_id(slot_id, "slot_id")
        if slot_id != slot.id:
            wanted = Wanted(slot_id, quantities, expected, shown)
            booking = hold_visit(wanted, kit.hold_token(), moved=booking)
        elif booking.state == states.EXPIRED:
            booking._check_expected(slot, quantities, expected, bought_at)
            booking._take_again(quantities, bought_at, shown)
        else:
            booking._check_expected(slot, quantities, expected, bought_at, booking)
            booking._set_quantities(quantities)
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

    @kit.api_route("/cart/reopen", methods=["POST"])
    def reopen(self):
        """Give up an open payment, so that the cart can be changed again.

        Seats stay held. The provider is asked first: ``paid`` means that the payment
        has arrived meanwhile, and counts; ``next`` is the page that says so. Without
        an open payment nothing happens.

        :raise PaymentOpen: 409, the money is on its way or nobody can tell just now
        """
        cart = request.cart
        is_open = not cart.is_museum or cart._museum_reopen()
        return {
            "status": "open" if is_open else "paid",
            "next": "/shop/cart" if is_open else "/payment/status",
            "cart": cart_json(cart),
        }

    @kit.api_route("/cart/contact", methods=["PATCH"])
    def set_contact(self, name, email, phone=None):
        """Whom the tickets of this cart are for, and where they are sent.

        The contact is the customer's own: it is the same for his next visit. Where the
        museum sells to guests (see ``guests`` of the cart) one who is not logged in
        tells name, e-mail and phone, and gets a contact of this order's own.

        :raise Unauthorized: not logged in, and no guests here
        :raise ContactIncomplete: 422 with what to do, by field
        """
        cart = customers_cart()
        return cart._museum_set_contact(
            *(
                value if value is None else kit.text(value, key, max_length=1000)
                for key, value in (("name", name), ("email", email), ("phone", phone))
            )
        )

    @kit.api_route("/bookings/summary", methods=["POST"])
    def summary(self, accept_terms=False, expected_total_minor=None):
        """Accept the terms and hold the seats for the payment.

        After it the cart can be paid. Called again it extends the seats again.

        :param expected_total_minor: the total that the visitor was shown, in the
            smallest unit; by default the one that the cart had
        :raise TermsNotAccepted, ContactIncomplete, VisitorsIncomplete, QuantityError:
            422
        :raise PriceChanged: 409 with the old and the new total
        :raise HoldExpired: 409, some seats are gone
        """
        accepted = kit.flag(accept_terms, "accept_terms")
        expected = _expected(expected_total_minor)
        cart = customers_cart()
        cart._museum_lock_for_payment(accepted, expected)
        # Odoo's own note of the order that this session pays for, and whose
        # confirmation it sees; a guest may see no other one.
        request.session["sale_last_order_id"] = cart.id
        return cart_json(cart)

    @kit.api_route("/bookings/confirm-free", methods=["POST"])
    def confirm_free(self):
        """Confirm a cart that costs nothing; the summary comes first.

        Called again for a cart that was confirmed so, there is none left: 409.

        :raise Conflict: it costs something, the terms were not accepted, or another
            request is confirming it
        :raise PriceChanged, HoldExpired: 409, as the summary's
        """
        cart = customers_cart()
        if not cart.try_lock_for_update(allow_referencing=True):
            raise kit.errors.Conflict
        bookings = cart.museum_booking_ids._in_cart()
        cart._museum_confirm_free()
        request.website.sale_reset()
        return {
            "status": "confirmed",
            "bookings": [booking_json(booking) for booking in bookings],
        }

    # === WHO MAY REACH WHAT ===

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
