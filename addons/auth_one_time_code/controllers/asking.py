# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A login by code as the session knows it: for the page and for whoever has an API.

What ties a code to its asker (the challenge) never leaves the server's session.
"""

import time

from odoo.exceptions import AccessDenied
from odoo.http import request

SESSION_KEY = "one_time_code"


def asked():
    """What this session asked for, and when it may ask again."""
    return request.session.get(SESSION_KEY) or {}


def ask(text):
    """Send a code to an address.

    :return: what ``auth.one.time.code._request`` says, without the challenge
    :rtype: dict
    """
    sent = request.env["auth.one.time.code"]._request(
        "login",
        text,
        request.httprequest.remote_addr,
        challenge=asked().get("challenge"),
    )
    return keep(SESSION_KEY, sent, text=text)


def keep(key, sent, **asked_for):
    """Note in the session what was sent; pages and other purposes do the same.

    :param str key: where in the session
    :param dict sent: what ``auth.one.time.code._request`` returned
    :param asked_for: what is needed to ask again
    :return: ``sent`` without the challenge, which nobody gets
    :rtype: dict
    """
    now = int(time.time())
    request.session[key] = {
        **asked_for,
        "challenge": sent["challenge"],
        "kind": sent["kind"],
        "masked": sent["masked"],
        "resend_at": now + sent["resend_in"],
        "expires_at": now + sent["expires_in"],
    }
    return {key: value for key, value in sent.items() if key != "challenge"}


def forget_challenge():
    """Back to the first step, with what was typed."""
    request.session[SESSION_KEY] = {"text": asked().get("text", "")}


def log_in(code):
    """Log in by the code that was sent to this session; the session gets a new number.

    With a second factor ``request.session.uid`` stays None until that is given.

    :return: what Odoo's ``session.authenticate`` returns
    :rtype: dict
    """
    codes = request.env["auth.one.time.code"]
    verified = codes._verify(
        "login", asked().get("challenge"), code, request.httprequest.remote_addr
    )
    credential = request.env["res.users"]._one_time_code_credential(verified)
    try:
        auth_info = request.session.authenticate(request.env, credential)
    except AccessDenied as denied:
        raise codes._expired() from denied
    request.session.pop(SESSION_KEY, None)
    # Whatever collides with another request does so here: once the session is saved
    # under its new number, the request could not be run again.
    request.env.flush_all()
    return auth_info
