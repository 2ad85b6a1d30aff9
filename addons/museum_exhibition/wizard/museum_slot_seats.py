# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import MuseumRefusal


class MuseumSlotSeats(models.TransientModel):
    """Gives several slots another number of seats, and says which would not have it."""

    _name = "museum.slot.seats"
    _description = "Change of seats"

    slot_ids = fields.Many2many("museum.slot", required=True, string="Slots")
    is_limited = fields.Boolean(string="Limited seats", default=True)
    capacity = fields.Integer(string="Seats", required=True)
    changed = fields.Integer(readonly=True)
    refused = fields.Text(readonly=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        slots = self.env["museum.slot"].browse(self.env.context.get("active_ids", []))
        if self.env.context.get("active_model") == "museum.slot" and slots:
            values["slot_ids"] = [(6, 0, slots.ids)]
            values["is_limited"] = slots[0].is_limited
            values["capacity"] = slots[0].capacity
        return values

    def action_apply(self):
        """Change slot by slot: each is changed whole or stays as it was.

        :return: closes the dialogue, or shows the slots that were refused and why
        """
        self.ensure_one()
        if self.capacity < 0:
            raise UserError(self.env._("Seats cannot be negative."))
        self.slot_ids.check_access("write")
        refused = {}
        for slot in self.slot_ids:
            try:
                slot._set_limit(is_limited=self.is_limited, capacity=self.capacity)
            except MuseumRefusal as refusal:
                refused[slot.id] = str(refusal)
        if not refused:
            return {"type": "ir.actions.act_window_close"}
        self.write(
            {
                "changed": len(self.slot_ids) - len(refused),
                "refused": "\n".join(refused.values()),
                "slot_ids": [(6, 0, list(refused))],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Some slots keep their seats"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
