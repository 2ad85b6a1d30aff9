# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Museum Booking",
    "summary": "Book timed visits on the website: cart with held seats, tickets",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Website/Website",
    "depends": [
        "auth_one_time_code",
        "museum_exhibition",
        "website_sale",
        "account_payment",
        "phone_validation",
        "portal",
        "sale",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/museum_booking_security.xml",
        "data/ir_cron.xml",
        "data/ir_cron_ticket.xml",
        "report/ticket_report.xml",
        "data/mail_template.xml",
        "views/museum_booking_views.xml",
        "views/museum_cancellation_policy_views.xml",
        "views/museum_ticket_views.xml",
        "views/ticket_booking_views.xml",
        "views/website_sale_templates.xml",
        "views/portal_templates.xml",
        "views/confirmation_templates.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "museum_booking/static/src/report/**/*",
        ],
        "web.assets_frontend": [
            "museum_booking/static/src/cart/**/*",
            "museum_booking/static/src/checkout/**/*",
            "museum_booking/static/src/portal/*.js",
            "museum_booking/static/src/portal/*.scss",
        ],
    },
}
