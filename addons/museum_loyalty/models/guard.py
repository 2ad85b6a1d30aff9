# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose hand a promotion comes by, and where it may look.

Both are objects in the context: an RPC caller can send a key, but no object.
"""

from typing import NamedTuple

from odoo.addons.museum_exhibition.models.guard import (
    is_switched,
    is_writing,
    switched,
)

_APPLYING = "museum_loyalty_applying"
_SPENDING = "museum_loyalty_spending"
_SCOPE = "museum_loyalty_scope"
_RESTORING = "museum_loyalty_restoring"
_UNMAPPED = "museum_loyalty_unmapped"
_SILENT = "museum_loyalty_silent"
_VERIFYING = "museum_loyalty_verifying"


class Scope(NamedTuple):
    """What Odoo's computation of promotions sees of an order for a while."""

    rule_id: int | None
    """The only rule that counts; None: all."""
    line_ids: frozenset[int] | None
    """The only order lines that count; None: all."""


def applying(records):
    """The records, in the hands of Odoo's own code for promotions."""
    return switched(records, _APPLYING)


def is_applying(records):
    """Whether promotions of an order with visits may be changed by this call."""
    return is_switched(records, _APPLYING)


def spending(records):
    """The records, whose confirmation changes the balances of cards."""
    return switched(records, _SPENDING)


def is_spending(records):
    """Whether balances may be changed by this call: an order is being confirmed."""
    return is_switched(records, _SPENDING)


def restoring(records):
    """The records, whose promotions come back with visits that late money is for."""
    return switched(records, _RESTORING)


def is_restoring(records):
    """Whether promotions may be worked out though the money is there."""
    return is_switched(records, _RESTORING)


def is_trusted(records):
    """By Odoo's code for promotions, or by the visits' own."""
    return is_applying(records) or is_writing(records)


def unmapped(records):
    """The records, whose fiscal positions leave taxes as they are."""
    return switched(records, _UNMAPPED)


def is_unmapped(records):
    """Whether the call comes through :func:`unmapped`."""
    return is_switched(records, _UNMAPPED)


def silent(records):
    """The records, of whose promotions nobody reads why they do not hold."""
    return switched(records, _SILENT)


def is_silent(records):
    """Whether the words of a refusal would be thrown away."""
    return is_switched(records, _SILENT)


def verifying(records):
    """The records, whose promotions are worked out after what comes now."""
    return switched(records, _VERIFYING)


def is_verifying(records):
    """Whether promotions are worked out in a moment anyway."""
    return is_switched(records, _VERIFYING)


def within(records, scope):
    """The records, whose promotions see no more than the scope."""
    return records.with_context(**{_SCOPE: scope})


def scope_of(records):
    """:rtype: Scope | None"""
    scope = records.env.context.get(_SCOPE)
    return scope if isinstance(scope, Scope) else None
