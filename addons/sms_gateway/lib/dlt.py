# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""India's DLT: registered texts, and what a gateway's answer means.

Who sends SMS in India registers himself (principal entity), his sender (header), each
text (content template) with the operators; any other text is thrown away on the way.
"""

import hashlib
import hmac
import json
import re
from typing import NamedTuple
from urllib.parse import urlsplit

COUNTRY_PREFIX = "+91"
# What one variable may hold, by the operators' rule.
LONGEST_VALUE = 30
_VARIABLE = re.compile(r"\{#[A-Za-z]+#\}")
_SENDER = re.compile(r"[A-Za-z]{6}")
_REGISTERED_ID = re.compile(r"[0-9]{10,25}")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# Seconds until the next try: a code is good for five minutes.
RETRY_WAITS = (20, 60, 120)
SIGNATURE_PREFIX = "sha256="


class Answer(NamedTuple):
    """``state``: a word of SmsApiDlt; ``reason``: the gateway's own words, or ""."""

    state: str
    reason: str = ""


def fits(registered: str, text: str) -> bool:
    """Whether a text is the registered one with its variables filled in.

    A variable holds 1 to 30 characters of one line. Takes time proportional to both
    lengths, whatever the texts are.
    """
    text = text.strip()
    literals = _VARIABLE.split(registered.strip())
    if not text.startswith(literals[0]):
        return False
    # All places at which the part that was matched so far may end.
    ends = {len(literals[0])}
    for literal in literals[1:]:
        ends = {
            place + len(literal)
            for place in _ends_of_values(text, ends)
            if text.startswith(literal, place)
        }
    return len(text) in ends


def _ends_of_values(text: str, starts: set[int]) -> set[int]:
    places = set()
    for start in starts:
        for place in range(start + 1, min(start + LONGEST_VALUE, len(text)) + 1):
            if text[place - 1] in "\r\n":
                break
            places.add(place)
    return places


def is_sender(text: str) -> bool:
    """Whether it is a header: six letters."""
    return bool(_SENDER.fullmatch(text or ""))


def is_registered_id(text: str) -> bool:
    """Whether it looks like the number of an entity or of a template."""
    return bool(_REGISTERED_ID.fullmatch(text or ""))


def is_safe_url(text: str) -> bool:
    """https, or http that does not leave this machine: the key travels there."""
    try:
        parts = urlsplit(text or "")
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def answer(status: int, body: object) -> Answer:
    """What an HTTP answer of the gateway means.

    :param status: HTTP status
    :param body: the JSON that came with it, whatever it is
    """
    body = body if isinstance(body, dict) else {}
    error = body.get("error")
    error = error if isinstance(error, dict) else {}
    reason = str(error.get("message") or "")[:200]
    if status in (200, 201, 202):
        # An answer without our reference is some other page of some other server.
        return Answer("success") if body.get("reference") else Answer("dlt_setup")
    if status in (408, 425, 429) or status >= 500:
        return Answer("gateway_busy", reason)
    if status == 402:
        return Answer("insufficient_credit", reason)
    if status in (400, 409, 422):
        by_code = {"template": "dlt_text", "number": "wrong_number_format"}
        return Answer(by_code.get(str(error.get("code")), "dlt_refused"), reason)
    return Answer("dlt_setup", reason)


def decoded(raw: bytes) -> object:
    """The JSON in the bytes, or None."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def retry_wait(tries: int) -> int | None:
    """Seconds until a message is tried again after so many tries; None: no more."""
    return RETRY_WAITS[tries - 1] if 1 <= tries <= len(RETRY_WAITS) else None


def signature(secret: str, raw: bytes) -> str:
    """What a delivery report has in its header ``X-Signature``."""
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return SIGNATURE_PREFIX + digest


def is_signed(secret: str, raw: bytes, given: str) -> bool:
    """Whether the signature is right; without a secret none is."""
    if not secret:
        return False
    return hmac.compare_digest(signature(secret, raw).encode(), (given or "").encode())


class Report(NamedTuple):
    """What became of a message: ``status`` is "delivered" or "failed"."""

    reference: str
    status: str
    reason: str


def reports(body: object) -> list[Report] | None:
    """The reports of a webhook's body, or None when it is none."""
    rows = body.get("reports") if isinstance(body, dict) else None
    if not isinstance(rows, list) or len(rows) > 1000:
        return None
    found = []
    for row in rows:
        if not isinstance(row, dict):
            return None
        reference, status = row.get("reference"), row.get("status")
        if not isinstance(reference, str) or not re.fullmatch(
            r"[0-9a-f]{32}", reference
        ):
            return None
        if status not in ("delivered", "failed"):
            return None
        found.append(Report(reference, status, str(row.get("reason") or "")[:200]))
    return found
