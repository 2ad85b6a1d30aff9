# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models


class MuseumExhibition(models.Model):
    _inherit = "museum.exhibition"
