# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who may write what the seat engine and the state tables stand for.

A plain context key could be sent by any RPC caller; an object cannot. Code of the
museum's addons that has done the seats' part writes through :func:`writing`, everybody
else meets the guards in ``write`` and ``create``.
"""

_WRITER = object()
_KEY = "museum_writer"
_SWITCHED_ON = object()


def writing(records):
    """The records, allowed to write guarded fields."""
    return records.with_context(**{_KEY: _WRITER})


def is_writing(records):
    """Whether the call comes through :func:`writing`."""
    return records.env.context.get(_KEY) is _WRITER


def switched(records, name):
    """The records, with a switch of the museum's own code on."""
    return records.with_context(**{name: _SWITCHED_ON})


def is_switched(records, name):
    """Whether the call comes through :func:`switched` with this name."""
    return records.env.context.get(name) is _SWITCHED_ON


def differs(record, name, value):
    """Whether writing ``value`` would change the field; forms send what they have.

    :param record: one record
    :param value: as `write` takes it, commands included
    """
    field = record._fields[name]
    old = field.convert_to_cache(record[name], record, validate=False)
    new = field.convert_to_cache(value, record, validate=False)
    if field.type in ("one2many", "many2many"):
        return set(old) != set(new)
    return old != new
