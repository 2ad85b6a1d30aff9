# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request

from odoo.addons.museum_booking.controllers.booking_json import cart_json
from odoo.addons.museum_exhibition.controllers import api_kit as kit

from ..exceptions import TooManyCodes

kit.errors.register_code("promo_code_unknown", 422)
kit.errors.register_code("promo_code_not_applicable", 409)
kit.errors.register_code("promo_code_in_use", 409)
kit.errors.register(
    TooManyCodes,
    lambda exc, env: kit.errors.answer(
        exc.code,
        str(exc),
        exc.details,
        {"Retry-After": str(exc.details["retry_after"])},
    ),
)


class MuseumPromoCodeApi(http.Controller):
    """Promotion codes, coupons and gift cards in the visitor's cart."""

    @kit.api_route("/cart/promo-code", methods=["POST"])
    def enter_code(self, code, reward_id=None):
        """Enter a code; the answer is the cart with what it takes off.

        The code is in the body: a gift card's is as good as money and belongs in no
        address and no log.

        :param int reward_id: which one, when the code offers several
        :raise CodeUnknown: 422, alike for codes that never were and that are used
        :raise CodeNotApplicable: 409 with what is missing
        :raise CodeInUse: 409 with when to try again
        :raise TooManyCodes: 429 with ``retry_after``
        """
        code = kit.text(code, "code", max_length=64, required=True)
        if reward_id is not None:
            reward_id = kit.record_id(reward_id, "reward_id")
        cart = self._cart()
        cart._museum_apply_code(code, reward_id)
        return cart_json(cart)

    @kit.api_route("/cart/promo-code/<string:discount>", methods=["DELETE"])
    def remove_code(self, discount):
        """Take a promotion or card off again, by the ``id`` of its entry in the cart.

        :raise NotFound: this cart has no such discount
        """
        cart = self._cart()
        if not cart._museum_remove_discount(discount):
            raise kit.errors.NotFound
        return cart_json(cart)

    def _cart(self):
        cart = request.cart
        if not cart or not cart.is_museum:
            raise kit.errors.Conflict(
                request.env._(
                    "There is no visit in this cart. Please choose one first."
                )
            )
        return cart
