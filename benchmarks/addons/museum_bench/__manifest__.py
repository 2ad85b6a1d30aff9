# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

{
    "name": "Museum Bench",
    "summary": "A route that does nothing: the yardstick of the benchmarks",
    "version": "19.0.1.0.0",
    "author": "Museum Ticketing contributors",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["web"],
}
