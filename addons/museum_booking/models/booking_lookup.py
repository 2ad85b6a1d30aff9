# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Finding a booking by its reference and an address, without an account.

What is answered, counted, stored and sent is of the same kind whether there is such a
booking or not: for a reference that does not belong to the address a message goes to
the address too, which says so, and a code is made that nothing opens.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.auth_one_time_code.lib.waits import Rule

BOOKING_LOOKUP = "booking_lookup"
NO_BOOKING = "no_booking"
LOOKUPS_PER_REFERENCE, HOUR = 10, 3600
# Of the context: the reference, as it is written in the database.
REFERENCE = "museum_lookup_reference"


class AuthOneTimeCode(models.Model):
    _inherit = "auth.one.time.code"

    purpose = fields.Selection(
        selection_add=[(BOOKING_LOOKUP, "Find a booking")],
        ondelete={BOOKING_LOOKUP: "cascade"},
    )

    @api.model
    def _send_rules(self, purpose, address, ip):
        """A reference is counted, too: many addresses cannot be tried on it."""
        rules = super()._send_rules(purpose, address, ip)
        if purpose == BOOKING_LOOKUP:
            reference = self.env.context.get(REFERENCE, "")
            rules.append(
                Rule(purpose, "reference", reference, LOOKUPS_PER_REFERENCE, HOUR)
            )
        return rules

    @api.model
    def _road(self, purpose, address):
        if purpose != BOOKING_LOOKUP:
            return super()._road(purpose, address)
        reference = self.env.context.get(REFERENCE, "")
        found = self.env["museum.booking"]._look_up(reference, *address)
        return "code" if found else NO_BOOKING, self.env["res.users"]

    def _mail_template(self, road):
        if self.purpose != BOOKING_LOOKUP:
            return super()._mail_template(road)
        name = "code" if road == "code" else "none"
        return f"museum_booking.mail_template_lookup_{name}"

    def _sms_template(self, road):
        if self.purpose != BOOKING_LOOKUP:
            return super()._sms_template(road)
        name = "code" if road == "code" else "none"
        return f"museum_booking.sms_template_lookup_{name}"


class MuseumBooking(models.Model):
    _inherit = "museum.booking"

    @api.model
    def _look_up(self, reference, kind, value):
        """The sold booking with this reference and address; one query, found or not.

        :param str reference: as ``lib.codes.normalise_reference`` writes it
        :param str kind: email or phone
        :param str value: normalised, as ``auth.one.time.code`` has it
        :return: museum.booking, as superuser, or none
        """
        self.env["museum.booking"].flush_model(["name", "confirmed_at", "order_id"])
        self.env["sale.order"].flush_model(["partner_id"])
        self.env["res.partner"].flush_model(["email_normalized", "phone_sanitized"])
        column = {"email": "email_normalized", "phone": "phone_sanitized"}[kind]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT booking.id
                  FROM museum_booking booking
                  JOIN sale_order ordered ON ordered.id = booking.order_id
                  JOIN res_partner partner ON partner.id = ordered.partner_id
                 WHERE booking.name = %s
                   AND booking.confirmed_at IS NOT NULL
                   AND booking.company_id = %s
                   AND %s = %s
                """,
                reference,
                self.env.company.id,
                SQL.identifier("partner", column),
                value,
            )
        )
        return self.sudo().browse(row[0] for row in rows)
