# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Codes, challenges and their keyed digests."""

import hashlib
import hmac
import json
import re
import secrets
import unicodedata

DIGITS = 6
_NOT_TYPED = re.compile(r"[\s\-]+")


def new_code() -> str:
    """Six digits, leading zeros kept."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def new_challenge() -> str:
    """What ties a code to the browser that asked for it."""
    return secrets.token_urlsafe(32)


def digest(key: str, *parts: str) -> str:
    """HMAC-SHA256 in hexadecimal; of ("ab", "c") another one than of ("a", "bc")."""
    message = json.dumps(parts).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def code_digest(key: str, purpose: str, challenge: str, code: str) -> str:
    """What is stored of a code: worth nothing without the challenge."""
    return digest(key, "code", purpose, challenge, code)


def no_code() -> str:
    """A digest that no code has, for challenges that nobody can pass."""
    return secrets.token_hex(32)


def same(left: str, right: str) -> bool:
    """Whether two digests are equal, in a time that does not depend on where not."""
    return hmac.compare_digest(left.encode(), right.encode())


def typed_code(text: object) -> str:
    """The six digits that somebody typed or pasted, or "" when they are not that."""
    if not isinstance(text, str) or len(text) > 40:
        return ""
    code = _NOT_TYPED.sub("", unicodedata.normalize("NFKC", text))
    if len(code) != DIGITS or not code.isdecimal():
        return ""
    return "".join(str(unicodedata.decimal(digit)) for digit in code)
