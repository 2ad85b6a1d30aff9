# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..lib import recurrence, slot_plan

WHOLE_DAY = 24 * 60


class MuseumClosure(models.Model):
    """Days or hours in which nothing opens.

    Everywhere, in one venue, in one room, or for one exhibition. Schedules leave them
    out; slots that exist already change only when somebody says so.
    """

    _name = "museum.closure"
    _description = "Museum closure"
    _inherit = ["museum.own.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        required=True, tracking=True, help="For example the name of the holiday."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    venue_id = fields.Many2one(
        "museum.venue",
        check_company=True,
        tracking=True,
        compute="_compute_venue_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Empty: every venue.",
    )
    room_id = fields.Many2one(
        "museum.room",
        check_company=True,
        tracking=True,
        domain="[('venue_id', '=?', venue_id)]",
        help="Empty: every room.",
    )
    exhibition_id = fields.Many2one(
        "museum.exhibition",
        check_company=True,
        tracking=True,
        domain="[('venue_id', '=?', venue_id)]",
        help="Empty: every exhibition.",
    )
    date_from = fields.Date(
        string="First day",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_to = fields.Date(
        string="Last day",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    is_all_day = fields.Boolean(string="All day", default=True, tracking=True)
    hour_from = fields.Float(
        string="From hour", default=9.0, tracking=True, help="The venue's clock."
    )
    hour_to = fields.Float(
        string="Until hour",
        default=17.0,
        tracking=True,
        help="The venue's clock. Not later than the first hour: after midnight.",
    )
    active = fields.Boolean(default=True, tracking=True)
    scope = fields.Char(
        string="What is closed", compute="_compute_scope", help="In words."
    )
    open_slots = fields.Integer(
        compute="_compute_open_slots", help="Slots in these days that are still open."
    )
    empty_slots = fields.Integer(
        compute="_compute_open_slots", help="Those of them in which nobody has a place."
    )
    used_slots = fields.Integer(
        compute="_compute_open_slots", help="Those of them in which people have places."
    )
    people = fields.Integer(
        compute="_compute_open_slots", help="Places held or sold in the open slots."
    )

    concerned = fields.Char(
        compute="_compute_open_slots", help="Who is concerned, in words."
    )

    _dates_check = models.Constraint(
        "CHECK (date_to >= date_from)", "A closure ends before it begins."
    )
    _period_idx = models.Index("(company_id, date_to, date_from)")

    @api.depends("date_from")
    def _compute_date_to(self):
        for closure in self:
            if not closure.date_to or closure.date_to < closure.date_from:
                closure.date_to = closure.date_from

    @api.depends("room_id", "exhibition_id")
    def _compute_venue_id(self):
        for closure in self:
            inside = closure.room_id or closure.exhibition_id
            closure.venue_id = inside.venue_id or closure.venue_id

    @api.depends("venue_id", "room_id", "exhibition_id")
    @api.depends_context("lang")
    def _compute_scope(self):
        for closure in self:
            parts = [
                closure.exhibition_id.display_name,
                closure.room_id.display_name,
                closure.venue_id.display_name,
            ]
            closure.scope = ", ".join(filter(None, parts)) or self.env._(
                "The whole museum"
            )

    @api.depends(
        "date_from",
        "date_to",
        "is_all_day",
        "hour_from",
        "hour_to",
        "venue_id",
        "room_id",
        "exhibition_id",
        "company_id",
    )
    def _compute_open_slots(self):
        for closure in self:
            slots = closure._slots()
            used = slots.filtered(lambda slot: slot.taken or slot.blocked)
            closure.open_slots = len(slots)
            closure.used_slots = len(used)
            closure.empty_slots = len(slots - used)
            closure.people = sum(used.mapped("taken"))
            closure.concerned = closure._concerned_words()

    def _concerned_words(self):
        if not self.open_slots:
            return ""
        if not self.used_slots:
            return self.env._(
                "%(slots)s slots on sale lie in this closure. All are empty.",
                slots=self.open_slots,
            )
        return self.env._(
            "%(slots)s slots on sale lie in this closure: %(empty)s are empty,"
            " %(used)s have %(people)s people or seats kept back.",
            slots=self.open_slots,
            empty=self.empty_slots,
            used=self.used_slots,
            people=self.people,
        )

    @api.constrains("venue_id", "room_id", "exhibition_id")
    def _check_place(self):
        """:raise ValidationError: nothing is in all of them, so nothing would close"""
        for closure in self:
            venue, room = closure.venue_id, closure.room_id
            exhibition = closure.exhibition_id
            if venue and room and room.venue_id != venue:
                raise ValidationError(
                    self.env._(
                        "%(closure)s: %(room)s is not in %(venue)s.",
                        closure=closure.name,
                        room=room.name,
                        venue=venue.name,
                    )
                )
            if venue and exhibition and exhibition.venue_id != venue:
                raise ValidationError(
                    self.env._(
                        "%(closure)s: %(exhibition)s is not shown in %(venue)s.",
                        closure=closure.name,
                        exhibition=exhibition.name,
                        venue=venue.name,
                    )
                )
            if room and exhibition and exhibition.room_id != room:
                raise ValidationError(
                    self.env._(
                        "%(closure)s: %(exhibition)s is not shown in %(room)s.",
                        closure=closure.name,
                        exhibition=exhibition.name,
                        room=room.name,
                    )
                )

    @api.constrains("is_all_day", "hour_from", "hour_to")
    def _check_hours(self):
        for closure in self.filtered(lambda closure: not closure.is_all_day):
            begin, end = closure._minutes()
            if not (0 <= begin < WHOLE_DAY and 0 <= end <= WHOLE_DAY):
                raise ValidationError(
                    self.env._(
                        "%(closure)s: hours are from 00:00 to 24:00 on the venue's"
                        " clock.",
                        closure=closure.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # A list of holidays leaves the last day empty where it is the first one.
        return super().create(
            [
                {
                    name: value
                    for name, value in vals.items()
                    if value or name != "date_to"
                }
                for vals in vals_list
            ]
        )

    def _minutes(self):
        """From and until, in minutes of the local day."""
        self.ensure_one()
        if self.is_all_day:
            return 0, WHOLE_DAY
        return round(self.hour_from * 60), round(self.hour_to * 60)

    # --- for the planning of slots --------------------------------------------------

    @api.model
    def _closed_periods(self, exhibition, first_day, last_day):
        """When an exhibition does not open in the days between, both included.

        :rtype: list[slot_plan.Period]
        """
        closures = self.sudo().search(
            [
                ("company_id", "=", exhibition.company_id.id),
                # A closure that begins in the evening lasts into the next day.
                ("date_from", "<=", last_day),
                ("date_to", ">=", first_day - timedelta(days=1)),
                ("venue_id", "in", [False, exhibition.venue_id.id]),
                ("room_id", "in", [False, exhibition.room_id.id]),
                ("exhibition_id", "in", [False, exhibition.id]),
            ],
            order="date_from, id",
        )
        return [
            period
            for closure in closures
            for period in closure._periods(exhibition.tz, first_day, last_day)
        ]

    def _periods(self, tz, first_day, last_day):
        """The closure in UTC, for a place with this clock; one period for each day."""
        self.ensure_one()
        begin, end = self._minutes()
        zone = ZoneInfo(tz or "UTC")
        day = max(self.date_from, first_day - timedelta(days=1))
        periods = []
        while day <= min(self.date_to, last_day):
            start, stop = recurrence.closed_instants(day, begin, end, zone)
            periods.append(slot_plan.Period(start, stop, self.name, self.is_all_day))
            day += timedelta(days=1)
        return periods

    # --- slots that exist already ---------------------------------------------------

    def _slot_domain(self):
        """The open slots, not yet over, on the days of the closure."""
        self.ensure_one()
        last_day = self.date_to + timedelta(days=0 if self.is_all_day else 1)
        first_day = self.date_from - timedelta(days=0 if self.is_all_day else 1)
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("local_date", ">=", first_day),
                ("local_date", "<=", last_day),
                ("end_at", ">", fields.Datetime.now()),
                ("state", "=", "open"),
            ]
        )
        if self.venue_id:
            domain &= Domain("venue_id", "=", self.venue_id.id)
        if self.room_id:
            domain &= Domain("exhibition_id.room_id", "=", self.room_id.id)
        if self.exhibition_id:
            domain &= Domain("exhibition_id", "=", self.exhibition_id.id)
        return domain

    def _slots(self):
        """The open slots that lie in the closure."""
        self.ensure_one()
        slots = self.env["museum.slot"]
        if not (self.date_from and self.date_to):
            return slots
        slots = slots.search(self._slot_domain())
        if self.is_all_day:
            return slots
        periods = {
            tz: self._periods(tz, self.date_from, self.date_to)
            for tz in set(slots.mapped("tz"))
        }
        return slots.filtered(
            lambda slot: slot_plan.closure_of(
                slot.start_at, slot.end_at, periods[slot.tz]
            )
        )

    def action_close_empty(self):
        """Close the slots in which nobody has a place.

        Under the seat counters' locks: who takes a seat meanwhile keeps it. Such a
        slot opens again with the next plan when the closure goes away.
        """
        self.ensure_one()
        slots = self._slots().filtered(lambda slot: not (slot.taken or slot.blocked))
        slots._close_if_empty(self.env._("Closed: %(closure)s", closure=self.name))
        self.invalidate_recordset()

    def action_close_slots(self):
        """Ask about the open slots with people in them, saying who is concerned."""
        self.ensure_one()
        slots = self._slots()
        used = slots.filtered(lambda slot: slot.taken or slot.blocked)
        return (used or slots)._ask_state("closed", reason=self.name)

    def action_view_slots(self):
        """The open slots that lie in the closure."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_exhibition.museum_slot_action"
        )
        action["domain"] = [("id", "in", self._slots().ids)]
        action["context"] = {}
        return action

    def action_plan_slots(self):
        """Look at what the schedules make of these days now."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        if self.venue_id:
            domain &= Domain("venue_id", "=", self.venue_id.id)
        if self.room_id:
            domain &= Domain("room_id", "=", self.room_id.id)
        if self.exhibition_id:
            domain &= Domain("id", "=", self.exhibition_id.id)
        exhibitions = self.env["museum.exhibition"].search(domain)
        return exhibitions._open_slot_plan(self.date_from, self.date_to)
