# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models


class MuseumSlot(models.Model):
    """One opening of an exhibition: a start, an end, and a pool of seats."""

    _name = "museum.slot"
    _description = "Museum time slot"
    _inherit = ["mail.thread"]
    _order = "start_at, id"

    exhibition_id = fields.Many2one(
        "museum.exhibition", required=True, index=True, ondelete="restrict"
    )
    venue_id = fields.Many2one(related="exhibition_id.venue_id", store=True, index=True)
    company_id = fields.Many2one(
        related="exhibition_id.company_id", store=True, index=True
    )
    tz = fields.Selection(related="exhibition_id.tz")
    schedule_id = fields.Many2one(
        "museum.schedule", index="btree_not_null", ondelete="set null", copy=False
    )
    start_at = fields.Datetime(string="Start", required=True)
    end_at = fields.Datetime(string="End", required=True)
    local_date = fields.Date(
        string="Day", compute="_compute_local_date", store=True, help="In the venue."
    )
    sale_ends_at = fields.Datetime(compute="_compute_sale_ends_at", store=True)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
        tracking=True,
        copy=False,
    )
    pool_id = fields.Many2one(
        "museum.seat.pool",
        required=True,
        readonly=True,
        index=True,
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
        string="Limited seats", compute="_compute_seats", inverse="_inverse_capacity"
    )
    capacity = fields.Integer(
        string="Seats", compute="_compute_seats", inverse="_inverse_capacity"
    )
    taken = fields.Integer(compute="_compute_seats", help="Held and sold seats.")
    blocked = fields.Integer(compute="_compute_seats", help="Kept back by staff.")
    seats_left = fields.Integer(
        compute="_compute_seats", help="Free seats; -1 when there is no limit."
    )

    _period_check = models.Constraint(
        "CHECK (end_at > start_at)", "A slot ends before it starts."
    )
    _exhibition_start_uniq = models.Constraint(
        "UNIQUE (exhibition_id, start_at)",
        "The exhibition already has a slot that starts at this time.",
    )
    _exhibition_date_idx = models.Index("(exhibition_id, local_date, start_at)")

    @api.depends("start_at", "exhibition_id.venue_id.tz")
    def _compute_local_date(self):
        for slot in self:
            start = slot.start_at
            slot.local_date = start and fields.Datetime.context_timestamp(
                slot.with_context(tz=slot.tz or "UTC"), start
            )

    @api.depends("start_at", "end_at", "exhibition_id.sales_end_minutes")
    def _compute_sale_ends_at(self):
        for slot in self:
            slot.sale_ends_at = slot.start_at

    def _compute_seats(self):
        for slot in self:
            pool = slot.pool_id.sudo()
            slot.is_limited = pool.is_limited
            slot.capacity = pool.capacity
            slot.taken = pool.taken
            slot.blocked = pool.blocked
            slot.seats_left = (
                pool.capacity - pool.taken - pool.blocked if pool.is_limited else -1
            )

    def _inverse_capacity(self):
        pass

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            exhibition = self.env["museum.exhibition"].browse(vals["exhibition_id"])
            pool = self.env["museum.seat.pool"].sudo().create({
                "company_id": exhibition.company_id.id,
                "is_limited": vals.pop("is_limited", exhibition.is_limited),
                "capacity": vals.pop("capacity", exhibition.capacity),
            })
            vals["pool_id"] = pool.id
        slots = super().create(vals_list)
        for slot in slots:
            slot.pool_id.sudo().slot_id = slot
        return slots
