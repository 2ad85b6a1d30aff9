# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..controllers.serializers import iso
from ..exceptions import SlotChanged
from ..lib import recurrence
from .guard import differs, is_writing, writing

# Colours of the calendar, by what visitors are told.
STATUS_COLORS = {"available": 10, "limited": 2, "full": 1, "closed": 0, "cancelled": 0}

# What people write, besides messages and activities. All else is the system's: whoever
# sells or admits relies on it.
WRITABLE_FIELDS = frozenset(
    {"exhibition_id", "start_at", "end_at", "is_limited", "capacity", "price_ids"}
)
# Written by `_set_state` alone.
STATE_FIELDS = frozenset({"state", "cancelled_at", "cancel_reason"})
# A venue with a maximum counts people in each quarter of an hour of it.
LONGEST_DAYS = 7


class MuseumSlot(models.Model):
    """One opening of an exhibition: a start, an end, and a pool of seats.

    The seats are in the pool: a slot is edited without making buyers wait.
    """

    _name = "museum.slot"
    _description = "Museum time slot"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "start_at, id"

    # Exhibition and company lead composite indexes below.
    exhibition_id = fields.Many2one(
        "museum.exhibition", required=True, ondelete="restrict"
    )
    venue_id = fields.Many2one(related="exhibition_id.venue_id", store=True, index=True)
    company_id = fields.Many2one(related="exhibition_id.company_id", store=True)
    tz = fields.Selection(related="exhibition_id.tz")
    schedule_id = fields.Many2one(
        "museum.schedule",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups="base.group_user",
    )
    start_at = fields.Datetime(string="Start", required=True, tracking=True)
    end_at = fields.Datetime(
        string="End",
        required=True,
        tracking=True,
        compute="_compute_end_at",
        store=True,
        readonly=False,
        precompute=True,
    )
    local_date = fields.Date(
        string="Day",
        compute="_compute_local_date",
        store=True,
        help="The date in the venue when the slot starts.",
    )
    sale_starts_at = fields.Datetime(
        string="Sale starts",
        compute="_compute_sale_starts_at",
        store=True,
        help="UTC. Empty: as soon as the slot exists.",
    )
    sale_ends_at = fields.Datetime(
        string="Sale ends", compute="_compute_sale_ends_at", store=True
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        copy=False,
        help="Open: on sale. Closed: not on sale, tickets stay valid. Cancelled: does"
        " not take place.",
    )
    cancelled_at = fields.Datetime(readonly=True, copy=False)
    cancel_reason = fields.Char(
        readonly=True, copy=False, help="Visitors read it with their booking."
    )
    pool_id = fields.Many2one(
        "museum.seat.pool",
        required=True,
        readonly=True,
        ondelete="restrict",
        copy=False,
    )
    extra_pool_ids = fields.Many2many(
        "museum.seat.pool",
        "museum_slot_extra_pool_rel",
        "slot_id",
        "pool_id",
        readonly=True,
        copy=False,
        help="Further pools that every seat of this slot counts in.",
    )
    is_limited = fields.Boolean(
        string="Limited seats", compute="_compute_seats", inverse="_inverse_limit"
    )
    capacity = fields.Integer(
        string="Seats", compute="_compute_seats", inverse="_inverse_limit"
    )
    taken = fields.Integer(
        string="Sold or held",
        compute="_compute_seats",
        groups="base.group_user",
        help="Seats of visitors: sold, or kept in a cart.",
    )
    blocked = fields.Integer(
        compute="_compute_seats",
        groups="base.group_user",
        help="Kept back by staff.",
    )
    seats_left = fields.Integer(
        string="Free seats",
        compute="_compute_seats",
        help="Free seats; -1 when there is no limit.",
    )
    fill_percent = fields.Integer(
        string="Filled",
        compute="_compute_status",
        help="Percent of the seats that are sold, held or blocked.",
    )
    status = fields.Selection(
        [
            ("available", "Available"),
            ("limited", "Few left"),
            ("full", "Full"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_status",
        help="What visitors are told; a cancelled slot is a closed one to them.",
    )
    status_color = fields.Integer(compute="_compute_status")

    _period_check = models.Constraint(
        "CHECK (end_at > start_at)", "A slot ends before it starts."
    )
    # Partial on purpose, although the condition is always true. Changing a column of a
    # full unique index locks the row against the foreign key checks of new holds.
    _exhibition_start_uniq = models.UniqueIndex(
        "(exhibition_id, start_at) WHERE exhibition_id IS NOT NULL",
        "The exhibition already has a slot that starts at this time.",
    )
    _pool_uniq = models.UniqueIndex(
        "(pool_id) WHERE pool_id IS NOT NULL", "Each slot has seats of its own."
    )
    _length_check = models.Constraint(
        "CHECK (end_at <= start_at + INTERVAL '7 days')",
        "A slot lasts at most 7 days.",
    )
    _exhibition_date_idx = models.Index("(exhibition_id, local_date, start_at)")
    _company_start_idx = models.Index("(company_id, start_at)")
    _on_sale_idx = models.Index("(exhibition_id, sale_ends_at) WHERE state = 'open'")

    # --- computed ----------------------------------------------------------------

    @api.depends("start_at", "exhibition_id.venue_id.tz")
    def _compute_local_date(self):
        for slot in self:
            slot.local_date = slot.start_at and recurrence.local_day(
                slot.start_at, slot.tz or "UTC"
            )

    @api.depends("start_at", "exhibition_id")
    def _compute_end_at(self):
        for slot in self:
            minutes = slot.exhibition_id.duration_minutes or 60
            slot.end_at = slot.start_at and slot.start_at + timedelta(minutes=minutes)

    @api.depends(
        "local_date", "exhibition_id.sales_start_days", "exhibition_id.venue_id.tz"
    )
    def _compute_sale_starts_at(self):
        starts = {}
        for slot in self:
            days = slot.exhibition_id.sales_start_days
            if not days or not slot.local_date:
                slot.sale_starts_at = False
                continue
            key = (slot.local_date, days, slot.tz or "UTC")
            if key not in starts:
                day = slot.local_date - timedelta(days=days)
                starts[key] = recurrence.day_begins(day, key[2])
            slot.sale_starts_at = starts[key]

    @api.depends("start_at", "end_at", "exhibition_id.sales_end_minutes")
    def _compute_sale_ends_at(self):
        for slot in self:
            before = timedelta(minutes=slot.exhibition_id.sales_end_minutes)
            slot.sale_ends_at = slot.start_at and min(
                slot.start_at - before, slot.end_at or slot.start_at
            )

    @api.depends("start_at", "exhibition_id.name", "tz")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for slot in self:
            if not (slot.start_at and slot.exhibition_id):
                slot.display_name = slot.exhibition_id.name or ""
                continue
            when = format_datetime(
                self.env, slot.start_at, tz=slot.tz, dt_format="EEE d MMM HH:mm"
            )
            slot.display_name = f"{when} · {slot.exhibition_id.name}"

    @api.depends("pool_id", "state", "sale_ends_at")
    def _compute_status(self):
        found = self._availability()
        for slot in self:
            slot.status = (
                "cancelled"
                if slot.state == "cancelled"
                else found.get(slot.id, {}).get("status", "available")
            )
            slot.status_color = STATUS_COLORS[slot.status]
            gone = slot.taken + slot.blocked
            slot.fill_percent = (
                100 * gone // slot.capacity if slot.is_limited and slot.capacity else 0
            )

    # --- create, write, unlink ---------------------------------------------------

    def write(self, vals):
        self._check_guarded(vals)
        empty = self._check_times(vals)
        if "exhibition_id" in vals and any(
            slot.exhibition_id.id != vals["exhibition_id"] for slot in self
        ):
            raise UserError(
                self.env._("A slot stays with its exhibition: create another one.")
            )
        # The seats last: the engine commits them by itself, so whatever else can be
        # refused has to be refused before.
        seats = {key: vals[key] for key in ("is_limited", "capacity") if key in vals}
        result = super().write({k: v for k, v in vals.items() if k not in seats})
        if {"start_at", "end_at"} & vals.keys():
            # Nobody is in those that are locked: nothing to count, and the engine
            # would wait for this very transaction.
            empty._relink_empty()
            (self - empty)._relink_venue(keep=True)
        if seats:
            self.check_access("write")
            self.flush_recordset()
            for slot in self:
                slot._set_limit(**seats)
        return result

    @api.model
    def _is_writable(self, name):
        """Whether people may write a field; its values are checked elsewhere."""
        return (
            name in WRITABLE_FIELDS
            or name in self.env["mail.thread"]._fields
            or name in self.env["mail.activity.mixin"]._fields
        )

    def _check_guarded(self, vals):
        """:raise AccessError: what the system alone writes would change"""
        if is_writing(self):
            return
        for name in vals:
            if not self._is_writable(name) and any(
                name not in slot._fields or differs(slot, name, vals[name])
                for slot in self
            ):
                self._refuse_guarded(name)

    @api.model
    def _refuse_guarded(self, name):
        if name in STATE_FIELDS:
            raise AccessError(
                self.env._("Open, close or cancel a slot by its buttons.")
            )
        raise AccessError(
            self.env._("“%(field)s” of a slot cannot be written.", field=name)
        )

    def _check_times(self, vals):
        """Lock the slots that move, so that nobody buys the time of before.

        :return: the slots that move and in which nobody has a place
        :raise UserError: people who have a place would come at the wrong time
        """
        names = {"start_at", "end_at"} & vals.keys()
        moving = self.filtered(
            lambda slot: any(differs(slot, name, vals[name]) for name in names)
        )
        if not moving:
            return moving
        self._check_manager(self.env._("Only managers move a slot to another time."))
        moving._lock_seats()
        full = moving._with_people()
        for slot in () if is_writing(self) else moving:
            people = slot._people_concerned()["people"]
            if slot.state == "cancelled" or people:
                raise UserError(slot._refuse_move(people))
        return moving - full

    def _check_manager(self, words):
        """:raise AccessError: a person who is no manager"""
        if not self.env.su and not self.env.user.has_group(
            "museum_exhibition.group_museum_manager"
        ):
            raise AccessError(words)

    def _refuse_move(self, people):
        if self.state == "cancelled":
            return self.env._(
                "%(slot)s was cancelled: it cannot be moved.", slot=self.display_name
            )
        return self.env._(
            "%(slot)s cannot be moved: %(people)s people have a place in it. Cancel it"
            " and create another one, or move the people first.",
            slot=self.display_name,
            people=people,
        )

    def _changed(self, start_at):
        """The refusal for who was shown another time than this start (UTC)."""
        sudo = self.sudo()
        when = format_datetime(
            self.env, start_at, tz=sudo.tz, dt_format="EEE d MMM HH:mm"
        )
        return SlotChanged(
            self.env._("This time was moved to %(when)s. Is that right?", when=when),
            slot_id=self.id,
            start_at=iso(start_at, sudo.tz),
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_seats(self):
        concerned = self._people_concerned()
        if concerned["people"]:
            raise UserError(
                self.env._(
                    "%(people)s people have or had a place in these slots. Cancel the"
                    " slots instead of deleting them.",
                    people=concerned["people"],
                )
            )

    def unlink(self):
        pools = self.sudo().pool_id
        self.env["museum.hold"].sudo().search(
            [("slot_id", "in", self.ids), ("state", "in", ["expired", "released"])]
        ).unlink()
        result = super().unlink()
        pools.exists().unlink()
        return result

    # --- state -------------------------------------------------------------------

    def _set_state(self, state, reason=None):
        """Open, close or cancel slots and log why. The one writer of ``state``.

        Cancelling gives the seats in carts back and calls :meth:`_on_cancelled`.

        :param str reason: for the log; of a cancellation the visitors read it too
        :raise AccessError: only managers cancel
        :raise UserError: a cancelled slot stays cancelled
        """
        slots = self.filtered(lambda slot: slot.state != state)
        if any(slot.state == "cancelled" for slot in slots):
            raise UserError(
                self.env._(
                    "A cancelled slot stays cancelled: its bookings say so already."
                )
            )
        vals = {"state": state}
        if state == "cancelled":
            slots._check_may_cancel()
            vals.update(cancelled_at=fields.Datetime.now(), cancel_reason=reason)
        slots.check_access("write")
        writing(slots).write(vals)
        if reason:
            slots._message_log_batch(bodies=dict.fromkeys(slots.ids, reason))
        if state == "cancelled" and slots:
            slots._on_cancelled(reason)
        return slots

    def _check_may_cancel(self):
        if not self.env.su and not self.env.user.has_group(
            "museum_exhibition.group_museum_manager"
        ):
            raise AccessError(self.env._("Only museum managers cancel slots."))

    def _on_cancelled(self, reason):
        """Hook: these slots were cancelled just now, in this transaction.

        Whoever knows of people in them extends it to tell, rebook or refund them. Seats
        that are sold stay sold until their booking gives them back; seats in carts go
        back here, once the cancellation is committed, and nobody counts in the legal
        maximum of the venue any more.

        :param str reason: what staff said, or None
        """
        ids = self.ids

        def empty(env):
            slots = env["museum.slot"].browse(ids)
            slots._release_carts()
            slots._relink_venue()

        self.env["museum.hold"]._after_commit(empty)

    def _release_carts(self):
        """Give back the seats of these slots that are held and not sold."""
        holds = self.env["museum.hold"].sudo()
        held = holds.search([("slot_id", "in", self.ids), ("state", "=", "active")])
        if held:
            holds._release(held.mapped("token"))
