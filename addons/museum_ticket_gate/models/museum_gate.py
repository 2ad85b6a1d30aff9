# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MuseumGate(models.Model):
    """A door where tickets are scanned, and what it adds to the time they say."""

    _name = "museum.gate"
    _description = "Museum Gate"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    venue_id = fields.Many2one(
        "museum.venue",
        check_company=True,
        ondelete="restrict",
        help="Only tickets for this venue are let in. Empty: any venue of the museum.",
    )
    early_minutes = fields.Integer(
        string="Lets in earlier by (minutes)",
        default=0,
        required=True,
        help="Added to what tickets say: this door opens so many minutes before the"
        " entry of the exhibition does.",
    )
    late_minutes = fields.Integer(
        string="Lets in later by (minutes)",
        default=0,
        required=True,
        help="Added to what tickets say: this door lets people in for so many minutes"
        " after the entry of the exhibition has closed.",
    )
    scan_ids = fields.One2many("museum.scan", "gate_id", string="Scans", readonly=True)
    scan_count = fields.Integer(compute="_compute_scan_count")

    _tolerance_not_negative = models.Constraint(
        "CHECK(early_minutes >= 0 AND late_minutes >= 0)",
        "Minutes of early and late entry cannot be negative.",
    )

    @api.depends("scan_ids")
    def _compute_scan_count(self):
        counts = dict(
            self.env["museum.scan"]._read_group(
                [("gate_id", "in", self.ids)], ["gate_id"], ["__count"]
            )
        )
        for gate in self:
            gate.scan_count = counts.get(gate, 0)

    @api.model_create_multi
    def create(self, vals_list):
        gates = super().create(vals_list)
        self.env.registry.clear_cache()
        return gates

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def action_open_gate(self):
        """Open this gate's scanning page in a tab of its own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/gate?gate={self.id}",
            "target": "new",
        }

    def action_view_scans(self):
        """List what was scanned at these gates."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "museum_ticket_gate.museum_scan_action"
        )
        action["domain"] = [("gate_id", "in", self.ids)]
        action["context"] = {}
        return action

    @api.model
    def _page_texts(self):
        """Sentences of the page, in the operator's language."""
        return {
            "go": self.env._("GO"),
            "wait": self.env._("WAIT"),
            "no": self.env._("NO"),
            "no_answer": self.env._("No answer from the server. Nothing was decided."),
            "logged_out": self.env._("You are logged out. Log in and scan again."),
            "forbidden": self.env._("You cannot use this gate."),
            "refused_request": self.env._("The server did not understand this scan."),
            "people": self.env._("%(count)s people"),
            "ask_for": self.env._("Ask for:"),
            "again": self.env._("Try again"),
            "skip": self.env._("Next visitor"),
            "login": self.env._("Log in"),
            "online": self.env._("Online"),
            "offline": self.env._("No network"),
            "aim": self.env._("Hold the ticket's code in the square"),
            "no_camera": self.env._("No camera here: use the scanner or type the code"),
            "camera_denied": self.env._(
                "The camera is not allowed: allow it in the browser, or use the "
                "scanner or type the code"
            ),
            "camera_insecure": self.env._(
                "The camera needs a secure address (https): use the scanner or type "
                "the code"
            ),
            "tap": self.env._("Tap to go on"),
            "nothing_scanned": self.env._("Nothing scanned yet"),
            "waiting": self.env._("%(count)s without an answer"),
            "override": self.env._("Let in anyway"),
            "override_reason": self.env._("Why do you let this visitor in?"),
            "let_in_by": self.env._("Let in by a manager"),
        }
