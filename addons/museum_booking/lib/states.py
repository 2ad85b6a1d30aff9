# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""State tables of bookings, tickets and money.

Pure Python: which state may follow which one, and nothing else. Each model
has one writer that asks here, so that an impossible move is refused wherever
it comes from (page, API, webhook, cron, backend).
"""

from collections.abc import Mapping

Moves = Mapping[str, frozenset[str]]

# --- booking: one visit in one order -----------------------------------------
PENDING = "pending"
AWAITING_PAYMENT = "awaiting_payment"
CONFIRMED = "confirmed"
COMPLETED = "completed"
NO_SHOW = "no_show"
EXPIRED = "expired"
CANCELLED = "cancelled"

BOOKING_STATES = (
    (PENDING, "In the cart"),
    (AWAITING_PAYMENT, "Awaiting payment"),
    (CONFIRMED, "Confirmed"),
    (COMPLETED, "Completed"),
    (NO_SHOW, "No-show"),
    (EXPIRED, "Expired"),
    (CANCELLED, "Cancelled"),
)

# ``awaiting_payment -> pending``: the visitor left the payment and changed his
# cart. ``expired -> pending``: the same seats were taken again, by the visitor
# or because his money arrived late and there were seats left.
BOOKING_MOVES: Moves = {
    PENDING: frozenset({AWAITING_PAYMENT, EXPIRED, CANCELLED}),
    AWAITING_PAYMENT: frozenset({PENDING, CONFIRMED, EXPIRED, CANCELLED}),
    CONFIRMED: frozenset({COMPLETED, NO_SHOW, CANCELLED}),
    COMPLETED: frozenset(),
    # a late scan that was synchronised after the day was closed
    NO_SHOW: frozenset({COMPLETED}),
    EXPIRED: frozenset({PENDING}),
    CANCELLED: frozenset(),
}

BOOKING_IN_CART = frozenset({PENDING, AWAITING_PAYMENT})
BOOKING_SOLD = frozenset({CONFIRMED, COMPLETED, NO_SHOW})
BOOKING_LIVE = BOOKING_IN_CART | frozenset({CONFIRMED})

# --- ticket: one visitor -----------------------------------------------------
TICKET_ACTIVATED = "activated"
TICKET_RESERVED = "reserved"
TICKET_USED = "used"
TICKET_EXPIRED = "expired"
TICKET_CANCELLED = "cancelled"

TICKET_STATES = (
    (TICKET_ACTIVATED, "Activated"),
    (TICKET_RESERVED, "Reserved"),
    (TICKET_USED, "Used"),
    (TICKET_EXPIRED, "Expired"),
    (TICKET_CANCELLED, "Cancelled"),
)

# ``reserved -> activated``: the slot was given up, the ticket is still paid.
# ``expired -> used``: an entry that a gate without network reported late.
TICKET_MOVES: Moves = {
    TICKET_ACTIVATED: frozenset({TICKET_RESERVED, TICKET_EXPIRED, TICKET_CANCELLED}),
    TICKET_RESERVED: frozenset(
        {TICKET_ACTIVATED, TICKET_USED, TICKET_EXPIRED, TICKET_CANCELLED}
    ),
    TICKET_USED: frozenset(),
    TICKET_EXPIRED: frozenset({TICKET_USED}),
    TICKET_CANCELLED: frozenset(),
}

# --- money of a booking ------------------------------------------------------
UNPAID = "unpaid"
PAID = "paid"
PARTIALLY_REFUNDED = "partially_refunded"
REFUNDED = "refunded"
NEEDS_ATTENTION = "needs_attention"

MONEY_STATES = (
    (UNPAID, "Unpaid"),
    (PAID, "Paid"),
    (PARTIALLY_REFUNDED, "Partially refunded"),
    (REFUNDED, "Refunded"),
    (NEEDS_ATTENTION, "Needs attention"),
)

MONEY_MOVES: Moves = {
    UNPAID: frozenset({PAID, NEEDS_ATTENTION}),
    PAID: frozenset({PARTIALLY_REFUNDED, REFUNDED, NEEDS_ATTENTION}),
    PARTIALLY_REFUNDED: frozenset({REFUNDED, NEEDS_ATTENTION}),
    REFUNDED: frozenset({NEEDS_ATTENTION}),
    # staff, or the late-money path, settled it one way or the other
    NEEDS_ATTENTION: frozenset({UNPAID, PAID, PARTIALLY_REFUNDED, REFUNDED}),
}

# --- money that goes back ------------------------------------------------------
REFUND_QUEUED = "queued"
REFUND_SENDING = "sending"
REFUND_PENDING = "pending"
REFUND_DONE = "done"
REFUND_FAILED = "failed"
REFUND_CANCELLED = "cancelled"

REFUND_STATES = (
    (REFUND_QUEUED, "To be sent"),
    (REFUND_SENDING, "Being sent"),
    (REFUND_PENDING, "On its way"),
    (REFUND_DONE, "Done"),
    (REFUND_FAILED, "Failed"),
    (REFUND_CANCELLED, "Cancelled"),
)

# ``pending -> queued``: the bank sent it back, it is tried once more. ``failed ->
# done``: staff paid it out, or the provider told late that it went through.
REFUND_MOVES: Moves = {
    REFUND_QUEUED: frozenset(
        {REFUND_SENDING, REFUND_PENDING, REFUND_DONE, REFUND_FAILED, REFUND_CANCELLED}
    ),
    REFUND_SENDING: frozenset(
        {REFUND_QUEUED, REFUND_PENDING, REFUND_DONE, REFUND_FAILED}
    ),
    REFUND_PENDING: frozenset({REFUND_QUEUED, REFUND_DONE, REFUND_FAILED}),
    REFUND_FAILED: frozenset({REFUND_QUEUED, REFUND_DONE, REFUND_CANCELLED}),
    REFUND_DONE: frozenset(),
    REFUND_CANCELLED: frozenset(),
}
# Where the job has something to do.
REFUND_OPEN = frozenset({REFUND_QUEUED, REFUND_SENDING, REFUND_PENDING})


def can_move(moves: Moves, old: str, new: str) -> bool:
    """Whether ``new`` may follow ``old`` in the given table."""
    return new in moves.get(old, frozenset())
