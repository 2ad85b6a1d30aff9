# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A sold visit of which a part was cancelled: fewer people, fewer seats."""

import logging

from odoo import api, models

from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import states
from .museum_booking_money import SWEEP_BATCH

_logger = logging.getLogger(__name__)


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    def _live_tickets(self):
        """The tickets that can be cancelled: not used, not over, not void."""
        return self._good_tickets().filtered(lambda ticket: ticket._is_live())

    def _void_part(self, tickets, reason):
        """Void some of the tickets; the others stay, with their seats.

        The seats go back after the commit. Whoever scanned one of them meanwhile makes
        PostgreSQL refuse, and Odoo runs the request again.

        :param tickets: museum.ticket of this booking, live; not all of its good ones
        :param str reason: for the log and on the void tickets
        """
        self.ensure_one()
        tickets._set_state(states.TICKET_CANCELLED, void_reason=reason)
        self._keep_fewer()
        self._message_log(
            body=self.env._(
                "%(count)s tickets cancelled: %(reason)s",
                count=len(tickets),
                reason=reason,
            )
        )

    def _keep_fewer(self):
        """The booking is for the tickets that are left; seats go after the commit."""
        self.ensure_one()
        left = self._good_tickets()
        writing(self).write(
            {
                "quantities": {
                    str(category.id): len(group)
                    for category, group in left.grouped("category_id").items()
                },
                "visitors": sum(left.mapped("visitors")),
            }
        )
        ids = self.ids
        self.env["museum.hold"]._after_commit(
            lambda env: env["museum.booking"].browse(ids)._shrink_seats()
        )

    def _shrink_seats(self):
        """Let the ledger keep the seats of what is left of each booking.

        :return: the bookings whose seats went back by this call
        """
        holds = self.env["museum.hold"]
        return self.sudo().filtered(
            lambda booking: (
                booking.state in states.BOOKING_SOLD
                and booking.visitors
                and holds._unsell_part(
                    booking.hold_token, booking._wanted(), booking.visitors
                )
            )
        )

    @api.model
    def _heal_parts(self):
        """Give back what a cancellation in part left sold because its process died.

        :return: the bookings whose seats went back by this call
        """
        self.flush_model(["state", "visitors", "hold_token"])
        self.env.cr.execute(
            """
            SELECT booking.id
              FROM museum_booking booking
              JOIN museum_hold hold ON hold.token = booking.hold_token
             WHERE booking.state = 'confirmed'
               AND booking.end_at > now() AT TIME ZONE 'UTC'
               AND hold.state = 'sold'
               AND hold.slot_id = booking.slot_id
               AND hold.seats > booking.visitors
             LIMIT %s
            """,
            [SWEEP_BATCH],
        )
        found = self.browse([booking_id for (booking_id,) in self.env.cr.fetchall()])
        if found:
            _logger.warning(
                "Seats of cancelled tickets were still sold: %s", len(found)
            )
        return found._shrink_seats()

    @api.model
    def _heal_seats(self):
        tokens = super()._heal_seats()
        healed = self._heal_parts()
        return tokens | set(healed.sudo().mapped("hold_token"))
