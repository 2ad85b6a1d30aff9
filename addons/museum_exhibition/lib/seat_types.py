# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words of the seat engine: what is asked, held and refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# In one pool, more than any place has; the counters are 32 bits wide.
MOST_SEATS = 1_000_000

ACTIVE = "active"
SOLD = "sold"
EXPIRED = "expired"
RELEASED = "released"


class Again(Exception):
    """Another transaction came in between: roll back and call once more."""


class Relinked(Again):
    """The slot counts in other pools than the caller thought: look them up again."""


class Full(Exception):
    """Fewer seats are free than wanted.

    ``short``: the free seats of each pool that has too few. ``seats_left``: those of
    the tightest one.
    """

    def __init__(self, short: Mapping[int, int]):
        self.short = {pool_id: max(0, free) for pool_id, free in short.items()}
        self.seats_left = min(self.short.values(), default=0)
        super().__init__(self.seats_left)


class Closed(Exception):
    """The slot is not on sale. ``slot_id``: which, where several were asked for."""

    def __init__(self, slot_id: int | None = None):
        super().__init__(slot_id)
        self.slot_id = slot_id


class Moved(Exception):
    """A slot is at another time, or elsewhere, than the buyer was told."""

    def __init__(self, slot_id: int, start_at: datetime):
        super().__init__(slot_id, start_at)
        self.slot_id = slot_id
        self.start_at = start_at


class Gone(Exception):
    """The token holds nothing (any more)."""


class Mismatch(Exception):
    """The token already holds something else."""


class BelowTaken(Exception):
    """A capacity would fall below what is taken and blocked in a pool."""

    def __init__(self, taken: int, blocked: int, pool_id: int):
        super().__init__(taken, blocked, pool_id)
        self.taken = taken
        self.blocked = blocked
        self.pool_id = pool_id


@dataclass(frozen=True)
class Order:
    """What somebody wants to hold.

    ``pools`` maps the id of each pool that is touched to the seats to take there;
    ``quantities`` maps category ids to tickets and is only remembered; ``versions``
    says of the slot's own pool as of which version the pools were looked up.
    """

    token: str
    slot_id: int
    company_id: int
    quantities: Mapping[int, int]
    seats: int
    pools: Mapping[int, int]
    seconds: int
    versions: Mapping[int, int] = field(default_factory=dict)
    start_at: datetime | None = None
    """When the slot starts as far as the buyer knows; None: he does not say."""

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
    start_at: datetime
    """When its slot starts."""
    venue_id: int
    """Where its slot is."""
    promised_start_at: datetime | None
    """When its slot started as the seats were taken."""
    promised_venue_id: int | None
    """Where its slot was then."""
    pools: Mapping[int, int]
