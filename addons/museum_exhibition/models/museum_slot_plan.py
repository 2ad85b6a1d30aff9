# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .guard import refused, without_defaults

STATES = [
    ("draft", "Not looked at yet"),
    ("ready", "Preview"),
    ("running", "Running"),
    ("done", "Done"),
    ("failed", "Stopped"),
    ("cancelled", "Cancelled"),
]
# Up to so many slots the plan is carried out at once, in the request.
AT_ONCE = 2000
# A preview shows all that is left alone, and so many lines of every other kind.
SHOWN = 100
LONGEST = timedelta(days=5 * 366)
# Written by the plan itself: what it is about to do, and what it has done.
GUARDED_FIELDS = frozenset(
    {
        *("state", "steps", "steps_done", "work_total", "work_done", "fingerprint"),
        *("create_count", "change_count", "remove_count", "close_count"),
        *("keep_count", "conflict_count", "customized_count", "outside_count"),
        *("created_count", "changed_count", "removed_count", "closed_count"),
        *("error", "started_at", "finished_at", "line_ids", "left_ids", "work_ids"),
    }
)


class MuseumSlotPlan(models.Model):
    """A job that brings the slots of exhibitions to what their schedules say.

    Looked at first (:meth:`action_preview`), then carried out in small committed steps
    (``museum_slot_plan_run.py``), so that sales go on meanwhile and a job that was
    stopped goes on where it was.
    """

    _name = "museum.slot.plan"
    _description = "Museum slot plan"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    exhibition_ids = fields.Many2many(
        "museum.exhibition",
        string="Exhibitions",
        required=True,
        check_company=True,
        domain="[('company_id', '=', company_id), ('schedule_ids', '!=', False)]",
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
    )
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        copy=False,
        index=True,
    )
    line_ids = fields.One2many("museum.slot.plan.line", "plan_id", readonly=True)
    left_ids = fields.One2many(
        "museum.slot.plan.line",
        "plan_id",
        readonly=True,
        domain=[("kind", "in", ["conflict", "customized"])],
    )
    work_ids = fields.One2many(
        "museum.slot.plan.line",
        "plan_id",
        readonly=True,
        domain=[("kind", "not in", ["conflict", "customized"])],
    )
    create_count = fields.Integer(string="New", readonly=True, copy=False)
    change_count = fields.Integer(string="Changed", readonly=True, copy=False)
    remove_count = fields.Integer(string="Deleted", readonly=True, copy=False)
    close_count = fields.Integer(string="Closed", readonly=True, copy=False)
    outside_count = fields.Integer(
        string="Outside opening hours",
        readonly=True,
        copy=False,
        help="New slots at times when the venue says that it is closed.",
    )
    keep_count = fields.Integer(string="Stay", readonly=True, copy=False)
    conflict_count = fields.Integer(string="In use", readonly=True, copy=False)
    customized_count = fields.Integer(
        string="Changed by hand", readonly=True, copy=False
    )
    # What is to be done: [exhibition id, first day, last day, number of slots].
    steps = fields.Json(readonly=True, copy=False)
    steps_done = fields.Integer(readonly=True, copy=False)
    work_total = fields.Integer(
        string="Slots to plan", readonly=True, copy=False, help="New, changed or gone."
    )
    work_words = fields.Char(
        compute="_compute_work_words", help="What the button does, in numbers."
    )
    work_done = fields.Integer(string="Slots planned", readonly=True, copy=False)
    created_count = fields.Integer(readonly=True, copy=False)
    changed_count = fields.Integer(readonly=True, copy=False)
    removed_count = fields.Integer(readonly=True, copy=False)
    closed_count = fields.Integer(readonly=True, copy=False)
    progress = fields.Integer(compute="_compute_progress", help="Percent.")
    outcome = fields.Char(compute="_compute_outcome")
    # What the preview was made of: when it changes, people look again.
    fingerprint = fields.Char(readonly=True, copy=False)
    error = fields.Text(readonly=True, copy=False)
    started_at = fields.Datetime(readonly=True, copy=False)
    finished_at = fields.Datetime(readonly=True, copy=False)

    _dates_check = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day is before the first one."
    )

    @api.depends("exhibition_ids.name", "date_from", "date_to")
    def _compute_name(self):
        for plan in self:
            names = plan.exhibition_ids.mapped("name")
            what = names[0] if len(names) == 1 else ""
            plan.name = self.env._(
                "%(what)s, %(first)s – %(last)s",
                what=what or self.env._("%(count)s exhibitions", count=len(names)),
                first=plan._day_words(plan.date_from),
                last=plan._day_words(plan.date_to),
            )

    def _day_words(self, day):
        return format_date(self.env, day, date_format="d MMM yyyy")

    @api.depends("exhibition_ids", "date_from")
    def _compute_date_to(self):
        for plan in self:
            if plan.date_to or not plan.date_from:
                continue
            days = plan.company_id.museum_slot_days
            plan.date_to = plan.date_from + timedelta(days=days)

    @api.depends("work_done", "work_total", "state")
    def _compute_progress(self):
        for plan in self:
            if plan.state == "done" or not plan.work_total:
                plan.progress = 100 if plan.state == "done" else 0
            else:
                plan.progress = min(100 * plan.work_done // plan.work_total, 100)

    @api.depends("create_count", "change_count", "remove_count", "close_count")
    @api.depends_context("lang")
    def _compute_work_words(self):
        for plan in self:
            parts = [
                (plan.create_count, self.env._("%s new", plan.create_count)),
                (plan.change_count, self.env._("%s changed", plan.change_count)),
                (plan.remove_count, self.env._("%s deleted", plan.remove_count)),
                (plan.close_count, self.env._("%s closed", plan.close_count)),
            ]
            plan.work_words = self.env._(
                "Apply: %(what)s", what=", ".join(words for n, words in parts if n)
            )

    @api.depends("created_count", "changed_count", "removed_count", "closed_count")
    @api.depends_context("lang")
    def _compute_outcome(self):
        for plan in self:
            plan.outcome = self.env._(
                "%(created)s created, %(changed)s changed, %(removed)s deleted,"
                " %(closed)s closed.",
                created=plan.created_count,
                changed=plan.changed_count,
                removed=plan.removed_count,
                closed=plan.closed_count,
            )

    @api.constrains("date_from", "date_to")
    def _check_length(self):
        for plan in self:
            if plan.date_to - plan.date_from > LONGEST:
                raise UserError(self.env._("Plan at most five years at a time."))

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse(refused(self, GUARDED_FIELDS, vals_list))
        plans = without_defaults(self, GUARDED_FIELDS.__contains__)
        return super(MuseumSlotPlan, plans).create(vals_list)

    def _refuse(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%(fields)s of a plan cannot be written directly: press “Preview”"
                    " or “Run”.",
                    fields=", ".join(names),
                )
            )

    def write(self, vals):
        """:raise AccessError: what only the plan's own work writes"""
        self._refuse(refused(self, GUARDED_FIELDS, [vals]))
        # Another question: the preview no longer answers it.
        if {"exhibition_ids", "date_from", "date_to"} & vals.keys():
            if any(plan.state == "running" for plan in self):
                raise UserError(self.env._("Cancel the plan before you change it."))
            vals = {**vals, "state": "draft"}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(plan.state == "running" for plan in self):
            raise UserError(self.env._("Cancel the plan before you delete it."))

    @api.autovacuum
    def _gc_previews(self):
        """Previews that nobody carried out tell nothing after a week."""
        self.search(
            [
                ("state", "in", ["draft", "ready"]),
                ("write_date", "<", fields.Datetime.now() - timedelta(days=7)),
            ]
        ).unlink()

    @api.model
    def _open_all(self):
        """A preview of all exhibitions of the company that have schedules."""
        exhibitions = self.env["museum.exhibition"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("schedule_ids", "!=", False),
                ("is_closed", "=", False),
            ]
        )
        if not exhibitions:
            raise UserError(
                self.env._("No exhibition has a schedule yet: make one first.")
            )
        return exhibitions._open_slot_plan()

    def action_view_lines(self):
        """All lines, to search and to group."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "museum.slot.plan.line",
            "view_mode": "list",
            "domain": [("plan_id", "=", self.id)],
            "context": {"search_default_by_kind": 1},
        }

    def action_view_slots(self):
        """The slots of these exhibitions and days."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_exhibition.museum_slot_action"
        )
        action["domain"] = [
            ("exhibition_id", "in", self.exhibition_ids.ids),
            ("local_date", ">=", str(self.date_from)),
            ("local_date", "<=", str(self.date_to)),
        ]
        action["context"] = {}
        return action

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan slots"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
