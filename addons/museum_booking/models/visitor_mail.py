# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mail to the visitor about something that has happened, whatever becomes of it."""

import logging

from odoo import models

from .own_turn import BUSY

_logger = logging.getLogger(__name__)


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    def _mail_visitor(self, template, **words):
        """Put a mail into Odoo's queue, in the visitor's language.

        Seats and money are not kept waiting by it: without an address, without the
        template, or with one that staff wrote an error into, nothing is sent.

        :param str template: external id of a mail.template
        :param words: of its context; callables get the booking in that language
        """
        self.ensure_one()
        booking = self.sudo().with_context(lang=self._ticket_lang())
        template = self.env.ref(template, raise_if_not_found=False)
        if not template or not booking.partner_id.email:
            return
        try:
            with self.env.cr.savepoint():
                said = {
                    key: word(booking) if callable(word) else word
                    for key, word in words.items()
                }
                template.sudo().with_context(**said).send_mail(
                    booking.id,
                    force_send=False,
                    email_layout_xmlid="mail.mail_notification_light",
                )
        except BUSY:
            raise
        except Exception:
            _logger.exception("No mail %s about %s", template.name, self.name)
