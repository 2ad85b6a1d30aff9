# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Museum Loyalty",
    "summary": "Odoo's promotions, codes, gift cards and eWallets for timed visits",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Website/Website",
    "depends": [
        "museum_booking",
        "website_sale_loyalty",
    ],
    "data": [
        "security/ir.model.access.csv",
        "views/loyalty_rule_views.xml",
        "views/loyalty_program_views.xml",
        "views/museum_booking_views.xml",
        "views/website_sale_templates.xml",
    ],
    "auto_install": True,
}
