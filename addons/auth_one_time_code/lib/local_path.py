# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a login may lead: only to this website."""

from urllib.parse import urlsplit


def local_path(text: object) -> str:
    """The text if every browser takes it for a path of this website, else ""."""
    if not isinstance(text, str) or not text.startswith("/") or len(text) > 2000:
        return ""
    # Browsers read a backslash as a slash and drop tabs and line ends.
    if text.startswith("//") or "\\" in text or not text.isprintable():
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else text
