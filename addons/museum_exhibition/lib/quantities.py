# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many tickets one booking may hold: pure rules, without words for people."""

from collections.abc import Mapping
from dataclasses import dataclass

ZERO = "zero"
MAX_PER_BOOKING = "max_per_booking"
MIN_PER_BOOKING = "min_per_booking"
UNKNOWN_CATEGORY = "unknown_category"
MAX_QUANTITY = "max_quantity"
MIN_QUANTITY = "min_quantity"
NOT_ON_DAY = "not_on_day"
NEEDS_ADULT = "needs_adult"
PER_ADULT = "per_adult"


@dataclass(frozen=True)
class Category:
    """What the rules know of a ticket category. A limit of 0: none.

    ``is_sold``: on the day of this visit.
    """

    seats_per_ticket: int
    min_quantity: int
    max_quantity: int
    is_adult: bool = False
    needs_adult: bool = False
    per_adult: int = 0
    is_sold: bool = True


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
    min_per_booking: int = 1,
) -> list[Broken]:
    """The rules that wanted tickets break; empty when all is well.

    :param wanted: tickets by category id
    :param categories: those that are sold
    """
    tickets = sum(wanted.values())
    broken = []
    if tickets <= 0 or any(qty < 0 for qty in wanted.values()):
        broken.append(Broken(ZERO))
    elif tickets < min_per_booking:
        broken.append(Broken(MIN_PER_BOOKING, limit=min_per_booking))
    if tickets > max_per_booking:
        broken.append(Broken(MAX_PER_BOOKING, limit=max_per_booking))
    adults = count_adults(wanted, categories)
    for category_id, quantity in wanted.items():
        category = categories.get(category_id)
        if not category:
            broken.append(Broken(UNKNOWN_CATEGORY, category_id))
        elif quantity > 0:
            broken += _broken_by_category(category_id, category, quantity)
            broken += _broken_by_adults(category_id, category, quantity, adults)
    return broken


def count_adults(wanted: Mapping[int, int], categories: Mapping[int, Category]) -> int:
    """Tickets whose visitors may accompany children."""
    return sum(
        quantity
        for category_id, quantity in wanted.items()
        if quantity > 0
        and category_id in categories
        and categories[category_id].is_adult
    )


def _broken_by_category(
    category_id: int, category: Category, quantity: int
) -> list[Broken]:
    broken = []
    if not category.is_sold:
        broken.append(Broken(NOT_ON_DAY, category_id))
    if category.max_quantity and quantity > category.max_quantity:
        broken.append(Broken(MAX_QUANTITY, category_id, category.max_quantity))
    if quantity < category.min_quantity:
        broken.append(Broken(MIN_QUANTITY, category_id, category.min_quantity))
    return broken


def _broken_by_adults(
    category_id: int, category: Category, quantity: int, adults: int
) -> list[Broken]:
    """Who comes without an adult is told that alone, not how many one may bring."""
    if not adults and (category.needs_adult or category.per_adult):
        return [Broken(NEEDS_ADULT, category_id)]
    if category.per_adult and quantity > category.per_adult * adults:
        return [Broken(PER_ADULT, category_id, category.per_adult)]
    return []
