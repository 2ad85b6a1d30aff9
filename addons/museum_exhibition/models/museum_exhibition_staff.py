# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models

STATES = [
    ("draft", "Draft"),
    ("published", "Published"),
    ("closed", "Closed"),
    ("archived", "Archived"),
]


class MuseumExhibition(models.Model):
    """The life of an exhibition: draft, published, closed, archived."""

    _inherit = "museum.exhibition"

    state = fields.Selection(
        STATES,
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
        help="Draft: staff only. Published: on the website and on sale. Closed: on the"
        " website, nothing is sold. Archived: kept for its history.",
    )

    @api.depends("active", "is_closed", "is_published")
    def _compute_state(self):
        for exhibition in self:
            if not exhibition.active:
                exhibition.state = "archived"
            elif not exhibition.is_published:
                exhibition.state = "draft"
            else:
                exhibition.state = "closed" if exhibition.is_closed else "published"

    def action_publish(self):
        """Show the exhibition on the website and sell its visits."""
        self.write({"is_published": True, "is_closed": False})

    def action_draft(self):
        """Take the page off the website; what was sold stays good."""
        self.write({"is_published": False})

    def action_close(self):
        """Sell nothing any more; the page stays."""
        self.write({"is_closed": True})

    def action_reopen(self):
        """Sell again."""
        self.write({"is_closed": False})
