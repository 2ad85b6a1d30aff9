"""For Odoo's shell: what can be translated in our addons, one JSON file for each.

Odoo's own exporter reads the terms; a view says here whether visitors see it, because
the files do not tell a page of the website from a form of the backend.
"""

import json
import os

from odoo.tools.translate import TranslationModuleReader

out = os.environ["MUSEUM_I18N_OUT"]
for addon in os.environ["MUSEUM_I18N_ADDONS"].split(","):
    pages = {
        f"{data.module}.{data.name}"
        for data in env["ir.model.data"].search(  # noqa: F821 (the shell's)
            [("model", "=", "ir.ui.view"), ("module", "=", addon)]
        )
        if env["ir.ui.view"].browse(data.res_id).type == "qweb"  # noqa: F821
    }
    rows = [
        [kind, name, str(place), source, list(comments)]
        for _, kind, name, place, source, _, comments in TranslationModuleReader(
            env.cr,  # noqa: F821
            modules=[addon],
        )
    ]
    with open(os.path.join(out, f"{addon}.json"), "w", encoding="utf-8") as target:
        json.dump({"pages": sorted(pages), "rows": rows}, target)
