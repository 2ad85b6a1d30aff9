# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The signed token in a ticket's QR: what a gate without network can trust.

Written with sixteen letters
----------------------------
A keyboard-wedge scanner "types" the QR as key presses of a US keyboard, and the
gate's computer reads them through its own layout: A/Q, W/Z and M swap on French
keyboards, Y/Z on German ones, digits need Shift in France, Belgium, Lithuania,
Czechia and Vietnam. Base32 and base45 do not survive that. The sixteen letters
``BCDEFGHJKNPRSTVX`` stand on the same key of every QWERTY, QWERTZ and AZERTY layout;
one letter is four bits. Caps Lock (all lower case) and the Greek, Russian, Ukrainian
and Hindi (InScript) layouts are folded back by position, see `fold`. Dvorak, Bepo,
Colemak and Turkish-F keyboards cannot be told from letters and do not work.
``tests/vectors/keyboard_layouts.json`` holds what each layout types (read from the
X keyboard database, xkb-data 2.35.1).

In a QR the letters use the alphanumeric mode (5.5 bits each): about 190 letters are
version 8 at error level M, 49 by 49 modules.

Bytes, big-endian
-----------------
====== ==========================================================================
0      version (high four bits, 1) and algorithm (low four, 1 = ES256)
1-2    number of the signing key
3      kind (high four bits: 1 ticket, 2 booking), length of museum code (low four)
4..    museum code, 2-6 ASCII characters
+0     year - 2000
+1-7   the eleven random characters as a number in base 31; the check follows
+8-11  slot number, 0 = none
+12-13 visitors that it admits
+14-17 valid from, seconds since 1970 UTC
+18-21 valid until
+22-85 signature over all bytes before it: ECDSA P-256 with SHA-256, raw r | s
====== ==========================================================================

Algorithm 2 is kept for Ed25519 (also 64 bytes). No name, address or price is in it.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from . import codes

ALPHABET = "BCDEFGHJKNPRSTVX"

VERSION = 1
ES256 = 1
ED25519 = 2  # reserved

TICKET = 1
BOOKING = 2
KINDS = (TICKET, BOOKING)

SIGNATURE_BYTES = 64
MAX_KEY_NUMBER = 0xFFFF
MAX_VISITORS = 0xFFFF
_MAX_INT32 = 0xFFFFFFFF
_FIXED_BYTES = 4 + 22 + SIGNATURE_BYTES
MIN_LETTERS = 2 * (_FIXED_BYTES + 2)
MAX_LETTERS = 2 * (_FIXED_BYTES + 6)
# A scanner may add a prefix of white space, Enter or Tab.
MAX_SCANNED = MAX_LETTERS + 16

# Reasons of a TokenError, the same words in the gate's JavaScript twin.
MALFORMED = "malformed"
UNKNOWN_KEY = "unknown_key"
FORGED = "forged"

_CURVE = ec.SECP256R1()
# Deterministic (RFC 6979): a ticket's QR is the same each time it is drawn, and
# nothing depends on the quality of the random numbers at that moment.
_SIGNING = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_VERIFYING = ec.ECDSA(hashes.SHA256())
_BODY_LIMIT = codes.MODULUS**codes.TICKET_RANDOM

# What the keys of ALPHABET type on layouts with other scripts.
_FOREIGN_ROWS = (
    "ИСВУАПРОЛТЗКЫЕМЧ",  # Russian
    "ИСВУАПРОЛТЗКІЕМЧ",  # Ukrainian
    "ΒΨΔΕΦΓΗΞΚΝΠΡΣΤΩΧ",  # Greek
    "ऴणअआइउफऱखळझईएऊऩँ",  # Hindi, InScript, with Shift
)
_FOLD = {
    ord(typed): letter
    for row in _FOREIGN_ROWS
    for typed, letter in zip(row, ALPHABET, strict=True)
}
_NIBBLES = {letter: value for value, letter in enumerate(ALPHABET)}


class TokenError(ValueError):
    """The scanned text is not a token of ours; the only exception of this module.

    :ivar str reason: ``malformed``, ``unknown_key`` or ``forged``
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Payload(NamedTuple):
    """What a token says. Instants are seconds since 1970 UTC, both ends included."""

    kind: int
    code: str
    slot: int
    visitors: int
    valid_from: int
    valid_until: int


class Token(NamedTuple):
    """A parsed token. Nothing in it is to be believed before `verify`."""

    payload: Payload
    algorithm: int
    key_number: int
    signed: bytes
    signature: bytes


def seconds(at: datetime) -> int:
    """Seconds since 1970 of a naive UTC instant (Odoo's) or an aware one."""
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


# --- letters -----------------------------------------------------------------
def fold(scanned: str) -> str:
    """What the scanner meant: upper-case letters of `ALPHABET`, nothing around them.

    Undoes Caps Lock and the layouts of `_FOREIGN_ROWS`; other characters stay, and
    are refused later.
    """
    return scanned.strip().upper().translate(_FOLD)


def to_letters(data: bytes) -> str:
    return "".join(ALPHABET[byte >> 4] + ALPHABET[byte & 15] for byte in data)


def from_letters(text: str) -> bytes:
    """:raise TokenError: a character is not of `ALPHABET`, or their number is odd"""
    try:
        nibbles = [_NIBBLES[letter] for letter in text]
        pairs = zip(nibbles[::2], nibbles[1::2], strict=True)
        return bytes(high << 4 | low for high, low in pairs)
    except (KeyError, ValueError):
        raise TokenError(MALFORMED) from None


def looks_like_token(scanned: str) -> bool:
    """Whether a scan is meant as a token (rather than a typed code)."""
    return isinstance(scanned, str) and (
        MIN_LETTERS <= len(scanned.strip()) <= MAX_SCANNED
    )


# --- keys --------------------------------------------------------------------
def generate_key() -> tuple[str, str]:
    """A new key pair: the private one as PEM, the public one as base64 point.

    The public point is uncompressed (65 bytes), as WebCrypto's ``raw`` import takes.
    """
    key = ec.generate_private_key(_CURVE)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return private.decode(), b64encode(public).decode()


@lru_cache(maxsize=8)
def _private_key(pem: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("an ES256 token needs a P-256 key")
    return key


@lru_cache(maxsize=256)
def _public_key(point: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, b64decode(point))


# --- bytes -------------------------------------------------------------------
def _body_number(body: str) -> int:
    number = 0
    for char in body[:-1]:
        number = number * codes.MODULUS + codes.ALPHABET.index(char)
    return number


def _body_from_number(museum: str, year: int, number: int) -> str:
    body = ""
    for _ in range(codes.TICKET_RANDOM):
        number, value = divmod(number, codes.MODULUS)
        body = codes.ALPHABET[value] + body
    return body + codes.check_char(f"{museum}{year}{body}")


def _pack(payload: Payload, key_number: int) -> bytes:
    code = codes.parse_ticket_code(payload.code)
    museum = code.museum.encode("ascii")
    return b"".join(
        (
            bytes([VERSION << 4 | ES256]),
            key_number.to_bytes(2, "big"),
            bytes([payload.kind << 4 | len(museum)]),
            museum,
            bytes([code.year - 2000]),
            _body_number(code.body).to_bytes(7, "big"),
            payload.slot.to_bytes(4, "big"),
            payload.visitors.to_bytes(2, "big"),
            payload.valid_from.to_bytes(4, "big"),
            payload.valid_until.to_bytes(4, "big"),
        )
    )


def sign(payload: Payload, key_number: int, private_pem: str) -> str:
    """The token of a payload, the same letters each time.

    :param int key_number: 1..65535, what the gates know the public key by
    :param str private_pem: from `generate_key`
    :raise ValueError: the payload does not fit the format
    """
    is_sound = (
        payload.kind in KINDS
        and 1 <= key_number <= MAX_KEY_NUMBER
        and 1 <= payload.visitors <= MAX_VISITORS
        and 0 <= payload.slot <= _MAX_INT32
        and 0 <= payload.valid_from <= payload.valid_until <= _MAX_INT32
    )
    if not is_sound:
        raise ValueError("the payload does not fit into a token")
    signed = _pack(payload, key_number)
    r, s = utils.decode_dss_signature(_private_key(private_pem).sign(signed, _SIGNING))
    return to_letters(signed + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def parse(scanned: str) -> Token:
    """Take a scan apart, strictly: one text for one content, nothing ignored.

    Proves nothing; `verify` does. Work and memory are bounded by `MAX_SCANNED`.
    :raise TokenError: ``malformed``
    """
    if not isinstance(scanned, str) or not MIN_LETTERS <= len(scanned) <= MAX_SCANNED:
        raise TokenError(MALFORMED)
    data = from_letters(fold(scanned))
    if len(data) < _FIXED_BYTES or data[0] >> 4 != VERSION:
        raise TokenError(MALFORMED)
    kind, length = data[3] >> 4, data[3] & 15
    if kind not in KINDS or len(data) != _FIXED_BYTES + length:
        raise TokenError(MALFORMED)
    museum = data[4 : 4 + length].decode("ascii", "replace")
    rest = data[4 + length : -SIGNATURE_BYTES]
    number = int.from_bytes(rest[1:8], "big")
    if not codes.is_museum_code(museum) or number >= _BODY_LIMIT:
        raise TokenError(MALFORMED)
    year = 2000 + rest[0]
    code = codes.TicketCode(museum, year, _body_from_number(museum, year, number))
    payload = Payload(
        kind=kind,
        code=str(code),
        slot=int.from_bytes(rest[8:12], "big"),
        visitors=int.from_bytes(rest[12:14], "big"),
        valid_from=int.from_bytes(rest[14:18], "big"),
        valid_until=int.from_bytes(rest[18:22], "big"),
    )
    if not payload.visitors or payload.valid_from > payload.valid_until:
        raise TokenError(MALFORMED)
    return Token(
        payload=payload,
        algorithm=data[0] & 15,
        key_number=int.from_bytes(data[1:3], "big"),
        signed=data[:-SIGNATURE_BYTES],
        signature=data[-SIGNATURE_BYTES:],
    )


def verify(scanned: str, public_keys: Mapping[int, str]) -> Payload:
    """What a token says, once its signature is proved.

    Does not look at the clock: an expired ticket is as genuine as a valid one, and
    the gate has its own words for it.
    :param public_keys: points as base64 by key number, old keys included
    :raise TokenError: ``malformed``, ``unknown_key`` or ``forged``
    """
    token = parse(scanned)
    point = public_keys.get(token.key_number)
    if token.algorithm != ES256 or point is None:
        raise TokenError(UNKNOWN_KEY)
    r = int.from_bytes(token.signature[:32], "big")
    s = int.from_bytes(token.signature[32:], "big")
    try:
        _public_key(point).verify(
            utils.encode_dss_signature(r, s), token.signed, _VERIFYING
        )
    except InvalidSignature:
        raise TokenError(FORGED) from None
    return token.payload
