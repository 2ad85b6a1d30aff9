# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..lib.seat_reading import free_seats
from ..lib.seat_types import MOST_SEATS


class MuseumTicketCategory(models.Model):
    """What a visitor chooses and pays: adult, child, family ...

    It belongs to one exhibition, or to none: then it is shared by those that choose it.
    """

    _name = "museum.ticket.category"
    _description = "Museum ticket category"
    _inherit = ["museum.own.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    exhibition_id = fields.Many2one(
        "museum.exhibition",
        index=True,
        ondelete="cascade",
        tracking=True,
        help="Empty: shared by all exhibitions that choose it.",
    )
    exhibition_ids = fields.Many2many(
        "museum.exhibition",
        "museum_exhibition_shared_category_rel",
        "category_id",
        "exhibition_id",
        string="Shared by",
        check_company=True,
        copy=False,
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(help="A machine word for other programs, for example adult.")
    price = fields.Monetary(
        default=0.0, required=True, tracking=True, help="For one ticket."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    seats_per_ticket = fields.Integer(
        default=1,
        required=True,
        tracking=True,
        help="Seats that one ticket takes: a family of four takes 4.",
    )
    min_quantity = fields.Integer(
        string="At least",
        default=0,
        required=True,
        tracking=True,
        help="When chosen, at least so many in one booking.",
    )
    max_quantity = fields.Integer(
        string="At most",
        default=0,
        required=True,
        tracking=True,
        help="At most so many in one booking. 0: no limit.",
    )
    slot_limit = fields.Integer(
        string="Tickets per slot",
        default=0,
        required=True,
        tracking=True,
        help="At most so many tickets of this category in one time slot, for example"
        " 20 wheelchair places. 0: no limit of its own.",
    )
    date_from = fields.Date(
        string="First day",
        tracking=True,
        help="First day of visit for which it is sold. Empty: always.",
    )
    date_to = fields.Date(
        string="Last day",
        tracking=True,
        help="Last day of visit for which it is sold. Empty: for good.",
    )
    is_adult = fields.Boolean(
        string="Counts as an adult",
        tracking=True,
        help="Who comes with it may accompany children.",
    )
    needs_adult = fields.Boolean(
        string="Needs an adult",
        tracking=True,
        help="Sold only together with a ticket that counts as an adult.",
    )
    per_adult = fields.Integer(
        string="Most per adult",
        default=0,
        required=True,
        tracking=True,
        help="At most so many of them with each adult: 10 students. 0: any.",
    )
    age_from = fields.Integer(default=0, help="Youngest age in years. 0: any.")
    age_to = fields.Integer(default=0, help="Oldest age in years. 0: any.")
    description = fields.Char(translate=True)
    needs_proof = fields.Boolean(
        tracking=True, help="The gate asks for a proof, for example a student card."
    )
    proof = fields.Char(
        translate=True,
        help="What visitors bring and the gate asks for: Student card.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)

    _price_check = models.Constraint(
        "CHECK (price >= 0)", "A price cannot be negative."
    )
    _seats_check = models.Constraint(
        "CHECK (seats_per_ticket >= 1)", "A ticket takes at least one seat."
    )
    _quantity_check = models.Constraint(
        "CHECK (min_quantity >= 0 AND max_quantity >= 0"
        " AND (max_quantity = 0 OR min_quantity <= max_quantity))",
        "The smallest quantity cannot be above the largest one.",
    )
    _age_check = models.Constraint(
        "CHECK (COALESCE(age_to, 0) = 0 OR COALESCE(age_from, 0) <= age_to)",
        "The youngest age cannot be above the oldest one.",
    )
    _limits_check = models.Constraint(
        "CHECK (slot_limit >= 0 AND per_adult >= 0)",
        "Limits of tickets cannot be negative; 0 means that there is none.",
    )
    _dates_check = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "The last day is before the first one.",
    )
    _adult_check = models.Constraint(
        "CHECK (NOT (is_adult AND (needs_adult OR per_adult > 0)))",
        "A ticket that counts as an adult cannot need one.",
    )

    @api.depends("exhibition_id.company_id")
    def _compute_company_id(self):
        for category in self:
            category.company_id = (
                category.exhibition_id.company_id
                or category.company_id
                or self.env.company
            )

    @api.constrains("exhibition_id", "exhibition_ids", "company_id")
    def _check_sharing(self):
        for category in self:
            exhibition = category.exhibition_id
            if exhibition and category.exhibition_ids:
                raise ValidationError(
                    self.env._(
                        "%(category)s belongs to %(exhibition)s: a shared ticket"
                        " belongs to none.",
                        category=category.name,
                        exhibition=exhibition.name,
                    )
                )
            if exhibition and exhibition.company_id != category.company_id:
                raise ValidationError(
                    self.env._("A ticket belongs to the museum of its exhibition.")
                )

    @api.constrains("slot_limit", "seats_per_ticket")
    def _check_seats_in_slot(self):
        for category in self:
            if category.slot_limit * category.seats_per_ticket > MOST_SEATS:
                raise ValidationError(
                    self.env._(
                        "%(category)s: %(seats)s seats in one slot are too many.",
                        category=category.name,
                        seats=category.slot_limit * category.seats_per_ticket,
                    )
                )

    @api.constrains("price", "active")
    def _check_rules(self):
        """No rule makes a ticket free because its own price went down."""
        self.env["museum.price.rule"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("method", "=", "amount"),
                ("value", "<", 0),
            ]
        )._check_free()

    def write(self, vals):
        """:raise UserError: tickets that people have would be others"""
        if "seats_per_ticket" in vals:
            changed = self.filtered(
                lambda category: category.seats_per_ticket != vals["seats_per_ticket"]
            )
            changed._refuse_other_seats()
        if "exhibition_id" in vals:
            moved = self.filtered(
                lambda category: category.exhibition_id.id != vals["exhibition_id"]
            )
            if sold := moved._with_history():
                raise UserError(
                    self.env._(
                        "%(names)s: tickets were sold, so it stays where it is."
                        " Archive it and make another one.",
                        names=", ".join(sold.mapped("name")),
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        if sold := self._with_history():
            raise UserError(
                self.env._(
                    "%(names)s: tickets were sold or are in carts. Archive it instead:"
                    " it is no longer sold, and what was sold stays as it is.",
                    names=", ".join(sold.mapped("name")),
                )
            )

    def _refuse_other_seats(self):
        """:raise UserError: visitors to come have tickets that take so many seats"""
        if held := self._with_history(only_to_come=True):
            raise UserError(
                self.env._(
                    "%(names)s: visitors have such tickets for times to come, in their"
                    " carts or bought, and these take the seats that they took."
                    " Archive it and make another one.",
                    names=", ".join(held.mapped("name")),
                )
            )

    def _with_history(self, only_to_come=False):
        """Those of these categories that somebody has, had or holds tickets of.

        :param only_to_come: has or holds, for slots that are not over
        """
        if not self.ids:
            return self.browse()
        self.env["museum.hold"].flush_model(["quantities", "state", "slot_id"])
        self.env["museum.slot"].flush_model(["end_at"])
        to_come = SQL(
            """
            AND hold.state IN ('active', 'sold')
            AND EXISTS (SELECT FROM museum_slot slot
                         WHERE slot.id = hold.slot_id
                           AND slot.end_at > clock_timestamp() AT TIME ZONE 'UTC')
            """
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.id
                  FROM unnest(%(ids)s) AS wanted (id)
                 WHERE EXISTS (
                       SELECT 1 FROM museum_hold hold
                        WHERE hold.quantities ? wanted.id::text %(to_come)s)
                """,
                ids=self.ids,
                to_come=to_come if only_to_come else SQL(),
            )
        )
        return self.browse(row[0] for row in rows)

    def _sold_on(self, day):
        """Those of these categories that are sold for a day of visit.

        :param day: a date in the venue; nothing: any
        """
        if not day:
            return self
        return self.filtered(
            lambda category: (
                (not category.date_from or category.date_from <= day)
                and (not category.date_to or day <= category.date_to)
            )
        )

    def _tickets_left(self, slot):
        """How many tickets of each a slot has left, of those with a limit of their own.

        :param slot: a museum.slot, or nothing
        :return: {category id: tickets}; the others are limited by the slot alone
        :rtype: dict[int, int]
        """
        limited = self.sudo().filtered("slot_limit")
        if not slot or not limited:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, category_id
                  FROM museum_seat_pool
                 WHERE kind = 'category'
                   AND slot_id = %s
                   AND category_id = ANY(%s)
                """,
                slot.id,
                list(limited.ids),
            )
        )
        free = free_seats(self.env.cr, [row[0] for row in rows]) if rows else {}
        return {
            category_id: max(
                0, free[pool_id] // self.browse(category_id).sudo().seats_per_ticket
            )
            for pool_id, category_id in rows
            if free[pool_id] is not None
        }
