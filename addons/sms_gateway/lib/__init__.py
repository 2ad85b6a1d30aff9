# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules of the gateway as typed Python that never imports Odoo."""
