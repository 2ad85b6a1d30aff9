# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the cart and the checkout can refuse, beyond the seat engine's refusals.

``code`` is the machine word of the API; ``details`` is plain data. All are
UserErrors, so that Odoo's own pages show their words as they are.
"""

from odoo.addons.museum_exhibition.exceptions import MuseumRefusal


class PriceChanged(MuseumRefusal):
    """The total is another one than what the visitor saw.

    ``details``: ``expected_total_minor``, ``total_minor``, ``currency``; for tickets
    that are about to be held also ``categories``, with their prices of now.
    """

    code = "price_changed"


class TermsNotAccepted(MuseumRefusal):
    """The terms have to be accepted before paying."""

    code = "invalid_request"
    http_status = 422


class NotPayable(MuseumRefusal):
    """The order cannot be paid as it is; the message says what to do."""

    code = "conflict"


class VisitorsRefused(MuseumRefusal):
    """What was said about the visitors of a visit cannot be kept as it is.

    ``details["visitors"]``: dicts ``booking``, ``category_id``, ``position``, ``field``
    (name, id_kind_id, id_number) and ``message``, what to do, in words for people.
    """

    code = "invalid_request"
    http_status = 422


class VisitorsIncomplete(VisitorsRefused):
    """The museum has to be told more about who comes before the payment."""

    code = "visitors_incomplete"


class CompanyIncomplete(MuseumRefusal):
    """The company cannot be put on the invoice as it is.

    ``details``: what to do, in words for people, by field (name, vat, street ...).
    """

    code = "invalid_request"
    http_status = 422


class ContactIncomplete(MuseumRefusal):
    """The tickets cannot be sent to the contact as it is.

    ``details``: what to do, in words for people, by field (name, email, phone).
    """

    code = "invalid_request"
    http_status = 422


class PaymentOpen(MuseumRefusal):
    """A payment for the cart as it is may still succeed: nothing changes meanwhile.

    ``details``: ``order``, its name; ``is_on_its_way`` when the money is coming.
    """

    code = "payment_open"


class CancellationRefused(MuseumRefusal):
    """The visitor cannot cancel this by himself; the message says why."""

    code = "cancellation_refused"


class RefundChanged(MuseumRefusal):
    """Another amount comes back than the visitor was told.

    ``details``: ``expected_refund_minor``, ``refund_minor``, ``currency``.
    """

    code = "refund_changed"
