# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which step of a cancellation policy holds at a moment.

Pure Python. A policy is its steps: "until so many hours before the start, so many per
cent come back, less a fee". Hours are hours that pass, whatever clocks on walls do:
both moments are in UTC. Money is in the currency's smallest unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PER_TICKET = "ticket"
PER_BOOKING = "booking"


@dataclass(frozen=True)
class Step:
    """What comes back to who cancels at least ``hours`` before the start."""

    hours: int
    percent: int
    fee_minor: int = 0
    fee_per: str = PER_TICKET

    def until(self, start: datetime) -> datetime:
        """The last moment at which it holds."""
        return start - timedelta(hours=self.hours)

    def fee_of(self, tickets: int, *, is_first: bool) -> int:
        """The fee for cancelling so many tickets at once.

        :param is_first: the booking has not paid a fee yet; one that is for the whole
            booking is taken once
        """
        if self.fee_per == PER_TICKET:
            return self.fee_minor * tickets
        return self.fee_minor if is_first else 0


def to_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as a booking keeps them: the earliest first."""
    return [
        {
            "hours": step.hours,
            "percent": step.percent,
            "fee_minor": step.fee_minor,
            "fee_per": step.fee_per,
        }
        for step in _sorted(steps)
    ]


def from_json(kept: Sequence[Mapping[str, Any]] | None) -> tuple[Step, ...]:
    """The steps that a booking was sold under; none: nobody wrote any down."""
    return _sorted(Step(**item) for item in kept or ())


def step_at(steps: Iterable[Step], start: datetime, at: datetime) -> Step | None:
    """The step that holds at ``at``; None: nothing comes back any more.

    A step holds up to its last moment, that one included. Once the visit has begun
    none does.
    """
    if at >= start:
        return None
    return next((step for step in _sorted(steps) if at <= step.until(start)), None)


def gets_worse(steps: Iterable[Step]) -> bool:
    """Whether who cancels later never gets more back than who does so earlier."""
    ordered = _sorted(steps)
    return all(
        early.percent >= late.percent
        for early, late in zip(ordered, ordered[1:], strict=False)
    )


def spread(fee: int, amounts: Sequence[int]) -> list[int]:
    """A fee over several amounts, none of which becomes less than nothing."""
    parts = []
    for amount in amounts:
        part = min(fee, max(amount, 0))
        parts.append(part)
        fee -= part
    return parts


def _sorted(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: -step.hours))
