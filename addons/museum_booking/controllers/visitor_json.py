# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How visitors' names and the invoice's company look in the API.

The number of a document is never told, only how it ends.
"""


def visitors_json(booking):
    """What a visit asks about its visitors, and what is known of them.

    :param booking: a museum.booking, as superuser, that the caller may see
    :return: dict to merge into the visit: ``visitors_asked``, ``visitor_names``
    """
    exhibition = booking.exhibition_id
    if not booking._asks_names():
        return {"visitors_asked": None, "visitor_names": []}
    needs_ids = booking._needs_ids()
    kinds = exhibition.visitor_id_kind_ids if needs_ids else ()
    return {
        "visitors_asked": {
            "names": exhibition.visitor_names,
            "ids": exhibition.visitor_id,
            "id_kinds": [
                {"id": kind.id, "name": kind.name, "last_four": kind.last_four}
                for kind in kinds
            ],
        },
        "visitor_names": [
            {
                "category_id": place["category"].id,
                "position": place["position"],
                "label": place["label"],
                "name": place["visitor"].name or "",
                "id_kind_id": place["visitor"].id_kind_id.id or None,
                "id_number_masked": place["visitor"].id_masked or None,
            }
            for place in booking._visitor_places()
        ],
    }


def company_json(order):
    """The company that the invoice is for; None: the customer."""
    company = order.sudo()._museum_company() if order else None
    if not company:
        return None
    return {
        "name": company.name,
        "vat": company.vat or "",
        "street": company.street or "",
        "city": company.city or "",
        "zip": company.zip or "",
        "state": company.state_id.code or "",
        "country": company.country_id.code or "",
    }


def company_values(order):
    """What the form of the invoice's company shows.

    :return: dict ``partner`` (perhaps empty), ``country`` (chosen at first) and
        ``countries``
    """
    order = order.sudo()
    partner = order._museum_company()
    countries = order.env["res.country"].search([])
    fallback = order.company_id.country_id or order.partner_id.country_id
    return {
        "partner": partner,
        "country": partner.country_id or fallback or countries[:1],
        "countries": countries,
    }
