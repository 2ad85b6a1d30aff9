# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from odoo.addons.base.models.res_partner import _tz_get

from ..lib import recurrence
from ..models.museum_schedule import WEEKDAYS

STEPS = [
    ("museum", "Museum"),
    ("venue", "Venue"),
    ("exhibition", "Exhibition"),
    ("sale", "Times and tickets"),
    ("ready", "Ready"),
]
NAMES = [name for name, _label in STEPS]


class MuseumSetup(models.TransientModel):
    """Asks for all that is needed to sell, step by step, and makes it at the end.

    Nothing is made before the last step: whoever stops half way leaves nothing behind,
    and going back keeps what was typed. What each step asks for is checked in
    ``museum_setup_checks.py``, what is made in ``museum_setup_making.py``.
    """

    _name = "museum.setup"
    _description = "Set up a museum"
    _inherit = ["museum.own.mixin"]

    step = fields.Selection(STEPS, default="museum", required=True)

    # --- museum -----------------------------------------------------------------
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    name = fields.Char(string="Name of the museum")
    museum_code = fields.Char(
        string="Code",
        help="2 to 6 capital letters or digits: every booking reference and ticket code"
        " begins with it. Keep it: codes that are printed stay as they are.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        help="Slots are planned on this clock, whatever the clock of who looks.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    website_id = fields.Many2one("website", compute="_compute_website_id")
    has_website = fields.Boolean(compute="_compute_website_id")
    website_domain = fields.Char(
        string="Address of its website",
        help="This museum has no website in this database yet: one is made, which"
        " answers at this address.",
    )

    # --- venue ------------------------------------------------------------------
    venue_id = fields.Many2one(
        "museum.venue",
        string="Existing venue",
        domain="[('company_id', '=', company_id)]",
        help="Empty: a new one.",
    )
    venue_name = fields.Char(string="Name of the venue")
    street = fields.Char()
    zip = fields.Char(string="ZIP")
    city = fields.Char()
    country_id = fields.Many2one("res.country")
    is_venue_limited = fields.Boolean(string="Has a legal maximum of visitors")
    capacity_max = fields.Integer(
        string="Visitors at one time",
        help="All exhibitions of the venue together never sell more for any one time.",
    )
    opens = fields.Float(default=10.0)
    closes = fields.Float(default=18.0)
    open_mon = fields.Boolean(string="Open on Monday", default=False)
    open_tue = fields.Boolean(string="Open on Tuesday", default=True)
    open_wed = fields.Boolean(string="Open on Wednesday", default=True)
    open_thu = fields.Boolean(string="Open on Thursday", default=True)
    open_fri = fields.Boolean(string="Open on Friday", default=True)
    open_sat = fields.Boolean(string="Open on Saturday", default=True)
    open_sun = fields.Boolean(string="Open on Sunday", default=True)

    # --- exhibition -------------------------------------------------------------
    title = fields.Char()
    kind = fields.Selection(
        selection=lambda self: (
            self.env["museum.exhibition"]
            ._fields["kind"]
            ._description_selection(self.env)
        ),
        default="exhibition",
    )
    image = fields.Image(string="Picture", max_width=1920, max_height=1920)
    summary = fields.Text()
    is_limited = fields.Boolean(string="Limited seats", default=True)
    capacity = fields.Integer(string="Seats per slot", default=20)
    duration_minutes = fields.Integer(string="Duration (minutes)", default=60)

    # --- times and tickets ------------------------------------------------------
    mon = fields.Boolean(default=False)
    tue = fields.Boolean(default=True)
    wed = fields.Boolean(default=True)
    thu = fields.Boolean(default=True)
    fri = fields.Boolean(default=True)
    sat = fields.Boolean(default=True)
    sun = fields.Boolean(default=True)
    first_start_hour = fields.Float(string="First start", default=10.0)
    last_start_hour = fields.Float(string="Last start", default=16.0)
    every_minutes = fields.Integer(string="Every (minutes)", default=60)
    date_from = fields.Date(string="First day", default=fields.Date.context_today)
    date_to = fields.Date(string="Last day", help="Empty: for good.")
    line_ids = fields.One2many(
        "museum.setup.category",
        "setup_id",
        string="Tickets",
        default=lambda self: self._default_lines(),
    )
    is_free = fields.Boolean(
        string="Admission is free",
        help="Visitors book a time and pay nothing.",
    )

    # --- ready ------------------------------------------------------------------
    publish = fields.Boolean(
        string="Put it on sale at once",
        default=True,
        help="Otherwise everything is made as a draft that only staff see.",
    )
    outcome = fields.Html(compute="_compute_outcome")

    @api.model
    def _default_lines(self):
        return [
            Command.create({"name": name, "code": code, "sequence": sequence, **vals})
            for sequence, (name, code, vals) in enumerate(
                [
                    (self.env._("Adult"), "adult", {}),
                    (self.env._("Child"), "child", {}),
                    (
                        self.env._("Student"),
                        "student",
                        {
                            "description": self.env._("With a student card"),
                            "needs_proof": True,
                        },
                    ),
                ]
            )
        ]

    @api.model
    def _check_role(self):
        if not self.env.user.has_group("museum_exhibition.group_museum_manager"):
            raise AccessError(self.env._("Only managers of the museum set it up."))

    @api.model
    def default_get(self, fields):
        self._check_role()
        values = super().default_get(fields)
        company = self.env.company.sudo()
        partner = company.partner_id
        known = {
            "name": company.name,
            "museum_code": company.museum_code,
            "tz": partner.tz or self.env.user.tz or "UTC",
            "venue_name": company.name,
            "street": partner.street,
            "zip": partner.zip,
            "city": partner.city,
            "country_id": partner.country_id.id,
            "venue_id": self.env["museum.venue"]
            .search([("company_id", "=", company.id)], limit=1)
            .id,
        }
        values.update({name: known[name] for name in known if name in fields})
        return values

    @api.depends("company_id")
    def _compute_website_id(self):
        for setup in self:
            setup.website_id = self.env["website"].search(
                [("company_id", "=", setup.company_id.id)], limit=1
            )
            setup.has_website = bool(setup.website_id)

    # --- what it comes to -------------------------------------------------------

    def _pattern(self):
        self.ensure_one()
        return recurrence.Pattern(
            weekdays=frozenset(
                number for number, day in enumerate(WEEKDAYS) if self[day]
            ),
            first_minute=round(self.first_start_hour * 60),
            last_minute=round(self.last_start_hour * 60),
            every_minutes=self.every_minutes,
            duration_minutes=self.duration_minutes,
            zone=self._zone(),
        )

    def _zone(self):
        return self.venue_id.tz or self.tz or "UTC"

    def _openings(self):
        """The slots that opening for sale would make, as far as the museum plans."""
        self.ensure_one()
        now = fields.Datetime.now()
        today = recurrence.local_day(now, self._zone())
        ahead = self.company_id.sudo().museum_slot_days
        horizon = fields.Date.add(today, days=ahead)
        first_day = max(filter(None, [today, self.date_from]))
        last_day = min(filter(None, [horizon, self.date_to]))
        return [
            opening
            for opening in recurrence.expand(self._pattern(), first_day, last_day)
            if opening.start > now
        ]

    @api.depends("step")
    def _compute_outcome(self):
        for setup in self:
            setup.outcome = (
                setup._outcome_html() if setup.step == "ready" else Markup("")
            )

    def _outcome_html(self):
        openings = self._openings()
        sentences = [
            self.env._(
                "%(title)s in %(venue)s, with %(tickets)s.",
                title=self.title,
                venue=self.venue_id.name or self.venue_name,
                tickets=", ".join(
                    f"{line.name} {self.currency_id.format(line.price)}"
                    for line in self.line_ids
                ),
            )
        ]
        if openings:
            sentences.append(
                self.env._(
                    "This makes %(count)s slots, the first on %(first)s, the last on"
                    " %(last)s.",
                    count=len(openings),
                    first=format_date(self.env, openings[0].day),
                    last=format_date(self.env, openings[-1].day),
                )
            )
        if not self.date_to:
            sentences.append(
                self.env._(
                    "It goes on after that: each night the next day's slots are made,"
                    " %(days)s days ahead.",
                    days=self.company_id.sudo().museum_slot_days,
                )
            )
        if hint := self.env["res.users"]._museum_staff_login_hint():
            sentences.append(hint)
        items = [Markup("<li>%s</li>") % sentence for sentence in sentences]
        return Markup("<ul>%s</ul>") % Markup("").join(items)

    # --- buttons ----------------------------------------------------------------

    def action_next(self):
        """Check this step and show the next one.

        :raise UserError: what is missing or will not do, in words
        """
        self._check_alive()
        self._check_step(self.step)
        if self.step == "venue" and not (self.title or self.venue_id):
            # Schedules begin as the opening hours are, until somebody says otherwise.
            self.write({day: self[f"open_{day}"] for day in WEEKDAYS})
            self.write(
                {
                    "first_start_hour": self.opens,
                    "last_start_hour": max(self.opens, self.closes - 1),
                }
            )
        self.step = NAMES[NAMES.index(self.step) + 1]
        return self._show()

    def action_back(self):
        """Show the step before; what was typed stays."""
        self._check_alive()
        self.step = NAMES[max(0, NAMES.index(self.step) - 1)]
        return self._show()

    def action_finish(self):
        """Make everything, all or nothing, and show the exhibition.

        :raise UserError: something will not do, in words; nothing was made
        """
        self._check_alive()
        for step in NAMES[:-1]:
            self._check_step(step)
        exhibition = self._make_all()
        return self._show_exhibition(exhibition)

    def _check_alive(self):
        self.ensure_one()
        self._check_role()
        if self.company_id != self.env.company:
            raise UserError(
                self.env._("You work for another company now. Open this page again.")
            )

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set up a museum"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {**self.env.context, "dialog_size": "extra-large"},
        }

    def _show_exhibition(self, exhibition):
        form = {
            "type": "ir.actions.act_window",
            "name": exhibition.name,
            "res_model": "museum.exhibition",
            "res_id": exhibition.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }
        if exhibition.state != "published":
            return form
        url = self._public_url(exhibition)
        message = self.env._("%(title)s is on sale.", title=exhibition.name)
        hints = exhibition._publish_hints()
        if hints:
            message += " " + " ".join(hints)
        if url:
            message += " " + self.env._("Visitors find it here: %s")
        else:
            message += " " + self.env._(
                "Visitors cannot reach it yet: give the museum's website an address"
                " (Website, Configuration, Settings, Domain)."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if url and not hints else "warning",
                "sticky": True,
                "message": message,
                "links": [{"label": url, "url": url}] if url else [],
                "next": form,
            },
        }

    def _public_url(self, exhibition):
        """The address of its page on the museum's own website.

        :return: absolute; None when no address leads to that website
        """
        websites = self.env["website"].sudo()
        own = websites.search([("company_id", "=", self.company_id.id)])
        website = own.filtered("domain")[:1] or own[:1]
        # Without a domain only the first website answers: at the database's address.
        if not website.domain and website != websites.search([], limit=1):
            return None
        return website.get_base_url() + exhibition.website_url


class MuseumSetupCategory(models.TransientModel):
    """A kind of ticket that the new exhibition will sell."""

    _name = "museum.setup.category"
    _description = "Ticket of a museum that is set up"
    _inherit = ["museum.own.mixin"]
    _order = "sequence, id"

    setup_id = fields.Many2one("museum.setup", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="setup_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char()
    code = fields.Char()
    price = fields.Monetary(help="For one ticket.")
    seats_per_ticket = fields.Integer(
        string="Seats", default=1, help="That one ticket takes: 4 for a family's."
    )
    description = fields.Char(help="Shown below the name, for example 6 to 15 years.")
    needs_proof = fields.Boolean(
        string="Proof", help="The gate asks for a proof, for example a student card."
    )
