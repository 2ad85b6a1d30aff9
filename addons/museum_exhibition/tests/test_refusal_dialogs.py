# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import re

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from ..exceptions import MuseumRefusal

FILE = "museum_exhibition/static/src/backend/refusals/refusal_dialogs.js"


def _subclasses(cls):
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


@tagged("post_install", "-at_install")
class TestRefusalDialogs(BaseCase):
    def test_backend_shows_each_refusal_as_words_for_people(self):
        """The web client knows exceptions by name; others are errors to it."""
        with file_open(FILE) as file:
            listed = re.search(r"const REFUSALS = (\{.*?\});", file.read(), re.S)[1]
        known = json.loads(re.sub(r",(\s*[\]}])", r"\1", listed))
        names = {
            f"odoo.addons.{module}.{name}"
            for module, names in known.items()
            for name in names
        }
        refusals = {
            f"{cls.__module__}.{cls.__name__}"
            for cls in _subclasses(MuseumRefusal)
            if ".tests." not in cls.__module__
        }
        self.assertEqual(refusals, names)
