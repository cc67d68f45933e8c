"""JSON Web Signatures in the compact form, ES256 only, and the names of the keys that make them."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping

ALGORITHM = "ES256"
# RFC 7518 3.4: r and s, 32 bytes each, most significant first.
HALF_BYTES = 32


def compact(header_type: str, payload: bytes, key_id: str, sign: Callable[[bytes], bytes]) -> str:
    """The payload signed: header, payload and signature, each in base64url, with dots between.

    Args:
        header_type: `typ`; each kind of content has its own, so that none passes for another (RFC 8725 3.11).
        payload: exactly the bytes that are signed.
        key_id: `kid`; names the public key in the JWK Set.
        sign: makes r and s, 64 bytes, of the signing input.

    Source: RFC 7515 3.1, 7.1.
    """
    header = {"alg": ALGORITHM, "kid": key_id, "typ": header_type}
    signing_input = f"{base64url(_canonical(header))}.{base64url(payload)}"
    return f"{signing_input}.{base64url(sign(signing_input.encode()))}"


def payload_of(token: str) -> bytes:
    """What a compact signature is about, whether it holds or not; nothing if it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return b""
    try:
        return base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except ValueError:
        return b""


def public_key(x: int, y: int) -> dict[str, str]:
    """The JWK of a point on P-256, named by its thumbprint. Source: RFC 7518 6.2.1."""
    point = {"crv": "P-256", "kty": "EC", "x": _coordinate(x), "y": _coordinate(y)}
    return {**point, "kid": thumbprint(point), "use": "sig", "alg": ALGORITHM}


def thumbprint(key: Mapping[str, str]) -> str:
    """The name that a public key on an elliptic curve has everywhere. Source: RFC 7638 3.2."""
    members = {name: key[name] for name in ("crv", "kty", "x", "y")}
    return base64url(hashlib.sha256(_canonical(members)).digest())


def base64url(octets: bytes) -> str:
    """The octets in the alphabet for URLs, without padding. Source: RFC 7515 2."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _coordinate(value: int) -> str:
    return base64url(value.to_bytes(HALF_BYTES, "big"))


def _canonical(members: Mapping[str, str]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
