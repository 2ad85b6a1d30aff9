# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.exceptions import UserError


class MuseumSlotChange(models.TransientModel):
    """Asks before slots are opened, closed or cancelled, saying who is concerned."""

    _name = "museum.slot.change"
    _description = "Change of slots"
    _inherit = "museum.slot.bulk"

    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed"), ("cancelled", "Cancelled")],
        required=True,
    )
    reason = fields.Char(
        help="Logged with each slot. Visitors read why their visit was cancelled."
    )

    def action_apply(self):
        """Do it with all slots that can have it; those that cannot are listed."""
        return self._apply(self._chosen())

    def action_apply_empty(self):
        """Do it with the slots in which nobody has a place."""
        slots = self._chosen()
        return self._apply(slots - slots._with_people())

    def _apply(self, slots):
        reason = (self.reason or "").strip()
        if self.state != "open" and not reason:
            raise UserError(self.env._("Say why."))
        refused = {
            slot: self.env._(
                "%(slot)s was cancelled and stays so: its bookings say it.",
                slot=slot.display_name,
            )
            for slot in slots
            if slot.state == "cancelled" and self.state != "cancelled"
        }
        done = (slots - slots.browse(slot.id for slot in refused))._set_state(
            self.state, reason or None
        )
        return self._finish(len(done), refused)
