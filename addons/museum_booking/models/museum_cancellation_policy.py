# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext
from odoo.tools.misc import format_amount

from odoo.addons.museum_exhibition.controllers.serializers import minor

from ..lib import cancellation


class MuseumCancellationPolicy(models.Model):
    """What becomes of the money when a visitor cannot come: steps, and words.

    Shown before paying; each booking that is sold keeps steps and words as they were.
    """

    _name = "museum.cancellation.policy"
    _description = "Museum cancellation policy"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    step_ids = fields.One2many(
        "museum.cancellation.policy.step", "policy_id", string="Steps", copy=True
    )
    rules = fields.Html(
        string="What visitors read",
        compute="_compute_rules",
        help="Made from the steps.",
    )
    text = fields.Html(
        string="Further words",
        translate=True,
        help="Shown before paying, below what follows from the steps. A booking keeps"
        " the text that it was sold under.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    exhibition_ids = fields.One2many("museum.exhibition", "cancellation_policy_id")

    @api.constrains("step_ids")
    def _check_steps(self):
        for policy in self:
            if not cancellation.gets_worse(policy._steps(policy.currency_id)):
                raise ValidationError(
                    self.env._(
                        "%(policy)s: who cancels later would get more back. Please give"
                        " a smaller percentage for fewer hours.",
                        policy=policy.name,
                    )
                )

    @api.depends(
        "step_ids.hours_before",
        "step_ids.percent",
        "step_ids.fee",
        "step_ids.fee_per",
    )
    @api.depends_context("lang")
    def _compute_rules(self):
        for policy in self:
            policy.rules = policy._rules_html()

    def _steps(self, currency):
        """The steps as plain data, their fees in a currency.

        :rtype: tuple[lib.cancellation.Step]
        """
        return tuple(step._as_step(currency) for step in self.step_ids)

    def _full_text(self):
        """All that a visitor reads of the policy: what the steps say, then its words.

        :rtype: Markup
        """
        words = self.text if html2plaintext(self.text or "").strip() else Markup()
        return self._rules_html() + words

    def _rules_html(self):
        sentences = self._sentences()
        if not sentences:
            return Markup()
        items = Markup("").join(Markup("<li>%s</li>") % words for words in sentences)
        return Markup("<ul>%s</ul>") % items

    def _sentences(self):
        """What the steps say, one sentence each, in the language of the context."""
        if not self.step_ids:
            return []
        steps = self.step_ids.filtered("percent").sorted(
            lambda step: -step.hours_before
        )
        sentences = [step._sentence() for step in steps]
        if not steps:
            sentences.append(self.env._("Nothing is given back when you cancel."))
        elif steps[-1].hours_before:
            sentences.append(self.env._("After that nothing is given back."))
        else:
            sentences.append(self.env._("Once it has begun nothing is given back."))
        sentences.append(
            self.env._("If we cancel the visit, you get all your money back.")
        )
        return sentences

    def _snapshot(self, currency):
        """What a booking keeps of the policy for good; None without steps.

        :param currency: of the booking; fees are kept in its smallest unit
        """
        steps = self._steps(currency)
        if not steps:
            return None
        return {
            "policy": self.name,
            "currency": currency.name,
            "steps": cancellation.to_json(steps),
        }


class MuseumCancellationPolicyStep(models.Model):
    """Until so many hours before the start, so much comes back."""

    _name = "museum.cancellation.policy.step"
    _description = "Step of a museum cancellation policy"
    _order = "hours_before desc, id"

    policy_id = fields.Many2one(
        "museum.cancellation.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    hours_before = fields.Integer(
        string="Hours before the start",
        required=True,
        default=24,
        help="Cancelled so many hours before the visit begins, or earlier.",
    )
    percent = fields.Integer(
        string="Back (%)", required=True, default=100, help="Of the price that was paid"
    )
    fee = fields.Monetary(
        string="Less a fee of", help="Kept of what would be given back; taxes included."
    )
    fee_per = fields.Selection(
        [
            (cancellation.PER_TICKET, "each ticket"),
            (cancellation.PER_BOOKING, "the whole booking"),
        ],
        string="For",
        required=True,
        default=cancellation.PER_TICKET,
    )

    _hours_uniq = models.Constraint(
        "UNIQUE(policy_id, hours_before)",
        "A policy has one step for each number of hours.",
    )
    _hours_check = models.Constraint(
        "CHECK(hours_before BETWEEN 0 AND 8760)",
        "Please give hours between 0 and 8760 (a year).",
    )
    _percent_check = models.Constraint(
        "CHECK(percent BETWEEN 0 AND 100)", "Please give a percentage from 0 to 100."
    )
    _fee_check = models.Constraint("CHECK(fee >= 0)", "A fee is not negative.")

    @api.constrains("hours_before", "percent", "policy_id")
    def _check_policy(self):
        self.policy_id._check_steps()

    def _as_step(self, currency):
        """:rtype: lib.cancellation.Step"""
        self.ensure_one()
        fee = self.currency_id._convert(
            self.fee, currency, self.company_id, fields.Date.context_today(self)
        )
        return cancellation.Step(
            hours=self.hours_before,
            percent=self.percent,
            fee_minor=minor(fee, currency),
            fee_per=self.fee_per,
        )

    def _sentence(self):
        self.ensure_one()
        until = self._until_words()
        values = {"until": until, "percent": self.percent}
        if self.currency_id.is_zero(self.fee):
            if self.percent == 100:
                return self.env._("%(until)s: the whole price is given back.", **values)
            return self.env._(
                "%(until)s: %(percent)s%% of the price are given back.", **values
            )
        values["fee"] = format_amount(self.env, self.fee, self.currency_id)
        if self.fee_per == cancellation.PER_BOOKING:
            return self.env._(
                "%(until)s: %(percent)s%% of the price are given back, less %(fee)s for"
                " the booking.",
                **values,
            )
        return self.env._(
            "%(until)s: %(percent)s%% of the price are given back, less %(fee)s for"
            " each ticket.",
            **values,
        )

    def _until_words(self):
        hours = self.hours_before
        if not hours:
            return self.env._("Until the visit begins")
        if hours == 1:
            return self.env._("Until an hour before the visit")
        if hours > 24 and hours % 24 == 0:
            return self.env._(
                "Until %(days)s days (%(hours)s hours) before the visit",
                days=hours // 24,
                hours=hours,
            )
        return self.env._("Until %(hours)s hours before the visit", hours=hours)
