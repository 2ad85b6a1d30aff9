# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pictures made small enough for a ticket, once per picture and process."""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

# Larger ones are refused before they are unpacked.
MAX_PIXELS = 50_000_000


@lru_cache(maxsize=64)
def cover_uri(data: bytes, width: int, height: int) -> str:
    """``data`` cut to ``width`` x ``height`` pixels, as a JPEG in a data address.

    :return: an empty string when it is no picture that can be read
    """
    picture = _open(data)
    if picture is None:
        return ""
    picture = ImageOps.fit(_on_white(picture), (width, height))
    return _uri(picture, "jpeg", quality=82, optimize=True)


@lru_cache(maxsize=16)
def logo_uri(data: bytes, width: int, height: int) -> str:
    """``data`` scaled into ``width`` x ``height`` pixels, as a PNG in a data address.

    :return: an empty string when it is no picture that can be read
    """
    picture = _open(data)
    if picture is None:
        return ""
    picture = picture.convert("RGBA")
    picture.thumbnail((width, height))
    return _uri(picture, "png")


def _open(data: bytes) -> Image.Image | None:
    try:
        picture = Image.open(BytesIO(data))
        if picture.width * picture.height > MAX_PIXELS:
            return None
        picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    picture = ImageOps.exif_transpose(picture).convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _uri(picture: Image.Image, kind: str, **options) -> str:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return f"data:image/{kind};base64,{b64encode(buffer.getvalue()).decode()}"
