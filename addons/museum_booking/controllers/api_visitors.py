# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.http import request

from odoo.addons.museum_exhibition.controllers import api_kit as kit

from .api_cart import MuseumCartApi
from .booking_json import cart_json, item_and_cart_json
from .guest_session import customers_cart

kit.errors.register_code("visitors_incomplete", 422)

# More than a booking can have tickets.
MOST_ROWS = 500
ROW_KEYS = {"category_id", "position", "name", "id_kind_id", "id_number"}


def visitor_rows(value, name="visitors"):
    """The visitors of a body, by shape; what they say the model checks.

    :raise InvalidRequest: another shape
    """
    if not isinstance(value, list) or len(value) > MOST_ROWS:
        raise kit.errors.InvalidRequest(
            details={name: f"must be a list of at most {MOST_ROWS}"}
        )
    return [_visitor_row(row, f"{name}.{index}") for index, row in enumerate(value)]


def _visitor_row(row, name):
    if not isinstance(row, dict) or not ROW_KEYS.issuperset(row):
        raise kit.errors.InvalidRequest(
            details={name: f"must be an object with some of {sorted(ROW_KEYS)}"}
        )
    kind, number = row.get("id_kind_id"), row.get("id_number")
    return {
        "category_id": kit.record_id(row.get("category_id"), f"{name}.category_id"),
        "position": kit.integer(row.get("position"), f"{name}.position", minimum=1),
        "name": kit.text(row.get("name"), f"{name}.name", max_length=1000),
        "id_kind_id": kind and kit.record_id(kind, f"{name}.id_kind_id"),
        "id_number": None
        if number is None
        else kit.text(number, f"{name}.id_number", max_length=1000),
    }


class MuseumVisitorsApi(MuseumCartApi):
    """Who comes, and whom the invoice is for. Of the visitor's own cart alone."""

    @kit.api_route("/cart/items/<string:booking>/visitors", methods=["PUT"])
    def set_visitors(self, booking, visitors):
        """Say who comes with each ticket of a visit; replaces what was said before.

        A list may be incomplete until the payment. ``id_number`` null keeps the number
        that is stored for the same document; numbers are never told back whole.

        :raise VisitorsRefused: 422 with what to do, by ticket and field
        """
        rows = visitor_rows(visitors)
        item = self._find_item(booking)
        item._set_visitors(rows)
        return item_and_cart_json(item, request.cart)

    @kit.api_route("/cart/company", methods=["PATCH"])
    def set_company(
        self, name, country, street=None, city=None, zip=None, state=None, vat=None
    ):  # pylint: disable=redefined-builtin
        """Let the invoice be for a company of the customer.

        :param country: ISO code, as ``IN``
        :param state: code of the state within the country, as ``MH``; a GSTIN tells it
        :param vat: tax number; checked as its country's numbers are made
        :raise CompanyIncomplete: 422 with what to do, by field
        """
        given = {
            "name": name,
            "country": country,
            "street": street,
            "city": city,
            "zip": zip,
            "state": state,
            "vat": vat,
        }
        values = {
            key: kit.text(value, key, max_length=1000) for key, value in given.items()
        }
        cart = customers_cart()
        cart._museum_set_company(values)
        return cart_json(cart)

    @kit.api_route("/cart/company", methods=["DELETE"])
    def remove_company(self):
        """Let the invoice be for the customer again."""
        cart = customers_cart()
        cart._museum_remove_company()
        return cart_json(cart)
