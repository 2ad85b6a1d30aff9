# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An address that is being added, as the session knows it: for page and API.

The challenge never leaves the server's session, and is worth something only to the user
who asked: who logs in as somebody else in the same browser has to ask anew.
"""

from odoo.http import request

from ..exceptions import AddressTaken, CodesNotForStaff, TooManyAddresses
from ..models.auth_one_time_code import ADD_ADDRESS
from . import asking

SESSION_KEY = "one_time_code_address"


def asked():
    """What this user asked for in this session, and when he may ask again."""
    found = request.session.get(SESSION_KEY) or {}
    return found if found.get("uid") == request.env.uid else {}


def ask(text):
    """Send a code to the address that is to be added.

    Whether it is somebody else's already is not looked at: only its owner may know.

    :return: what ``auth.one.time.code._request`` says, without the challenge
    :raise CodesNotForStaff: codes are not for this user
    :rtype: dict
    """
    request.env.user._one_time_code_check_may_add()
    codes = request.env["auth.one.time.code"]
    sent = codes._request(
        ADD_ADDRESS,
        text,
        request.httprequest.remote_addr,
        challenge=asked().get("challenge"),
    )
    shown = codes._shown(text)
    return asking.keep(SESSION_KEY, sent, shown, uid=request.env.uid, text=text)


def forget_challenge():
    """Back to the first step, with what was typed."""
    request.session[SESSION_KEY] = {
        "uid": request.env.uid,
        "text": asked().get("text", ""),
    }


def add(code):
    """Use the code; the address is the user's from then on.

    :return: the auth.verified.address row, as superuser
    :raise OtpWrong, OtpExpired, OtpLimited: see ``auth.one.time.code._verify``
    :raise AddressTaken: see ``res.users._one_time_code_add_address``
    """
    verified = request.env["auth.one.time.code"]._verify(
        ADD_ADDRESS, asked().get("challenge"), code, request.httprequest.remote_addr
    )
    try:
        row = request.env.user._one_time_code_add_address(verified)
    except (AddressTaken, CodesNotForStaff, TooManyAddresses):
        request.session.pop(SESSION_KEY, None)  # the code is used
        raise
    request.session.pop(SESSION_KEY, None)
    return row


def remove(address_id):
    """Take a way to log in away; the session stays, also when the login changes.

    :param int address_id: of auth.verified.address
    :raise NoSuchAddress, LastWayIn, CodesNotForStaff: see
        ``res.users._one_time_code_remove_address``
    """
    user = request.env.user
    login = user.login
    user._one_time_code_remove_address(address_id)
    if user.login != login:
        # As Odoo's page does after a new password: the others end, this one stays.
        request.env.flush_all()
        request.session.session_token = user._compute_session_token(request.session.sid)
