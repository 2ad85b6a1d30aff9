# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What visitors see is translated; templates hold what the code says.

``bin/i18n export`` writes the files, ``bin/lib/i18n.py`` has the rules.
"""

import importlib.util
from pathlib import Path

import polib
import pytest

from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name
from odoo.tools.translate import TranslationModuleReader

ROOT = Path(__file__).parents[2]
ADDONS = ROOT / "addons"

_spec = importlib.util.spec_from_file_location("i18n", ROOT / "bin/lib/i18n.py")
i18n = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(i18n)


def entry(msgid, msgstr="", seen=True, flags=()):
    comment = "module: some\nvisitors" if seen else "module: some"
    return polib.POEntry(msgid=msgid, msgstr=msgstr, comment=comment, flags=list(flags))


def findings(tmp_path, *translated, template=()):
    path = tmp_path / "some" / "i18n" / "hi.po"
    path.parent.mkdir(parents=True)
    po = polib.POFile()
    po.extend(translated)
    po.save(str(path))
    return i18n.check_file(path, list(template))


def test_all_that_visitors_see_is_translated():
    assert i18n.check(ADDONS) == []


def test_the_check_finds_a_missing_translation(tmp_path):
    (found,) = findings(tmp_path, entry("Pay"), template=[entry("Pay")])
    assert "not translated: 'Pay'" in found


def test_the_check_finds_a_term_that_is_new(tmp_path):
    (found,) = findings(tmp_path, template=[entry("Pay")])
    assert "run bin/i18n export: 'Pay'" in found


def test_the_check_lets_words_of_the_backend_be(tmp_path):
    staff = entry("Journal", seen=False)
    assert findings(tmp_path, staff, template=[staff]) == []


@pytest.mark.parametrize("text", ["%(a)s, %(b)s", "{{0}}-X7-2026", "a@example.com"])
def test_the_check_lets_signs_and_codes_be(tmp_path, text):
    assert findings(tmp_path, entry(text), template=[entry(text)]) == []


def test_the_check_finds_a_fuzzy_one(tmp_path):
    (found,) = findings(tmp_path, entry("Pay", "अदा", flags=["fuzzy"]))
    assert "fuzzy: 'Pay'" in found


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Pay %(amount)s", "भुगतान करें"),
        ("Pay %s", "%d का भुगतान करें"),
        ("Hello {{ name }}", "नमस्ते"),
        ("<b>Ticket</b>", "टिकट"),
        ('<i class="fa fa-check"/> Done', '<i class="fa"/> हो गया'),
        ("Ticket", "<b>टिकट</b>"),
    ],
)
def test_the_check_finds_a_lost_placeholder(tmp_path, msgid, msgstr):
    (found,) = findings(tmp_path, entry(msgid, msgstr))
    assert repr(msgid) in found


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("%(a)s of %(b)s", "%(b)s में से %(a)s"),
        ("5 % off %s", "%s पर 5 % की छूट"),
        ("<b>Ticket</b><br/>", "<b>टिकट</b> <br/>"),
    ],
)
def test_the_check_accepts_another_order(tmp_path, msgid, msgstr):
    assert findings(tmp_path, entry(msgid, msgstr)) == []


@pytest.mark.parametrize(
    ("kind", "name", "place", "seen"),
    [
        ("code", "addons/museum_booking/controllers/payment.py", "0", True),
        ("code", "addons/museum_exhibition/models/museum_hold_words.py", "0", True),
        ("code", "addons/museum_exhibition/wizard/museum_setup.py", "0", False),
        ("code", "addons/museum_x/models/of_a_new_file.py", "0", True),
        ("code", "addons/sms_gateway/tools/sms_api.py", "0", False),
        ("code", "addons/museum_loyalty/models/sale_order_codes.py", "0", True),
        ("code", "addons/museum_x/static/src/backend/slot.js", "0", False),
        ("code", "addons/museum_x/static/src/cart/cart.js", "0", True),
        ("model_terms", "ir.ui.view,arch_db", "museum_x.page", True),
        ("model_terms", "ir.ui.view,arch_db", "museum_x.form", False),
        ("model_terms", "mail.template,body_html", "museum_x.mail", True),
        ("model", "mail.template,name", "museum_x.mail", False),
        ("model", "ir.model.fields,help", "museum_x.field", False),
        (
            "model",
            "ir.model.fields,field_description",
            "museum_loyalty.field_loyalty_rule__museum_monday",
            True,
        ),
        (
            "model",
            "ir.model.fields.selection,name",
            "museum_exhibition.selection__museum_exhibition__kind__show",
            True,
        ),
    ],
)
def test_who_sees_what(kind, name, place, seen):
    assert i18n.seen_by_visitors(kind, name, place, {"museum_x.page"}) is seen


def test_templates_are_up_to_date():
    """The templates against Odoo's own exporter, on the addons of the test database.

    museum_demo is not in it; tests/browser/test_hindi.py looks at what it shows.
    """
    stale, seen = {}, 0
    with Registry(get_db_name()).cursor() as cr:
        cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        installed = {name for (name,) in cr.fetchall()}
        for path in sorted(ADDONS.glob("*/i18n/*.pot")):
            if path.stem not in installed:
                continue
            reader = TranslationModuleReader(cr, modules=[path.stem])
            now = {source for _, _, _, _, source, *_ in reader}
            then = {entry.msgid for entry in polib.pofile(str(path))}
            seen += 1
            if now != then:
                stale[path.stem] = {"new": now - then, "gone": then - now}
    assert seen > 3
    assert stale == {}, "run bin/i18n export"
