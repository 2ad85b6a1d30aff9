# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A login by code as the session knows it: for the page and for whoever has an API.

What ties a code to its asker (the challenge) never leaves the server's session.
"""

import time

from odoo.exceptions import AccessDenied
from odoo.http import request

SESSION_KEY = "one_time_code"
PURPOSE = "login"


def asked():
    """What this session asked for, and when it may ask again."""
    return request.session.get(SESSION_KEY) or {}


def ask(text, *, is_typed=True):
    """Send a code to an address.

    :param bool is_typed: whether who has this session typed it, so may see it
    :return: what ``auth.one.time.code._request`` says, without the challenge
    :rtype: dict
    """
    codes = request.env["auth.one.time.code"]
    sent = codes._request(
        PURPOSE,
        text,
        request.httprequest.remote_addr,
        challenge=asked().get("challenge"),
    )
    shown = codes._shown(text) if is_typed else None
    return keep(SESSION_KEY, sent, shown, text=text, is_typed=is_typed)


def ask_again():
    """Send a new code to the same address; see :func:`ask`."""
    before = asked()
    return ask(before.get("text", ""), is_typed=before.get("is_typed", False))


def keep(key, sent, shown=None, **asked_for):
    """Note in the session what was sent; pages and other purposes do the same.

    :param str key: where in the session
    :param dict sent: what ``auth.one.time.code._request`` returned
    :param str shown: the whole address, when it was typed in this session; else the
        pages show it masked
    :param asked_for: what is needed to ask again
    :return: ``sent`` without the challenge, which nobody gets
    :rtype: dict
    """
    now = int(time.time())
    request.session[key] = {
        **asked_for,
        "challenge": sent["challenge"],
        "kind": sent["kind"],
        "shown": shown or sent["masked"],
        "resend_at": now + sent["resend_in"],
        "expires_at": now + sent["expires_in"],
    }
    return {key: value for key, value in sent.items() if key != "challenge"}


def digits(found, purpose, *, is_over=False):
    """What a page that asks for the digits shows.

    :param dict found: what :func:`keep` noted, or {}
    :param str purpose: of the code
    :param bool is_over: the code just was refused for good
    :rtype: dict
    """
    now = int(time.time())
    challenge, unsent = found.get("challenge"), ""
    if challenge:
        codes = request.env["auth.one.time.code"]
        if codes._status(purpose, challenge) == "failed":
            unsent = codes._unsent_words(found["kind"])
    return {
        "asked": found,
        "is_second": bool(challenge),
        "is_over": is_over or found.get("expires_at", 0) <= now,
        "unsent": unsent,
        # What was not sent has no wait after it.
        "resend_in": 0 if unsent else max(found.get("resend_at", 0) - now, 0),
    }


def status(found, purpose):
    """What became of the code that this session asked for; for page and API.

    :return: ``state`` (see ``auth.one.time.code._status``), ``message`` (words when it
        failed, else None), ``expires_in`` and ``resend_in`` (seconds)
    :rtype: dict
    """
    now = int(time.time())
    codes = request.env["auth.one.time.code"]
    state = codes._status(purpose, found.get("challenge"))
    is_live, has_failed = state in ("on_its_way", "failed"), state == "failed"
    expires_at, resend_at = found.get("expires_at", 0), found.get("resend_at", 0)
    return {
        "state": state,
        "message": codes._unsent_words(found["kind"]) if has_failed else None,
        "expires_in": max(expires_at - now, 0) if is_live else 0,
        "resend_in": 0 if has_failed else max(resend_at - now, 0),
    }


def status_response(found, purpose):
    """:func:`status` for the page's script."""
    response = request.make_json_response(status(found, purpose))
    response.headers["Cache-Control"] = "no-store"
    return response


def forget_challenge():
    """Back to the first step, with what was typed."""
    before = asked()
    is_typed = before.get("is_typed", False)
    request.session[SESSION_KEY] = {
        "text": before.get("text", "") if is_typed else "",
        "is_typed": is_typed,
    }


def log_in(code):
    """Log in by the code that was sent to this session; the session gets a new number.

    With a second factor ``request.session.uid`` stays None until that is given.

    :return: what Odoo's ``session.authenticate`` returns
    :rtype: dict
    """
    codes = request.env["auth.one.time.code"]
    verified = codes._verify(
        PURPOSE, asked().get("challenge"), code, request.httprequest.remote_addr
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
