# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue of SMS leaves alone for a minute what a thread is sending just now."""

from odoo import api, fields, models
from odoo.fields import Domain

# So long has a thread to send a code's SMS before the queue's job does it.
LATER_SECONDS = 60
# Of the context.
FOR_THE_QUEUE = "one_time_code_for_the_queue"


class SmsSms(models.Model):
    """Two that send one message at once: one of them ends in a serialization error.

    Odoo's queue skips rows that are locked. But a job whose transaction began before a
    thread was done sees the message as it was, and fails on locking it.
    """

    _inherit = "sms.sms"

    queued_from = fields.Datetime(
        string="Left to a thread until",
        readonly=True,
        copy=False,
        help="UTC. Sent at once by the request that made it; the queue's job looks"
        " after it from then on.",
    )

    @api.model
    def _sent_by_a_thread(self):
        """The model, for creating what the caller sends by itself."""
        later = fields.Datetime.add(fields.Datetime.now(), seconds=LATER_SECONDS)
        return self.with_context(default_queued_from=later)

    @api.model_create_multi
    def create(self, vals_list):
        """Wake the queue's job once more, when it may send what a thread did not."""
        messages = super().create(vals_list)
        if later := [at for at in messages.mapped("queued_from") if at]:
            job = self.env.ref("sms.ir_cron_sms_scheduler_action")
            job._trigger(at=sorted(set(later)))
        return messages

    @api.model
    def _process_queue(self):
        """Not what a thread is sending just now."""
        return super(
            SmsSms, self.with_context(**{FOR_THE_QUEUE: True})
        )._process_queue()

    @api.model
    def _search(self, domain, *args, **kwargs):
        if self.env.context.get(FOR_THE_QUEUE):
            now = fields.Datetime.now()
            domain = Domain(domain) & (
                Domain("queued_from", "=", False) | Domain("queued_from", "<=", now)
            )
        return super()._search(domain, *args, **kwargs)
