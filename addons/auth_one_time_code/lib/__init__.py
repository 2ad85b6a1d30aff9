# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules of one-time codes as typed Python that never imports Odoo."""
