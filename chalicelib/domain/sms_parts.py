"""How long an SMS is over the air, and so in how many parts it goes and is paid for.

Source: 3GPP TS 23.038 6.2.1 (the GSM 7-bit default alphabet, its extension table, UCS-2) and 3GPP TS 23.040 9.2.3.24.1
(a part holds 140 octets, of which the header of a text in several parts takes 6).
"""

from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each is an escape and a second septet.
EXTENDED = frozenset("\f^{}\\[~]|€")
# Units are septets for GSM-7 and UTF-16 code units for UCS-2: what one part holds alone, and what each of several does.
ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
LARGEST_PART = 140
BITS = {"GSM-7": 7, "UCS-2": 16}


def encoding(text: str) -> Encoding:
    """How a carrier encodes the text: GSM-7 if every character has a septet or two, UCS-2 otherwise."""
    return "GSM-7" if BASIC.union(EXTENDED).issuperset(text) else "UCS-2"


def octets(text: str) -> int:
    """What the text takes over the air, the headers of several parts aside; one part holds LARGEST_PART."""
    used = encoding(text)
    return -(-sum(_widths(text, used)) * BITS[used] // 8)


def sms_parts(text: str) -> int:
    """The number of parts that are paid for. An escape and its character, or two surrogates, share a part."""
    used = encoding(text)
    widths = _widths(text, used)
    alone, each = ROOM[used]
    if sum(widths) <= alone:
        return 1
    parts, room = 0, 0
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts


def _widths(text: str, used: Encoding) -> list[int]:
    if used == "GSM-7":
        return [2 if character in EXTENDED else 1 for character in text]
    return [2 if ord(character) > 0xFFFF else 1 for character in text]
