# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTML to PDF by WeasyPrint: in this process, without network, files or browser.

Text is shaped by Pango, so Devanagari, Arabic and the like are written right when the
system has a font for them (Debian: libpango-1.0-0, libpangoft2-1.0-0,
fonts-noto-core).
"""

import logging
import threading
from typing import Any

# Its steps are no news for the log of the server. (Said before it is imported: it
# reports about its own style sheets then.)
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

# Pango's font maps are not made for several threads; a ticket takes some 30 ms.
_lock = threading.Lock()
_fonts: Any = None


def render(html: str) -> bytes:
    """The PDF of a whole HTML document.

    Only ``data:`` addresses are followed: a template, or a text that somebody put
    into it, can neither read files of the server nor call other machines.
    """
    # Here, because a third of a second at each start of each worker is too much for
    # what most workers never do first.
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    global _fonts
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    with _lock:
        # Reading the system's fonts is the slow part of the first ticket.
        _fonts = _fonts or FontConfiguration()
        document = HTML(string=html, url_fetcher=fetcher, base_url=None)
        return document.write_pdf(font_config=_fonts)
