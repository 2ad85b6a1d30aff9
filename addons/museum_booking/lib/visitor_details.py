# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be written as a visitor's name or the number of a document; masking."""

import re
import unicodedata

NAME_MOST = 100
NUMBER_MOST = 30
LAST_FOUR = 4
# Joiners belong to the spelling of names in Indian and Persian scripts.
JOINERS = "\u200c\u200d"
LINK = re.compile(r"://|www\.|[<>]", re.IGNORECASE)
FORMULA = ("=", "+", "@", "-")
NUMBER = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z -]*[0-9A-Za-z])?")


def has_odd_signs(text: str) -> bool:
    """Whether a text holds signs that nobody types: controls, halves of a pair.

    Marks that turn the direction of writing could make a name read as another one.
    """
    return any(
        unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn")
        and sign not in JOINERS
        for sign in text
    )


def clean_text(text: str) -> str:
    """One line without spaces around it; composed as databases compare it."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def is_plain(text: str) -> bool:
    """Whether a text can be printed on a ticket or an invoice as it is.

    And be exported: what begins with one of FORMULA is no text to a spreadsheet.
    """
    return (
        not has_odd_signs(text)
        and not LINK.search(text)
        and not text.lstrip().startswith(FORMULA)
    )


def clean_number(text: str) -> str:
    """The number of a document in capitals, one space at most between its parts."""
    return " ".join(text.split()).upper()


def is_number(text: str, *, last_four: bool = False) -> bool:
    """Whether a cleaned text can be the number of a document, or how it ends.

    Letters and digits, with spaces and hyphens between them.
    """
    if last_four:
        return len(text) == LAST_FOUR and text.isascii() and text.isalnum()
    return len(text) <= NUMBER_MOST and bool(NUMBER.fullmatch(text))


def masked(number: str) -> str:
    """How a number ends, for who compares it with a document: "•••• 4321".

    Of a short number at most half is shown.
    """
    shown = min(LAST_FOUR, len(number) // 2)
    return f"•••• {number[-shown:]}" if shown else "••••"
