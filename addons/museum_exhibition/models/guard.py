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


def refused(records, names, vals_list):
    """The guarded fields that a caller other than :func:`writing` tries to set.

    :param names: of the guarded fields
    :param vals_list: as `create` takes it
    :rtype: list[str]
    """
    if is_writing(records):
        return []
    return sorted(names & set().union(*vals_list))


def without_defaults(records, is_guarded):
    """The records, without those defaults of a caller's context that are guarded.

    :param is_guarded: tells it of a field's name
    """
    context = records.env.context
    kept = {
        key: value
        for key, value in context.items()
        if not (key.startswith("default_") and is_guarded(key.removeprefix("default_")))
    }
    if is_writing(records) or len(kept) == len(context):
        return records
    # Replaced: what is only merged would keep the defaults.
    return records.with_context(kept)  # pylint: disable=W0012,W8121
