# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What search engines are told of an exhibition, in schema.org's words."""

from odoo.tools.json import scriptsafe

from .serializers import iso

SCHEMA = "https://schema.org"
EVENT_TYPES = {"exhibition": "ExhibitionEvent"}
AVAILABILITY = {"available": "InStock", "limited": "LimitedAvailability"}


def structured_data(exhibition, website, rows, quotes):
    """One event for each of the next times of an exhibition.

    :param website: the website that shows it, for absolute addresses
    :param list rows: of ``museum.slot._availability_rows``
    :param dict quotes: ``{slot_id: {category_id: Quote}}``
    :return: JSON that cannot break out of a script element, or "" without times
    """
    if not rows:
        return ""
    common = _event(exhibition, website)
    slots = exhibition.env["museum.slot"].sudo().browse(row["id"] for row in rows)
    # A slot without a moment of its own is on sale as soon as it is there.
    since = {slot.id: slot.sale_starts_at or slot.create_date for slot in slots}
    events = [
        {
            **common,
            "startDate": iso(row["start_at"], exhibition.tz),
            "endDate": iso(row["end_at"], exhibition.tz),
            "offers": _offers(
                exhibition, common["url"], row, quotes[row["id"]], since[row["id"]]
            ),
        }
        for row in rows
    ]
    return scriptsafe.dumps({"@context": SCHEMA, "@graph": events})


def _event(exhibition, website):
    """What all events of an exhibition have in common."""
    base = website.get_base_url()
    event = {
        "@type": EVENT_TYPES.get(exhibition.kind, "Event"),
        "name": exhibition.name,
        "description": exhibition._short_text(),
        "url": base + exhibition.website_url,
        "location": _place(exhibition.venue_id),
        "organizer": {
            "@type": "Organization",
            "name": website.company_id.name,
            "url": base,
        },
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "eventStatus": f"{SCHEMA}/EventScheduled",
    }
    if pictures := exhibition._gallery():
        event["image"] = [
            base + website.image_url(record, "image_1024") for record, _alt in pictures
        ]
    if exhibition.language_ids:
        event["inLanguage"] = exhibition.language_ids.mapped("code")
    if exhibition.age_from or exhibition.age_to:
        youngest, oldest = exhibition.age_from or 0, exhibition.age_to or ""
        event["typicalAgeRange"] = f"{youngest}-{oldest}"
    return event


def _place(venue):
    # The address is shown on the page; the contact itself is not public.
    contact = venue.sudo().partner_id
    address = {
        "streetAddress": ", ".join(
            line for line in (contact.street, contact.street2) if line
        ),
        "addressLocality": contact.city,
        "addressRegion": contact.state_id.name,
        "postalCode": contact.zip,
        "addressCountry": contact.country_id.code,
    }
    address = {key: value for key, value in address.items() if value}
    place = {
        "@type": "Place",
        "name": venue.name,
        "address": {"@type": "PostalAddress", **address} if address else venue.name,
    }
    if venue.latitude or venue.longitude:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": venue.latitude,
            "longitude": venue.longitude,
        }
    return place


def _offers(exhibition, page, row, quotes, since):
    status = AVAILABILITY.get(row["status"], "SoldOut")
    return [
        {
            "@type": "Offer",
            "name": category.name,
            "url": f"{page}/book?date={row['local_date']}&slot={row['id']}",
            "price": f"{quotes[category.id].price:.2f}",
            "priceCurrency": exhibition.currency_id.name,
            "availability": f"{SCHEMA}/{status}",
            "validFrom": iso(since, exhibition.tz),
        }
        for category in exhibition.category_ids
        if category.id in quotes
    ]
