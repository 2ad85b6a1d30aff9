# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models, tools
from odoo.exceptions import MissingError
from odoo.http import request

from odoo.addons.website_sale.models.website import (
    CART_SESSION_CACHE_KEY,
    PRICELIST_SESSION_CACHE_KEY,
)

# In the session: whose other carts have been looked for.
MERGED = "museum_carts_merged"
# In the session until it was said: the visits that came from those. A page and the API
# say it each, because neither knows whether the visitor saw the other.
CAME_PAGE, CAME_API = "museum_came_page", "museum_came_api"


class Website(models.Model):
    _inherit = "website"

    def _get_and_cache_current_cart(self):
        """A cart whose clock ran out is put right whenever any page looks at it."""
        self._museum_forget_ended_cart()
        cart = super()._get_and_cache_current_cart()
        self._museum_merge_carts(cart)
        if cart.is_museum:
            if not request.env.cr.readonly and cart._museum_refresh():
                cart._museum_cart_changed()
            if "website_sale_cart_quantity" in request.session:
                quantity = cart.cart_quantity
                # Assigned only when it differs: that would write the session's file.
                if request.session["website_sale_cart_quantity"] != quantity:
                    request.session["website_sale_cart_quantity"] = quantity
        return cart

    def _museum_forget_ended_cart(self):
        """Let a customer find the cart into which another device took his visits.

        Odoo looks for a cart of his only while the session has none, and would keep an
        empty one for the rest of it. The same goes for "there is none": another page
        of his may have written that into the session while he added a visit.
        """
        if CART_SESSION_CACHE_KEY not in request.session or self.env.user._is_public():
            return
        cart = self.env["sale.order"].sudo()
        cart_id = request.session[CART_SESSION_CACHE_KEY]
        if not cart_id:
            if cart.search_count(
                [
                    ("partner_id", "=", self.env.user.partner_id.id),
                    ("website_id", "=", self.id),
                    ("state", "=", "draft"),
                    ("is_museum", "=", True),
                ],
                limit=1,
            ):
                self.sale_reset()
            return
        cart = cart.browse(cart_id)
        try:
            has_ended = cart.is_museum and cart.state == "cancel"
        except MissingError:
            return  # deleted: Odoo looks for another one by itself
        if has_ended:
            self.sale_reset()

    def _museum_merge_carts(self, cart):
        """Once after a customer's login: his visits in other carts come into this one.

        Only into a cart that is his by now, so in the first request that may write.
        """
        user = self.env.user
        if (
            not cart
            or user._is_public()
            or request.env.cr.readonly
            or request.session.get(MERGED) == user.id
        ):
            return
        request.session[MERGED] = user.id
        if cart.partner_id == user.partner_id:
            if came := cart._museum_fetch_visits().mapped("name"):
                request.session[CAME_PAGE] = request.session[CAME_API] = came

    def _get_and_cache_current_pricelist(self):
        """For a visitor who is new, what it is for all of them in his country."""
        if self.env.context.get("museum_for_everybody"):
            return super()._get_and_cache_current_pricelist()
        pricelists = self.env["product.pricelist"].sudo()
        if PRICELIST_SESSION_CACHE_KEY in request.session:
            # Odoo forgets that there is none, and works the cart out again and writes
            # it with each request, a mere look too: two at once would collide.
            # A cart that gets another customer gets his list, and is asked again.
            cart = request.cart
            is_none = not request.session[PRICELIST_SESSION_CACHE_KEY]
            if is_none and cart and not cart.pricelist_id:
                return pricelists
            # Without a cart he is still like a new one, and is asked for anew.
            if not is_none or cart:
                return super()._get_and_cache_current_pricelist()
        if not self.env.user._is_public() or request.cart:
            return super()._get_and_cache_current_pricelist()
        pricelist = pricelists.browse(
            self._museum_everybodys_pricelist(self._get_geoip_country_code())
        )
        # Assigned only when it differs: that would write the session's file.
        if request.session.get(PRICELIST_SESSION_CACHE_KEY, 0) != pricelist.id:
            request.session[PRICELIST_SESSION_CACHE_KEY] = pricelist.id
        return pricelist

    @tools.ormcache("self.id", "country_code")
    def _museum_everybodys_pricelist(self, country_code):
        """The id of what Odoo finds; seven queries, and each of our prices asks.

        Odoo empties the cache when lists, groups of countries or settings change; see
        res.partner for the rest.
        """
        website = self.with_context(museum_for_everybody=True)
        return website._get_and_cache_current_pricelist().id

    def _museum_create_cart(self):
        """A new cart for a visit: what it will be anyway is set at once.

        Without the chatter and the followers that nobody reads in a cart, and without
        working out the visitor's fiscal position, which counts for shop products only
        and is Odoo's own as soon as there is one.
        """
        self.ensure_one()
        quick = self.with_context(
            museum_new_cart=True,
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
        )
        cart = quick._create_cart()
        request.cart = cart.with_env(self.env(su=True))
        return request.cart

    def _prepare_sale_order_values(self, partner_sudo):
        if not self.env.context.get("museum_new_cart"):
            return super()._prepare_sale_order_values(partner_sudo)
        return {
            "company_id": self.company_id.id,
            "partner_id": partner_sudo.id,
            "fiscal_position_id": self.company_id._museum_fiscal_position().id,
            "pricelist_id": request.pricelist.id,
            "team_id": self.salesteam_id.id,
            "website_id": self.id,
            "is_museum": True,
            "require_payment": True,
            "prepayment_percent": 1.0,
        }
