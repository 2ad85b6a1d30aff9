# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes back for a part of what was sold, to the smallest unit.

Pure arithmetic in whole smallest units (paise, cents). What an order line was sold for
is kept as a :class:`Share`, worked out once by Odoo's tax engine; everything that is
given back later is taken out of it, so that all parts together are exactly the whole,
in total and in each tax.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from . import shares

# The amount without tax, among the taxes' ids.
BASE = "base"

Parts = dict[str, int]
"""``{"base": amount without tax, "<tax id>": amount of this tax}``"""


class RefundPart(NamedTuple):
    """So many tickets of an order line, and by which rule they go back."""

    sale_line_id: int
    quantity: int
    percent: float = 100.0
    """Of the price, 0-100."""
    fee: float = 0.0
    """Kept by the museum for the whole part, tax included, in the order's currency."""


@dataclass(frozen=True)
class Share:
    """A number of tickets of one order line, and all that belongs to their price."""

    quantity: int
    own: Parts
    off: dict[str, Parts] = field(default_factory=dict)
    """What discounts take off them, positive, by the discount's order line."""
    kind: dict[str, Parts] = field(default_factory=dict)
    """What cards paid for them, positive, by the card's order line."""

    @property
    def value(self) -> int:
        """What they were sold for, tax included, discounts taken off."""
        return sum(self.own.values()) - _total(self.off)

    @property
    def in_kind(self) -> int:
        """What of the value cards paid."""
        return _total(self.kind)

    @property
    def money(self) -> int:
        """What of the value was money."""
        return self.value - self.in_kind

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what :meth:`as_json` wrote."""
        return cls(data["quantity"], data["own"], data["off"], data["kind"])

    def as_json(self) -> dict[str, Any]:
        """Plain data, to be stored."""
        return {
            "quantity": self.quantity,
            "own": self.own,
            "off": self.off,
            "kind": self.kind,
        }

    def less(self, others: Iterable["Share"]) -> "Share":
        """What is left when the others were taken out."""
        quantity, own = self.quantity, dict(self.own)
        groups = ({**self.off}, {**self.kind})
        for other in others:
            quantity -= other.quantity
            own = _minus(own, other.own)
            for group, taken in zip(groups, (other.off, other.kind), strict=True):
                for key, parts in taken.items():
                    group[key] = _minus(group.get(key, {}), parts)
        return Share(quantity, own, *groups)

    def take(self, quantity: int) -> "Share":
        """The share of so many tickets; of all that are left it is all that is left.

        :raise ValueError: more than there are
        """
        if not 0 < quantity <= self.quantity:
            raise ValueError(f"{quantity} of {self.quantity}")
        weights = {"taken": quantity, "rest": self.quantity - quantity}

        def taken(parts: Parts) -> Parts:
            # The total first: rounded one by one, two tickets of 200.00 with two taxes
            # would be 200.01 and 199.99.
            total = shares.split(sum(parts.values()), weights)["taken"]
            return shares.split(total, parts)

        return Share(
            quantity,
            taken(self.own),
            {key: taken(parts) for key, parts in self.off.items()},
            {key: taken(parts) for key, parts in self.kind.items()},
        )

    def worth(self, value: int) -> "Share":
        """The same tickets for another value: taxes and shares in proportion."""
        if value == self.value:
            return self
        whole = self.value
        off = {key: _scaled(parts, value, whole) for key, parts in self.off.items()}
        kind = {key: _scaled(parts, value, whole) for key, parts in self.kind.items()}
        own = shares.split(value + _total(off), self.own)
        return Share(self.quantity, own, off, kind)

    def with_money(self, money: int) -> "Share":
        """The same tickets, when no more than this was paid for them in money."""
        if money == self.money:
            return self
        if not self.kind:
            return self.worth(money)
        # Cards have paid their share, whatever became of the money.
        return self.worth(money + self.in_kind)._with_kind(self.kind)

    def _with_kind(self, kind: dict[str, Parts]) -> "Share":
        return Share(self.quantity, self.own, self.off, kind)

    def by_rule(self, percent: float, fee: int) -> "Share":
        """What a rule gives back of these tickets, never less than nothing.

        :param percent: of the value, 0-100; two digits count
        :param fee: kept of it, in the smallest unit
        """
        points = round(percent * 100)
        if not 0 <= points <= 10_000 or fee < 0:
            raise ValueError(f"{percent} percent, fee {fee}")
        # Halves go to the visitor.
        value = (self.value * points + 5_000) // 10_000
        return self.worth(max(0, value - fee))


def _total(group: Mapping[str, Parts]) -> int:
    return sum(sum(parts.values()) for parts in group.values())


def _minus(parts: Parts, others: Parts) -> Parts:
    return {key: amount - others.get(key, 0) for key, amount in parts.items()}


def _scaled(parts: Parts, value: int, whole: int) -> Parts:
    """Parts in the proportion of value to whole; rounded down, as they lessen."""
    if not whole:
        return dict.fromkeys(parts, 0)
    return shares.split(sum(parts.values()) * value // whole, parts)


def spread(total: Parts, weights: Mapping[str, int]) -> dict[str, Parts]:
    """Split an amount and its taxes over several lines; nothing is left over.

    :param total: positive parts of a discount's or card's line
    :param weights: what each line is worth
    :return: parts for each key of ``weights``
    """
    left = dict(total)
    result = {}
    wanted = shares.split(sum(total.values()), weights)
    for key, amount in wanted.items():
        parts = shares.split(amount, left)
        result[key] = parts
        left = _minus(left, parts)
    return result
