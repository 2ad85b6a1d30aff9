# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Museum Ticket Gate",
    "summary": "Scan tickets at the door: one ticket, one entry, every attempt logged",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Website/Website",
    "depends": ["museum_booking", "barcodes"],
    "data": [
        "security/ir.model.access.csv",
        "security/museum_ticket_gate_security.xml",
        "views/museum_scan_views.xml",
        "views/museum_gate_views.xml",
        "views/museum_ticket_views.xml",
        "views/museum_booking_views.xml",
        "views/gate_templates.xml",
        "views/museum_ticket_gate_menus.xml",
    ],
    "assets": {
        "museum_ticket_gate.assets_gate": [
            "web/static/src/module_loader.js",
            "museum_ticket_gate/static/src/gate/**/*",
        ],
    },
}
