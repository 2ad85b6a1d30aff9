"""Translation files of our addons: written from Odoo's terms, and checked.

    i18n.py ADDONS                  check: prints findings and ends with 1 if any
    i18n.py ADDONS --merge FOLDER   write i18n/<addon>.pot, merge it into i18n/*.po

``#. visitors`` in a file marks a term that visitors see, by the rules below; it must be
translated. What only staff see may stay English. Nothing here needs Odoo.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import polib

VISITORS = "visitors"
LANGUAGES = ("hi",)

# Of records in data files: which fields no visitor reads.  (Views: see i18n_export.py.)
STAFF_MODELS = {
    "ir.actions.act_url",
    "ir.actions.act_window",
    "ir.actions.client",
    "ir.actions.report",
    "ir.actions.server",
    "ir.cron",
    "ir.filters",
    # the database's last word; people are refused in words of the code before
    "ir.model.constraint",
    "ir.model.fields",
    "ir.module.category",
    "ir.ui.menu",
    "mail.activity.type",
    "mail.message.subtype",
    "res.groups",
    "res.groups.privilege",
    "website.snippet.filter",
}
STAFF_FIELDS = {
    ("mail.template", "name"),
    ("mail.template", "description"),
    ("sms.template", "name"),
    # The names of gates are read on the gate's device, that of a policy in the backend.
    ("museum.cancellation.policy", "name"),
}
# Selections whose words visitors read; all others are shown in the backend only.
VISITOR_SELECTIONS = re.compile(r"selection__museum_exhibition__kind__")
# A mail's head says what it is about by the name of its model.
VISITOR_MODELS = {"museum_booking.model_museum_booking"}
# Which days an offer is for is said in the labels of its fields.
VISITOR_LABELS = re.compile(r"museum_loyalty\.field_loyalty_rule__museum_\w+day")
# Code that no public route, page, mail or gate reaches.
STAFF_CODE = re.compile(
    r"/static/src/(backend|website_builder|report)/"
    r"|/(wizard|tests)/"
    # what becomes of an SMS is read in its log
    r"|/sms_gateway/"
    r"|/museum_exhibition/models/res_users\.py$"
    r"|/models/("
    + "|".join(
        [
            # planning
            r"museum_(slot_plan\w*|schedule\w*|closure\w*|exhibition_plan"
            r"|exhibition_staff|opening_hours|setup\w*)",
            # what a manager may do with slots, venues, prices, tickets for sale
            r"museum_(slot|slot_staff|slot_links|slot_seats|slot_report|seat_block_log"
            r"|slot_write|category_limit|venue|venue_limit|room|history|own_mixin"
            r"|price_rule|ticket_category|exhibition|exhibition_website|hold_check|signing_key"
            r"|language|slot_change|exhibition_image)",
            # the ledgers of bookings and money, as the desk and accountants see them
            r"museum_(booking|ticket|booking_(money|attention|part)|refund\w*)"
            r"|sale_order_(line|sold)"
            r"|museum_payment_event|payment_provider|payment_transaction_(cron|refund|settle)|museum_scan"
            r"|product_(product|template)|res_company\w*|res_config_settings"
            r"|auth_one_time_attempt",
            # what exhibitions ask of visitors, and who corrected it; offers
            r"museum_exhibition_visitors|museum_visitor|guest_claim|loyalty_(reward|card)",
        ]
    )
    + r")\.py$"
)
_PLACEHOLDER = re.compile(
    r"%\(\w+\)[sdif]|%[sdif](?!\w)|\{\{.*?\}\}|\{\w*\}|</?[a-zA-Z][\w-]*"
    r"|(?<=\s)(?:class|href|t-[\w-]+|id)=\"[^\"]*\""
)

# Addresses, and codes like X7K9-2026: whatever has a digit in it.
_DATA = re.compile(r"\S+@\S+|\S*\d\S*")


def seen_by_visitors(kind: str, name: str, place: str, pages: set[str]) -> bool:
    """Whether visitors see a term in this place.

    :param kind: ``code``, ``model`` or ``model_terms``
    :param name: the path of code, or ``model,field``
    :param place: the XML id, or a line number
    :param pages: XML ids of the views that are pages, mails and print-outs
    """
    if kind == "code":
        return not STAFF_CODE.search(name)
    model, _, field = name.partition(",")
    if model == "ir.ui.view":
        return field == "arch_db" and place in pages
    if model == "ir.model.fields.selection":
        return bool(VISITOR_SELECTIONS.search(place))
    if name == "ir.model.fields,field_description":
        return bool(VISITOR_LABELS.fullmatch(place))
    if model == "ir.model":
        return place in VISITOR_MODELS
    return model not in STAFF_MODELS and (model, field) not in STAFF_FIELDS


def template(addon: str, terms: dict) -> polib.POFile:
    """The ``.pot`` of an addon: in the order of the terms, without dates."""
    pages = set(terms["pages"])
    grouped: dict[str, dict] = {}
    for kind, name, place, source, comments in terms["rows"]:
        entry = grouped.setdefault(source, {"at": set(), "say": set(), "seen": False})
        # No line numbers: they would change with every edit.
        at = (f"code:{name}", "0") if kind == "code" else (f"{kind}:{name}:{place}", "")
        entry["at"].add(at)
        entry["say"].update(comments)
        entry["seen"] |= seen_by_visitors(kind, name, place, pages)
    pot = polib.POFile(wrapwidth=78)
    pot.metadata = {
        "Project-Id-Version": "Odoo Server 19.0",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    for source, found in sorted(grouped.items()):
        said = [f"module: {addon}", *sorted(found["say"])]
        pot.append(
            polib.POEntry(
                msgid=source,
                comment="\n".join(said + [VISITORS] * found["seen"]),
                occurrences=sorted(found["at"]),
            )
        )
    return pot


def merge(addons: Path, folder: Path) -> None:
    """Write the templates of all addons and bring their translations up to date."""
    for source in sorted(folder.glob("*.json")):
        addon = source.stem
        target = addons / addon / "i18n"
        target.mkdir(exist_ok=True)
        pot = template(addon, json.loads(source.read_text(encoding="utf-8")))
        pot.save(str(target / f"{addon}.pot"))
        for language in LANGUAGES:
            (target / f"{language}.po").touch()
        for path in sorted(target.glob("*.po")):
            _merge_language(path, pot)


def _merge_language(path: Path, pot: polib.POFile) -> None:
    text = path.read_text(encoding="utf-8")
    known = {}
    if text.strip():
        known = {e.msgid: e for e in polib.pofile(text, wrapwidth=78) if e.msgstr}
    po = polib.POFile(wrapwidth=78)
    po.metadata = {
        **pot.metadata,
        "Language": path.stem,
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for entry in pot:
        old = known.pop(entry.msgid, None)
        po.append(
            polib.POEntry(
                msgid=entry.msgid,
                # What is the same in both languages stays empty, as OCA's check wants.
                msgstr=old.msgstr if old and old.msgstr != old.msgid else "",
                comment=entry.comment,
                occurrences=entry.occurrences,
                flags=old.flags if old else [],
            )
        )
    po.save(str(path))
    # Not kept in the file (git has them), but the one who translates wants to see them.
    for gone in known.values():
        print(f"{path.parent.parent.name}: gone: {gone.msgid!r} was {gone.msgstr!r}")
    missing = [entry for entry in po if is_missing(entry, entry.msgstr)]
    print(f"{path.parent.parent.name}/i18n/{path.name}: {len(missing)} to translate")


def placeholders(text: str) -> Counter:
    """What a translation must keep: ``%(x)s``, ``{{x}}``, tags and their classes."""
    return Counter(_PLACEHOLDER.findall(text))


def has_words(text: str) -> bool:
    """Whether there is anything to translate beside placeholders, signs and codes."""
    text = _DATA.sub(" ", _PLACEHOLDER.sub(" ", text))
    return bool(re.search(r"[A-Za-z]{2}", text))


def is_missing(entry: polib.POEntry, translation: str) -> bool:
    """Whether visitors read this term, and not in their language."""
    seen = VISITORS in entry.comment.split("\n")
    return seen and not translation and has_words(entry.msgid)


def check_file(path: Path, pot: polib.POFile | None = None) -> list[str]:
    """Findings about one ``.po``; with its template also about what is missing."""
    po = polib.pofile(str(path))
    name = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    translated = {entry.msgid: entry for entry in po if not entry.obsolete}
    found = []
    for entry in pot or []:
        other = translated.get(entry.msgid)
        if other is None:
            found.append(
                f"{name}: not in the file, run bin/i18n export: {entry.msgid!r}"
            )
        elif is_missing(entry, other.msgstr):
            found.append(f"{name}: not translated: {entry.msgid!r}")
    for entry in translated.values():
        if entry.fuzzy:
            found.append(f"{name}: fuzzy: {entry.msgid!r}")
        if entry.msgstr and placeholders(entry.msgid) != placeholders(entry.msgstr):
            lost = placeholders(entry.msgid) - placeholders(entry.msgstr)
            more = placeholders(entry.msgstr) - placeholders(entry.msgid)
            found.append(
                f"{name}: {entry.msgid!r} lost {sorted(lost)}, has {sorted(more)} too"
            )
    return found


def check(addons: Path) -> list[str]:
    """Findings about all translations of all addons, one sentence each."""
    found = []
    for manifest in sorted(addons.glob("*/__manifest__.py")):
        addon = manifest.parent
        path = addon / "i18n" / f"{addon.name}.pot"
        if not path.exists():
            found.append(f"{addon.name}: no template, run bin/i18n export")
            continue
        pot = polib.pofile(str(path))
        languages = {p.stem for p in path.parent.glob("*.po")} | set(LANGUAGES)
        for language in sorted(languages):
            target = path.parent / f"{language}.po"
            if target.exists():
                found += check_file(target, pot)
            else:
                found.append(f"{addon.name}: no {language}.po, run bin/i18n export")
        # Odoo's own words on our pages; they are in no template of ours.
        for extra in sorted((addon / "i18n_extra").glob("*.po")):
            found += check_file(extra)
    return found


def main(arguments: list[str]) -> int:
    addons = Path(arguments[0])
    if arguments[1:2] == ["--merge"]:
        merge(addons, Path(arguments[2]))
        return 0
    found = check(addons)
    for line in found:
        print(line)
    print(f"{len(found)} findings" if found else "All that visitors see is translated.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
