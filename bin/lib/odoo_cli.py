"""Odoo's command.

Not ``python -m odoo``: the prefork server starts its websocket process by
``sys.argv[0]``, and odoo/__main__.py cannot be run by its path.
"""

import sys

import odoo.cli

if __name__ == "__main__":
    sys.exit(odoo.cli.main())
