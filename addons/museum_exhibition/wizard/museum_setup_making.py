# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import Command, models
from odoo.exceptions import UserError

from ..models.museum_schedule import WEEKDAYS


class MuseumSetup(models.TransientModel):
    """Makes the museum that was described, in one transaction."""

    _inherit = "museum.setup"

    def _make_all(self):
        """Settings, website, venue, exhibition, tickets, schedule, slots.

        :return: the exhibition, on sale or a draft as was chosen
        """
        self.ensure_one()
        self._write_company()
        self._ensure_website()
        exhibition = self._make_exhibition(self.venue_id or self._make_venue())
        if self.publish:
            exhibition.action_publish()
            if not exhibition.slot_count:
                raise UserError(
                    self.env._(
                        "No slot could be made: the museum is closed on all these days."
                    )
                )
        return exhibition

    def _write_company(self):
        # Managers may not write companies, nor all contacts: see `_check_role`.
        company = self.company_id.sudo()
        wanted = {"name": self.name.strip(), "museum_code": self.museum_code}
        company.write({k: v for k, v in wanted.items() if company[k] != v})
        partner = company.partner_id
        if partner.tz != self.tz:
            partner.tz = self.tz
        if not self.venue_id and not (partner.street or partner.city):
            partner.write(self._address())

    def _address(self):
        return {
            "street": self.street,
            "zip": self.zip,
            "city": self.city,
            "country_id": self.country_id.id,
        }

    def _ensure_website(self):
        if not self.has_website:
            self.env["website"].sudo().create(
                {
                    "name": self.name,
                    "company_id": self.company_id.id,
                    "domain": self.website_domain.strip(),
                }
            )

    def _venue_partner(self):
        """The contact with the venue's address: the museum's own where it is that."""
        partner = self.company_id.sudo().partner_id
        address = self._address()
        own = {**partner.read(list(address))[0], "country_id": partner.country_id.id}
        if all((own[name] or False) == (address[name] or False) for name in address):
            return partner
        return partner.create(
            {
                "name": self.venue_name,
                "parent_id": partner.id,
                "type": "other",
                "tz": self.tz,
                "company_id": self.company_id.id,
                **address,
            }
        )

    def _make_venue(self):
        return self.env["museum.venue"].create(
            {
                "name": self.venue_name.strip(),
                "company_id": self.company_id.id,
                "partner_id": self._venue_partner().id,
                "tz": self.tz,
                "is_limited": self.is_venue_limited,
                "capacity_max": self.capacity_max if self.is_venue_limited else 0,
                "opening_hour_ids": [
                    Command.create(
                        {
                            "weekday": str(number),
                            "hour_from": self.opens,
                            "hour_to": self.closes,
                        }
                    )
                    for number, day in enumerate(WEEKDAYS)
                    if self[f"open_{day}"]
                ],
            }
        )

    def _make_exhibition(self, venue):
        schedule = {day: self[day] for day in WEEKDAYS}
        for name in (
            "first_start_hour",
            "last_start_hour",
            "every_minutes",
            "date_from",
            "date_to",
            "duration_minutes",
            "is_limited",
        ):
            schedule[name] = self[name]
        seats = {"capacity": self.capacity} if self.is_limited else {}
        return self.env["museum.exhibition"].create(
            {
                "name": self.title.strip(),
                "kind": self.kind,
                "venue_id": venue.id,
                "image_1920": self.image,
                "summary": self.summary,
                "is_limited": self.is_limited,
                "duration_minutes": self.duration_minutes,
                **seats,
                "own_category_ids": [
                    Command.create(self._category_vals(line, number))
                    for number, line in enumerate(self.line_ids, start=1)
                ],
                "schedule_ids": [Command.create({**schedule, **seats})],
            }
        )

    def _category_vals(self, line, number):
        return {
            "name": line.name.strip(),
            "code": line.code,
            "price": line.price,
            "seats_per_ticket": line.seats_per_ticket,
            "description": line.description,
            "needs_proof": line.needs_proof,
            "sequence": 10 * number,
        }
