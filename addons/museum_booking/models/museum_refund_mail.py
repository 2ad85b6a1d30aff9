# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the visitor is told of money that bought nothing."""

from odoo import models

from ..lib import states


class MuseumRefund(models.Model):
    _inherit = "museum.refund"

    def _mail_late_money(self):
        """Tell who paid in vain that it goes back, and which times near have room."""
        self.ensure_one()
        tx = self.source_transaction_id
        bookings = (tx.museum_stray_of_id or tx).museum_booking_ids or self.booking_id
        if bookings:
            bookings[:1]._mail_visitor(
                "museum_booking.mail_template_late_money",
                museum_late=lambda booking: booking._late_money_words(self, bookings),
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
            "amount": self.currency_id.format(refund.amount),
            "is_paid_before": is_paid_before,
            "others": others,
        }
