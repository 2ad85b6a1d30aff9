# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A refused form: the browser is led back to the page, which then says why.

So no page is the answer to a POST, which "Back" and "Reload" would send again.
"""

from odoo.http import request

from ..exceptions import OtpExpired, OtpLimited, OtpWrong


def keep(key, refusal, **typed):
    """Note for the next look at the page what was refused.

    :param str key: of the page, in the session
    :param typed: what the form's fields held, by name; no codes
    """
    details = refusal.details
    is_over = isinstance(refusal, OtpExpired) or (
        isinstance(refusal, OtpWrong) and not details["tries_left"]
    )
    request.session[key] = {
        "error": str(refusal),
        "field": details.get("field"),
        "is_over": is_over,
        "retry_after": details["retry_after"]
        if isinstance(refusal, OtpLimited)
        else None,
        "typed": typed,
    }


def take(key):
    """What was refused, once; else what stands for nothing.

    :rtype: dict
    """
    nothing = {"error": "", "field": None, "is_over": False, "retry_after": None}
    return request.session.pop(key, None) or {**nothing, "typed": {}}


def page(template, values, refused):
    """The page, as no cache keeps it; "too often" is told by its status, too."""
    response = request.render(
        template,
        {
            **values,
            "error": refused["error"],
            "wrong_field": refused["field"],
            "is_invalid": refused["error"] and refused["retry_after"] is None,
        },
    )
    response.headers["Cache-Control"] = "no-store"
    if refused["retry_after"] is not None:
        response.status_code = OtpLimited.http_status
        response.headers["Retry-After"] = str(refused["retry_after"])
    return response
