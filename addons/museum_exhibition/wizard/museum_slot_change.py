# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MuseumSlotChange(models.TransientModel):
    """Asks before slots are opened, closed or cancelled, saying who is concerned."""

    _name = "museum.slot.change"
    _description = "Change of slots"

    slot_ids = fields.Many2many("museum.slot", required=True)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed"), ("cancelled", "Cancelled")],
        required=True,
    )
    reason = fields.Char(help="Logged with each slot.")
    concerned = fields.Text(compute="_compute_concerned")
    has_people = fields.Boolean(compute="_compute_concerned")

    @api.depends("slot_ids", "state")
    def _compute_concerned(self):
        for change in self:
            slots = change.slot_ids
            found = slots._people_concerned()
            change.has_people = bool(found["people"])
            change.concerned = change._sentence(slots, found)

    def _sentence(self, slots, found):
        return "\n".join(
            [
                self.env._("Slots: %(count)s.", count=len(slots)),
                *slots._concerned_sentences(found),
            ]
        )

    def action_apply(self):
        """Do it, all slots together."""
        self.ensure_one()
        self.slot_ids._set_state(self.state, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_apply_empty(self):
        """Do it with the slots in which nobody has a place."""
        self.ensure_one()
        empty = self.slot_ids.filtered(
            lambda slot: not slot._people_concerned()["people"]
        )
        empty._set_state(self.state, self.reason)
        return {"type": "ir.actions.act_window_close"}
