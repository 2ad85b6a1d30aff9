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
