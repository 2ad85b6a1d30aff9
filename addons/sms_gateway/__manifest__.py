# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "SMS gateways",
    "summary": "SMS through a gateway for India's DLT rules, or into a log only",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Hidden/Tools",
    # sms_twilio has the choice of a provider for each company, and Twilio.
    "depends": ["sms_twilio"],
    "data": [
        "security/ir.model.access.csv",
        "security/sms_gateway_rules.xml",
        "data/ir_cron.xml",
        "views/sms_log_views.xml",
        "views/sms_dlt_template_views.xml",
        "views/sms_sms_views.xml",
        "views/res_config_settings_views.xml",
    ],
}
