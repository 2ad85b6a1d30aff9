# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The word that visitors see for the seats of a slot or a day."""

AVAILABLE = "available"
LIMITED = "limited"
FULL = "full"
CLOSED = "closed"


def status(*, on_sale: bool, capacity: int | None, seats_left: int | None) -> str:
    """Available: more than half left, or no limit. Limited: at most half."""
    if not on_sale:
        return CLOSED
    if capacity is None or seats_left is None:
        return AVAILABLE
    if seats_left <= 0:
        return FULL
    return LIMITED if seats_left * 2 <= capacity else AVAILABLE
