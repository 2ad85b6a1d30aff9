# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Promotions for the small museum of museum_booking's tests."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.addons.museum_booking.tests.common import (
    MuseumBookingCase,
    MuseumBookingHttpCase,
)

KOLKATA = ZoneInfo("Asia/Kolkata")


class LoyaltySetup:
    """Mixed in before the museum's own test cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What other addons bring would take part.
        cls.env["loyalty.program"].search([]).active = False

    @classmethod
    def _program(cls, code=None, reward=None, program=None, **rule):
        """A promotion that takes 10 % off; ``rule`` has its conditions.

        :param code: typed by the visitor; None: by itself
        """
        return cls.env["loyalty.program"].create(
            {
                "name": f"Offer {code or ''}",
                "program_type": "promo_code" if code else "promotion",
                "trigger": "with_code" if code else "auto",
                "applies_on": "current",
                "company_id": cls.company.id,
                "rule_ids": [
                    (5, 0, 0),
                    (
                        0,
                        0,
                        {
                            "mode": "with_code" if code else "auto",
                            "code": code,
                            "minimum_qty": 1,
                            **rule,
                        },
                    ),
                ],
                "reward_ids": [
                    (5, 0, 0),
                    (
                        0,
                        0,
                        {
                            "reward_type": "discount",
                            "discount": 10,
                            "discount_mode": "percent",
                            "discount_applicability": "order",
                            "description": "A tenth off",
                            **(reward or {}),
                        },
                    ),
                ],
                **(program or {}),
            }
        )

    @classmethod
    def _card(cls, amount, program_type="gift_card", partner=None, **vals):
        """A gift card or an eWallet with a balance."""
        programs = cls.env["loyalty.program"]
        values = programs._get_template_values()[program_type]
        program = programs.create({**values, "company_id": cls.company.id})
        return cls.env["loyalty.card"].create(
            {
                "program_id": program.id,
                "points": amount,
                "partner_id": partner and partner.id,
                **vals,
            }
        )

    @classmethod
    def _slot_at(cls, weekday, hour, minute=0):
        """A slot on the next such weekday but a week, on the venue's clock."""
        today = datetime.now(KOLKATA).date()
        day = today + timedelta(days=7 + (weekday - today.weekday()) % 7)
        start = datetime(
            day.year, day.month, day.day, hour, minute, tzinfo=KOLKATA
        ).astimezone(UTC)
        start = start.replace(tzinfo=None)
        return cls.env["museum.slot"].create(
            {
                "exhibition_id": cls.exhibition.id,
                "start_at": start,
                "end_at": start + timedelta(minutes=20),
                "is_limited": True,
                "capacity": 10,
            }
        )

    def _enter(self, order, code):
        order._museum_apply_code(code)

    def _off(self, order):
        """What promotions take off, in the smallest unit."""
        return sum(one["amount_minor"] for one in order._museum_discounts())


class LoyaltyCase(LoyaltySetup, MuseumBookingCase):
    """Everything runs in the test's one transaction."""


class LoyaltyHttpCase(LoyaltySetup, MuseumBookingHttpCase):
    """Requests over HTTP, in the test's transaction."""
