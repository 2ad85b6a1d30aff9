# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may write the state of an order with visits.

The guard of museum_exhibition does the same for seats, tickets and their states.
"""

_MOVER = object()
_KEY = "museum_order_state"


def moving_state(orders):
    """The orders, on their way to another state by one of Odoo's own methods."""
    return orders.with_context(**{_KEY: _MOVER})


def is_moving_state(orders):
    """Whether the call comes through :func:`moving_state`."""
    return orders.env.context.get(_KEY) is _MOVER
