# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one place where an exception becomes an answer of the API.

Every error below ``/api/v1`` is ``{"error": {"code", "message", "details"}}`` with the
HTTP status that :func:`describe` finds. Codes are for programs and never change, the
message is for people and is translated, details are plain JSON.

Another addon adds its own in one of three ways:

* raise a :class:`ApiError` subclass of its own (status and code on the class);
* give a model's exception (a ``UserError``) a ``code`` known to :data:`STATUS`, and
  perhaps a ``details`` dict; :func:`register_code` makes a new code known;
* :func:`register` a function for an exception class that it cannot change.
"""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import psycopg2.errors
from werkzeug.exceptions import HTTPException

from odoo.exceptions import (
    AccessDenied,
    AccessError,
    ConcurrencyError,
    LockError,
    MissingError,
    UserError,
)
from odoo.http import SessionExpiredException
from odoo.tools.translate import LazyTranslate

from ..exceptions import SlotFull
from ..lib.short_memory import ShortMemory
from .serializers import slot_json

_lt = LazyTranslate(__name__)

# Sold-out shows are refused by the hundred each second, all with the same proposals;
# whoever takes one asks the seat engine.
ALTERNATIVES = ShortMemory(seconds=1)


class ErrorAnswer(NamedTuple):
    """What a caller of the API is told about one exception."""

    status: int
    code: str
    message: str
    details: dict[str, Any]
    headers: dict[str, str] = {}


# Machine word -> HTTP status. A UserError with one of these as its ``code`` needs
# no mapping of its own.
STATUS: dict[str, int] = {
    "malformed_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "slot_full": 409,
    "slot_closed": 409,
    "slot_changed": 409,
    "hold_expired": 409,
    "price_changed": 409,
    "length_required": 411,
    "too_large": 413,
    "unsupported_media_type": 415,
    "invalid_request": 422,
    "idempotency_mismatch": 422,
    "rate_limited": 429,
    "internal_error": 500,
}

# How an HTTPException of werkzeug (aborts, routing) is called in this API.
_CODE_OF_STATUS = {
    400: "malformed_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "rate_limited",
}

# Said when the exception itself has no words fit for a visitor.
_MESSAGES = {
    "malformed_request": _lt("The request could not be read. Send valid JSON."),
    "unauthorized": _lt("Please log in and try again."),
    "forbidden": _lt("You do not have access to this."),
    "not_found": _lt("There is nothing here under this address."),
    "method_not_allowed": _lt("This address does not support this method."),
    "conflict": _lt("Somebody else is changing this right now. Please try again."),
    "length_required": _lt("Send the request with a Content-Length."),
    "too_large": _lt("The request is too large."),
    "unsupported_media_type": _lt("Send the body as application/json."),
    "invalid_request": _lt("Please check what you entered."),
    "rate_limited": _lt("Too many requests. Please wait a moment and try again."),
    "internal_error": _lt("Something went wrong on our side. Please try again."),
}


class ApiError(UserError):
    """Base of what the API itself refuses; a subclass sets ``code``.

    :param str message: words for people; the code's own words when empty.
    :param dict details: plain JSON data for programs.
    :param dict headers: HTTP headers of the answer.
    """

    code = "invalid_request"
    # Odoo logs a UserError that leaves a request as a warning; a caller's mistake
    # is no news for the operator.
    loglevel = logging.DEBUG

    def __init__(self, message="", details=None, headers=None):
        super().__init__(str(message or _MESSAGES.get(self.code, "")))
        self.details = details or {}
        self.headers = headers or {}


class MalformedRequest(ApiError):
    """The body is no JSON object, or not readable at all."""

    code = "malformed_request"


class InvalidRequest(ApiError):
    """A value is missing, unknown or out of range.

    :param dict details: ``{"field": "what is wrong"}``.
    """


class Unauthorized(ApiError):
    code = "unauthorized"


class Forbidden(ApiError):
    code = "forbidden"


class NotFound(ApiError):
    code = "not_found"


class MethodNotAllowed(ApiError):
    """:param iterable allowed: the methods that the address supports."""

    code = "method_not_allowed"

    def __init__(self, allowed):
        allowed = sorted(allowed)
        super().__init__(
            details={"allowed": allowed}, headers={"Allow": ", ".join(allowed)}
        )


class Conflict(ApiError):
    code = "conflict"


class LengthRequired(ApiError):
    code = "length_required"


class TooLarge(ApiError):
    code = "too_large"


class UnsupportedMediaType(ApiError):
    code = "unsupported_media_type"


class IdempotencyMismatch(ApiError):
    """The same ``Idempotency-Key`` came with another request."""

    code = "idempotency_mismatch"


class RateLimited(ApiError):
    """:param int retry_after: seconds until trying again makes sense."""

    code = "rate_limited"

    def __init__(self, message="", retry_after=60, details=None):
        super().__init__(
            message,
            details={"retry_after": retry_after, **(details or {})},
            headers={"Retry-After": str(retry_after)},
        )
        self.retry_after = retry_after


Describer = Callable[[Exception, Any], ErrorAnswer]
_DESCRIBERS: dict[type[Exception], Describer] = {}


def register(exception_class: type[Exception], describer: Describer) -> None:
    """Let ``describer(exception, env)`` answer for a class and its subclasses.

    The nearest class of the exception's own line counts. ``env`` is that of the
    request, rolled back and free for reading, or None when there is none.
    """
    _DESCRIBERS[exception_class] = describer


def register_code(code: str, status: int) -> None:
    """Make a new machine word known; UserErrors with this ``code`` get ``status``."""
    if STATUS.setdefault(code, status) != status:
        raise ValueError(f"API error code {code!r} has status {STATUS[code]} already")


def answer(code: str, message="", details=None, headers=None) -> ErrorAnswer:
    """An :class:`ErrorAnswer` whose status and words follow from its code."""
    return ErrorAnswer(
        STATUS[code],
        code,
        str(message or _MESSAGES.get(code, "")),
        details or {},
        headers or {},
    )


def describe(exc: Exception, env=None) -> ErrorAnswer:
    """Find the answer for any exception; what nobody knows is an internal error.

    Never shows an internal message: texts come from UserErrors (written for people)
    or from the table above.
    """
    for cls in type(exc).__mro__:
        if describer := _DESCRIBERS.get(cls):
            return describer(exc, env)
    return answer("internal_error")


def _describe_user_error(exc, env):
    code = getattr(exc, "code", None)
    if code not in STATUS:
        code = "invalid_request"
    return answer(
        code,
        exc.args[0] if exc.args else "",
        getattr(exc, "details", None),
        getattr(exc, "headers", None),
    )


def _describe_http_exception(exc, env):
    code = _CODE_OF_STATUS.get(exc.code or 500)
    if not code:
        code = "internal_error" if (exc.code or 500) >= 500 else "invalid_request"
    found = answer(code)
    headers = {}
    if exc.code == 405 and getattr(exc, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(exc.valid_methods))
    if found.status < 500 and exc.code:
        found = found._replace(status=exc.code)
    return found._replace(headers=headers)


def _describe_busy(exc, env):
    # Odoo has tried five times already when this arrives here.
    return answer("conflict", headers={"Retry-After": "1"})


def _describe_slot_full(exc, env):
    """A refused seat names the nearest times that have enough of them.

    Enough for ``details["seats"]`` when the refusal says how many were wanted, else
    for more than the refused slot has left.
    """
    details = {"seats_left": 0, **exc.details}
    slot_id = details.get("slot_id")
    if env is not None and slot_id and "alternatives" not in details:
        slot = env["museum.slot"].sudo().browse(slot_id)
        seats = details.get("seats") or (details["seats_left"] or 0) + 1
        wanted = exc.wanted
        rows = ALTERNATIVES.get(
            (env.cr.dbname, slot_id, seats, *sorted(wanted.items())),
            lambda: slot._alternatives(seats, wanted=wanted),
        )
        details["alternatives"] = [slot_json(row, row["tz"]) for row in rows]
    details.setdefault("alternatives", [])
    return answer(exc.code, exc.args[0], details)


register(UserError, _describe_user_error)
register(AccessError, lambda exc, env: answer("forbidden"))
register(AccessDenied, lambda exc, env: answer("unauthorized"))
register(MissingError, lambda exc, env: answer("not_found"))
register(LockError, _describe_busy)
register(ConcurrencyError, _describe_busy)
register(SessionExpiredException, lambda exc, env: answer("unauthorized"))
register(HTTPException, _describe_http_exception)
for _busy in (
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
):
    register(_busy, _describe_busy)
register(SlotFull, _describe_slot_full)
