# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words of the seat engine: what is asked, held and refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ACTIVE = "active"
SOLD = "sold"
EXPIRED = "expired"
RELEASED = "released"


class Again(Exception):
    """Another transaction came in between: roll back and call once more."""


class Full(Exception):
    """Fewer seats are free than wanted. ``seats_left``: how many are."""

    def __init__(self, seats_left: int):
        super().__init__(seats_left)
        self.seats_left = seats_left


class Closed(Exception):
    """The slot is not on sale."""


class Gone(Exception):
    """The token holds nothing (any more)."""


class Mismatch(Exception):
    """The token already holds something else."""


class BelowTaken(Exception):
    """A capacity would fall below what is taken and blocked."""

    def __init__(self, taken: int, blocked: int):
        super().__init__(taken, blocked)
        self.taken = taken
        self.blocked = blocked


@dataclass(frozen=True)
class Order:
    """What somebody wants to hold.

    ``pools`` maps the id of each pool that is touched to the seats to take there;
    ``quantities`` maps category ids to tickets and is only remembered.
    """

    token: str
    slot_id: int
    company_id: int
    quantities: Mapping[int, int]
    seats: int
    pools: Mapping[int, int]
    seconds: int

    def quantities_json(self) -> str:
        wanted = {str(key): qty for key, qty in sorted(self.quantities.items()) if qty}
        return json.dumps(wanted)


@dataclass(frozen=True)
class Hold:
    """A row of the ledger as this transaction sees it."""

    id: int
    token: str
    slot_id: int
    company_id: int
    state: str
    quantities: Mapping[str, int]
    seats: int
    taken_at: datetime
    expires_at: datetime
    is_live: bool
    """Held, and its clock has not run out."""
    is_open: bool
    """Its exhibition sells, its slot is open and has not ended."""
    is_on_sale: bool
    """Its exhibition sells, its slot is open, its sale has begun and not ended."""
    pools: Mapping[int, int]
