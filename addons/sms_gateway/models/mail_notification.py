# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

FAILURES = [
    ("dlt_text", "Text not registered for DLT"),
    ("dlt_setup", "Gateway not set up"),
    ("dlt_refused", "Refused by the gateway"),
]


class MailNotification(models.Model):
    """Why the gateway did not take a message, on the message in the chatter."""

    _inherit = "mail.notification"

    failure_type = fields.Selection(selection_add=FAILURES)
