# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib import availability
from .museum_slot import STATUS_COLORS


class MuseumSlot(models.Model):
    """What staff see of slots in lists and the calendar, and the buttons there."""

    _inherit = "museum.slot"

    seats_label = fields.Char(
        string="Filled seats", compute="_compute_labels", help="Taken of all."
    )
    calendar_title = fields.Char(compute="_compute_labels")
    # Odoo's calendar strikes through what has a field of this name.
    is_striked = fields.Boolean(compute="_compute_labels")

    @api.depends("state", "exhibition_id.name", "taken", "blocked", "capacity")
    @api.depends_context("lang")
    def _compute_labels(self):
        for slot in self:
            filled = slot.taken + slot.blocked
            slot.seats_label = (
                f"{filled}/{slot.capacity}" if slot.is_limited else f"{filled}/∞"
            )
            slot.is_striked = slot.state == "cancelled"
            # Numbers first: narrow events cut the end off.
            words = [slot.seats_label, slot.exhibition_id.name or ""]
            if slot.state != "open":
                words.append(
                    dict(slot._fields["state"]._description_selection(self.env))[
                        slot.state
                    ]
                )
            slot.calendar_title = " · ".join(words)

    @api.model
    def calendar_days(self, domain):
        """How full each exhibition is on each day, for calendars of weeks and months.

        Cancelled slots count only where an exhibition has no others on that day.

        :param domain: of the slots
        :return: list of dicts, by day and exhibition: date, exhibition_id (id and
            name), slots, seats_label, calendar_title, status_color, is_striked
        """
        groups = self._read_group(
            domain,
            ["local_date:day", "exhibition_id", "state", "is_limited"],
            ["__count", "taken:sum", "blocked:sum", "capacity:sum", "seats_left:sum"],
        )
        days = {}
        for day, exhibition, state, is_limited, *sums in groups:
            parts = days.setdefault((day, exhibition), [])
            parts.append((state, is_limited, *(int(value or 0) for value in sums)))
        ordered = sorted(
            days.items(), key=lambda item: (item[0][0], item[0][1].name, item[0][1].id)
        )
        return [
            self._calendar_day(day, exhibition, parts)
            for (day, exhibition), parts in ordered
        ]

    def _calendar_day(self, day, exhibition, parts):
        live = [part for part in parts if part[0] != "cancelled"]
        shown = live or parts
        _states, limits, counts, taken, blocked, capacity, left = zip(
            *shown, strict=True
        )
        filled = sum(taken) + sum(blocked)
        seats = f"{filled}/{sum(capacity)}" if all(limits) else f"{filled}/∞"
        status = availability.status(
            on_sale=any(part[0] == "open" for part in shown),
            capacity=sum(capacity) if all(limits) else None,
            seats_left=sum(left) if all(limits) else None,
        )
        return {
            "date": fields.Date.to_string(day),
            "exhibition_id": [exhibition.id, exhibition.display_name],
            "slots": sum(counts),
            "seats_label": seats,
            "calendar_title": self.env._(
                "%(seats)s · %(exhibition)s · %(count)s slots",
                seats=seats,
                exhibition=exhibition.display_name,
                count=sum(counts),
            ),
            "status_color": STATUS_COLORS[status],
            "is_striked": not live,
        }

    @api.model
    def default_get(self, fields):
        """The next full hour; the exhibition, when there is only one."""
        values = super().default_get(fields)
        if "start_at" in fields and not values.get("start_at"):
            values["start_at"] = _next_hour()
        if "exhibition_id" in fields and not values.get("exhibition_id"):
            found = self.env["museum.exhibition"].search(
                [("company_id", "=", self.env.company.id)], limit=2
            )
            if len(found) == 1:
                values["exhibition_id"] = found.id
        return values

    @api.onchange("exhibition_id", "start_at")
    def _onchange_start(self):
        """Warn of a start that is over, and of one that is taken."""
        if not self.start_at or self._origin.start_at == self.start_at:
            return None
        if self.start_at < fields.Datetime.now():
            message = self.env._("This start is over: nobody can buy a ticket for it.")
        elif self.exhibition_id and self._starts_taken():
            message = self.env._(
                "%(exhibition)s has a slot that starts at this time already.",
                exhibition=self.exhibition_id.name,
            )
        else:
            return None
        return {
            "warning": {"title": self.env._("Look at the start"), "message": message}
        }

    def _starts_taken(self):
        return self.search_count(
            [
                ("exhibition_id", "=", self.exhibition_id.id),
                ("start_at", "=", self.start_at),
                ("id", "!=", self._origin.id),
            ],
            limit=1,
        )

    def _ask_state(self, state, reason=None):
        """The dialogue that says who is concerned before anything happens."""
        if not self:
            raise UserError(self.env._("There is nothing to change."))
        wizard = self.env["museum.slot.change"].create(
            {"slot_ids": [(6, 0, self.ids)], "state": state, "reason": reason}
        )
        titles = {
            "open": self.env._("Open slots"),
            "closed": self.env._("Close slots"),
            "cancelled": self.env._("Cancel slots"),
        }
        return {
            "type": "ir.actions.act_window",
            "name": titles[state],
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_open(self):
        return self._ask_state("open")

    def action_close(self):
        return self._ask_state("closed")

    def action_cancel(self):
        return self._ask_state("cancelled")

    def action_block_seats(self):
        """Ask how many seats to keep back, and why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Block or release seats"),
            "res_model": "museum.seat.block",
            "view_mode": "form",
            "target": "new",
            "context": {"default_slot_id": self.id},
        }


def _next_hour():
    now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
    return now + timedelta(hours=1)
