# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the seat engine can refuse, one class per thing a caller treats differently.

Each carries a machine word in ``code`` and plain data in ``details``; the message is
for people. All are UserErrors, so that the backend shows them as they are.
"""

import logging

from odoo.exceptions import UserError


class MuseumRefusal(UserError):
    """Base of the engine's refusals; never raised itself."""

    code = "conflict"
    http_status = 409
    # Odoo logs a UserError that leaves a request as a warning; that somebody came too
    # late is no news for the operator, and comes by the hundred.
    loglevel = logging.DEBUG

    def __init__(self, message, **details):
        super().__init__(message)
        self.details = details


class SlotFull(MuseumRefusal):
    """Fewer seats are free than wanted; ``details["seats_left"]``: how many are."""

    code = "slot_full"
    wanted = {}
    """The tickets that were wanted, by category: other times need places for them."""


class SlotClosed(MuseumRefusal):
    """The slot is closed, cancelled, or its sale has ended."""

    code = "slot_closed"


class SlotChanged(MuseumRefusal):
    """The slot takes place at another time than the visitor was shown.

    ``details``: ``slot_id``, ``start_at`` (the new one).
    """

    code = "slot_changed"


class HoldExpired(MuseumRefusal):
    """The hold ran out or was given back; its seats belong to everybody again."""

    code = "hold_expired"


class HoldConflict(MuseumRefusal):
    """The token already holds something else, or the seats are busy for too long."""

    code = "conflict"


class QuantityError(MuseumRefusal):
    """The wanted quantities break a rule; ``details["errors"]`` lists each one."""

    code = "invalid_request"
    http_status = 422


class CapacityError(MuseumRefusal):
    """Capacity or blocked seats would fall below what visitors already hold."""

    code = "conflict"
