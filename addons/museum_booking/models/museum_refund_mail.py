# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the visitor is told of money that bought nothing."""

from odoo import models

from ..lib import states

TEMPLATE = "museum_booking.mail_template_late_money"


class MuseumRefund(models.Model):
    _inherit = "museum.refund"

    def _mail_late_money(self):
        """Tell who paid in vain that it goes back, and which times near have room.

        Odoo's queue sends it. Nobody to tell, or no template: the refund goes on.
        """
        self.ensure_one()
        tx = self.source_transaction_id
        origin = tx.museum_stray_of_id or tx
        bookings = origin.museum_booking_ids or self.booking_id
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not bookings or not bookings[:1].partner_id.email or not template:
            return
        booking = bookings.sudo()[:1]
        booking = booking.with_context(lang=booking._ticket_lang())
        template.sudo().with_context(
            museum_late=booking._late_money_words(self, bookings)
        ).send_mail(
            booking.id,
            force_send=False,
            email_layout_xmlid="mail.mail_notification_light",
        )


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    def _late_money_words(self, refund, bookings):
        """What the mail says.

        :param refund: the museum.refund of the payment
        :param bookings: all visits that the payment was for
        :return: dict of ``amount`` (formatted), ``is_paid_before`` (the tickets are
            there and stay) and ``others`` (dicts of ``words`` and ``url``)
        """
        self.ensure_one()
        is_paid_before = any(one.state in states.BOOKING_SOLD for one in bookings)
        others = []
        if self.state == states.EXPIRED and not is_paid_before:
            offer = self._offer()
            times = [offer.again] if offer.again else offer.others
            page = f"{self.get_base_url()}{self.exhibition_id.website_url}/book"
            for time in times:
                words = self._offered_words(time)
                others.append({"words": words, "url": f"{page}?slot={time.slot_id}"})
        return {
            "amount": refund.currency_id.format(refund.amount),
            "is_paid_before": is_paid_before,
            "others": others,
        }
