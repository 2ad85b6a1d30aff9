# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.museum_exhibition.controllers import api_kit as kit

from .api_bookings import MuseumBookingsApi
from .cancelling import MOST_TICKETS

kit.errors.register_code("cancellation_refused", 409)
kit.errors.register_code("refund_changed", 409)


class MuseumCancellingApi(MuseumBookingsApi):
    """What comes back for tickets, and giving them back.

    For who bought the booking, and for sessions that may see it (see ``get_booking``);
    the link of the mail does not do.
    """

    @kit.api_route("/bookings/<string:reference>/refund", methods=["GET"])
    def refund_quote(self, reference, tickets=None):
        """What would be given back for tickets now, exactly. Changes nothing.

        :param tickets: ids of tickets, with commas between; by default all that can be
            cancelled
        :raise NotFound: no such booking, or somebody else's
        """
        booking_sudo = self._own_booking(reference)
        ids = None
        if tickets is not None:
            text = kit.text(tickets, "tickets", max_length=2000, required=True)
            ids = text.split(",")
        chosen = self._tickets(booking_sudo, ids)
        return self._quote_json(booking_sudo, booking_sudo._refund_quote(chosen))

    @kit.api_route("/bookings/<string:reference>/cancel", methods=["POST"])
    def cancel_booking(self, reference, expected_refund_minor, tickets=None):
        """Cancel tickets; the money follows by itself.

        :param expected_refund_minor: the money that the visitor was told would be given
            back, in the currency's smallest unit
        :param tickets: ids of tickets; by default all that can be cancelled
        :raise CancellationRefused: too late, used, void, or for staff to decide
        :raise RefundChanged: another amount would be given back by now
        :raise NotFound: no such booking, or somebody else's
        """
        expected = kit.integer(expected_refund_minor, "expected_refund_minor")
        booking_sudo = self._own_booking(reference)
        if tickets is not None and not isinstance(tickets, list):
            raise kit.errors.InvalidRequest(details={"tickets": "must be a list"})
        chosen = None
        if tickets is not None:
            chosen = self._tickets(booking_sudo, tickets, is_any_state=True)
        quote = booking_sudo._cancel_by_visitor(chosen, expected)
        return {
            "booking": self._detail_json(booking_sudo),
            "refund": self._money_json(quote),
        }

    def _tickets(self, booking_sudo, ids, *, is_any_state=False):
        """:raise InvalidRequest: one is not the booking's, or cannot be cancelled"""
        live = booking_sudo._live_tickets()
        if ids is None:
            return live
        if not 1 <= len(ids) <= MOST_TICKETS:
            raise kit.errors.InvalidRequest(
                details={"tickets": f"must be 1 to {MOST_TICKETS} ids of tickets"}
            )
        wanted = {kit.record_id(value, "tickets") for value in ids}
        known = booking_sudo.ticket_ids if is_any_state else live
        found = known.filtered(lambda ticket: ticket.id in wanted)
        if len(found) != len(wanted):
            raise kit.errors.InvalidRequest(
                details={"tickets": "must be tickets of this booking that are valid"}
            )
        return found

    def _money_json(self, quote):
        currency = quote.tickets.booking_id.currency_id
        return {
            "refund_minor": quote.amount_minor,
            "in_kind_minor": quote.in_kind_minor,
            "currency": currency.name,
        }

    def _quote_json(self, booking, quote):
        currency, tz = booking.currency_id, booking.venue_id.tz
        step, why_not = quote.step, booking._why_not_cancel()
        until = None
        if step and not quote.by_museum:
            until = kit.iso(step.until(booking.start_at), tz)
        return {
            "can_cancel": not why_not,
            "message": why_not or None,
            "tickets": quote.tickets.ids,
            "price_minor": kit.minor(quote.price, currency),
            "refund_minor": quote.amount_minor,
            "in_kind_minor": quote.in_kind_minor,
            "currency": currency.name,
            "percent": 100 if quote.by_museum else (step.percent if step else 0),
            "until": until,
            "steps": [
                {
                    "until": kit.iso(one.until(booking.start_at), tz),
                    "percent": one.percent,
                    "fee_minor": one.fee_minor,
                    "fee_per": one.fee_per,
                }
                for one in booking._policy_steps()
            ],
        }
