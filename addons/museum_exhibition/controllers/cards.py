# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cards of exhibitions, on whatever page they are."""

from .wording import KIND_ICONS, Wording


def card_values(exhibitions):
    """What the cards of these exhibitions need, in a constant number of queries.

    :return: dict of states (see ``museum.exhibition._sale_states``), wording,
        kind_icons, kind_labels and today
    """
    env = exhibitions.env
    currency = env["website"].get_current_website().sudo().company_id.currency_id
    # One read for all, before the loops ask one by one.
    exhibitions.fetch(["name"])
    return {
        "states": exhibitions._sale_states(exhibitions._next_free_rows()),
        "wording": Wording(env, currency),
        "kind_icons": KIND_ICONS,
        "kind_labels": dict(exhibitions._fields["kind"]._description_selection(env)),
        "today": exhibitions[:1]._local_today() if exhibitions else None,
    }
