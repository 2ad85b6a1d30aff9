# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "Museum Demo",
    "summary": "An invented science museum in Pune: exhibitions, prices, people",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Website/Website",
    "depends": [
        "museum_exhibition",
        "museum_booking",
        "museum_loyalty",
        "museum_payment_razorpay",
        "museum_ticket_gate",
        "l10n_in",
        "auth_signup",
        "sms_gateway",
    ],
    "data": [
        "data/company.xml",
        "data/tags_policies.xml",
        "data/venues.xml",
        "data/exhibition_planetarium.xml",
        "data/exhibition_fossils.xml",
        "data/exhibition_mars.xml",
        "data/exhibition_robots.xml",
        "data/exhibition_engines.xml",
        "data/exhibition_courtyard.xml",
        "data/prices.xml",
        "data/exhibition_moon.xml",
        "data/promotions.xml",
        "data/exhibition_coding.xml",
        "data/users.xml",
        "data/programme.xml",
        "views/website_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "museum_demo/static/src/scss/home.scss",
        ],
    },
}
