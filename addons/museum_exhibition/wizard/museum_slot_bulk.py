# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class MuseumSlotBulk(models.AbstractModel):
    """A dialogue about several slots: says who is concerned, does what can be done."""

    _name = "museum.slot.bulk"
    _description = "Change of several slots"

    slot_ids = fields.Many2many("museum.slot", required=True, string="Slots")
    concerned = fields.Text(compute="_compute_concerned")
    has_people = fields.Boolean(compute="_compute_concerned")
    has_empty = fields.Boolean(compute="_compute_concerned")
    changed = fields.Integer(readonly=True)
    refused = fields.Text(readonly=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "museum.slot":
            ids = self.env.context.get("active_ids") or []
            values["slot_ids"] = [(6, 0, ids)]
        return values

    @api.constrains("slot_ids")
    def _check_slots(self):
        """:raise AccessError: slots that who asks may not change, whatever was sent"""
        # Odoo checks constraints as superuser.
        self.sudo(False).slot_ids.check_access("write")

    @api.depends("slot_ids")
    def _compute_concerned(self):
        for change in self:
            # Their numbers are counted as superuser, so not for foreign slots.
            # Not even while the form is being filled.
            slots = change.sudo(False).slot_ids._origin._filtered_access("write")
            found = slots._people_concerned()
            change.has_people = bool(found["people"])
            change.has_empty = len(slots) > found["slots"]
            change.concerned = "\n".join(
                [
                    self.env._("Slots: %(count)s.", count=len(slots)),
                    *slots._concerned_sentences(found),
                ]
            )

    def _chosen(self):
        """The slots to change, with the rights of who asks.

        :raise UserError: there are none
        """
        self.ensure_one()
        if not self.slot_ids:
            raise UserError(self.env._("There is nothing to change."))
        slots = self.sudo(False).slot_ids
        slots.check_access("write")
        return slots

    def _finish(self, count, refused):
        """Close, or stay with the slots that were refused and say why.

        :param int count: how many slots were changed
        :param dict refused: what stood in the way, in words, by slot
        """
        if not refused:
            return {"type": "ir.actions.act_window_close"}
        lines = dict.fromkeys(refused.values())
        self.write(
            {
                "changed": count,
                "refused": "\n".join(lines),
                "slot_ids": [(6, 0, [slot.id for slot in refused])],
            }
        )
        return self._reopen(self.env._("Some slots stay as they are"))

    def _reopen(self, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
