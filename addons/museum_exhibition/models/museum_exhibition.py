# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_datetime

from .guard import differs, is_writing, refused, without_defaults

MOST_DAYS_AHEAD = 3650

# They follow from others, or are the planning's own.
GUARDED_FIELDS = frozenset(
    {"company_id", "is_on_sale", "slot_plan_id", "slot_conflicts_told", "state"}
)


class MuseumExhibition(models.Model):
    """Something to visit at a time: an exhibition, show, tour, workshop or session."""

    _name = "museum.exhibition"
    _description = "Museum exhibition"
    _inherit = [
        "museum.own.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "image.mixin",
        "website.seo.metadata",
        "website.published.multi.mixin",
        "website.searchable.mixin",
    ]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    kind = fields.Selection(
        [
            ("exhibition", "Exhibition"),
            ("show", "Show"),
            ("tour", "Guided tour"),
            ("workshop", "Workshop"),
            ("session", "Private session"),
        ],
        required=True,
        default="exhibition",
        tracking=True,
        help="Told to visitors, who can filter by it. It changes nothing else.",
    )
    summary = fields.Text(translate=True, help="One or two sentences for lists.")
    description = fields.Html(translate=True)
    venue_id = fields.Many2one(
        "museum.venue",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self._default_venue(),
    )
    company_id = fields.Many2one(related="venue_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    tz = fields.Selection(related="venue_id.tz")
    duration_minutes = fields.Integer(
        string="Duration (minutes)",
        default=60,
        tracking=True,
        help="How long a visit takes: the length of its slots, and what visitors read.",
    )
    age_from = fields.Integer(
        string="From age",
        default=0,
        tracking=True,
        help="Advice to visitors, in years. 0: any. Nobody is refused by it.",
    )
    age_to = fields.Integer(
        string="To age",
        default=0,
        tracking=True,
        help="Advice to visitors, in years. 0: any. Nobody is refused by it.",
    )
    language_ids = fields.Many2many(
        "museum.language",
        string="Languages",
        help="Spoken by guides and in shows, or written on the walls.",
    )
    tag_ids = fields.Many2many(
        "museum.exhibition.tag",
        string="Tags",
        help="Visitors filter the list of exhibitions by them.",
    )
    image_ids = fields.One2many(
        "museum.exhibition.image", "exhibition_id", string="Gallery", copy=True
    )
    room_id = fields.Many2one(
        "museum.room",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('venue_id', '=', venue_id)]",
        tracking=True,
        help="Where in the venue. Closing the room closes what is in it.",
    )
    access_info = fields.Html(
        string="Accessibility",
        translate=True,
        help="Steps, lifts, seats, quiet hours, hearing loops: what visitors ask"
        " before they come.",
    )
    is_limited = fields.Boolean(
        string="Limited seats",
        default=True,
        tracking=True,
        help="Without a limit visitors are never refused for want of seats. For new"
        " schedules and slots; those that exist keep theirs.",
    )
    capacity = fields.Integer(
        string="Seats per slot",
        default=20,
        required=True,
        tracking=True,
        help="For new schedules and slots; those that exist keep theirs.",
    )
    min_per_booking = fields.Integer(
        string="Fewest tickets in one booking",
        default=1,
        required=True,
        tracking=True,
        help="Fewer are refused: for tours that are sold to groups only.",
    )
    max_per_booking = fields.Integer(
        string="Most tickets in one booking",
        default=20,
        required=True,
        tracking=True,
        help="More are refused; who wants more writes to the museum.",
    )
    sales_end_minutes = fields.Integer(
        string="Sale ends before start (minutes)",
        default=0,
        required=True,
        tracking=True,
        help="Below zero: so many minutes after the start, for a hall that is"
        " entered all day.",
    )
    sales_start_days = fields.Integer(
        string="Sale starts days ahead",
        default=0,
        required=True,
        tracking=True,
        help="So many days before the visit, at midnight there. 0: as soon as its slot"
        " exists.",
    )
    is_closed = fields.Boolean(
        string="Closed",
        default=False,
        copy=False,
        tracking=True,
        help="Its page stays on the website, but nothing is sold. Tickets that were"
        " sold stay good.",
    )
    # Stored, because the seat engine joins it.
    is_on_sale = fields.Boolean(compute="_compute_is_on_sale", store=True)
    date_from = fields.Date(
        string="First day",
        tracking=True,
        help="No slots are made for days before it. Empty: it runs already.",
    )
    date_to = fields.Date(
        string="Last day",
        tracking=True,
        help="No slots are made for days after it. Empty: for good.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    color = fields.Integer()
    schedule_ids = fields.One2many("museum.schedule", "exhibition_id", copy=True)
    slot_ids = fields.One2many("museum.slot", "exhibition_id")
    next_slot_label = fields.Char(
        string="Next slot (venue's time)", compute="_compute_next_slot_label"
    )
    next_slot_at = fields.Datetime(
        string="Next slot", compute="_compute_next_slot_at", help="UTC."
    )
    slot_count = fields.Integer(
        string="Open slots", compute="_compute_slot_count", help="From now on."
    )

    _capacity_check = models.Constraint(
        "CHECK (capacity BETWEEN 0 AND 1000000)",
        "A slot has between 0 and 1,000,000 seats.",
    )
    _duration_check = models.Constraint(
        "CHECK (duration_minutes BETWEEN 0 AND 10080)",
        "A visit lasts at most 7 days.",
    )
    _max_per_booking_check = models.Constraint(
        "CHECK (max_per_booking >= 1)", "A booking holds at least one ticket."
    )
    _sales_start_check = models.Constraint(
        "CHECK (sales_start_days >= 0)",
        "The sale cannot start after the day of the visit.",
    )
    _min_per_booking_check = models.Constraint(
        "CHECK (min_per_booking >= 1 AND min_per_booking <= max_per_booking)",
        "The fewest tickets in one booking are 1 or more, and no more than the most.",
    )
    _age_check = models.Constraint(
        "CHECK (COALESCE(age_from, 0) >= 0 AND COALESCE(age_to, 0) >= 0"
        " AND (COALESCE(age_to, 0) = 0 OR COALESCE(age_from, 0) <= age_to))",
        "Ages are 0 or more, and the youngest is not above the oldest one.",
    )
    _dates_check = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "The last day is before the first one.",
    )

    @api.constrains("sales_start_days")
    def _check_sales_start(self):
        """Here, because slots work out their first day of sale before the database."""
        if any(exhibition.sales_start_days > MOST_DAYS_AHEAD for exhibition in self):
            raise ValidationError(
                self.env._(
                    "The sale starts at most %(days)s days before the visit.",
                    days=MOST_DAYS_AHEAD,
                )
            )

    @api.constrains("is_limited", "capacity")
    def _check_seats(self):
        if any(record.is_limited and not record.capacity for record in self):
            raise ValidationError(
                self.env._(
                    "Seats are limited, but there are 0: say how many seats a slot"
                    " has (tab Sale), or take the limit away."
                )
            )

    @api.depends("active", "is_published", "is_closed")
    def _compute_is_on_sale(self):
        for exhibition in self:
            exhibition.is_on_sale = (
                exhibition.active
                and exhibition.is_published
                and not exhibition.is_closed
            )

    @api.model
    def _default_venue(self):
        return self.env["museum.venue"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @api.depends("name")
    def _compute_website_url(self):
        for exhibition in self:
            # In a form that is not saved yet there is nothing to make a slug of.
            slug = exhibition.id and self.env["ir.http"]._slug(exhibition)
            exhibition.website_url = f"/exhibitions/{slug}" if slug else "#"

    @api.depends("slot_ids.sale_ends_at", "slot_ids.state")
    def _compute_next_slot_at(self):
        """One index look-up per exhibition, in one query."""
        self.env["museum.slot"].flush_model(["sale_ends_at", "state", "start_at"])
        self.env.cr.execute(
            SQL(
                """
                SELECT wanted.id, next.start_at
                  FROM unnest(%(ids)s) AS wanted (id)
                 CROSS JOIN LATERAL (
                       SELECT slot.start_at
                         FROM museum_slot slot
                        WHERE slot.exhibition_id = wanted.id
                          AND slot.state = 'open'
                          AND slot.sale_ends_at > (
                                  SELECT clock_timestamp() AT TIME ZONE 'UTC')
                        ORDER BY slot.sale_ends_at
                        LIMIT 1
                       ) next
                """,
                ids=self.ids or [0],
            )
        )
        starts = dict(self.env.cr.fetchall())
        for exhibition in self:
            exhibition.next_slot_at = starts.get(exhibition.id, False)

    @api.depends("next_slot_at")
    @api.depends_context("lang")
    def _compute_next_slot_label(self):
        for exhibition in self:
            start = exhibition.next_slot_at
            exhibition.next_slot_label = start and format_datetime(
                self.env, start, tz=exhibition.tz, dt_format="EEE d MMM HH:mm"
            )

    def _compute_slot_count(self):
        counts = dict(
            self.env["museum.slot"]._read_group(
                [
                    ("exhibition_id", "in", self.ids),
                    ("end_at", ">", fields.Datetime.now()),
                    ("state", "=", "open"),
                ],
                ["exhibition_id"],
                ["__count"],
            )
        )
        for exhibition in self:
            exhibition.slot_count = counts.get(exhibition, 0)

    # --- who may write what ---------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse(refused(self, GUARDED_FIELDS, vals_list))
        exhibitions = without_defaults(self, GUARDED_FIELDS.__contains__)
        return super(MuseumExhibition, exhibitions).create(vals_list)

    def write(self, vals):
        """:raise AccessError, UserError: what follows from others; another museum"""
        if not is_writing(self):
            names = [
                name
                for name in sorted(GUARDED_FIELDS & vals.keys())
                if any(differs(exhibition, name, vals[name]) for exhibition in self)
            ]
            self._refuse(names)
        if vals.get("venue_id"):
            self._check_new_venue(self.env["museum.venue"].browse(vals["venue_id"]))
        return super().write(vals)

    def _people_to_come(self):
        """Who has a place in slots to come of these, by slot.

        :rtype: dict[museum.slot, int]
        """
        return dict(
            self.env["museum.hold"]
            .sudo()
            ._read_group(
                [
                    ("slot_id.exhibition_id", "in", self.ids),
                    ("slot_id.end_at", ">", fields.Datetime.now()),
                    ("slot_id.state", "!=", "cancelled"),
                    ("state", "in", ["active", "sold"]),
                ],
                ["slot_id"],
                ["seats:sum"],
            )
        )

    def _refuse_other_clock(self):
        """:raise UserError: people have a place in slots to come of these"""
        found = self._people_to_come() if self else {}
        if found:
            slots = self.env["museum.slot"].union(*found).sudo()
            raise UserError(
                self.env._(
                    "%(titles)s: %(people)s people have a place and would come at"
                    " another hour. Leave the time zone as it is, or cancel their"
                    " slots first.",
                    titles=", ".join(slots.exhibition_id.mapped("name")),
                    people=sum(found.values()),
                )
            )

    def _refuse(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%(fields)s of an exhibition cannot be written directly.",
                    fields=", ".join(names),
                )
            )

    def _check_new_venue(self, venue):
        """Slots, seats, prices and accounts of an exhibition are its museum's.

        :raise AccessError, UserError: a venue that one may not see; another museum's
        """
        # Their visits would begin at another hour of the clock.
        self.filtered(
            lambda exhibition: exhibition.venue_id.tz != venue.tz
        )._refuse_other_clock()
        for exhibition in self:
            if exhibition.company_id != venue.company_id:
                raise UserError(
                    self.env._(
                        "%(title)s cannot move to %(venue)s, which belongs to another"
                        " museum. Make it anew there.",
                        title=exhibition.name,
                        venue=venue.name,
                    )
                )

    # --- what visitors choose from --------------------------------------------

    def _available_dates(self, date_from, date_to):
        """The days with slots from one local date to another, both included.

        :return: list of dicts by date: date, status, seats_left (None: no limit),
            slots (how many are on sale)
        """
        self.ensure_one()
        return self.env["museum.slot"]._availability_days(
            SQL(
                "slot.exhibition_id = %s AND slot.local_date BETWEEN %s AND %s"
                " AND slot.state <> 'cancelled'",
                self.id,
                date_from,
                date_to,
            )
        )

    def _time_slots(self, date):
        """The slots of a local date: rows of ``museum.slot._availability_rows``.

        Closed ones are among them, cancelled ones are not.
        """
        self.ensure_one()
        return self.env["museum.slot"]._availability_rows(
            SQL(
                "slot.exhibition_id = %s AND slot.local_date = %s"
                " AND slot.state <> 'cancelled'",
                self.id,
                date,
            )
        )

    # --- buttons --------------------------------------------------------------

    def action_view_slots(self):
        """The slots of this exhibition, from today on."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_exhibition.museum_slot_action"
        )
        action["domain"] = [("exhibition_id", "=", self.id)]
        action["context"] = {
            "default_exhibition_id": self.id,
            "search_default_upcoming": 1,
        }
        return action

    def action_view_website(self):
        """Open the exhibition's page."""
        self.ensure_one()
        return self.open_website_url()
