# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether the last sign of an Indian GSTIN follows from the others.

Odoo's own check looks at the form alone, so that two digits may be exchanged.
"""

from stdnum import luhn

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def adds_up(number: str) -> bool:
    """Whether the check digit is right; other numbers than ordinary ones have none.

    :param number: fifteen capitals and digits
    """
    is_ordinary = len(number) == 15 and number[13] == "Z"
    return not is_ordinary or luhn.checksum(number, SIGNS) == 0
