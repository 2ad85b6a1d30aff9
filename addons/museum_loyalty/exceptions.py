# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a promotion code can be refused for."""

from odoo.addons.museum_exhibition.exceptions import MuseumRefusal


class CodeUnknown(MuseumRefusal):
    """There is no such code, or none any more: the two are told alike."""

    code = "promo_code_unknown"
    http_status = 422


class CodeNotApplicable(MuseumRefusal):
    """The code is good, but not for this cart as it is now."""

    code = "promo_code_not_applicable"


class CodeInUse(MuseumRefusal):
    """The code is good, but other carts have it as often as it may be used.

    ``details["retry_after"]``: seconds until the first of them may lose it; None when
    nobody can tell.
    """

    code = "promo_code_in_use"


class TooManyCodes(MuseumRefusal):
    """Too many codes were tried; ``details["retry_after"]``: seconds to wait."""

    code = "rate_limited"
    http_status = 429
