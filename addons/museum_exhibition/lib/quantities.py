# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many tickets one booking may hold: pure rules, without words for people."""

from collections.abc import Mapping
from dataclasses import dataclass

ZERO = "zero"
MAX_PER_BOOKING = "max_per_booking"
UNKNOWN_CATEGORY = "unknown_category"
MAX_QUANTITY = "max_quantity"
MIN_QUANTITY = "min_quantity"


@dataclass(frozen=True)
class Category:
    """What the rules know of a ticket category. ``max_quantity`` 0: no limit."""

    seats_per_ticket: int
    min_quantity: int
    max_quantity: int


@dataclass(frozen=True)
class Broken:
    """A rule that is not kept, of one category or of the booking (None)."""

    code: str
    category_id: int | None = None
    limit: int | None = None


def broken_rules(
    wanted: Mapping[int, int],
    categories: Mapping[int, Category],
    max_per_booking: int,
) -> list[Broken]:
    """The rules that wanted tickets break; empty when all is well.

    :param wanted: tickets by category id
    :param categories: those that are sold
    """
    broken = []
    if sum(wanted.values()) <= 0 or any(qty < 0 for qty in wanted.values()):
        broken.append(Broken(ZERO))
    if sum(wanted.values()) > max_per_booking:
        broken.append(Broken(MAX_PER_BOOKING, limit=max_per_booking))
    for category_id, quantity in wanted.items():
        category = categories.get(category_id)
        if not category:
            broken.append(Broken(UNKNOWN_CATEGORY, category_id))
        elif quantity > 0:
            broken += _broken_by_category(category_id, category, quantity)
    return broken


def _broken_by_category(
    category_id: int, category: Category, quantity: int
) -> list[Broken]:
    broken = []
    if category.max_quantity and quantity > category.max_quantity:
        broken.append(Broken(MAX_QUANTITY, category_id, category.max_quantity))
    if quantity < category.min_quantity:
        broken.append(Broken(MIN_QUANTITY, category_id, category.min_quantity))
    return broken
