# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ..lib import seat_ledger as ledger
from ..lib.seat_many import take_many
from .museum_hold import Wish


class MuseumHold(models.Model):
    """Several slots in one move."""

    _inherit = "museum.hold"

    @api.model
    def _token_of(self, token, slot):
        """The token of the hold that :meth:`_take_many` makes in a slot."""
        return f"{token}:{slot.id}"

    @api.model
    def _take_many(self, token, wanted, minutes):
        """Hold seats of several slots for a while; all of them or none.

        The ledger has one hold for each slot, whose token is ``<token>:<slot id>``
        (:meth:`_token_of`): each can be resized, sold or given back like any other.
        Idempotent like :meth:`_take`: called again after some were given back, it takes
        those anew. A maximum of a venue that slots share counts all of them.

        :param str token: chosen by the caller, the same when the request is run again
        :param wanted: pairs of a museum.slot and its tickets by category id; each slot
            once
        :param int minutes: how long the seats are kept
        :return: for each pair, in order: slot_id, token, hold_id, expires_at (UTC),
            seats
        :rtype: list[dict]
        :raise QuantityError: the quantities of a slot break a rule
        :raise SlotClosed, SlotChanged, SlotFull: ``details["slot_id"]`` says which
            slot; nothing was written
        :raise HoldConflict: a token holds something else
        """
        slots = [slot.ensure_one() for slot, _quantities in wanted]
        if len({slot.id for slot in slots}) != len(slots):
            raise ValueError("a slot is named twice")
        # Before the demand, like :meth:`_take`.
        starts = [slot.sudo().start_at for slot in slots]
        wishes = []
        for slot, quantities in wanted:
            wishes.append(Wish(slot.id, *self._demand(slot, quantities)))

        def move(cr, _attempt):
            orders = []
            for slot, start_at, wish in zip(slots, starts, wishes, strict=True):
                name = self._token_of(token, slot)
                demand = wish.look_again(cr)
                orders.append(
                    self._make_order(
                        name, slot, wish.quantities, demand, minutes, start_at
                    )
                )
            try:
                return take_many(cr, orders)
            except ledger.Relinked:
                for wish in wishes:
                    wish.is_stale = True
                raise

        holds = self._run(move, *wishes) if wishes else []
        self._moved(slot.id for slot in slots)
        return [
            {"slot_id": hold.slot_id, "token": hold.token, **self._hold_dict(hold)}
            for hold in holds
        ]
