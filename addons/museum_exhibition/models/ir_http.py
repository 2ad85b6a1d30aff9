# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models
from odoo.http import request


def _has_bearer():
    header = request.httprequest.headers.get("Authorization", "")
    return header.lower().startswith("bearer ")


class IrHttp(models.AbstractModel):
    """Log-in to the API (session or API key), and words for the browser."""

    _inherit = "ir.http"

    @classmethod
    def _auth_method_museum_public(cls):
        """Anybody; an API key, when sent, must be right."""
        if _has_bearer():
            cls._auth_method_bearer()
        else:
            cls._auth_method_public()

    @classmethod
    def _auth_method_museum_user(cls):
        """Somebody who is logged in, by session or by API key."""
        if _has_bearer():
            cls._auth_method_bearer()
        else:
            cls._auth_method_user()

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Public pages of all museum addons speak the visitor's language."""
        names = super()._get_translation_frontend_modules_name()
        installed = request.registry._init_modules
        return names + [name for name in installed if name.startswith("museum_")]
