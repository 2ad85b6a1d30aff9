# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A job's step in a transaction of its own, which others may be at, too."""

import random
import time

import psycopg2

from odoo.exceptions import ConcurrencyError

TRIES = 5
# Somebody else was at it: the same step works in a moment.
BUSY = (
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    ConcurrencyError,
)


def alone(env, step):
    """Run a step and commit; again when it met another transaction.

    For jobs: whatever was not committed before is, or is lost.

    :param callable step: without arguments; must read what it writes by itself
    :return: whether it went through, and what the step returned
    :rtype: tuple[bool, object]
    """
    for attempt in range(TRIES):
        try:
            result = step()
            env["ir.cron"]._commit_progress(1)
        except BUSY:
            env.cr.rollback()
            time.sleep(random.uniform(0, 0.2 * 2**attempt))
        else:
            return True, result
    return False, None
