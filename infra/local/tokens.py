"""The local token issuer: an ES256 key of this machine and the JWTs that it signs."""

import json
import os
import secrets
import time
from enum import StrEnum
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER_NAME = "http://127.0.0.1/ringfence-local-issuer"
AUDIENCE = "ringfence"
LIFETIME_SECONDS = 12 * 3600
KEY_ID = "local-1"


class Role(StrEnum):
    WALLET = "wallet"
    CUSTOMER = "customer"
    STAFF = "staff"
    OFFICER = "officer"


CLIENT_OF_ROLE = {
    Role.WALLET: "wallet-app",
    Role.CUSTOMER: "wallet-app",
    Role.STAFF: "call-centre",
    Role.OFFICER: "privacy-office",
}


def open_issuer(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The issuer's private key is in the folder, readable by its owner only, with its public half beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    key_file = folder / "key.pem"
    if not key_file.exists():
        _write_new_key(key_file)
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key_file} is not an elliptic curve key: delete it and run again")
    _replace(folder / "jwks.json", published_keys(key))
    return key


def published_keys(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The issuer's JWKS (RFC 7517): the public half only."""
    return json.dumps({"keys": [_public_jwk(key)]}, indent=2).encode()


def sign_token(
    key: ec.EllipticCurvePrivateKey,
    role: Role,
    *,
    subject: str | None = None,
    client_id: str | None = None,
    now: int | None = None,
) -> str:
    """A token for the role is signed; it holds for twelve hours.

    Args:
        subject: whom it speaks for; for a customer the customer's id, and then it has no default.
        client_id: the calling system; the role's usual one when absent.
        now: the instant of issue, in seconds since 1970.

    Raises:
        ValueError: a customer's token without a subject.
    """
    if role is Role.CUSTOMER and not subject:
        raise ValueError("a customer token needs --sub: the customer_id that it may reach")
    issued_at = int(time.time()) if now is None else now
    claims = {
        "iss": ISSUER_NAME,
        "aud": AUDIENCE,
        "sub": subject or f"local-{role}",
        "client_id": client_id or CLIENT_OF_ROLE[role],
        "roles": [str(role)],
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": KEY_ID})


def _write_new_key(key_file: Path) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = key_file.with_name(f".{key_file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    try:
        # A link fails if the name exists: of two processes that begin at once, both then read the same key.
        os.link(draft, key_file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _replace(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_bytes(content)
    draft.replace(path)


def _public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    jwk: dict[str, str] = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": KEY_ID, "use": "sig", "alg": "ES256"}
