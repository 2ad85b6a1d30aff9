# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Museum Payments by Razorpay",
    "summary": "Razorpay for museum bookings: no payment lost, none counted twice",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Services/Museum",
    "depends": ["museum_booking", "payment_razorpay"],
    "data": [
        "security/ir.model.access.csv",
        "security/museum_payment_rules.xml",
        "data/ir_cron.xml",
        "views/museum_payment_event_views.xml",
        "views/payment_templates.xml",
        "views/payment_transaction_views.xml",
        "views/museum_booking_views.xml",
        "views/res_config_settings_views.xml",
        "views/museum_payment_menus.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "museum_payment_razorpay/static/src/interactions/**/*",
        ],
    },
}
