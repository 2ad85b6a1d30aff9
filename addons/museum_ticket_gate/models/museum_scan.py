# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..lib.verdict import VERDICTS


class MuseumScan(models.Model):
    """One attempt to enter: append-only, refused ones too.

    Rows are written by the admission statement alone (``lib/admission.py``), in
    the transaction that lets the visitor in. Nobody changes or deletes them.
    """

    _name = "museum.scan"
    _description = "Museum Gate Scan"
    _order = "received_at desc, id desc"
    _rec_name = "code"
    # who and when are fields of its own here; four columns less in the hot path
    _log_access = False

    uuid = fields.Char(
        string="Scan number",
        required=True,
        readonly=True,
        help="Given by the device: a repeated request is answered, not repeated.",
    )
    scanned_at = fields.Datetime(
        required=True, readonly=True, help="The device's clock when it was scanned."
    )
    received_at = fields.Datetime(
        required=True, readonly=True, help="The server's clock when it was decided."
    )
    gate_id = fields.Many2one(
        "museum.gate", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Operator",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    device = fields.Char(readonly=True)
    code = fields.Char(
        readonly=True,
        help="The ticket's or booking's code; of anything else only its shape.",
    )
    ticket_id = fields.Many2one(
        "museum.ticket", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    booking_id = fields.Many2one(
        "museum.booking", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    slot_id = fields.Many2one("museum.slot", readonly=True, ondelete="restrict")
    exhibition_id = fields.Many2one(
        "museum.exhibition", readonly=True, ondelete="restrict"
    )
    admitted_ticket_ids = fields.One2many(
        "museum.ticket", "first_entry_scan_id", string="Tickets let in", readonly=True
    )
    verdict = fields.Selection(selection=list(VERDICTS), required=True, readonly=True)
    visitors = fields.Integer(
        string="Visitors let in", required=True, default=0, readonly=True
    )
    details = fields.Json(readonly=True)
    was_offline = fields.Boolean(readonly=True)
    overridden_verdict = fields.Selection(
        selection=list(VERDICTS),
        readonly=True,
        help="What the gate would have answered, had a manager not decided.",
    )
    override_reason = fields.Char(readonly=True)

    _uuid_uniq = models.Constraint("UNIQUE(uuid)", "This scan was recorded already.")
    _visitors_not_negative = models.Constraint("CHECK(visitors >= 0)")
    # only what was granted lets anybody in, and an override names its reason
    _admits_when_granted = models.Constraint(
        "CHECK(verdict = 'granted' OR visitors = 0)"
    )
    _override_has_reason = models.Constraint(
        "CHECK((overridden_verdict IS NULL) = (override_reason IS NULL))"
    )
    _gate_received_idx = models.Index("(gate_id, received_at)")
    _received_idx = models.Index("(received_at)")

    @api.model
    def _refuse_change(self):
        """:raise AccessError: always"""
        raise AccessError(
            self.env._(
                "The scan log is append-only: nobody can change or delete what "
                "happened at a gate."
            )
        )

    def write(self, vals):
        """Refuse, for managers and the system too: it is a log."""
        self._refuse_change()
        return super().write(vals)

    def unlink(self):
        """Refuse, for managers and the system too: it is a log."""
        self._refuse_change()
        return super().unlink()
