# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The text part of a mail begins with its words."""

from lxml import etree

from odoo import models
from odoo.tools import html2plaintext

# Odoo's layouts begin with a hidden preview; 140 of these push the rest out of it.
FILLER = "\u034f"


class MailMail(models.Model):
    """Readers of text (and those who have it read to them) met the fillers first."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, *args, **kwargs):
        outgoing = super()._prepare_outgoing_list(*args, **kwargs)
        for values in outgoing:
            if FILLER in (values["body_alternative"] or ""):
                values["body_alternative"] = html2plaintext(_shown(values["body"]))
        return outgoing


def _shown(body):
    """The HTML without the hidden element of the fillers."""
    tree = etree.fromstring(body, parser=etree.HTMLParser())
    for element in tree.xpath("//*[contains(@style, 'display: none')]"):
        if FILLER in "".join(element.itertext()) and element.getparent() is not None:
            element.getparent().remove(element)
    return etree.tostring(tree, encoding="unicode")
