# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a gate answers to a ticket, from facts alone.

Pure Python: no database, no clock of its own. The table of cases is shared
with other languages as JSON (``tests/vectors/verdicts.json``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

GRANTED = "granted"
ALREADY_USED = "already_used"
WRONG_DATE = "wrong_date"
TOO_EARLY = "too_early"
TOO_LATE = "too_late"
WRONG_VENUE = "wrong_venue"
NO_RESERVATION = "no_reservation"
NOT_PAID = "not_paid"
CANCELLED = "cancelled"
EXPIRED = "expired"
NOT_FOUND = "not_found"
FORGED = "forged"

VERDICTS = (
    (GRANTED, "Granted"),
    (ALREADY_USED, "Already used"),
    (WRONG_DATE, "Wrong date"),
    (TOO_EARLY, "Too early"),
    (TOO_LATE, "Too late"),
    (WRONG_VENUE, "Wrong venue"),
    (NO_RESERVATION, "No reservation"),
    (NOT_PAID, "Not paid"),
    (CANCELLED, "Cancelled"),
    (EXPIRED, "Expired"),
    (NOT_FOUND, "Not found"),
    (FORGED, "Forged"),
)

# What the door may overrule at all: a matter of time or place. Nobody lets in
# who has no ticket, or a ticket that somebody else used.
OVERRIDABLE = frozenset({WRONG_DATE, TOO_EARLY, TOO_LATE, WRONG_VENUE})


@dataclass(frozen=True)
class TicketFacts:
    """One ticket as the database has it. All instants are naive UTC."""

    state: str
    booking_state: str
    tz: str
    start_at: datetime | None = None
    end_at: datetime | None = None
    slot_state: str = "open"
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    venue_id: int | None = None
    used_at: datetime | None = None


@dataclass(frozen=True)
class GateFacts:
    """One gate: where it stands and what it adds to each ticket's time (minutes)."""

    venue_id: int | None = None
    early_minutes: int = 0
    late_minutes: int = 0


@dataclass(frozen=True)
class Verdict:
    """The machine word and what a sentence about it needs (naive UTC)."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_granted(self) -> bool:
        return self.code == GRANTED


def entry_window(ticket: TicketFacts, gate: GateFacts) -> tuple[datetime, datetime]:
    """First and last instant (both included) at which ``gate`` lets ``ticket`` in.

    The ticket says when it admits, as its exhibition did when it was sold; the gate
    adds its grace. A ticket that says nothing admits during its visit's time.
    Lengths are added to UTC instants, so a change of summer time inside the
    window neither gives nor takes an hour.
    """
    return (
        (ticket.valid_from or ticket.start_at) - timedelta(minutes=gate.early_minutes),
        (ticket.valid_until or ticket.end_at) + timedelta(minutes=gate.late_minutes),
    )


def judge(ticket: TicketFacts | None, gate: GateFacts, now: datetime) -> Verdict:
    """Decide on one ticket at one gate at one instant; changes nothing.

    The order of the questions is the order in which a person at the door would
    want the answer: is there such a ticket, is it still good, is it paid, is it
    for here, is it for now.

    :param ticket: None when no ticket has the code
    :param now: naive UTC
    """
    if ticket is None:
        return Verdict(NOT_FOUND)
    return _judge_state(ticket, now) or _judge_place_and_time(ticket, gate, now)


def settle(
    verdicts: Sequence[Verdict], *, override: bool = False
) -> tuple[Verdict, list[int], str | None]:
    """Make one answer of the verdicts on all tickets that a code stands for.

    Whoever can enter does; tickets that were used or cancelled before do not
    hold the others up.

    :param override: a manager lets in whom only time or place keeps out
    :return: the answer, the indexes of the tickets that enter, and what was
        overruled. When nobody can enter, the answer is the one that helps most at
        the door: what a living ticket lacks, before who has entered, before what
        is over.
    """
    if not verdicts:
        return Verdict(NOT_FOUND), [], None
    entering = [index for index, verdict in enumerate(verdicts) if verdict.is_granted]
    if entering:
        return verdicts[entering[0]], entering, None
    refusal = min(verdicts, key=_rank)
    if override and refusal.code in OVERRIDABLE:
        entering = [i for i, verdict in enumerate(verdicts) if verdict == refusal]
        return Verdict(GRANTED, refusal.details), entering, refusal.code
    return refusal, [], None


def _rank(verdict: Verdict) -> int:
    over = (ALREADY_USED, CANCELLED, EXPIRED)
    return over.index(verdict.code) + 1 if verdict.code in over else 0


def _judge_state(ticket: TicketFacts, now: datetime) -> Verdict | None:
    if ticket.state == "cancelled" or ticket.booking_state == "cancelled":
        return Verdict(CANCELLED)
    if ticket.state == "used":
        return Verdict(ALREADY_USED, {"used_at": ticket.used_at})
    if ticket.state == "expired" or ticket.booking_state == "expired":
        return Verdict(EXPIRED, {"valid_until": ticket.valid_until})
    if ticket.booking_state in ("pending", "awaiting_payment"):
        return Verdict(NOT_PAID)
    if ticket.state != "reserved" or ticket.start_at is None or ticket.end_at is None:
        # an open ticket: it has an end of its own until a slot is chosen
        if ticket.valid_until is not None and now > ticket.valid_until:
            return Verdict(EXPIRED, {"valid_until": ticket.valid_until})
        return Verdict(NO_RESERVATION)
    if ticket.slot_state == "cancelled":
        return Verdict(CANCELLED, {"start_at": ticket.start_at})
    return None


def _judge_place_and_time(
    ticket: TicketFacts, gate: GateFacts, now: datetime
) -> Verdict:
    if gate.venue_id and ticket.venue_id and gate.venue_id != ticket.venue_id:
        return Verdict(WRONG_VENUE, {"venue_id": ticket.venue_id})
    opens_at, closes_at = entry_window(ticket, gate)
    # The window comes before the calendar: a visit at 00:15 is let in at 23:55,
    # and one that began at 23:00 after midnight.
    if opens_at <= now <= closes_at:
        return Verdict(GRANTED)
    times = {
        "start_at": ticket.start_at,
        "opens_at": opens_at,
        "closes_at": closes_at,
    }
    if _local_day(ticket.start_at, ticket.tz) != _local_day(now, ticket.tz):
        return Verdict(WRONG_DATE, times)
    return Verdict(TOO_EARLY if now < opens_at else TOO_LATE, times)


def _local_day(instant: datetime, tz: str):
    utc = instant.replace(tzinfo=ZoneInfo("UTC"))
    return utc.astimezone(ZoneInfo(tz)).date()
