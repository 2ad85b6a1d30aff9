# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "Log in with a one-time code",
    "summary": "Visitors log in with six digits that come by e-mail or SMS",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Website/Website",
    "depends": [
        "auth_signup",
        "auth_totp_mail",
        "base_setup",
        "mail",
        "phone_validation",
        "portal",
        "sms",
    ],
    "data": [
        "security/ir.model.access.csv",
        "data/mail_template_data.xml",
        "data/sms_template_data.xml",
        "views/auth_one_time_attempt_views.xml",
        "views/login_addresses_templates.xml",
        "views/login_templates.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "auth_one_time_code/static/src/scss/login_code.scss",
            "auth_one_time_code/static/src/interactions/*.js",
        ],
        "web.assets_tests": [
            "auth_one_time_code/static/tests/tours/*.js",
        ],
    },
}
