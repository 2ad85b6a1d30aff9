# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be an address at all; only then it is looked at closely."""

import ipaddress
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


def counted_ip(text: str) -> str:
    """What is counted of an IP address: one line of one customer.

    Whoever has IPv6 has a whole /64 of addresses, often more.
    """
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))
