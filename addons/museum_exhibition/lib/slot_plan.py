# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What has to happen so that an exhibition's slots are those of its schedules.

Pure: the openings that schedules ask for, the slots that exist and the closures go in,
a :class:`Plan` comes out. Planning again after the plan was carried out gives an empty
plan. The rules:

* Where people have seats, or staff keep some back, nothing is touched: a conflict.
* What staff changed by hand stays as they left it, and is listed.
* A cancelled slot stays cancelled, and its time is not used again.
* A slot made by hand (without a schedule) stays.
* Any other slot follows its schedule; when no schedule asks for it any more it is
  deleted, or closed if somebody ever had a place in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

OPEN, CLOSED, CANCELLED = "open", "closed", "cancelled"

# Why a slot is not touched.
CHANGED, GONE, CLOSURE = "changed", "gone", "closure"


@dataclass(frozen=True)
class Wanted:
    """A slot as a schedule asks for it; times in naive UTC."""

    start: datetime
    end: datetime
    schedule_id: int
    is_limited: bool
    capacity: int


@dataclass(frozen=True)
class Existing:
    """A slot as it is."""

    id: int
    start: datetime
    end: datetime
    state: str
    schedule_id: int | None
    is_limited: bool
    capacity: int
    people: int = 0
    """Seats that are held or sold."""
    blocked: int = 0
    has_history: bool = False
    """Somebody has or had a place in it: it cannot be deleted."""
    is_customized: bool = False

    @property
    def is_in_use(self) -> bool:
        return bool(self.people or self.blocked)


@dataclass(frozen=True)
class Period:
    """A closure, in naive UTC from ``start`` up to, not including, ``end``."""

    start: datetime
    end: datetime
    name: str
    is_all_day: bool = True
    """A closed day concerns what begins in it (a night that began the day before may
    end in it); a closed hour whatever would last into it."""

    def concerns(self, start: datetime, end: datetime) -> bool:
        if self.is_all_day:
            return self.start <= start < self.end
        return start < self.end and end > self.start


@dataclass(frozen=True)
class Change:
    """A slot that takes over what its schedule says now."""

    slot: Existing
    wanted: Wanted

    @property
    def has_seats(self) -> bool:
        """Whether the number of seats is the wanted one already."""
        return same_seats(self.slot, self.wanted)


@dataclass(frozen=True)
class Left:
    """A slot that differs from the schedules and is left as it is."""

    slot: Existing
    reason: str
    wanted: Wanted | None = None
    closure: str = ""


@dataclass
class Plan:
    create: list[Wanted] = field(default_factory=list)
    change: list[Change] = field(default_factory=list)
    remove: list[Existing] = field(default_factory=list)
    close: list[Existing] = field(default_factory=list)
    keep: list[Existing] = field(default_factory=list)
    conflicts: list[Left] = field(default_factory=list)
    customized: list[Left] = field(default_factory=list)
    closures: dict[int, str] = field(default_factory=dict)
    """By slot: the closure because of which it is removed or closed."""

    @property
    def is_empty(self) -> bool:
        """Nothing to do; conflicts and slots changed by hand may remain."""
        return not (self.create or self.change or self.remove or self.close)


def closure_of(
    start: datetime, end: datetime, periods: Iterable[Period]
) -> Period | None:
    """The first closure that concerns a visit."""
    return next((p for p in periods if p.concerns(start, end)), None)


def make_plan(
    wanted: Iterable[Wanted],
    existing: Iterable[Existing],
    periods: Iterable[Period] = (),
) -> Plan:
    """Compare what schedules want with what there is.

    :param wanted: where two schedules want the same start, the first one has it
    :param existing: all slots of the exhibition in the range, of any state
    """
    periods = tuple(periods)
    plan = Plan()
    open_times: dict[datetime, Wanted] = {}
    for opening in wanted:
        if not closure_of(opening.start, opening.end, periods):
            open_times.setdefault(opening.start, opening)
    slots = {slot.start: slot for slot in existing}
    for start in sorted(open_times.keys() | slots.keys()):
        slot, opening = slots.get(start), open_times.get(start)
        if slot is None:
            plan.create.append(open_times[start])
        else:
            _compare(plan, slot, opening, periods)
    return plan


def _compare(
    plan: Plan, slot: Existing, opening: Wanted | None, periods: tuple[Period, ...]
) -> None:
    if slot.state == CANCELLED or not differs(slot, opening):
        # A slot made by hand differs from nothing, but may lie in a closure.
        left = _in_closure(slot, periods)
        (plan.conflicts if left else plan.keep).append(left or slot)
        return
    left = _in_closure(slot, periods) or Left(
        slot, CHANGED if opening else GONE, opening
    )
    if slot.is_customized:
        plan.customized.append(left)
    elif slot.is_in_use:
        plan.conflicts.append(left)
    elif opening:
        plan.change.append(Change(slot, opening))
    elif slot.has_history and slot.state != OPEN:
        plan.keep.append(slot)
    else:
        (plan.close if slot.has_history else plan.remove).append(slot)
        if left.closure:
            plan.closures[slot.id] = left.closure


def _in_closure(slot: Existing, periods: tuple[Period, ...]) -> Left | None:
    if slot.state != OPEN:
        return None
    period = closure_of(slot.start, slot.end, periods)
    return Left(slot, CLOSURE, closure=period.name) if period else None


def differs(slot: Existing, opening: Wanted | None) -> bool:
    """Whether a slot of a schedule is another one than its schedule asks for."""
    if slot.schedule_id is None:
        return False
    if opening is None:
        return True
    return (
        slot.state != OPEN or slot.end != opening.end or not same_seats(slot, opening)
    )


def same_seats(slot: Existing, opening: Wanted) -> bool:
    """What the number would be without a limit is nobody's concern."""
    if not (slot.is_limited and opening.is_limited):
        return slot.is_limited == opening.is_limited
    return slot.capacity == opening.capacity


def carried_out(plan: Plan, new_id: int = -1) -> list[Existing]:
    """The slots that there are once the plan was carried out."""
    slots = [*plan.keep, *(left.slot for left in plan.conflicts + plan.customized)]
    slots += [replace(slot, state=CLOSED) for slot in plan.close]
    for change in plan.change:
        wanted = change.wanted
        slots.append(
            replace(
                change.slot,
                state=OPEN,
                end=wanted.end,
                schedule_id=wanted.schedule_id,
                is_limited=wanted.is_limited,
                capacity=wanted.capacity,
            )
        )
    for number, wanted in enumerate(plan.create):
        slots.append(
            Existing(
                new_id - number,
                wanted.start,
                wanted.end,
                OPEN,
                wanted.schedule_id,
                wanted.is_limited,
                wanted.capacity,
            )
        )
    return slots
