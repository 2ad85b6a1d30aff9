# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cancellation policy that a booking was sold under, and what it was sold for."""

from odoo import api, fields, models
from odoo.tools.misc import format_amount

from odoo.addons.museum_exhibition.models.guard import writing

from ..lib import cancellation


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    policy_snapshot = fields.Json(
        readonly=True,
        copy=False,
        help="The cancellation policy as it was when the visitor accepted it.",
    )
    amount_sold = fields.Monetary(
        string="Sold for",
        readonly=True,
        copy=False,
        help="The total on the day of the sale; stays when tickets are cancelled.",
    )

    policy_words = fields.Text(
        string="Given back on cancelling", compute="_compute_policy_words"
    )

    @api.depends("policy_snapshot", "start_at", "venue_id")
    @api.depends_context("lang")
    def _compute_policy_words(self):
        for booking in self:
            lines = booking._policy_sentences() if booking.start_at else []
            booking.policy_words = "\n".join(line["words"] for line in lines)

    def _museum_guarded_fields(self):
        return super()._museum_guarded_fields() | {"policy_snapshot", "amount_sold"}

    def _keep_terms(self):
        res = super()._keep_terms()
        for booking in self:
            booking._keep_policy()
        return res

    def _keep_policy(self):
        self.ensure_one()
        policy = self.exhibition_id._cancellation_policy()
        writing(self).write({"policy_snapshot": policy._snapshot(self.currency_id)})

    def _confirm_one(self):
        """From here on price and policy are what they were."""
        if not self.terms_accepted_at:
            self._keep_policy()  # by staff, without the payment page
        writing(self).write({"amount_sold": self.amount_total})
        return super()._confirm_one()

    def _policy_steps(self):
        """The steps that it was sold under; none: people decide.

        :rtype: tuple[lib.cancellation.Step]
        """
        self.ensure_one()
        return cancellation.from_json((self.policy_snapshot or {}).get("steps"))

    def _policy_sentences(self):
        """What is given back until when, on this visit's own clock, in words.

        :return: dicts of ``words`` and ``is_over``
        """
        self.ensure_one()
        now = fields.Datetime.now()
        steps = self._policy_steps()
        current = cancellation.step_at(steps, self.start_at, now)
        sentences = [
            {
                "words": self._step_words(step),
                "is_over": now > step.until(self.start_at),
                "is_now": step == current,
            }
            for step in steps
            if step.percent
        ]
        if steps and not sentences:
            words = self.env._("Nothing is given back when you cancel.")
            sentences.append({"words": words, "is_over": False, "is_now": True})
        return sentences

    def _step_words(self, step):
        until = step.until(self.start_at)
        local = self._moment_words(until)
        values = {"until": local, "percent": step.percent}
        if not step.fee_minor:
            if step.percent == 100:
                return self.env._("Until %(until)s: all your money back", **values)
            return self.env._("Until %(until)s: %(percent)s%% back", **values)
        fee = step.fee_minor / 10**self.currency_id.decimal_places
        values["fee"] = format_amount(self.env, fee, self.currency_id)
        if step.fee_per == cancellation.PER_BOOKING:
            return self.env._(
                "Until %(until)s: %(percent)s%% back, less %(fee)s", **values
            )
        return self.env._(
            "Until %(until)s: %(percent)s%% back, less %(fee)s for each ticket",
            **values,
        )
