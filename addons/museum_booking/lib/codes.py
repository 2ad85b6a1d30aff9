# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Codes that people read, type and say: ticket codes and booking references.

``SCIM-2026-X7K9M2-4HTQ3B``: museum code, year, eleven random characters and a
check character. ``SCIM-7XK9M2Q``: museum code, six random characters and a check
character. The random part uses 31 characters, without those that look alike
(0/O, 1/I/L); 31 is prime, which is what makes the check character strong:

* every single wrong character is noticed, and every swap of two characters,
* with one exception, of no harm: inside the museum code 0, O and Q count as one
  character, and 1, I, L and J as another (36 characters do not fit into 31
  remainders). A museum code is 2-6 letters and digits and is known to its gates.

The check character tells typing errors, not forgeries: those are the business of
``ticket_token`` and of the database.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MODULUS = len(ALPHABET)  # 31, a prime

# Random characters before the check character.
TICKET_RANDOM = 11
REFERENCE_RANDOM = 6

# What is typed is never longer; more is not looked at.
MAX_TYPED = 64

_VALUES = {char: value for value, char in enumerate(ALPHABET)}
# Only a museum code or a year can hold these five.
_VALUES.update({"0": _VALUES["Q"], "O": _VALUES["Q"]})
_VALUES.update({"1": _VALUES["J"], "I": _VALUES["J"], "L": _VALUES["J"]})

_MUSEUM_CODE = re.compile(r"[A-Z0-9]{2,6}")
_BODY = f"[{ALPHABET}]"
_TICKET = re.compile(rf"([A-Z0-9]{{2,6}}?)([0-9OIL]{{4}})({_BODY}{{12}})")
_REFERENCE = re.compile(rf"([A-Z0-9]{{2,6}})({_BODY}{{7}})")
# Spaces, dashes of all kinds, and what fingers hit beside the dash.
_SEPARATORS = re.compile(r"[\s\-_.\u2010-\u2015\u2212\u00ad\u200b-\u200d\ufeff]+")
_YEAR_DIGITS = str.maketrans("OIL", "011")
_LOOK_ALIKES = str.maketrans("OILJQ", "01110")


class InvalidCode(ValueError):
    """What was typed cannot be a code: wrong form, or a typing error."""


class TicketCode(NamedTuple):
    """The parts of a ticket's (or group's) code; ``body`` ends with its check."""

    museum: str
    year: int
    body: str

    def __str__(self) -> str:
        return f"{self.museum}-{self.year:04d}-{self.body[:6]}-{self.body[6:]}"


def check_char(text: str) -> str:
    """The character which, appended to ``text``, makes its weighted sum 0 mod 31.

    The last character weighs 1, the one before 2 and so on: all weights differ
    and none is a multiple of 31, hence a wrong character or a swap never cancels.
    :param str text: upper-case letters and digits, without separators
    """
    total = sum(
        weight * _VALUES[char] for weight, char in enumerate(reversed(text), start=2)
    )
    return ALPHABET[-total % MODULUS]


def is_museum_code(text: str) -> bool:
    """Whether ``text`` can start a code: 2 to 6 upper-case letters or digits."""
    return _MUSEUM_CODE.fullmatch(text) is not None


def make_ticket_code(
    museum: str, year: int, choice: Callable[[str], str] = secrets.choice
) -> str:
    """A new ticket code, 54 bits of chance; unique only once the database says so.

    :param str museum: the museum's code, see `is_museum_code`
    :param int year: four digits, the year of the visit (or of the issue)
    :param choice: picks one character of a string; tests replace it
    :raise ValueError: museum code or year cannot be part of a code
    """
    if not is_museum_code(museum) or not 2000 <= year <= 2255:
        raise ValueError("a code needs a museum code and a year from 2000 to 2255")
    body = "".join(choice(ALPHABET) for _ in range(TICKET_RANDOM))
    body += check_char(f"{museum}{year}{body}")
    return str(TicketCode(museum, year, body))


def make_reference(museum: str, choice: Callable[[str], str] = secrets.choice) -> str:
    """A new booking reference such as ``SCIM-7XK9M2Q``.

    Thirty bits: enough to tell bookings apart, too few to be a secret; whoever
    shows one proves nothing.
    :raise ValueError: the museum code cannot be part of a code
    """
    if not is_museum_code(museum):
        raise ValueError("a reference needs a museum code")
    body = "".join(choice(ALPHABET) for _ in range(REFERENCE_RANDOM))
    return f"{museum}-{body}{check_char(museum + body)}"


def _compact(typed: str) -> str:
    if not isinstance(typed, str) or len(typed) > MAX_TYPED:
        raise InvalidCode("not a code")
    # Full-width letters of Asian keyboards become plain ones.
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed)).upper()


def _known_museum(museum: str, known: Iterable[str]) -> str:
    """The known museum code that ``museum`` is, or must have been meant to be."""
    known = tuple(known)
    if museum in known:
        return museum
    folded = museum.translate(_LOOK_ALIKES)
    twins = {code for code in known if code.translate(_LOOK_ALIKES) == folded}
    return twins.pop() if len(twins) == 1 else museum


def parse_ticket_code(typed: str, museums: Iterable[str] = ()) -> TicketCode:
    """Read a ticket code as people type it: any case, any or no separators.

    O is read as 0 and I or L as 1 where only digits can stand (the year); in the
    museum code only when exactly one of ``museums`` is meant. In the random part
    no such character exists, so there is nothing to guess and it is refused.
    :param museums: museum codes in use here, to mend look-alikes in the first part
    :raise InvalidCode: not a ticket code, or a typing error in it
    """
    compact = _compact(typed)
    match = _TICKET.fullmatch(compact)
    if not match:
        raise InvalidCode("not a ticket code")
    museum = _known_museum(match[1], museums)
    year = match[2].translate(_YEAR_DIGITS)
    body = match[3]
    if check_char(f"{museum}{year}{body[:-1]}") != body[-1]:
        raise InvalidCode("the check character differs")
    return TicketCode(museum, int(year), body)


def normalise_ticket_code(typed: str, museums: Iterable[str] = ()) -> str:
    """`parse_ticket_code`, written the way the database has it."""
    return str(parse_ticket_code(typed, museums))


def normalise_reference(typed: str, museums: Iterable[str] = ()) -> str:
    """Read a booking reference as people type it; see `parse_ticket_code`.

    :raise InvalidCode: not a reference, or a typing error in it
    """
    compact = _compact(typed)
    match = _REFERENCE.fullmatch(compact)
    if not match:
        raise InvalidCode("not a booking reference")
    museum = _known_museum(match[1], museums)
    if check_char(museum + match[2][:-1]) != match[2][-1]:
        raise InvalidCode("the check character differs")
    return f"{museum}-{match[2]}"
