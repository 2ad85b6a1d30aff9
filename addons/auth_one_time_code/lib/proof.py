# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a right code is worth, as objects that only this process can make."""

from typing import NamedTuple

GOOD_FOR_SECONDS = 60


class Verified(NamedTuple):
    """A code was right: somebody has this address."""

    code_id: int
    purpose: str
    kind: str
    value: str


class Proof:
    """Lets one user in, once, within a minute.

    Credentials come from clients as text, numbers, lists and dictionaries; none of
    them is an object of this class.
    """

    __slots__ = ("code_id", "_uid", "_until", "_spent")

    def __init__(self, code_id: int, uid: int, now: float) -> None:
        self.code_id = code_id
        self._uid = uid
        self._until = now + GOOD_FOR_SECONDS
        self._spent = False

    def spend(self, uid: int, now: float) -> bool:
        """Whether it lets this user in; true once at most."""
        good = not self._spent and uid == self._uid and now <= self._until
        self._spent = True
        return good
