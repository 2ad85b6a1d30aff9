# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STATES = [
    ("draft", "Draft"),
    ("published", "Published"),
    ("closed", "Closed"),
    ("archived", "Archived"),
]


class MuseumExhibition(models.Model):
    """The life of an exhibition: draft, published, closed, archived."""

    _inherit = "museum.exhibition"

    state = fields.Selection(
        STATES,
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
        help="Draft: staff only. Published: on the website and on sale. Closed: on the"
        " website, nothing is sold. Archived: kept for its history.",
    )

    @api.depends("active", "is_closed", "is_published")
    def _compute_state(self):
        for exhibition in self:
            if not exhibition.active:
                exhibition.state = "archived"
            elif not exhibition.is_published:
                exhibition.state = "draft"
            else:
                exhibition.state = "closed" if exhibition.is_closed else "published"

    @api.constrains("room_id", "venue_id")
    def _check_room(self):
        for exhibition in self:
            room = exhibition.room_id
            if room and room.venue_id != exhibition.venue_id:
                raise ValidationError(
                    self.env._(
                        "%(room)s is a room of %(other)s, but %(title)s is in"
                        " %(venue)s.",
                        room=room.name,
                        other=room.venue_id.name,
                        title=exhibition.name,
                        venue=exhibition.venue_id.name,
                    )
                )

    @api.onchange("venue_id")
    def _onchange_venue_id(self):
        """A room is of its venue. Who has a place has to be told where to go."""
        if self.room_id.venue_id != self.venue_id:
            self.room_id = False
        people = sum(self._origin._people_to_come().values()) if self._origin else 0
        if not people or self.venue_id == self._origin.venue_id:
            return None
        return {
            "warning": {
                "title": self.env._("People have tickets"),
                "message": self.env._(
                    "%(people)s people have a place here. Their tickets say"
                    " %(venue)s: tell them where to go, or cancel their slots.",
                    people=people,
                    venue=self._origin.venue_id.name,
                ),
            }
        }

    def copy_data(self, default=None):
        """A copy is a draft with the same tickets and schedules, without slots."""
        named = default and "name" in default
        return [
            vals
            if named
            else {**vals, "name": self.env._("%s (copy)", exhibition.name)}
            for exhibition, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # --- publishing -------------------------------------------------------------

    def _publish_problems(self):
        """What keeps visitors from booking, in words; empty when nothing does."""
        self.ensure_one()
        problems = []
        if not self.category_ids:
            problems.append(
                self.env._("No tickets: add at least one with its price (tab Tickets).")
            )
        if not self.schedule_ids and not self.slot_count:
            problems.append(
                self.env._("No times: add a schedule (tab Schedule) or a single slot.")
            )
        today = self._local_today()
        if self.date_to and self.date_to < today:
            problems.append(
                self.env._("Its last day is over: choose another one, or none.")
            )
        return problems

    def _publish_hints(self):
        """What visitors would miss on the page, in words."""
        self.ensure_one()
        hints = []
        if not self.with_context(bin_size=True).image_512:
            hints.append(self.env._("There is no picture yet."))
        if not self.summary:
            hints.append(self.env._("There is no summary yet: lists show it."))
        if not self.slot_count:
            hints.append(
                self.env._("No time can be booked yet: look at its schedule and dates.")
            )
        return hints

    def _refuse_to_publish(self):
        """:raise UserError: on the page nothing could be booked"""
        for exhibition in self:
            problems = exhibition._publish_problems()
            if problems:
                raise UserError(
                    self.env._(
                        "%(title)s cannot be published yet:\n%(problems)s",
                        title=exhibition.name,
                        problems="\n".join(f"- {problem}" for problem in problems),
                    )
                )

    def action_publish(self):
        """Show exhibitions on the website, and make the slots that can be booked.

        :return: a message with how many slots there are, and what the page lacks
        :raise UserError: nothing could be booked, with what is missing
        """
        self.check_access("write")
        self._refuse_to_publish()
        self.write({"is_published": True, "is_closed": False})
        made = self._plan_ahead()
        self.invalidate_recordset(["slot_count"])
        message = [
            self.env._("%(title)s is on sale.", title=exhibition.name)
            for exhibition in self
        ]
        if made:
            message.append(self.env._("New slots: %(count)s.", count=len(made)))
        for exhibition in self:
            message += exhibition._publish_hints()
        return self._say(" ".join(message))

    def website_publish_button(self):
        """The website's own switch asks for the same as the button here."""
        self.ensure_one()
        if self.website_published:
            return super().website_publish_button()
        self.action_publish()
        return True

    def action_draft(self):
        """Take the pages off the website; what was sold stays good."""
        self.write({"is_published": False})

    def action_close(self):
        """Sell nothing any more; the pages stay, and what was sold stays good."""
        self.write({"is_closed": True})

    def action_reopen(self):
        """Sell again what the schedules offer.

        :raise UserError: nothing could be booked, with what is missing
        """
        return self.action_publish()

    def _say(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # --- archiving --------------------------------------------------------------

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._refuse_to_archive()
        return super().write(vals)

    def _refuse_to_archive(self):
        """:raise UserError: people hold a place in slots to come; says how many"""
        for exhibition in self:
            slots = self.env["museum.slot"].search(
                [
                    ("exhibition_id", "=", exhibition.id),
                    ("end_at", ">", fields.Datetime.now()),
                    ("state", "!=", "cancelled"),
                ]
            )
            found = slots._people_concerned()
            if found["people"]:
                raise UserError(
                    self.env._(
                        "%(title)s cannot be archived: %(people)s people have a place"
                        " in %(slots)s slots to come. Close it, so that no more are"
                        " sold, and archive it after the last visit; or cancel those"
                        " slots first.",
                        title=exhibition.name,
                        people=found["people"],
                        slots=found["slots"],
                    )
                )
