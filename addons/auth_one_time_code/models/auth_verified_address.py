# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class AuthVerifiedAddress(models.Model):
    """Whose an address is, proved by a code.

    ``res.partner.phone`` can be typed by anybody, this cannot.
    """

    _name = "auth.verified.address"
    _description = "Verified address"
    _order = "id desc"
    _rec_name = "value"

    kind = fields.Selection(
        [("email", "E-mail"), ("phone", "Phone")], required=True, readonly=True
    )
    value = fields.Char(required=True, readonly=True)
    # Empty only inside the transaction that makes the user.
    user_id = fields.Many2one(
        "res.users", readonly=True, index=True, ondelete="cascade"
    )
    verified_at = fields.Datetime(required=True, readonly=True, help="UTC.")
    is_contact_elsewhere = fields.Boolean(
        string="To be told that another account has it as its contact",
        readonly=True,
        help="Until the new account's owner was told so, once.",
    )

    _address_uniq = models.Constraint(
        "UNIQUE (kind, value)", "An address belongs to one user."
    )

    @api.model
    def _find(self, kind, value):
        return self.sudo().search([("kind", "=", kind), ("value", "=", value)])

    @api.model
    def _claim(self, kind, value, user=None):
        """Take an address for a user, or for one that the caller makes now.

        Of two transactions at once the second waits for the first; PostgreSQL then
        reports a serialization failure, and Odoo runs the second request again, which
        finds the user.

        :return: the new row, or none when the address is taken
        """
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO auth_verified_address (kind, value, user_id, verified_at)
                     VALUES (%s, %s, %s, clock_timestamp() AT TIME ZONE 'UTC')
                ON CONFLICT (kind, value) DO NOTHING
                  RETURNING id
                """,
                kind,
                value,
                user.id if user else None,
            )
        )
        return self.sudo().browse(row[0] for row in rows)

    def _move(self, user):
        """Make the address another user's; of two at once one succeeds.

        :return: whether it was still its former user's
        """
        self.ensure_one()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE auth_verified_address
                   SET user_id = %s, is_contact_elsewhere = FALSE,
                       verified_at = clock_timestamp() AT TIME ZONE 'UTC'
                 WHERE id = %s AND user_id = %s
             RETURNING id
                """,
                user.id,
                self.id,
                self.user_id.id,
            )
        )
        self.invalidate_recordset()
        return bool(rows)
