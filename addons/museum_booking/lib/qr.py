# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""QR pictures of tokens: vector for paper and pages, PNG for downloads."""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO

import segno

# The white frame that scanners need, in modules (ISO/IEC 18004).
BORDER = 4


@lru_cache(maxsize=512)
def _make(text: str) -> segno.QRCode:
    # M: 15 % of the picture may be dirty or creased. More would make it finer,
    # which phones' cameras mind more than a crease.
    return segno.make(text, error="m", boost_error=False, micro=False)


def svg(text: str) -> str:
    """The QR of ``text`` as SVG, with its white frame: a stroke for each dark run.

    All strokes are one path: rows painted one by one would show hair lines between
    them where a viewer smooths edges. (A path of outlines costs the PDF twice as much.)
    """
    matrix = _make(text).matrix
    size = len(matrix) + 2 * BORDER
    runs = []
    for y, row in enumerate(matrix, start=BORDER):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start + BORDER} {y}.5h{x - start}")
            x += 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path stroke="#000" d="{"".join(runs)}"/></svg>'
    )


def svg_uri(text: str) -> str:
    """The same as a ``data:`` address for an ``img``."""
    return "data:image/svg+xml;base64," + b64encode(svg(text).encode()).decode()


def png(text: str, pixels: int = 600) -> bytes:
    """The QR of ``text`` as PNG, at least ``pixels`` wide, with its white frame."""
    code = _make(text)
    width = code.symbol_size(border=BORDER)[0]
    buffer = BytesIO()
    code.save(buffer, kind="png", border=BORDER, scale=-(-pixels // width))
    return buffer.getvalue()
