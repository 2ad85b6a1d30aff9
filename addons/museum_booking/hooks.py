# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Called by Odoo when the addon was installed."""


def post_init_hook(env):
    """Companies that were there before get the common cancellation policy."""
    env["res.company"].sudo().search([])._museum_make_policy()
