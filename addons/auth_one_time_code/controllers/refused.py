# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A refused form: the browser is led back to the page, which then says why.

So no page is the answer to a POST, which "Back" and "Reload" would send again.
"""

from odoo.http import request

from ..exceptions import InputRefused, OtpExpired, OtpLimited, OtpWrong


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
        # What was typed is wrong; other refusals say nothing about it.
        "is_invalid": isinstance(refusal, (InputRefused, OtpWrong, OtpExpired)),
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
    return request.session.pop(key, None) or {
        "error": "",
        "field": None,
        "is_invalid": False,
        "is_over": False,
        "retry_after": None,
        "typed": {},
    }


def page(template, values, refused):
    """The page, as no cache keeps it and no other site frames it.

    "Too often" is told by its status, too.
    """
    response = request.render(
        template,
        {
            **values,
            "error": refused["error"],
            "wrong_field": refused["field"],
            "is_invalid": refused["is_invalid"],
        },
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    if refused["retry_after"] is not None:
        response.status_code = OtpLimited.http_status
        response.headers["Retry-After"] = str(refused["retry_after"])
    return response
