# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import html2plaintext


class MuseumExhibition(models.Model):
    """What becomes of the money belongs to what is agreed to with a visit."""

    _inherit = "museum.exhibition"

    cancellation_policy_id = fields.Many2one(
        "museum.cancellation.policy",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Shown and accepted before paying; each booking keeps it. Empty: the"
        " museum's own.",
    )

    def _cancellation_policy(self):
        """The policy for visits here: its own, else the museum's; may be empty.

        :rtype: museum.cancellation.policy
        """
        self.ensure_one()
        exhibition = self.sudo()
        return (
            exhibition.cancellation_policy_id
            or exhibition.company_id.museum_cancellation_policy_id
        )

    def _terms_parts(self):
        """All that is accepted with a visit here: the museum's terms, its own, policy.

        :return: list of dicts title, text (Html), version ("" for a policy); what has
            no text is left out
        """
        self.ensure_one()
        company = self.sudo().company_id
        own, version = self._visit_terms()
        policy = self._cancellation_policy()
        parts = [
            {
                "title": self.env._("Terms of the visit"),
                "text": company.museum_terms,
                "version": company.museum_terms_version or "",
            },
            {
                "title": self.env._("Terms of %(title)s", title=self.name),
                "text": own,
                "version": version,
            },
            {
                "title": self.env._(
                    "If you cannot come: %(policy)s", policy=policy.name
                ),
                "text": policy._full_text(),
                "version": "",
            },
        ]
        return [part for part in parts if html2plaintext(part["text"] or "").strip()]

    def _terms_version(self):
        """The versions that are accepted with a visit here: "3", or "3 + Dome 2".

        :rtype: str
        """
        self.ensure_one()
        version = self.sudo().company_id.museum_terms_version or ""
        own = self._visit_terms()[0] and self.terms_version
        return f"{version} + {own}" if own else version
