# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

from ..lib import states


class MuseumSlot(models.Model):
    _inherit = "museum.slot"

    booking_ids = fields.One2many("museum.booking", "slot_id", string="Bookings")
    booking_count = fields.Integer(compute="_compute_booking_count")

    def _compute_booking_count(self):
        counts = dict(
            self.env["museum.booking"]._read_group(
                [
                    ("slot_id", "in", self.ids),
                    ("state", "in", ("confirmed", "completed", "no_show")),
                ],
                ["slot_id"],
                ["__count"],
            )
        )
        for slot in self:
            slot.booking_count = counts.get(slot, 0)

    def action_view_bookings(self):
        """Open the bookings of this slot."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_booking.museum_booking_action"
        )
        action["domain"] = [("slot_id", "=", self.id)]
        action["context"] = {}
        return action

    def _has_history_sql(self):
        """Adds bookings of any state: they stand on their slot for good."""
        return SQL(
            "(%s OR slot.id IN (SELECT booking.slot_id FROM museum_booking booking))",
            super()._has_history_sql(),
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_bookings(self):
        booked = self.sudo().booking_ids.slot_id
        if booked:
            raise UserError(
                self.env._(
                    "%(slot)s was booked, even if nobody comes now: its bookings stay"
                    " on record. Cancel or close it instead of deleting it.",
                    slot=booked[0].display_name,
                )
            )

    # === CANCELLATION ===

    def _people_concerned(self):
        """Adds what is known of those who bought.

        ``bookings``: how many are confirmed, ``in_carts``: how many wait for their
        payment, ``money``: what the confirmed ones cost, ``{currency: amount}``.
        """
        found = super()._people_concerned()
        bookings = self.env["museum.booking"].sudo()
        groups = bookings._read_group(
            [
                ("slot_id", "in", self.ids),
                ("state", "in", tuple(states.BOOKING_LIVE)),
            ],
            ["state", "currency_id"],
            ["__count", "amount_total:sum"],
        )
        sold = [group for group in groups if group[0] == states.CONFIRMED]
        count = sum(group[2] for group in sold)
        return {
            **found,
            "bookings": count,
            "in_carts": sum(group[2] for group in groups) - count,
            "money": {currency: amount for _state, currency, _n, amount in sold},
        }

    def _concerned_sentences(self, found):
        sentences = super()._concerned_sentences(found)
        if found["bookings"]:
            money = " + ".join(
                format_amount(self.env, amount, currency)
                for currency, amount in found["money"].items()
            )
            sentences.append(
                self.env._(
                    "Confirmed bookings: %(bookings)s, for %(money)s.",
                    bookings=found["bookings"],
                    money=money,
                )
            )
        if found["in_carts"]:
            sentences.append(
                self.env._("Visits in carts: %(count)s.", count=found["in_carts"])
            )
        return sentences

    def _on_cancelled(self, reason):
        """Tell the bookings, put them on the managers' list, empty the carts.

        What becomes of a sold booking (another time, its money back) is decided booking
        by booking: it stays confirmed, with `is_visit_cancelled` set, until then.
        """
        res = super()._on_cancelled(reason)
        self.sudo().booking_ids._visit_cancelled(reason)
        ids = self.ids
        self.env["museum.hold"]._after_commit(
            lambda env: env["museum.slot"].browse(ids)._find_late_bookings(reason)
        )
        return res

    def _find_late_bookings(self, reason):
        """Bookings that came while the slot was being cancelled.

        The cancellation's own snapshot did not show them.
        """
        late = (
            self.env["museum.booking"]
            .sudo()
            .search([("slot_id", "in", self.ids), ("is_visit_cancelled", "=", False)])
        )
        if late:
            late._visit_cancelled(reason)

    def _lock_against_cancelling(self):
        """Keep these slots from being cancelled until this transaction ends.

        Whoever changed one meanwhile makes PostgreSQL refuse, and Odoo runs the request
        again.

        :return: the slots that are cancelled
        """
        self.flush_recordset(["state"])
        self.env.cr.execute(
            "SELECT id, state FROM museum_slot"
            " WHERE id = ANY(%s) ORDER BY id FOR SHARE",
            [self.ids],
        )
        gone = [
            slot_id for slot_id, state in self.env.cr.fetchall() if state == "cancelled"
        ]
        return self.browse(gone)
