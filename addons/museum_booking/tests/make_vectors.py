# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write the JSON vectors that ``lib/`` and its JavaScript twins are tested with.

``python addons/museum_booking/tests/make_vectors.py`` from the project's root. The
keys come from fixed numbers and signatures are deterministic, so the files change
only when the format does. The keys are for tests; no database ever holds them.
"""

import json
import sys
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ADDON = Path(__file__).resolve().parent.parent
VECTORS = Path(__file__).resolve().parent / "vectors"
sys.path.insert(0, str(ADDON))
from lib import codes, ticket_token  # noqa: E402  # pylint: disable=wrong-import-position

FROM, UNTIL = 1773462600, 1773468000  # 14 March 2026, 04:30 to 06:00 UTC


def _key(number: int) -> tuple[str, str]:
    key = ec.derive_private_key(number, ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return private.decode(), b64encode(public).decode()


def _code(museum: str, body: str, year: int = 2026) -> str:
    return str(
        codes.TicketCode(museum, year, body + codes.check_char(f"{museum}{year}{body}"))
    )


def _flip(letters: str, index: int) -> str:
    data = bytearray(ticket_token.from_letters(letters))
    data[index] ^= 0x01
    return ticket_token.to_letters(bytes(data))


def _patched(letters: str, index: int, value: int) -> str:
    data = bytearray(ticket_token.from_letters(letters))
    data[index] = value
    return ticket_token.to_letters(bytes(data))


def _accepted(keys: dict[int, str]) -> list[dict]:
    ticket = ticket_token.Payload(1, _code("SCIM", "X7K9M24HTQ3"), 77, 1, FROM, UNTIL)
    wide = ticket_token.MAX_VISITORS
    cases = [
        ("a ticket", ticket, 1, FROM, "now"),
        ("first second", ticket, 1, FROM, "now"),
        ("last second", ticket, 1, UNTIL, "now"),
        ("too early", ticket, 1, FROM - 1, "early"),
        ("expired, yet genuine", ticket, 1, UNTIL + 1, "late"),
        ("a family", ticket._replace(visitors=4), 1, FROM, "now"),
        ("another key", ticket, 2, FROM, "now"),
        ("a group's code", ticket._replace(kind=2, visitors=31), 1, FROM, "now"),
        ("no slot", ticket._replace(slot=0), 1, FROM, "now"),
        (
            "short museum code",
            ticket._replace(code=_code("A1", "22222222222")),
            1,
            FROM,
            "now",
        ),
        (
            "largest of all",
            ticket_token.Payload(
                2,
                _code("ZZZZZZ", "ZZZZZZZZZZZ", 2255),
                2**32 - 1,
                wide,
                2**32 - 1,
                2**32 - 1,
            ),
            1,
            2**32 - 1,
            "now",
        ),
    ]
    return [
        {
            "name": name,
            "token": ticket_token.sign(payload, number, keys[number]),
            "key": number,
            "payload": payload._asdict(),
            "at": at,
            "when": when,
        }
        for name, payload, number, at, when in cases
    ]


def _refused(token: str, keys: dict[int, str]) -> list[dict]:
    payload = ticket_token.parse(token).payload
    malformed, forged = ticket_token.MALFORMED, ticket_token.FORGED
    tail = len(ticket_token.from_letters(token)) - ticket_token.SIGNATURE_BYTES
    cases = [
        ("signed by a stranger", ticket_token.sign(payload, 1, _key(99)[0]), forged),
        (
            "signed by another of our keys",
            _patched(ticket_token.sign(payload, 2, keys[2]), 2, 1),
            forged,
        ),
        ("unknown key", ticket_token.sign(payload, 9, keys[1]), "unknown_key"),
        ("Ed25519 is not spoken yet", _patched(token, 0, 0x12), "unknown_key"),
        ("version of tomorrow", _patched(token, 0, 0x21), malformed),
        ("unknown kind", _patched(token, 3, 0x34), malformed),
        ("museum code of 15", _patched(token, 3, 0x1F), malformed),
        ("lower case in the museum code", _patched(token, 4, ord("s")), malformed),
        ("not ASCII in the museum code", _patched(token, 4, 0xFF), malformed),
        ("random part too large", _patched(token, 9, 0xFF), malformed),
        ("no visitors", _patched(token, 21, 0), malformed),
        ("ends before it begins", _patched(token, tail - 4, 0), malformed),
        ("r is zero", token[: 2 * tail] + "B" * 64 + token[-64:], forged),
        ("s is zero", token[:-64] + "B" * 64, forged),
        ("all ones", token[: 2 * tail] + "X" * 128, forged),
        (
            "r and s exchanged",
            token[: 2 * tail] + token[-64:] + token[-128:-64],
            forged,
        ),
        ("nothing", "", malformed),
        ("spaces", " " * 190, malformed),
        ("one letter short", token[:-1], malformed),
        ("one byte short", token[:-2], malformed),
        ("without signature", token[: 2 * tail], malformed),
        ("one byte more", token + "BB", malformed),
        ("twice", token + token, malformed),
        ("very long", "B" * 5000, malformed),
        ("a digit in it", token[:50] + "2" + token[51:], malformed),
        ("a letter outside the alphabet", token[:50] + "A" + token[51:], malformed),
        ("a space in it", token[:50] + " " + token[51:], malformed),
        ("a NUL in it", token[:50] + "\0" + token[51:], malformed),
        ("a ticket code", payload.code, malformed),
        ("an address", "https://example.org/" + "t" * 160, malformed),
    ]
    cases += [
        (f"bit changed in byte {index}", _flip(token, index), None)
        for index in range(len(ticket_token.from_letters(token)))
    ]
    public = {number: _key(number)[1] for number in keys}
    rows = []
    for name, bad, reason in cases:
        try:
            ticket_token.verify(bad, public)
        except ticket_token.TokenError as error:
            if reason not in (None, error.reason):
                raise SystemExit(f"{name}: {error.reason}, not {reason}") from error
            rows.append({"name": name, "token": bad, "reason": error.reason})
        else:
            raise SystemExit(f"{name} was accepted")
    return rows


def _tokens() -> dict:
    keys = {number: _key(number)[0] for number in (1, 2)}
    accepted = _accepted(keys)
    token = accepted[0]["token"]
    return {
        "alphabet": ticket_token.ALPHABET,
        "public_keys": {str(number): _key(number)[1] for number in keys},
        "accepted": accepted,
        "refused": _refused(token, keys),
        "scanned_differently": [
            {"name": "Caps Lock", "token": token.lower()},
            {"name": "Enter at its end", "token": token + "\r\n"},
            {"name": "Tab before it", "token": "\t" + token},
        ],
    }


def _codes() -> dict:
    code = _code("SCIM", "X7K9M24HTQ3")
    body = "7XK9M2"
    reference = f"SCIM-{body}{codes.check_char('SCIM' + body)}"
    typed = [
        code,
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        f"  {code}\n",
        code.replace("-", "\u2013"),
        code.replace("-", " - "),
        code.replace("2026", "2O26"),
        code.replace("SCIM", "SC1M"),
        code.replace("SCIM", "5CIM"),
        code.replace("SCIM", "sclm"),
        "\uff33\uff23\uff29\uff2d" + code[4:],
    ]
    refused = [
        "",
        "SCIM",
        code[:-1],
        code + "2",
        code.replace("X7", "7X"),
        code.replace("2026", "2062"),
        code.replace("2026", "2027"),
        code.replace("X7K", "X7O"),
        code.replace("X7K", "X70"),
        code + " " * 64,
        "\u0660" * 20,
    ]
    known = ["SCIM", "TREE"]

    def reads(text: str, function) -> str | None:
        try:
            return function(text, known)
        except codes.InvalidCode:
            return None

    references = [reference, reference.lower(), reference.replace("-", " ")]
    references += [reference.replace("SCIM", "SC1M"), reference[:-1], code, "SCIM-O"]
    return {
        "alphabet": codes.ALPHABET,
        "museums": known,
        "tickets": [
            {"typed": text, "code": reads(text, codes.normalise_ticket_code)}
            for text in typed + refused
        ],
        "references": [
            {"typed": text, "reference": reads(text, codes.normalise_reference)}
            for text in references
        ],
    }


def main() -> None:
    VECTORS.mkdir(exist_ok=True)
    for name, content in (("tokens", _tokens()), ("codes", _codes())):
        text = json.dumps(content, indent=1, ensure_ascii=True)
        (VECTORS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
