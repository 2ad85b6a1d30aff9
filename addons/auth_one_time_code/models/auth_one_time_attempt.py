# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import InputRefused
from .own_transaction import own_transaction, request_memory

KEEP_DAYS = 90


class AuthOneTimeAttempt(models.Model):
    """What was tried with one-time codes. Lines are added and read, never changed.

    Written in a transaction of its own: a request that fails leaves its line.
    """

    _name = "auth.one.time.attempt"
    _description = "Attempt with a one-time code"
    _log_access = False
    _order = "id desc"
    _rec_name = "address"

    happened_at = fields.Datetime(
        string="When", required=True, readonly=True, index=True, help="UTC."
    )
    purpose = fields.Selection("_purposes", required=True, readonly=True)
    kind = fields.Selection([("email", "E-mail"), ("phone", "Phone")], readonly=True)
    address = fields.Char(readonly=True, help="Only so much of it as one may see.")
    address_hash = fields.Char(
        string="Address's digest",
        readonly=True,
        index="btree_not_null",
        help="The same for all attempts with one address.",
    )
    full_address = fields.Char(
        string="Full address",
        store=False,
        search="_search_full_address",
        help="To search for a whole e-mail address or number; it is not kept.",
    )
    ip = fields.Char(string="IP address", readonly=True)
    outcome = fields.Selection(
        [
            ("sent", "Code sent"),
            ("resent", "Code sent again"),
            ("limited", "Refused: too often"),
            ("not_served", "Refused: no SMS to this number"),
            ("wrong", "Wrong code"),
            ("expired", "No live code"),
            ("used", "Right code"),
            ("logged_in", "Logged in"),
            ("send_failed", "Sending failed"),
        ],
        required=True,
        readonly=True,
        index=True,
    )

    @api.model
    def _purposes(self):
        """What codes are for, in words: hook, for who logs attempts of another kind."""
        purpose = self.env["auth.one.time.code"]._fields["purpose"]
        return purpose._description_selection(self.env)

    @api.model
    def _search_full_address(self, operator, value):
        """By the digest: of the address itself nothing is kept."""
        if operator in ("ilike", "=ilike", "like", "=like"):
            value = [value]
        elif operator != "in":
            return NotImplemented
        one_time, digests = self.env["auth.one.time.code"], []
        for text in value:
            try:
                address = one_time._parse_address(text)
            except InputRefused:
                continue  # a part of one, or nothing of the kind: nobody's
            digests.append(one_time._address_digest(address))
        return Domain("address_hash", "in", digests)

    @api.model
    def _log(self, outcome, purpose, *, kind=None, masked=None, digest=None, ip=None):
        """Add a line; one per outcome of an HTTP request, however often it runs."""
        memory, known = request_memory(), ("log", outcome, purpose, digest)
        if known in memory:
            return
        with own_transaction(self.env) as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO auth_one_time_attempt
                                (happened_at, outcome, purpose, kind, address,
                                 address_hash, ip)
                         VALUES (clock_timestamp() AT TIME ZONE 'UTC',
                                 %s, %s, %s, %s, %s, %s)
                    """,
                    outcome,
                    purpose,
                    kind,
                    masked,
                    digest,
                    ip,
                )
            )
        memory[known] = True

    @api.model
    def _refuse_change(self):
        """:raise AccessError: always"""
        raise AccessError(
            self.env._("The log of attempts is written by the system and stays.")
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse, for everybody: :meth:`_log` writes it."""
        self._refuse_change()
        return super().create(vals_list)

    def write(self, vals):
        """Refuse, for everybody: it is a log."""
        self._refuse_change()
        return super().write(vals)

    def unlink(self):
        """Refuse, for everybody: it is a log."""
        self._refuse_change()
        return super().unlink()

    @api.autovacuum
    def _gc_attempts(self):
        self.env.execute_query(
            SQL(
                """
                DELETE FROM auth_one_time_attempt
                 WHERE happened_at < clock_timestamp() AT TIME ZONE 'UTC'
                                     - %s * INTERVAL '1 day'
             RETURNING id
                """,
                KEEP_DAYS,
            )
        )
