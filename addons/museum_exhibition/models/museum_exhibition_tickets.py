# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib import quantities


class MuseumExhibition(models.Model):
    """What is sold here, and how many of it one booking may hold."""

    _inherit = "museum.exhibition"

    own_category_ids = fields.One2many(
        "museum.ticket.category", "exhibition_id", string="Own tickets", copy=True
    )
    shared_category_ids = fields.Many2many(
        "museum.ticket.category",
        "museum_exhibition_shared_category_rel",
        "exhibition_id",
        "category_id",
        string="Shared tickets",
        domain="[('exhibition_id', '=', False), ('company_id', '=', company_id)]",
        check_company=True,
        help="Sold here and in other exhibitions alike.",
    )
    category_ids = fields.Many2many(
        "museum.ticket.category",
        string="Tickets",
        compute="_compute_category_ids",
        search="_search_category_ids",
        help="What is sold here: own and shared tickets, in order.",
    )
    price_from = fields.Monetary(compute="_compute_price_from")
    # Stored for the SQL of seats, which looks at tickets only then.
    has_limits_only = fields.Boolean(
        compute="_compute_has_limits_only",
        store=True,
        help="No ticket is sold on all days without a limit of its own per slot.",
    )

    @api.depends(
        "own_category_ids.sequence",
        "own_category_ids.active",
        "shared_category_ids.sequence",
        "shared_category_ids.active",
    )
    @api.depends_context("active_test")
    def _compute_category_ids(self):
        everything = self.own_category_ids | self.shared_category_ids
        # Read for all: the assignments below check the rights of each one's alone.
        everything.sudo().mapped("company_id")
        for exhibition in self:
            found = exhibition.own_category_ids | exhibition.shared_category_ids
            # Cached lists keep what was archived or moved since they were read.
            if self.env.context.get("active_test", True):
                found = found.filtered("active")
            exhibition.category_ids = found.with_prefetch(everything.ids).sorted(
                lambda category: (category.sequence, category._origin.id or 0)
            )

    @api.depends(
        *(
            f"{tickets}.{name}"
            for tickets in ("own_category_ids", "shared_category_ids")
            for name in ("active", "slot_limit", "date_from", "date_to")
        )
    )
    def _compute_has_limits_only(self):
        for exhibition in self.with_context(active_test=False):
            sold = exhibition.own_category_ids | exhibition.shared_category_ids
            sold = sold.filtered("active")
            always = sold.filtered(lambda each: not each.date_from and not each.date_to)
            exhibition.has_limits_only = any(
                category.slot_limit for category in sold
            ) and all(category.slot_limit for category in always)

    @api.constrains("shared_category_ids")
    def _check_shared(self):
        self.shared_category_ids._check_sharing()

    def _search_category_ids(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        return Domain("own_category_ids", operator, value) | Domain(
            "shared_category_ids", operator, value
        )

    @api.depends("category_ids.price")
    def _compute_price_from(self):
        prices = self.category_ids._get_visitor_prices()
        for exhibition in self:
            # A free companion does not make the visit free.
            paid = [prices[c.id] for c in exhibition.category_ids if prices[c.id]]
            exhibition.price_from = min(paid, default=0.0)

    def _quantity_errors(self, slot, wanted, kept=None):
        """The rules that wanted tickets break, for people and for programs.

        :param slot: the museum.slot that is visited; other addons may have rules for it
        :param dict wanted: tickets by category id
        :param dict kept: tickets that are held already: so many stay the visitor's,
            even of a category that is no longer sold
        :return: list of dicts: code, message, category_id (or None); empty when all is
            well
        """
        self.ensure_one()
        held = self.env["museum.ticket.category"].browse(
            key for key, count in wanted.items() if count <= (kept or {}).get(key, 0)
        )
        sold = self.category_ids | held
        today = sold._sold_on(slot.local_date) | held
        categories = {
            category.id: quantities.Category(
                category.seats_per_ticket,
                category.min_quantity,
                category.max_quantity,
                category.is_adult,
                category.needs_adult,
                category.per_adult,
                category in today,
            )
            for category in sold
        }
        broken = quantities.broken_rules(
            wanted, categories, self.max_per_booking, self.min_per_booking
        )
        return [
            {
                "code": rule.code,
                "message": self._rule_message(rule),
                "category_id": rule.category_id,
            }
            for rule in broken
        ]

    def _rule_message(self, rule):
        category = self.env["museum.ticket.category"].browse(rule.category_id)
        if rule.code == quantities.ZERO:
            return self.env._("Choose at least one ticket.")
        if rule.code == quantities.MAX_PER_BOOKING:
            return self.env._(
                "At most %(limit)s tickets in one booking.", limit=rule.limit
            )
        if rule.code == quantities.MIN_PER_BOOKING:
            return self.env._(
                "At least %(limit)s tickets in one booking.", limit=rule.limit
            )
        if rule.code == quantities.MAX_QUANTITY:
            return self.env._(
                "%(category)s: at most %(limit)s in one booking.",
                category=category.name,
                limit=rule.limit,
            )
        if rule.code == quantities.MIN_QUANTITY:
            return self.env._(
                "%(category)s: at least %(limit)s in one booking.",
                category=category.name,
                limit=rule.limit,
            )
        if rule.code == quantities.NOT_ON_DAY:
            return self.env._(
                "%(category)s is not sold on this day.", category=category.name
            )
        if rule.code == quantities.NEEDS_ADULT:
            return self.env._(
                "%(category)s comes with an adult: add one.", category=category.name
            )
        if rule.code == quantities.PER_ADULT:
            return self.env._(
                "%(category)s: at most %(limit)s with each adult.",
                category=category.name,
                limit=rule.limit,
            )
        return self.env._("This ticket is not sold here.")
