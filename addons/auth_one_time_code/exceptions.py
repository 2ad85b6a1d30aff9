# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can be refused, one class per thing that a caller treats differently.

Each has a machine word in ``code`` and plain data in ``details``; the message is for
people.
"""

import logging

from odoo.exceptions import UserError


class CodeRefusal(UserError):
    """Base of the refusals; never raised itself."""

    code = "otp_refused"
    http_status = 422
    # A wrong code is no news for the operator; the log of attempts has it.
    loglevel = logging.DEBUG

    def __init__(self, message, **details):
        super().__init__(message)
        self.details = details


class InputRefused(CodeRefusal):
    """No e-mail address, no number, not six digits; ``details["field"]`` says which."""

    code = "invalid_request"


class OtpWrong(CodeRefusal):
    """Another code; ``details["tries_left"]``."""

    code = "otp_wrong"


class OtpExpired(CodeRefusal):
    """No live code: too old, used, void, or asked for elsewhere."""

    code = "otp_expired"


class OtpLimited(CodeRefusal):
    """Too often; ``details["retry_after"]`` in seconds."""

    code = "otp_limited"
    http_status = 429


class AddressTaken(CodeRefusal):
    """The address is proved to be a way to log in to another account."""

    code = "address_taken"
    http_status = 409


class TooManyAddresses(CodeRefusal):
    """An account needs no more of them."""

    code = "too_many_addresses"
    http_status = 409


class LastWayIn(CodeRefusal):
    """Without this address nobody would get into the account."""

    code = "last_way_in"
    http_status = 409


class NoSuchAddress(CodeRefusal):
    """Not one of this account's, maybe no more."""

    code = "not_found"
    http_status = 404


class CodesNotForStaff(CodeRefusal):
    """Staff without an authenticator app log in by a password alone."""

    code = "forbidden"
    http_status = 403
