# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError

from odoo.addons.museum_exhibition.models.guard import is_writing, writing

from ..lib import ticket_token


class MuseumSigningKey(models.Model):
    """A key pair that ticket QRs are signed with; one of them is current.

    Gates know the public keys by their number, the old ones too: a ticket printed
    long ago stays genuine. The private part is read by the system alone, and is
    forgotten when a key is replaced.
    """

    _name = "museum.signing.key"
    _description = "Museum Ticket Signing Key"
    _rec_name = "kid"
    _order = "kid desc"

    kid = fields.Integer(string="Number", required=True, readonly=True, copy=False)
    public_key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        help="Uncompressed point of the curve P-256 (65 bytes) in base64.",
    )
    private_key = fields.Char(
        readonly=True, copy=False, groups=fields.NO_ACCESS, prefetch=False
    )
    is_current = fields.Boolean(string="In use", readonly=True, copy=False)
    retired_at = fields.Datetime(readonly=True, copy=False)

    _kid_uniq = models.Constraint("UNIQUE(kid)", "Each key has its own number.")
    _kid_range = models.Constraint(
        f"CHECK(kid BETWEEN 1 AND {ticket_token.MAX_KEY_NUMBER})",
        "There are no numbers left for signing keys.",
    )
    # What makes "created exactly once" true, however many ask at the same time.
    _current_uniq = models.UniqueIndex("(is_current) WHERE is_current")

    @api.depends("kid")
    def _compute_display_name(self):
        for key in self:
            key.display_name = self.env._("Key %(number)s", number=key.kid)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_writer()
        return super().create(vals_list)

    def write(self, vals):
        self._check_writer()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("Signing keys are kept: tickets depend on them."))

    def _check_writer(self):
        """:raise AccessError: somebody brings a key along, which could sign anything"""
        if not is_writing(self):
            raise AccessError(self.env._("Signing keys are made by the system."))

    @api.model
    def _current(self):
        """The key to sign with, made at the first call; sudo'ed.

        :raise ConcurrencyError: another transaction made it meanwhile and this one
            cannot see it yet; Odoo runs the request again
        """
        key_sudo = self.sudo().search([("is_current", "=", True)], limit=1)
        return key_sudo or self._make()

    @api.model
    def _make(self):
        private_key, public_key = ticket_token.generate_key()
        latest = self.sudo().search([], limit=1)
        try:
            with self.env.cr.savepoint():
                return writing(self.sudo()).create(
                    {
                        "kid": latest.kid + 1,
                        "public_key": public_key,
                        "private_key": private_key,
                        "is_current": True,
                    }
                )
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError("another signing key was made") from error

    @api.model
    def _rotate(self):
        """Replace the current key; tickets signed so far stay genuine.

        QRs shown from now on are signed anew. Gates without network learn the new
        key with their next snapshot.
        :return: the new key, sudo'ed
        """
        old_sudo = self.sudo().search([("is_current", "=", True)])
        writing(old_sudo).write(
            {
                "is_current": False,
                "private_key": False,
                "retired_at": fields.Datetime.now(),
            }
        )
        old_sudo.flush_recordset()
        return self._make()

    def action_rotate(self):
        """Button: see `_rotate`."""
        self.check_access("write")
        key_sudo = self._rotate()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "New tickets are signed with key %(number)s. Let gates that work "
                    "without network connect once to learn it.",
                    number=key_sudo.kid,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _public_keys(self):
        """Public keys by number, for `ticket_token.verify`: {1: "BJ4x..."}."""
        return {key.kid: key.public_key for key in self._all()}

    @api.model
    def _public_list(self):
        """What a gate needs for checking tickets without network; holds no secret."""
        return [
            {
                "kid": key.kid,
                "algorithm": "ES256",
                "public_key": key.public_key,
                "current": key.is_current,
            }
            for key in self._all()
        ]

    @api.model
    def _all(self):
        # Few: one for each replacement. The old ones stay with their tickets.
        return self.sudo().search([("kid", ">", 0)])

    @api.model
    def _sign(self, payload):
        """The token of a `ticket_token.Payload`, by the current key."""
        key_sudo = self._current()
        return ticket_token.sign(payload, key_sudo.kid, key_sudo.private_key)

    @api.model
    def _verify(self, scanned):
        """What a scanned token says, once it is proved to be ours.

        :raise ticket_token.TokenError: with its reason
        """
        return ticket_token.verify(scanned, self._public_keys())
