# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api

from odoo.addons.museum_booking.hooks import post_init_hook


def migrate(cr, version):
    """What was sold before has an amount of sale, and museums have a policy.

    Bookings of before get no steps: their visitors accepted words that only people can
    read, so staff decide on them.
    """
    if not version:
        return
    cr.execute(
        """
        UPDATE museum_booking
           SET amount_sold = amount_total
         WHERE confirmed_at IS NOT NULL
           AND amount_sold IS NULL
        """
    )
    post_init_hook(api.Environment(cr, SUPERUSER_ID, {}))
