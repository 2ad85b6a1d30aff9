# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import SQL

from ..exceptions import SlotFull


class MuseumSlot(models.Model):
    """A sold-out slot is refused at once: in a rush that is most of the work."""

    _inherit = "museum.slot"

    @api.model
    def _refuse_sold_out(self, website, slot_id, wanted, token):
        """Refuse a slot without a single free seat, before anything else is read.

        Decides nothing but that: whoever is not refused here, asks the seat engine. It
        is right because one statement sees the counters and the holds that ran out, as
        of a moment that is not before the request; and because the token has no hold.
        A request that Odoo runs again may have taken the last seats itself.

        Only for the beginning of a request: its snapshot has to be young.

        :param website: where the exhibition must be published
        :param dict wanted: tickets by category id
        :param str token: under which the request would take the seats
        :raise SlotFull: no seat is left
        """
        self._flush_availability()
        public = self.env["museum.exhibition"]._public_sql(website)
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(seats)s
                SELECT (SELECT SUM(category.seats_per_ticket * part.quantity)
                          FROM unnest(%(categories)s, %(quantities)s)
                               AS part (id, quantity)
                          JOIN museum_ticket_category category
                            ON category.id = part.id)
                  FROM seats
                 WHERE on_sale
                   AND seats_left = 0
                   AND NOT EXISTS (SELECT FROM museum_hold WHERE token = %(token)s)
                """,
                seats=self._seats_sql(SQL("slot.id = %s AND %s", slot_id, public)),
                categories=list(wanted),
                quantities=list(wanted.values()),
                token=token,
            )
        )
        for (seats,) in rows:
            if seats:
                words = self.env["museum.hold"]._full_words(0)
                refusal = SlotFull(words, slot_id=slot_id, seats_left=0, seats=seats)
                refusal.wanted = wanted
                raise refusal
