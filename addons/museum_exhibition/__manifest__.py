# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "Museum Exhibitions",
    "summary": "Exhibitions with timed slots whose seats can never be oversold",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Services/Museum",
    "depends": ["website", "mail"],
    "data": [
        "security/museum_groups.xml",
        "security/ir.model.access.csv",
        "security/museum_rules.xml",
        "data/ir_cron.xml",
        "views/museum_venue_views.xml",
        "views/museum_ticket_category_views.xml",
        "views/museum_schedule_views.xml",
        "views/museum_closure_views.xml",
        "views/museum_hold_views.xml",
        "views/museum_slot_views.xml",
        "views/museum_slot_report_views.xml",
        "views/museum_exhibition_views.xml",
        "views/res_config_settings_views.xml",
        "views/museum_menus.xml",
    ],
    "application": True,
}
