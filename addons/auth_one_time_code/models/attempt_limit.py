# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import math

from odoo import api, fields, models
from odoo.tools import SQL

from ..lib import codes
from .own_transaction import database_key, own_transaction, request_memory

NOW = SQL("clock_timestamp() AT TIME ZONE 'UTC'")
# No longer window than this is kept.
KEEP_DAYS = 2


class _Refused(Exception):
    """One of the rules is used up: nothing is counted."""


class AttemptLimit(models.Model):
    """How often something was tried: guesses, messages, look-ups.

    One row for each value and window. The value is only there as a keyed digest. Rows
    are written in short transactions of their own, so a count stays when the request is
    rolled back, and it is the same for all workers.
    """

    _name = "attempt.limit"
    _description = "Limit on attempts"
    _log_access = False
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True, help="Of purpose, scope, value.")
    seconds = fields.Integer(required=True, readonly=True, help="The window's length.")
    started_at = fields.Datetime(required=True, readonly=True, index=True)
    last_at = fields.Datetime(required=True, readonly=True)
    count = fields.Integer(required=True, readonly=True, default=0)

    _key_uniq = models.Constraint(
        "UNIQUE (key, seconds)", "A value is counted once per window."
    )

    @api.model
    def _key(self, purpose, scope, value):
        return codes.digest(database_key(self.env), "limit", purpose, scope, value)

    @api.model
    def _keyed(self, rules):
        """The rules by key, in the one order in which rows are locked."""
        return sorted(
            (self._key(rule.purpose, rule.scope, rule.value), rule.seconds, rule)
            for rule in rules
        )

    @api.model
    def _spend(self, rules):
        """Count one attempt on all of the rules, or on none when one is used up.

        A refused attempt prolongs no window. An HTTP request that Odoo runs again is
        counted once.

        :param rules: of ``lib.waits.Rule``
        :return: 0, or the seconds to wait until the next attempt
        :rtype: int
        """
        memory, known = request_memory(), ("spend", tuple(rules))
        if known in memory:
            return memory[known]
        try:
            with own_transaction(self.env) as cr:
                for key, _seconds, rule in self._keyed(rules):
                    self._count(cr, key, rule)
            wait = 0
        except _Refused:
            wait = max(1, self._wait(rules))
        memory[known] = wait
        return wait

    @api.model
    def _count(self, cr, key, rule):
        """One conditional UPSERT; the row's lock makes attempts at once wait."""
        if rule.most < 1:  # the first row would be made without a look at it
            raise _Refused
        cr.execute(
            SQL(
                """
                INSERT INTO attempt_limit AS spent
                            (key, seconds, started_at, last_at, count)
                     VALUES (%(key)s, %(seconds)s, %(now)s, %(now)s, 1)
                ON CONFLICT (key, seconds) DO UPDATE
                        SET count = CASE WHEN %(is_over)s THEN 1
                                         ELSE spent.count + 1 END,
                            started_at = CASE WHEN %(is_over)s THEN %(now)s
                                              ELSE spent.started_at END,
                            last_at = %(now)s
                      WHERE %(is_over)s
                         OR (spent.count < %(most)s AND %(waited_until)s <= %(now)s)
                  RETURNING 1
                """,
                key=key,
                seconds=rule.seconds,
                most=rule.most,
                now=NOW,
                is_over=SQL(
                    "spent.started_at + spent.seconds * INTERVAL '1 second' <= %s", NOW
                ),
                waited_until=self._waited_until(rule),
            )
        )
        if not cr.rowcount:
            raise _Refused

    @api.model
    def _waited_until(self, rule):
        return SQL(
            "spent.last_at"
            " + COALESCE((%s::int[])[spent.count], 0) * INTERVAL '1 second'",
            list(rule.waits),
        )

    @api.model
    def _wait(self, rules):
        """Seconds until an attempt would be counted on all of the rules; counts none.

        :rtype: int
        """
        longest = 0.0
        with own_transaction(self.env) as cr:
            for key, seconds, rule in self._keyed(rules):
                cr.execute(
                    SQL(
                        """
                        SELECT EXTRACT(EPOCH FROM ends_at - now_at)::float,
                               EXTRACT(EPOCH FROM waited_until - now_at)::float,
                               count
                          FROM (SELECT spent.started_at
                                       + spent.seconds * INTERVAL '1 second' AS ends_at,
                                       %(waited_until)s AS waited_until,
                                       %(now)s AS now_at,
                                       spent.count
                                  FROM attempt_limit spent
                                 WHERE key = %(key)s AND seconds = %(seconds)s) AS row
                        """,
                        key=key,
                        seconds=seconds,
                        now=NOW,
                        waited_until=self._waited_until(rule),
                    )
                )
                for ends_in, waits_for, count in cr.fetchall():
                    if ends_in > 0:
                        longest = max(
                            longest, ends_in if count >= rule.most else waits_for
                        )
        return math.ceil(longest)

    @api.model
    def _give_back(self, rules):
        """Take back what :meth:`_spend` counted: the attempt was a good one.

        Only for those rules whose count began with it; the wait after it stays.
        """
        memory, known = request_memory(), ("give_back", tuple(rules))
        if known in memory:
            return
        with own_transaction(self.env) as cr:
            for key, seconds, _rule in self._keyed(rules):
                cr.execute(
                    SQL(
                        """
                        UPDATE attempt_limit SET count = count - 1
                         WHERE key = %s AND seconds = %s AND count > 0
                        """,
                        key,
                        seconds,
                    )
                )
        memory[known] = True

    @api.model
    def _undo(self, rules, until):
        """Take back what :meth:`_spend` counted, and the wait after it.

        When an attempt was counted, the wait after the one before was over: so it is
        again. Nothing is undone that began, or was counted last, after ``until``.

        :param datetime until: UTC; the attempt was before that, the next one is after
        """
        with own_transaction(self.env) as cr:
            for key, seconds, _rule in self._keyed(rules):
                cr.execute(
                    SQL(
                        """
                        UPDATE attempt_limit
                           SET count = count - 1,
                               last_at = CASE WHEN last_at < %(until)s THEN started_at
                                              ELSE last_at END
                         WHERE key = %(key)s AND seconds = %(seconds)s
                           AND count > 0 AND started_at < %(until)s
                        """,
                        key=key,
                        seconds=seconds,
                        until=until,
                    )
                )

    @api.model
    def _forgive(self, purpose, *counted):
        """Begin anew after a success, in all windows of what was counted.

        :param counted: pairs of scope and value
        """
        keys = [self._key(purpose, scope, value) for scope, value in counted]
        with own_transaction(self.env) as cr:
            # In the one order in which rows are locked, see `_keyed`.
            cr.execute(
                SQL(
                    """
                    DELETE FROM attempt_limit
                     WHERE id IN (SELECT id FROM attempt_limit WHERE key = ANY(%s)
                                   ORDER BY key, seconds FOR UPDATE)
                    """,
                    keys,
                )
            )

    @api.autovacuum
    def _gc_windows(self):
        with own_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    DELETE FROM attempt_limit
                     WHERE started_at < %s - %s * INTERVAL '1 day'
                       AND started_at + seconds * INTERVAL '1 second' < %s
                    """,
                    NOW,
                    KEEP_DAYS,
                    NOW,
                )
            )
