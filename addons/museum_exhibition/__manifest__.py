# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "Museum Exhibitions",
    "summary": "Exhibitions with timed slots whose seats can never be oversold",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Services/Museum",
    "depends": ["bus", "mail", "website"],
    "data": [
        "security/museum_groups.xml",
        "security/ir.model.access.csv",
        "security/museum_rules.xml",
        "data/ir_cron.xml",
        "data/museum_language.xml",
        "views/museum_venue_views.xml",
        "views/museum_ticket_category_views.xml",
        "views/museum_slot_plan_views.xml",
        "views/museum_schedule_views.xml",
        "views/museum_closure_views.xml",
        "views/museum_hold_views.xml",
        "wizard/museum_slot_change_views.xml",
        "wizard/museum_slot_seats_views.xml",
        "wizard/museum_slot_prices_views.xml",
        "wizard/museum_settings_views.xml",
        "wizard/museum_setup_views.xml",
        "views/museum_slot_views.xml",
        "views/museum_slot_report_views.xml",
        "views/museum_exhibition_views.xml",
        "views/res_config_settings_views.xml",
        "views/museum_menus.xml",
        "views/website_exhibition_list.xml",
        "views/website_exhibition_page.xml",
        "views/website_snippets.xml",
        "data/website_snippet_data.xml",
        "views/website_booking_page.xml",
        "views/website_menus.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "museum_exhibition/static/src/scss/variables.scss",
            "museum_exhibition/static/src/scss/common.scss",
            "museum_exhibition/static/src/scss/listing.scss",
            "museum_exhibition/static/src/scss/exhibition.scss",
            "museum_exhibition/static/src/scss/booking.scss",
            "museum_exhibition/static/src/booking/*.js",
            "museum_exhibition/static/src/listing/*.js",
            "museum_exhibition/static/src/snippets/*.js",
            "museum_exhibition/static/src/booking/*.xml",
        ],
        # Debian's package of Odoo lists this file but leaves it out (no source): every
        # page of the backend would complain, and browser tests fail on that.
        "web.assets_backend": [
            "museum_exhibition/static/src/backend/slot_plan/*",
            (
                "remove",
                "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            ),
        ],
        "website.website_builder_assets": [
            "museum_exhibition/static/src/website_builder/*",
        ],
        "web.assets_tests": [
            "museum_exhibition/static/tests/tours/*.js",
        ],
    },
    "application": True,
}
