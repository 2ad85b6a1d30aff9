# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class MuseumClosure(models.Model):
    """Days on which nothing opens: everywhere, in one venue, or one exhibition."""

    _name = "museum.closure"
    _description = "Museum closure"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, help="For example the name of the holiday.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    venue_id = fields.Many2one(
        "museum.venue", check_company=True, help="Empty: every venue."
    )
    exhibition_id = fields.Many2one(
        "museum.exhibition", check_company=True, help="Empty: every exhibition."
    )
    date_from = fields.Date(string="First day", required=True)
    date_to = fields.Date(
        string="Last day",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
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
    active = fields.Boolean(default=True)
    open_slots = fields.Integer(
        compute="_compute_open_slots", help="Slots in these days that are still open."
    )

    _dates_check = models.Constraint(
        "CHECK (date_to >= date_from)", "A closure ends before it begins."
    )

    @api.depends("date_from")
    def _compute_date_to(self):
        for closure in self:
            if not closure.date_to or closure.date_to < closure.date_from:
                closure.date_to = closure.date_from

    @api.depends("date_from", "date_to", "venue_id", "exhibition_id", "company_id")
    def _compute_open_slots(self):
        for closure in self:
            closure.open_slots = self.env["museum.slot"].search_count(
                closure._slot_domain()
            )

    def _slot_domain(self):
        """The open slots, not yet over, that lie in the closure."""
        self.ensure_one()
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("local_date", ">=", self.date_from),
                ("local_date", "<=", self.date_to),
                ("end_at", ">", fields.Datetime.now()),
                ("state", "=", "open"),
            ]
        )
        if self.venue_id:
            domain &= Domain("venue_id", "=", self.venue_id.id)
        if self.exhibition_id:
            domain &= Domain("exhibition_id", "=", self.exhibition_id.id)
        return domain

    @api.model
    def _closed_days(self, exhibition, first_day, last_day):
        """The days between on which an exhibition does not open.

        :rtype: set[datetime.date]
        """
        closures = self.sudo().search(
            [
                ("company_id", "=", exhibition.company_id.id),
                ("date_from", "<=", last_day),
                ("date_to", ">=", first_day),
                ("venue_id", "in", [False, exhibition.venue_id.id]),
                ("exhibition_id", "in", [False, exhibition.id]),
            ]
        )
        days = set()
        for closure in closures:
            day = max(closure.date_from, first_day)
            while day <= min(closure.date_to, last_day):
                days.add(day)
                day += timedelta(days=1)
        return days

    def action_close_slots(self):
        """Ask before closing the open slots of these days, saying who is concerned."""
        self.ensure_one()
        slots = self.env["museum.slot"].search(self._slot_domain())
        return slots._ask_state("closed", reason=self.name)
