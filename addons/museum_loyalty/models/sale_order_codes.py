# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Codes that visitors type: found, refused alike, limited, lost and found again."""

from odoo import models
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.auth_one_time_code.lib.waits import Rule
from odoo.addons.museum_booking.exceptions import PriceChanged
from odoo.addons.museum_exhibition.models.guard import is_switched, switched

from ..exceptions import CodeInUse, CodeNotApplicable, CodeUnknown, TooManyCodes
from .guard import applying

# Codes that lead to nothing, by one address. A museum's own network is one address,
# and gift cards have 58 random bits: this is against lists of likely words.
WRONG_PER_ADDRESS = 30
WRONG_PER_CART = 10
WINDOW_SECONDS = 15 * 60
LONGEST_CODE = 64
_AGAIN = "museum_loyalty_again"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === ONE WAY IN ===

    def _try_apply_code(self, code):
        """Every road of a typed code ends here: shop, link, API, backend.

        An unknown, ended or used code is told alike, and only so many of them. One
        that is in other carts just now is a good one, and is told as such.
        """
        self.ensure_one()
        code = (code or "").strip()
        if self._museum_promotions_settled():
            return {"error": self._museum_settled_words()}
        if not (self.is_museum or self._museum_guesses()):
            return super()._try_apply_code(code)
        if is_switched(self, _AGAIN):
            return super(SaleOrder, applying(self))._try_apply_code(code)
        rules = self._museum_guesses()
        limits = self.env["attempt.limit"].sudo()
        if rules and (wait := limits._spend(rules)):
            return {"error": self._museum_wait_words(wait), "retry_after": wait}
        code = self._museum_as_written(code)
        if not code:
            return {"error": self._museum_unknown_words(), "not_found": True}
        if rules:
            limits._give_back(rules)
        program = self._museum_program_of(code)
        if program._museum_is_in_use(self):
            seconds = program._museum_free_in(self)
            return {
                "error": self._museum_in_use_words(seconds),
                "in_use": True,
                "free_in": seconds,
            }
        order = applying(self) if self.is_museum else self
        result = super(SaleOrder, order)._try_apply_code(code)
        if "error" not in result and self.museum_lost_codes:
            lost = [one for one in self.museum_lost_codes if one != code]
            order.museum_lost_codes = lost or False
        return result

    def _museum_as_written(self, code):
        """The code in the letters that it was made with: phones type small ones.

        :return: "" when it is good for nothing, however it is written
        """
        if not code or len(code) > LONGEST_CODE:
            return ""
        spellings = dict.fromkeys((code, code.upper(), code.lower()))
        return next((one for one in spellings if self._museum_program_of(one)), "")

    def _museum_guesses(self):
        """What a wrong code counts for; nothing of staff, or without a request.

        :rtype: list[Rule]
        """
        if not request or self.env.user._is_internal():
            return []
        address = request.httprequest.remote_addr
        purpose = "promo_code"
        return [
            Rule(purpose, "cart", str(self.id), WRONG_PER_CART, WINDOW_SECONDS),
            Rule(purpose, "ip", address, WRONG_PER_ADDRESS, WINDOW_SECONDS),
        ]

    def _museum_knows_code(self, code):
        """Whether a code is good for anything now; says nothing about this cart."""
        program = self._museum_program_of(code)
        return bool(program) and not program._museum_is_used_up(self)

    def _museum_program_of(self, code):
        """The promotion of a code that is good, though other carts may have it.

        :return: loyalty.program, as superuser; empty: never was, over or used
        """
        self.ensure_one()
        rules = self.env["loyalty.rule"].sudo()
        domain = [("mode", "=", "with_code"), ("code", "=", code)]
        if rule := rules.search(self._get_trigger_domain() + domain, limit=1):
            program, is_good = rule.program_id, rule.program_id.active
        else:
            cards = self.env["loyalty.card"].sudo()
            card = cards.search([("code", "=", code)], limit=1)
            program = card.program_id
            today = self._get_confirmed_tx_create_date()
            is_good = (
                card
                and program.reward_ids
                and program.filtered_domain(self._get_program_domain())
                and (not card.expiration_date or card.expiration_date >= today)
                and card.points >= min(program.reward_ids.mapped("required_points"))
            )
        if not is_good or program._museum_is_sold_out(self):
            return program.browse()
        return program

    def _museum_unknown_words(self):
        return self.env._("We do not know this code, or it cannot be used any more.")

    def _museum_in_use_words(self, seconds):
        if not seconds:
            return self.env._(
                "This code is being used in another cart just now. Please try again"
                " later."
            )
        return self.env._(
            "This code is being used in another cart just now. Please try again in"
            " %(minutes)s min.",
            minutes=-(-seconds // 60),
        )

    def _museum_wait_words(self, seconds):
        return self.env._(
            "Too many codes were tried. Please wait %(minutes)s minutes.",
            minutes=max(1, -(-seconds // 60)),
        )

    def _try_pending_coupon(self):
        """A code of a link that leads to nothing is not tried with each change."""
        result = super()._try_pending_coupon()
        if request and isinstance(result, dict):
            if result.get("not_found") or result.get("retry_after"):
                request.session.pop("pending_coupon_code", None)
        return result

    def _museum_apply_code(self, code, reward_id=None):
        """Enter a code and take its reward.

        :param str code: as it was typed
        :param int reward_id: which one, when the code offers several
        :raise TooManyCodes, CodeUnknown: see the classes
        :raise CodeInUse: other carts have it; ``details["retry_after"]``
        :raise CodeNotApplicable: with what to do; ``details["rewards"]`` to choose from
        """
        self.ensure_one()
        self._museum_check_not_frozen()
        result = self._try_apply_code(code)
        if wait := result.get("retry_after"):
            raise TooManyCodes(result["error"], retry_after=wait)
        if result.get("not_found"):
            raise CodeUnknown(result["error"])
        if result.get("in_use"):
            raise CodeInUse(result["error"], retry_after=result["free_in"])
        if "error" in result:
            raise CodeNotApplicable(result["error"])
        offers = [(coupon, reward) for coupon, of in result.items() for reward in of]
        if reward_id:
            offers = [offer for offer in offers if offer[1].id == reward_id]
        if len(offers) > 1:
            raise CodeNotApplicable(
                self.env._("Please choose what to use this code for."),
                rewards=[
                    {"id": reward.id, "name": reward.description}
                    for _coupon, reward in offers
                ],
            )
        for coupon, reward in offers:
            self._museum_take_reward(reward, coupon)
        self._update_programs_and_rewards()
        if not offers and not self._museum_discounts():
            raise CodeNotApplicable(
                self.env._("There is nothing in your cart that this code is for.")
            )

    def _museum_take_reward(self, reward, coupon):
        try:
            result = self._apply_program_reward(reward, coupon)
        except UserError as refusal:
            raise CodeNotApplicable(str(refusal)) from refusal
        if "error" in result:
            raise CodeNotApplicable(result["error"])

    def _museum_remove_discount(self, discount_id):
        """Take a promotion or card off the cart again, by the id of its entry.

        :return: whether there was one
        :rtype: bool
        """
        self.ensure_one()
        self._museum_check_not_frozen()
        lines = self.order_line.filtered(
            lambda line: f"{line.reward_id.id}-{line.coupon_id.id}" == discount_id
        )
        if not lines:
            return False
        # As when the page removes it: it does not come back by itself.
        lines.with_context(website_sale_loyalty_delete=True).unlink()
        self._update_programs_and_rewards()
        return True

    # === LOST AND FOUND AGAIN ===

    def _museum_codes(self):
        """The codes that this order was given and that hold."""
        cards = self.applied_coupon_ids.filtered(
            lambda card: not card.program_id.is_nominative
        )
        codes = self.code_enabled_rule_ids.mapped("code") + cards.mapped("code")
        return set(filter(None, codes))

    def _museum_note_lost_codes(self, before):
        lost = set(self.museum_lost_codes or ()) | before
        lost = sorted(lost - self._museum_codes())
        if lost != (self.museum_lost_codes or []):
            self.museum_lost_codes = lost or False

    def _museum_try_lost_codes(self):
        """Give a code back that holds again: the group is complete, say."""
        lost = list(self.museum_lost_codes or ())
        if not lost or not self.museum_booking_ids._in_cart():
            return
        order = switched(self, _AGAIN)
        for code in lost:
            if not order._museum_knows_code(code):
                continue
            result = order._try_apply_code(code)
            if "error" in result:
                continue
            for coupon, rewards in result.items():
                if len(rewards) == 1 and not rewards.multi_product:
                    order._apply_quietly(rewards, coupon)
        self._museum_note_lost_codes(set())

    def _apply_quietly(self, reward, coupon):
        try:
            self._apply_program_reward(reward, coupon)
        except UserError:
            # There is nothing to take it off: the code stays, as after typing it.
            return

    def _museum_lost_words(self):
        """What the visitor is told about codes that do not hold any more; "" if none.

        Of a card, which is money, only the end is shown.
        """
        self.ensure_one()
        lost = self.museum_lost_codes or []
        if not lost:
            return ""
        cards = self.env["loyalty.card"].sudo().search([("code", "in", lost)])
        hidden = {card.code: f"…{card.code[-4:]}" for card in cards}
        return self.env._(
            "Does not hold for your cart as it is now: %(codes)s.",
            codes=", ".join(hidden.get(code, code) for code in lost),
        )

    def _museum_check_price(self, expected_total_minor):
        try:
            return super()._museum_check_price(expected_total_minor)
        except PriceChanged as refusal:
            if words := self._museum_lost_words():
                refusal.details["discounts_lost"] = words
            raise
