# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEEP_HOURS = 24


class MuseumIdempotencyKey(models.Model):
    """The answer that a write of the API has given, by its ``Idempotency-Key``.

    A client that lost the answer sends the same request with the same key and gets
    the same answer, without the work being done twice. The row is written in the
    request's own transaction: work and answer are both there, or neither is.

    Only answers that did something (2xx) are kept. A refusal changed nothing, so a
    repetition is simply tried again.
    """

    _name = "museum.idempotency.key"
    _description = "Museum API answer kept for repetition"
    _log_access = False
    _rec_name = "key"

    scope = fields.Char(required=True, readonly=True, help="Who sent it.")
    key = fields.Char(required=True, readonly=True)
    request_hash = fields.Char(required=True, readonly=True)
    status = fields.Integer(required=True, readonly=True)
    body = fields.Text(readonly=True)
    create_date = fields.Datetime(
        required=True, readonly=True, index=True, default=fields.Datetime.now
    )

    _scope_key_uniq = models.Constraint(
        "UNIQUE (scope, key)", "An answer is kept once per sender and key."
    )

    @api.model
    def _claim(self, scope, key):
        """Claim the key for this transaction, without ever waiting.

        :return: whether nobody else is working on the same request right now.
        :rtype: bool
        """
        (row,) = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 0))",
                name=f"museum_idempotency:{scope}:{key}",
            )
        )
        return row[0]

    @api.model
    def _recall(self, scope, key):
        """The kept answer of this sender and key.

        :return: ``(request_hash, status, body)``, or None.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT request_hash, status, body
                  FROM museum_idempotency_key
                 WHERE scope = %(scope)s
                   AND key = %(key)s
                """,
                scope=scope,
                key=key,
            )
        )
        return rows[0] if rows else None

    @api.model
    def _keep(self, scope, key, request_hash, *, status, body):
        """Keep an answer, at the end of the request that made it.

        When a twin committed after this transaction's snapshot was taken, PostgreSQL
        reports a serialization failure here; Odoo then runs the request again, which
        finds the twin's answer.
        """
        self.env.execute_query(
            SQL(
                """
                INSERT INTO museum_idempotency_key
                            (scope, key, request_hash, status, body, create_date)
                     VALUES (%(scope)s, %(key)s, %(request_hash)s, %(status)s,
                             %(body)s, clock_timestamp() AT TIME ZONE 'UTC')
                ON CONFLICT (scope, key) DO NOTHING
                  RETURNING id
                """,
                scope=scope,
                key=key,
                request_hash=request_hash,
                status=status,
                body=body,
            )
        )

    @api.autovacuum
    def _gc_kept_answers(self):
        limit = fields.Datetime.now() - timedelta(hours=KEEP_HOURS)
        self.sudo().search([("create_date", "<", limit)], limit=50000).unlink()
