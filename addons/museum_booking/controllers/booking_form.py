# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The booking page's plain form: what its script does by the API, without a script."""

import hashlib
import re
import uuid
from urllib.parse import urlencode

from odoo.http import request, route

from odoo.addons.museum_exhibition.controllers import api_kit as kit
from odoo.addons.museum_exhibition.controllers.booking_page import MuseumBookingPage
from odoo.addons.museum_exhibition.controllers.wording import lenient
from odoo.addons.museum_exhibition.exceptions import MuseumRefusal

from .adding import Wanted, hold_visit, note_added

# In the session until the booking page has said it.
REFUSED = "museum_refused"
FIELD = re.compile(r"([qp])_([1-9]\d{0,9})")


class MuseumBookingForm(MuseumBookingPage):
    @route()
    def book(self, exhibition, date=None, slot=None, month=None, q=None, **kw):
        """Adds what the page's form needs, and says why it was refused."""
        response = super().book(
            exhibition, date=date, slot=slot, month=month, q=q, **kw
        )
        response.qcontext.update(
            museum_quantities=_chosen(q),
            museum_key=uuid.uuid4().hex,
            museum_refused=request.session.pop(REFUSED, None),
        )
        return response

    @route(
        '/exhibitions/<model("museum.exhibition"):exhibition>/book/add',
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def book_add(self, exhibition, slot=None, start=None, key=None, **post):
        """Put the visit into the cart and go there; refused, back to the page.

        :param slot: id of the museum.slot
        :param start: when it starts as the page has shown it, ISO 8601
        :param key: of this drawing of the page: sent twice, it adds once
        :param post: ``q_<category>`` tickets, ``p_<category>`` what one costs as the
            page has shown it, in the currency's smallest unit
        """
        slot_id = lenient(kit.record_id, slot)
        numbers, prices = _typed(post)
        if not slot_id:
            return request.redirect(f"{exhibition.website_url}/book", code=303)
        if not numbers:
            words = request.env._("Please choose your tickets first.")
            return self._back(exhibition, slot_id, numbers, words)
        token = _token(key)
        known = request.cart.museum_booking_ids._in_cart().filtered(
            lambda booking: booking.hold_token == token
        )
        if not known:
            expected = sum(numbers[key] * prices.get(key, 0) for key in numbers)
            wanted = Wanted(slot_id, numbers, expected, lenient(kit.moment, start))
            try:
                # What was written until the refusal is not kept.
                with request.env.cr.savepoint():
                    booking = hold_visit(wanted, token)
            except (MuseumRefusal, kit.errors.ApiError) as refusal:
                return self._back(exhibition, slot_id, numbers, str(refusal))
            note_added(booking, numbers)
        return request.redirect("/shop/cart", code=303)

    def _back(self, exhibition, slot_id, numbers, words):
        request.session[REFUSED] = words
        chosen = ",".join(f"{key}:{number}" for key, number in numbers.items())
        query = urlencode({"slot": slot_id, "q": chosen})
        return request.redirect(f"{exhibition.website_url}/book?{query}", code=303)


def _typed(post):
    """The form's numbers and prices, ``{category id: ...}``; what is none is left out.

    >>> _typed({"q_3": "2", "q_4": "", "p_3": "20000", "x": "1"})
    ({3: 2}, {3: 20000})
    """
    found = {"q": {}, "p": {}}
    for name, value in post.items():
        match = FIELD.fullmatch(name)
        number = match and lenient(kit.integer, value)
        if number and (match[1] == "p" or number <= kit.MAX_QUANTITY):
            found[match[1]][int(match[2])] = number
    return found["q"], found["p"]


def _chosen(q):
    """``"3:2,4:1"`` of the address as ``{3: 2, 4: 1}``; the rest is left out.

    >>> _chosen("3:2,x,4:99999999")
    {3: 2}
    """
    pairs = re.findall(r"(?:^|,)(\d{1,9}):(\d{1,4})(?=,|$)", q or "")
    return {int(key): int(number) for key, number in pairs[: kit.MAX_CATEGORIES]}


def _token(key):
    """The seats' token of one drawing of the page for this visitor."""
    if not key or len(key) > 64:
        return kit.hold_token()
    text = f"{request.session.sid}\n{key}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
