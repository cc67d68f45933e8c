"""Bodies that are no JSON object, and requests that are too much."""

from tests.api.bad_input import CHECK, MALFORMED, MARKER, MEDIA_TYPE, STARTS, TOO_LARGE, Bad
from tests.api.world import NUMBER

GOOD = f'{{"purpose":"signup","phone_number":"{NUMBER}"}}'.encode()


def _body(name: str, body: bytes, answer: tuple[int, str] = MALFORMED) -> Bad:
    return Bad(name, STARTS, body, answer)


BODIES = [
    _body("empty", b""),
    _body("blank", b"  "),
    _body("list", b"[]"),
    _body("string", f'"{MARKER}"'.encode()),
    _body("number", NUMBER[1:].encode()),
    _body("null", b"null"),
    _body("true", b"true"),
    _body("two objects", GOOD + GOOD),
    _body("cut off", GOOD[:-1]),
    _body("comment", b"{/* " + MARKER.encode() + b" */}"),
    _body("single quotes", b"{'purpose': 'signup'}"),
    _body("trailing comma", b'{"purpose": "signup",}'),
    _body("form", f"purpose=signup&phone_number={NUMBER}".encode()),
    _body("NaN", b'{"purpose": NaN}'),
    _body("Infinity", b'{"purpose": "signup", "phone_number": Infinity}'),
    _body("minus Infinity", b'{"purpose": -Infinity}'),
    _body("duplicate members", b'{"purpose": "signup", "purpose": "signup"}'),
    _body("duplicate nested members", b'{"purpose": "signup", "client": {"ip": "192.0.2.1", "ip": "192.0.2.2"}}'),
    _body("invalid UTF-8", b'{"purpose": "sign\xffup"}'),
    _body("UTF-16", GOOD.decode().encode("utf-16")),
    _body("byte order mark", b"\xef\xbb\xbf" + GOOD),
    _body("control character", b'{"purpose": "sign\x00up"}'),
    _body("8 000 levels of lists", b"[" * 8_000 + b"]" * 8_000),
    _body("10 000 levels that never close", b"[" * 10_000),
    _body("deep objects", b'{"a":' * 2_500 + b"1" + b"}" * 2_500),
    _body("deep list in a member", b'{"purpose":' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
    _body("integer of 10 000 digits", b'{"purpose":' + b"1" * 10_000 + b"}"),
    _body("oversize", b'{"purpose": "' + MARKER.encode() * 2_000 + b'"}', TOO_LARGE),
    _body("oversize with spaces", GOOD + b" " * 16_384, TOO_LARGE),
    Bad("no content type", STARTS, GOOD, MEDIA_TYPE, content_type=None),
    Bad("text", STARTS, GOOD, MEDIA_TYPE, content_type="text/plain"),
    Bad("a form's content type", STARTS, GOOD, MEDIA_TYPE, content_type="application/x-www-form-urlencoded"),
    Bad("another JSON", STARTS, GOOD, MEDIA_TYPE, content_type="application/merge-patch+json"),
    Bad("a content type that names a value", STARTS, GOOD, MEDIA_TYPE, content_type=f"text/{MARKER}"),
    Bad("list where nothing is needed", "/v1/verifications/$verification/resend", b"[1]", MALFORMED),
    Bad("text where nothing is needed", "/v1/customers/$customer/closure", b"x", MEDIA_TYPE, content_type="text/plain"),
    Bad("empty check", CHECK, b"", MALFORMED),
]
