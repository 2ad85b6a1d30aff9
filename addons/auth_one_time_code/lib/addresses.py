# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be an address at all; only then it is looked at closely."""

import re
import unicodedata
from typing import NamedTuple

LONGEST = 254
LONGEST_LOCAL = 64
# ASCII alone: letters that only look like others lead to somebody else's account.
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}")


class Address(NamedTuple):
    """``kind``: email or phone; ``value``: normalised."""

    kind: str
    value: str


def plain_email(text: str) -> str:
    """The text if it is one e-mail address and nothing else, else ""."""
    text = text.strip(" ")
    local = text.rpartition("@")[0]
    if len(text) > LONGEST or len(local) > LONGEST_LOCAL:
        return ""
    return text if _EMAIL.fullmatch(text) else ""


def plain_phone(text: str) -> str:
    """The text if it may be a number, with plain digits; no letters, no extensions."""
    text = unicodedata.normalize("NFKC", text).strip(" ")
    text = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text
    )
    return text if _PHONE.fullmatch(text) else ""
