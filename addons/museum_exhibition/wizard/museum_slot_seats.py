# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..exceptions import MuseumRefusal


class MuseumSlotSeats(models.TransientModel):
    """Gives several slots another number of seats, and says which would not have it."""

    _name = "museum.slot.seats"
    _description = "Change of seats"
    _inherit = "museum.slot.bulk"

    is_limited = fields.Boolean(string="Limited seats", default=True)
    capacity = fields.Integer(string="Seats", required=True)

    losing = fields.Integer(
        compute="_compute_unlimited", help="Slots that would lose their limit."
    )
    gaining = fields.Integer(
        compute="_compute_unlimited", help="Slots without limit that would get one."
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        slots = self.env["museum.slot"].browse(self.env.context.get("active_ids", []))
        if self.env.context.get("active_model") == "museum.slot" and slots:
            # Of slots that differ nothing is taken for granted but that they keep a
            # limit: whoever wants none has to say so.
            limits = set(slots.mapped("is_limited"))
            seats = set(slots.mapped("capacity"))
            is_mixed = len(limits) > 1 or len(seats) > 1
            values["is_limited"] = any(limits)
            values["capacity"] = 0 if is_mixed else slots[0].capacity
        return values

    @api.depends("slot_ids", "is_limited")
    def _compute_unlimited(self):
        for change in self:
            slots = change.sudo(False).slot_ids._origin._filtered_access("write")
            limited = slots.filtered("is_limited")
            change.losing = 0 if change.is_limited else len(limited)
            change.gaining = len(slots - limited) if change.is_limited else 0

    def action_apply(self):
        """Change slot by slot: each is changed whole or stays as it was.

        :return: closes the dialogue, or shows the slots that were refused and why
        """
        slots = self._chosen()
        if self.capacity < 0:
            raise UserError(self.env._("Seats cannot be negative."))
        if self.is_limited and not self.capacity:
            raise UserError(
                self.env._("Say how many seats. To sell none, close the slots.")
            )
        refused = {}
        for slot in slots:
            try:
                slot._set_limit(is_limited=self.is_limited, capacity=self.capacity)
            except (MuseumRefusal, ValidationError) as refusal:
                refused[slot] = str(refusal)
        return self._finish(len(slots) - len(refused), refused)
