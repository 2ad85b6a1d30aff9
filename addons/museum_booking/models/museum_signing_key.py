# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MuseumSigningKey(models.Model):
    _name = "museum.signing.key"
    _description = "Museum Ticket Signing Key"
    _rec_name = "kid"

    kid = fields.Char(required=True, index=True)
    public_key = fields.Char(required=True)
    private_key = fields.Char(groups="base.group_system", copy=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
