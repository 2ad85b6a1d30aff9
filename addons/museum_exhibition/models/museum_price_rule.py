# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, babel_locale_parse, format_date
from odoo.tools.misc import get_lang

from ..lib import prices

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class MuseumPriceRule(models.Model):
    """Another price at some times: weekends, peak hours, early birds, last minute."""

    _name = "museum.price.rule"
    _description = "Museum price rule"
    _inherit = ["museum.own.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True,
        translate=True,
        tracking=True,
        help="Visitors read it beside the price: Weekend, Early bird.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    exhibition_ids = fields.Many2many(
        "museum.exhibition",
        string="Exhibitions",
        check_company=True,
        tracking=True,
        help="Empty: all.",
    )
    category_ids = fields.Many2many(
        "museum.ticket.category",
        string="Tickets",
        check_company=True,
        tracking=True,
        help="Empty: all.",
    )
    sequence = fields.Integer(
        default=lambda self: self._next_sequence(),
        tracking=True,
        help="The first rule that fits gives the price.",
    )
    active = fields.Boolean(default=True, tracking=True)
    date_from = fields.Date(string="First day of visit", tracking=True)
    date_to = fields.Date(string="Last day of visit", tracking=True)
    monday = fields.Boolean(default=True, tracking=True)
    tuesday = fields.Boolean(default=True, tracking=True)
    wednesday = fields.Boolean(default=True, tracking=True)
    thursday = fields.Boolean(default=True, tracking=True)
    friday = fields.Boolean(default=True, tracking=True)
    saturday = fields.Boolean(default=True, tracking=True)
    sunday = fields.Boolean(default=True, tracking=True)
    hour_from = fields.Float(
        string="Starts from",
        default=0.0,
        tracking=True,
        help="Visits that start at this time or later, on the venue's clock.",
    )
    hour_to = fields.Float(
        string="Starts before",
        default=24.0,
        tracking=True,
        help="Visits that start before this time. Earlier than the other one: over"
        " midnight.",
    )
    days_before_min = fields.Integer(
        string="Bought days ahead",
        default=0,
        tracking=True,
        help="Early bird: bought at least so many days before the day of visit."
        " 0: whenever.",
    )
    hours_before_max = fields.Integer(
        string="Bought within hours",
        default=0,
        tracking=True,
        help="Last minute: bought in the last hours before the start. 0: whenever.",
    )
    method = fields.Selection(
        [
            (prices.PERCENT, "Percent more or less"),
            (prices.AMOUNT, "Amount more or less"),
            (prices.FIXED, "This price"),
        ],
        required=True,
        default=prices.PERCENT,
        tracking=True,
    )
    value = fields.Float(
        required=True,
        digits=(16, 2),
        tracking=True,
        help="-20 with percent: a fifth less. Amounts are as the ticket's own price:"
        " its taxes come on top, or are in it, alike.",
    )

    effect = fields.Char(compute="_compute_words", help="What it does, in words.")
    conditions = fields.Char(compute="_compute_words", help="When, in words.")

    _dates_check = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "The last day is before the first one.",
    )
    _hours_check = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < 24 AND hour_to > 0 AND hour_to <= 24"
        " AND hour_from <> hour_to)",
        "Hours go from 0:00 to 24:00, and the two are not the same.",
    )
    _before_check = models.Constraint(
        "CHECK (days_before_min >= 0 AND hours_before_max >= 0)",
        "Days and hours ahead cannot be negative.",
    )
    _days_check = models.Constraint(
        "CHECK (monday OR tuesday OR wednesday OR thursday OR friday OR saturday"
        " OR sunday)",
        "Choose at least one day of the week.",
    )

    @api.constrains("method", "value", "category_ids", "exhibition_ids", "active")
    def _check_free(self):
        """Nobody gives tickets away by a slip: a price of 0 is said as one."""
        for rule in self.filtered(lambda rule: rule.active and rule.value < 0):
            if free := rule._made_free():
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” would make %(category)s free. If that is meant,"
                        " choose “This price” and 0; or choose its tickets.",
                        rule=rule.name,
                        category=free[0].name,
                    )
                )

    def _made_free(self):
        """Tickets with a price of which this rule takes all away.

        :rtype: museum.ticket.category
        """
        self.ensure_one()
        if self.method == prices.FIXED:
            return self.category_ids.browse()
        domain = [("company_id", "=", self.company_id.id), ("price", ">", 0)]
        if self.category_ids:
            domain.append(("id", "in", self.category_ids.ids))
        if self.exhibition_ids:
            domain += ["|", ("exhibition_id", "in", self.exhibition_ids.ids)]
            domain.append(("exhibition_ids", "in", self.exhibition_ids.ids))
        # Whatever its conditions: what it does to a price.
        rule = prices.Rule(self.id, self.name, self.method, self.value)
        return (
            self.env["museum.ticket.category"]
            .search(domain)
            .filtered(
                lambda category: category.currency_id.is_zero(
                    rule.price(category.price)
                )
            )
        )

    @api.model
    def _next_sequence(self):
        """Behind those that are there: a new rule takes nothing away from them."""
        last = self.search(
            [("company_id", "=", self.env.company.id)], order="sequence desc", limit=1
        )
        return last.sequence + 10

    @api.constrains("days_before_min", "hours_before_max")
    def _check_before(self):
        """The evening before may be an hour before the start; two days are not."""
        for rule in self:
            days, hours = rule.days_before_min, rule.hours_before_max
            if days and hours and hours <= 24 * (days - 1):
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” never fits: bought %(days)s days ahead, and in the"
                        " last %(hours)s hours.",
                        rule=rule.name,
                        days=days,
                        hours=hours,
                    )
                )

    @api.constrains("method", "value")
    def _check_value(self):
        for rule in self:
            if rule.method == prices.FIXED and rule.value < 0:
                raise ValidationError(self.env._("A price cannot be negative."))
            if rule.method != prices.FIXED and not rule.value:
                raise ValidationError(
                    self.env._("How much more or less? With 0 nothing changes.")
                )
            if rule.method == prices.PERCENT and rule.value < -100:
                raise ValidationError(
                    self.env._("Nothing gets cheaper by more than 100 %.")
                )
            if rule.method == prices.PERCENT and rule.value > 1000:
                raise ValidationError(
                    self.env._("Nothing gets dearer by more than 1000 %.")
                )

    @api.depends(
        *("exhibition_ids.name", "category_ids.name", "date_from", "date_to"),
        *(*WEEKDAYS, "hour_from", "hour_to", "days_before_min", "hours_before_max"),
        *("method", "value", "currency_id"),
    )
    @api.depends_context("lang")
    def _compute_words(self):
        for rule in self:
            rule.effect = rule._effect_words()
            words = [
                ", ".join(rule.exhibition_ids.mapped("name")),
                ", ".join(rule.category_ids.mapped("name")),
                rule._date_words(),
                rule._weekday_words(),
                rule._hour_words(),
            ]
            if rule.days_before_min:
                words.append(
                    self.env._(
                        "bought %(days)s days ahead or earlier",
                        days=rule.days_before_min,
                    )
                )
            if rule.hours_before_max:
                words.append(
                    self.env._(
                        "bought in the last %(hours)s hours",
                        hours=rule.hours_before_max,
                    )
                )
            rule.conditions = " · ".join(filter(None, words)) or self.env._("always")

    def _effect_words(self):
        self.ensure_one()
        size = abs(self.value)
        if self.method == prices.FIXED:
            amount = self.currency_id.format(self.value)
            return self.env._("costs %(amount)s", amount=amount)
        if self.method == prices.PERCENT:
            amount = f"{size:g} %"
        else:
            amount = self.currency_id.format(size)
        if self.value < 0:
            return self.env._("%(amount)s less", amount=amount)
        return self.env._("%(amount)s more", amount=amount)

    def _date_words(self):
        first = self.date_from and format_date(self.env, self.date_from)
        last = self.date_to and format_date(self.env, self.date_to)
        if first and last:
            return f"{first} – {last}"
        if first:
            return self.env._("from %(day)s", day=first)
        return last and self.env._("until %(day)s", day=last)

    def _weekday_words(self):
        chosen = [number for number, day in enumerate(WEEKDAYS) if self[day]]
        if len(chosen) == len(WEEKDAYS):
            return ""
        locale = babel_locale_parse(get_lang(self.env).code)
        names = get_day_names("abbreviated", locale=locale)
        return ", ".join(names[number] for number in chosen)

    def _hour_words(self):
        if not self.hour_from and self.hour_to == 24:
            return ""
        first, last = (
            "{:02d}:{:02d}".format(*divmod(round(hour * 60), 60))
            for hour in (self.hour_from, self.hour_to)
        )
        return self.env._("%(first)s to before %(last)s", first=first, last=last)

    @api.model
    def _rules_of(self, company_id):
        """The rules that may give prices in a museum, in their order.

        One query instead of five: every price that is shown or held asks for them. What
        was archived still counts among a rule's exhibitions and tickets: a rule for
        nothing that is left must not become one for all.

        :rtype: list[prices.Rule]
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, %(name)s, method, value,
                       ARRAY(SELECT museum_exhibition_id
                               FROM museum_exhibition_museum_price_rule_rel
                              WHERE museum_price_rule_id = rule.id),
                       ARRAY(SELECT museum_ticket_category_id
                               FROM museum_price_rule_museum_ticket_category_rel
                              WHERE museum_price_rule_id = rule.id),
                       date_from, date_to, ARRAY[%(weekdays)s],
                       hour_from, hour_to, days_before_min, hours_before_max
                  FROM museum_price_rule rule
                 WHERE active
                   AND company_id = %(company)s
                 ORDER BY sequence, id
                """,
                name=self.sudo()._field_to_sql("rule", "name"),
                weekdays=SQL(", ").join(map(SQL.identifier, WEEKDAYS)),
                company=company_id,
            )
        )
        return [self._rule_of_row(*row) for row in rows]

    @api.model
    def _rule_of_row(self, rule_id, name, method, value, *conditions):
        """The rule of a row of :meth:`_rules_of`."""
        exhibitions, categories, first, last, days, *times = conditions
        hour_from, hour_to, days_before, hours_before = times
        return prices.Rule(
            id=rule_id,
            name=name,
            method=method,
            value=float(value),
            exhibition_ids=frozenset(exhibitions),
            category_ids=frozenset(categories),
            date_from=first,
            date_to=last,
            weekdays=frozenset(number for number, is_on in enumerate(days) if is_on),
            hour_from=hour_from,
            hour_to=hour_to,
            days_before=days_before or None,
            hours_before=hours_before or None,
        )
