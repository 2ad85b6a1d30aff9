# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.http import request


class Website(models.Model):
    _inherit = "website"

    def _get_and_cache_current_cart(self):
        """A cart whose clock ran out is put right whenever any page looks at it."""
        cart = super()._get_and_cache_current_cart()
        if cart.is_museum:
            if not request.env.cr.readonly and cart._museum_refresh():
                cart._museum_cart_changed()
            if "website_sale_cart_quantity" in request.session:
                quantity = cart.cart_quantity
                # Assigned only when it differs: that would write the session's file.
                if request.session["website_sale_cart_quantity"] != quantity:
                    request.session["website_sale_cart_quantity"] = quantity
        return cart

    def _create_cart(self):
        """A new cart, without the chatter and followers that nobody will read."""
        quiet = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        if self.env.context.get("museum_quick_cart"):
            cart = super(Website, quiet)._create_cart()
            request.cart = cart.with_env(self.env(su=True))
            return request.cart
        return super()._create_cart()
