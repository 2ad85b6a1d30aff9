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

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        slots = self.env["museum.slot"].browse(self.env.context.get("active_ids", []))
        if self.env.context.get("active_model") == "museum.slot" and slots:
            values["is_limited"] = slots[0].is_limited
            values["capacity"] = slots[0].capacity
        return values

    def action_apply(self):
        """Change slot by slot: each is changed whole or stays as it was.

        :return: closes the dialogue, or shows the slots that were refused and why
        """
        slots = self._chosen()
        if self.capacity < 0:
            raise UserError(self.env._("Seats cannot be negative."))
        refused = {}
        for slot in slots:
            try:
                slot._set_limit(is_limited=self.is_limited, capacity=self.capacity)
            except (MuseumRefusal, ValidationError) as refusal:
                refused[slot] = str(refusal)
        return self._finish(len(slots) - len(refused), refused)
