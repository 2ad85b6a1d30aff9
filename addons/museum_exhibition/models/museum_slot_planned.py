# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

from .guard import differs

# What a schedule says of its slots: whoever changes it by hand means it.
PLANNED_FIELDS = ("start_at", "end_at", "state", "is_limited", "capacity")


class MuseumSlot(models.Model):
    """A slot and its schedule: what staff change by hand, schedules leave alone."""

    _inherit = "museum.slot"

    is_customized = fields.Boolean(
        string="Changed by hand",
        copy=False,
        tracking=True,
        help="Its schedule leaves it as it is: somebody changed its times, seats or"
        " state.",
    )

    def write(self, vals):
        changed = self.browse()
        if "is_customized" not in vals and not self._is_planning():
            names = [name for name in PLANNED_FIELDS if name in vals]
            changed = self.filtered(
                lambda slot: (
                    not slot.is_customized
                    and any(differs(slot, name, vals[name]) for name in names)
                )
            )
        result = super().write(vals)
        if changed:
            super(MuseumSlot, changed).write({"is_customized": True})
        return result

    def _set_limit(self, is_limited=None, capacity=None):
        before = (self.is_limited, self.capacity)
        result = super()._set_limit(is_limited=is_limited, capacity=capacity)
        if (
            before != (self.is_limited, self.capacity)
            and not self.is_customized
            and not self._is_planning()
        ):
            self.is_customized = True
        return result

    def _planning(self):
        """The slots, written on behalf of their schedules and not by hand."""
        return self.with_context(museum_planning=True)

    def _is_planning(self):
        return bool(self.env.context.get("museum_planning"))

    def action_follow_schedule(self):
        """Let the schedule have these slots again; the next plan changes them."""
        self.filtered("is_customized").write({"is_customized": False})
