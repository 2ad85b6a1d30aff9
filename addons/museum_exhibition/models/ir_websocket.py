# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo import models
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.bus.websocket import wsrequest

_PREFIX = "museum."
_CHANNEL = re.compile(r"museum\.exhibition\.([1-9]\d{0,8})")
# One page watches one exhibition; all tabs of a browser share a connection.
MAX_CHANNELS = 20


class IrWebsocket(models.AbstractModel):
    """Visitors watch the seats of exhibitions that they may see."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        others = [
            channel
            for channel in channels
            if not (isinstance(channel, str) and channel.startswith(_PREFIX))
        ]
        wanted = set(channels) - set(others) if len(others) < len(channels) else None
        if wanted:
            others += self._museum_channels(wanted)
        return super()._build_bus_channel_list(others)

    def _museum_channels(self, wanted):
        """Those of the wanted channels that are for this visitor's eyes."""
        found = {}
        for channel in sorted(wanted)[:MAX_CHANNELS]:
            if match := _CHANNEL.fullmatch(channel):
                found[int(match[1])] = channel
        if not found:
            return []
        domain = self.env["museum.exhibition"]._public_domain(self._museum_website())
        exhibitions = self.env["museum.exhibition"].sudo()
        shown = exhibitions.search(domain & Domain("id", "in", list(found)))
        return [found[exhibition.id] for exhibition in shown]

    def _museum_website(self):
        """The website whose page asks; a websocket has no website of its own."""
        websites = self.env["website"].sudo()
        if request:
            return websites.get_current_website()
        forced = websites.browse(wsrequest.session.get("force_website_id")).exists()
        host = wsrequest.httprequest.host
        return forced or websites.browse(websites._get_current_website_id(host))
