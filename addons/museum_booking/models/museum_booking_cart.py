# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A booking while it is in a cart: its seats, its lines, its clock."""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.museum_exhibition.exceptions import HoldExpired, QuantityError
from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import states


class HoldFact(NamedTuple):
    """What the ledger says about a booking's seats, by the database's clock."""

    is_live: bool
    state: str
    expires_at: object
    taken_at: object
    quantities: dict
    promised_start_at: object
    """When the slot started as the seats were taken, UTC."""


def clean_quantities(quantities):
    """``{"3": 2}`` or ``{3: 2.0}`` as ``{3: 2}``, without zeros."""
    cleaned = {int(key): int(value) for key, value in (quantities or {}).items()}
    return {key: value for key, value in cleaned.items() if value > 0}


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    def _in_cart(self):
        """The bookings that still wait for their payment."""
        return self.filtered(lambda booking: booking.state in states.BOOKING_IN_CART)

    def _hold_facts(self):
        """The ledger rows of the bookings, as they are now.

        Seats move in transactions of their own: once this request has moved some, its
        own snapshot is too old to tell.

        :return: {booking id: HoldFact}; a booking without hold is left out
        :rtype: dict[int, HoldFact]
        """
        bookings = {booking.sudo().hold_token: booking.id for booking in self}
        if not bookings:
            return {}
        if self.env.cr.cache.get("museum_seats_moved"):
            with self.env["museum.hold"]._short_tx() as cr:
                rows = self._read_holds(cr, list(bookings))
        else:
            rows = self._read_holds(self.env.cr, list(bookings))
        return {
            bookings[token]: HoldFact(
                state == "sold" or (state == "active" and not_yet),
                state,
                expires_at,
                taken_at,
                clean_quantities(quantities),
                told,
            )
            for token, state, expires_at, taken_at, quantities, told, not_yet in rows
        }

    @api.model
    def _read_holds(self, cr, tokens):
        cr.execute(
            """
            SELECT token, state, expires_at, taken_at, quantities, promised_start_at,
                   expires_at > clock_timestamp() AT TIME ZONE 'UTC'
              FROM museum_hold
             WHERE token = ANY(%s)
            """,
            [tokens],
        )
        return cr.fetchall()

    def _wanted(self):
        self.ensure_one()
        return clean_quantities(self.quantities)

    def _museum_wish(self):
        """What an expired visit was for: dicts of category and quantity."""
        wanted = self._wanted()
        categories = self.env["museum.ticket.category"].browse(wanted).exists()
        return [
            {"category": category, "quantity": wanted[category.id]}
            for category in categories.sorted()
        ]

    # === QUANTITIES AND LINES ===

    def _set_quantities(self, quantities):
        """Make the booking hold exactly these tickets; seats first, then the lines.

        :param dict quantities: {category id: tickets}; nothing at all removes it
        :raise SlotFull, SlotClosed, QuantityError: the engine refuses; nothing changed
        :raise HoldExpired: the clock ran out; see `_take_again`
        :raise PaymentOpen: it is being paid just now
        """
        self.ensure_one()
        booking = self.sudo()
        booking.order_id._museum_check_not_frozen()
        new = clean_quantities(quantities)
        if not new:
            booking._remove()
            return
        fact = booking._check_still_held()
        old = booking._wanted()
        if new != old:
            if any(new.get(key, 0) > old.get(key, 0) for key in new):
                self.env["museum.hold"]._resize(booking.hold_token, new)
            else:
                booking._check_rules(new)
                booking._give_back_after_commit(resize_to=new)
        elif fact.quantities != new:
            # An earlier request gave seats back and then failed.
            self.env["museum.hold"]._resize(booking.hold_token, new)
        booking._apply_quantities(new)

    def _check_still_held(self):
        self.ensure_one()
        fact = self._hold_facts().get(self.id)
        if self.state not in states.BOOKING_IN_CART or not (fact and fact.is_live):
            raise HoldExpired(
                self.env._(
                    "The seats for %(title)s were released. Take them again first.",
                    title=self.exhibition_id.name,
                ),
                booking=self.name,
            )
        return fact

    def _check_rules(self, quantities):
        """:raise QuantityError: the exhibition's rules forbid these quantities."""
        errors = self.exhibition_id._quantity_errors(
            self.slot_id, quantities, self._wanted()
        )
        if errors:
            raise QuantityError(errors[0]["message"], errors=errors)

    def _apply_quantities(self, quantities):
        """Write quantities, people and lines; the seats are there already."""
        self.ensure_one()
        if self.state == states.AWAITING_PAYMENT:
            self._set_state(states.PENDING, self.env._("the cart was changed"))
        categories = self.env["museum.ticket.category"].browse(quantities)
        writing(self).write(
            {
                "quantities": {str(key): value for key, value in quantities.items()},
                "visitors": sum(
                    category.seats_per_ticket * quantities[category.id]
                    for category in categories
                ),
            }
        )
        self._sync_lines()

    def _sync_lines(self):
        """Make the order's lines say what `quantities` say."""
        self.ensure_one()
        wanted = self._wanted()
        lines = writing(self.line_ids)
        for line in lines:
            quantity = wanted.pop(line.museum_category_id.id, 0)
            if not quantity:
                line.unlink()
            elif line.product_uom_qty != quantity:
                line.write({"product_uom_qty": quantity})
        if wanted:
            writing(self.env["sale.order.line"]).create(self._prepare_lines(wanted))
        if not self.env.context.get("skip_cart_verification"):
            self.order_id._museum_cart_changed()

    def _prepare_lines(self, wanted):
        """Values of the lines for ``{category id: tickets}``."""
        self.ensure_one()
        categories = self.env["museum.ticket.category"].sudo().browse(wanted)
        categories._ensure_product()
        account = self.exhibition_id.sudo()._ensure_analytic_account()
        quotes = self._keep_quotes(categories)
        return [
            {
                "order_id": self.order_id.id,
                "product_id": category.product_id.id,
                "product_uom_id": category.product_id.uom_id.id,
                "product_uom_qty": wanted[category.id],
                "museum_booking_id": self.id,
                "museum_category_id": category.id,
                "analytic_distribution": {str(account.id): 100} if account else False,
                **self.env["sale.order.line"]._museum_quote_values(quotes[category.id]),
            }
            for category in categories.sorted()
        ]

    def _lines_gone(self):
        """The lines were removed by somebody else's hand: the seats follow.

        Tickets that may not come without the others do not stay alone: then all of the
        visit expires, and can be taken again with others.
        """
        for booking in self.sudo()._in_cart():
            left = clean_quantities(
                {
                    line.museum_category_id.id: line.product_uom_qty
                    for line in booking.line_ids
                }
            )
            if not left:
                booking._set_state(
                    states.CANCELLED, self.env._("removed from the cart")
                )
                booking._give_back_after_commit()
            elif left != booking._wanted():
                try:
                    booking._check_rules(left)
                except QuantityError as refusal:
                    booking._expire(str(refusal))
                    continue
                booking._give_back_after_commit(resize_to=left)
                booking._apply_quantities(left)

    def _follow_lines(self):
        """The lines were moved to another order (Odoo merges carts so): go along."""
        for booking in self.sudo():
            order = (booking.line_ids.order_id - booking.order_id)[:1]
            if not order:
                continue
            stray = booking.line_ids.filtered(lambda line, o=order: line.order_id != o)
            writing(stray).write({"order_id": order.id})
            order._museum_become_museum()
            writing(booking).write({"order_id": order.id})
            if (booking.quotes or {}).get("by") != booking._quoted_by():
                booking._keep_quotes()
                lines = writing(booking.line_ids)
                lines.with_context(force_price_recomputation=True)._compute_price_unit()
            if booking.state == states.AWAITING_PAYMENT:
                booking._set_state(states.PENDING, self.env._("moved to another cart"))

    # === ENDS ===

    def _give_back_after_commit(self, resize_to=None):
        """Return seats once this transaction is committed; never before.

        Were it rolled back afterwards, lines would stand without seats.

        :param dict resize_to: what stays; nothing stays by default
        """
        holds = self.env["museum.hold"]
        tokens = self.sudo().mapped("hold_token")
        if resize_to is None:
            holds._after_commit(lambda env: env["museum.hold"]._release(tokens))
        else:
            holds._after_commit(
                lambda env: env["museum.hold"]._resize(tokens[0], resize_to)
            )

    def _remove(self):
        """Take the visit out of the cart; an expired one is only put out of sight."""
        for booking in self.sudo():
            if booking.state == states.EXPIRED:
                writing(booking).write({"is_dismissed": True})
                continue
            if booking.state not in states.BOOKING_IN_CART:
                raise UserError(
                    self.env._(
                        "Booking %(name)s is no longer in the cart.", name=booking.name
                    )
                )
            order = booking.order_id
            order._museum_check_not_frozen()
            writing(booking.line_ids).unlink()
            booking._set_state(states.CANCELLED, self.env._("removed from the cart"))
            booking._give_back_after_commit()
            order._museum_cart_changed()

    def _expire(self, reason=None):
        """The clock ran out: the lines go, the wish stays in `quantities`.

        :param str reason: for the log; default: the seats were not paid in time
        """
        for booking in self.sudo()._in_cart():
            now = fields.Datetime.now()
            released_at = min(booking.hold_expires_at or now, now)
            writing(booking.line_ids).unlink()
            writing(booking).write({"released_at": released_at})
            booking._set_state(
                states.EXPIRED, reason or self.env._("the seats were not paid")
            )
            booking._give_back_after_commit()

    def _take_again(self, quantities=None, bought_at=None, start_at=None):
        """Take an expired booking's seats anew and put its lines back, priced anew.

        :param dict quantities: other ones than before, if wanted
        :param bought_at: the moment that it is priced at; now by default
        :param start_at: when the visit starts as the visitor was shown, UTC; by default
            when it did as he took the seats before
        :raise SlotChanged: it was moved to another time; nothing changed
        :raise SlotFull, SlotClosed, QuantityError: there are none; nothing changed
        """
        self.ensure_one()
        booking = self.sudo()
        booking.order_id._museum_check_not_frozen()
        wanted = clean_quantities(quantities) or booking._wanted()
        minutes = booking.exhibition_id._hold_minutes()
        if not start_at and (fact := booking._hold_facts().get(booking.id)):
            start_at = fact.promised_start_at
        # The token knows what it once held: other quantities need `_take`.
        held = self.env["museum.hold"]._take(
            booking.hold_token, booking.slot_id, wanted, minutes, start_at
        )
        bought_at = bought_at or fields.Datetime.now()
        writing(booking).write({"priced_at": bought_at, "quotes": False})
        booking._restore(wanted, held["expires_at"], self.env._("taken again"))

    def _restore(self, quantities, expires_at, reason):
        """Put an expired booking, whose seats are held again, back into its order."""
        self.ensure_one()
        self._set_state(states.PENDING, reason)
        writing(self).write(
            {
                "hold_expires_at": expires_at,
                "hold_taken_at": fields.Datetime.now(),
                "released_at": False,
                "is_dismissed": False,
            }
        )
        self._apply_quantities(quantities)
