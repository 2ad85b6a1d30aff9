# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work that stays, whatever becomes of the request that does it."""

from contextlib import contextmanager

from odoo import modules
from odoo.http import request
from odoo.sql_db import Cursor

_MEMORY = "_one_time_code_memory"


def in_test_transaction(env):
    """Whether all data of a test are in one transaction that is never committed.

    Another connection would not see them. Threads of a test with cursors of their own
    are not meant.
    """
    test = modules.module.current_test
    if not test:
        return False
    return not isinstance(env.cr, Cursor) or getattr(test, "cr", None) is env.cr


@contextmanager
def own_transaction(env):
    """A cursor in a short READ COMMITTED transaction beside the caller's one.

    Committed on exit, rolled back when the body raises. In the one transaction of a
    test a savepoint stands in for it.
    """
    if in_test_transaction(env):
        with env.cr.savepoint():
            yield env.cr
        return
    with env.registry.cursor() as cr:
        # One round trip; the isolation level must come before any query.
        cr.execute(
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
            "SET LOCAL lock_timeout = '3s'"
        )
        yield cr


def request_memory():
    """What this HTTP request already did in transactions of its own.

    Odoo runs a request again when two collide; it is the same request object then, and
    what is counted, used or logged stays counted once. Empty without a request.
    """
    if not request:
        return {}
    memory = getattr(request, _MEMORY, None)
    if not isinstance(memory, dict):
        memory = {}
        setattr(request, _MEMORY, memory)
    return memory


def database_key(env):
    """The database's secret, the key of all digests."""
    return env["ir.config_parameter"].sudo().get_param("database.secret")
