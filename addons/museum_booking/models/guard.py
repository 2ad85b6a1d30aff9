# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may write what the seat engine and the state tables stand for.

A plain context key could be sent by any RPC caller; an object cannot. Code of this
addon that has done the seats' part writes through :func:`writing`, everybody else
meets the guards in ``write`` and ``create``.
"""

_WRITER = object()
_KEY = "museum_writer"


def writing(records):
    """The records, allowed to write guarded fields."""
    return records.with_context(**{_KEY: _WRITER})


def is_writing(records):
    """Whether the call comes through :func:`writing`."""
    return records.env.context.get(_KEY) is _WRITER
