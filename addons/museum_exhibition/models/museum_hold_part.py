# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ..lib import seat_ledger as ledger
from .museum_hold import Wish


class MuseumHold(models.Model):
    """Some of the sold seats of a hold go back."""

    _inherit = "museum.hold"

    @api.model
    def _unsell_part(self, token, quantities, seats):
        """Let a sold hold keep these tickets only; the seats of the others are free.

        For a booking of which a part was cancelled; like :meth:`_unsell` after the
        commit of the cancellation. Says what stays, so it can be repeated.

        :param dict quantities: the tickets that stay, by category id
        :param int seats: those of the tickets that stay, as they were sold
        :return: whether seats went back by this call
        :rtype: bool
        :raise HoldConflict: too many people want these seats just now
        """
        slot, _kept = self._slot_of(token)
        hold = self._run(
            lambda cr, _attempt: ledger.shrink_sold(cr, token, quantities, seats),
            Wish(slot.id, quantities),
        )
        if hold:
            self._moved([hold.slot_id])
        return bool(hold)
