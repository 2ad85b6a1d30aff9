# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How visitors' names and the invoice's company look in the API.

The number of a document is never told, only how it ends.
"""

from markupsafe import Markup


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
        ``country_options`` (markup)
    """
    order = order.sudo()
    partner = order._museum_company()
    shown = ("name", "code", "vat_label")
    countries = order.env["res.country"].search_fetch([], shown)
    fallback = order.company_id.country_id or order.partner_id.country_id
    chosen = partner.country_id or fallback or countries[:1]
    return {
        "partner": partner,
        "country": chosen,
        "country_options": _country_options(countries, chosen),
    }


def _country_options(countries, chosen):
    """The options of a select: what takes a template as long as the page's rest."""
    label = Markup(' data-vat-label="%s"')
    option = Markup('<option value="%s" data-id="%s"%s%s>%s</option>')
    selected = Markup(' selected="selected"')
    return Markup("\n").join(
        option
        % (
            country.code,
            country.id,
            label % country.vat_label if country.vat_label else "",
            selected if country == chosen else "",
            country.name,
        )
        for country in countries
    )
