# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

KEEP_DAYS = 7


class SmsLog(models.Model):
    """Messages that were not sent: where the provider is "log only".

    They may hold codes to log in, so only the system's administrators read them.
    """

    _name = "sms.log"
    _description = "SMS that was not sent"
    _order = "id desc"
    _rec_name = "number"

    number = fields.Char(readonly=True)
    body = fields.Text(string="Message", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )

    @api.autovacuum
    def _gc_messages(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.sudo().search([("create_date", "<", limit)], limit=50000).unlink()
