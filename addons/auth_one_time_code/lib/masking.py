# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses as they may be shown and logged."""

DOT = "•"


def mask_email(address: str) -> str:
    """v•••@example.com: the same length for everybody."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}{DOT * 3}@{domain}"


def mask_phone(number: str, calling_code: str = "") -> str:
    """+91 ••••••3210, of a number in E.164."""
    national = number.removeprefix("+").removeprefix(calling_code)
    prefix = f"+{calling_code} " if calling_code else "+"
    return f"{prefix}{DOT * max(len(national) - 4, 3)}{national[-4:]}"
