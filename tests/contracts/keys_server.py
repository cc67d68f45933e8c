"""A token issuer whose keys and tokens a test makes as it likes."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra.local.places import HOST
from tests.fakes import NOON

ISSUER = "https://issuer.example"
AUDIENCE = "ringfence"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# Made once: an RSA key takes a while.
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


def public_pem(key: PrivateKey) -> bytes:
    """The public half as text: what a confused verifier would take for a shared secret."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(key: PrivateKey, kid: str, **members: str) -> dict[str, Any]:
    """The public half as a member of a JWKS."""
    if isinstance(key, rsa.RSAPrivateKey):
        made = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        made = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**made, "kid": kid, "use": "sig", **members}


def jwks(**keys: PrivateKey) -> bytes:
    """A JWKS with these keys by their ids."""
    return json.dumps({"keys": [jwk(key, kid) for kid, key in keys.items()]}).encode()


def claims(**changes: Any) -> dict[str, Any]:
    """Claims that prove a wallet at noon; a change to None leaves a claim out."""
    now = int(NOON.timestamp())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "backend",
        "client_id": "wallet-app",
        "roles": ["wallet"],
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def bearer_token(key: Any = EC_KEY, kid: str | None = "ec", algorithm: str = "ES256", **changes: Any) -> str:
    """An `Authorization` value with these claims."""
    headers = {"kid": kid} if kid is not None else {}
    return f"Bearer {jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)}"


def b64(part: bytes) -> str:
    """As JWTs spell bytes."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@dataclass
class KeysServer:
    """Serves `body` as JWKS, and counts how often it was asked."""

    uri: str
    body: bytes
    status: int = 200
    fetched: list[str] = field(default_factory=list)


@contextmanager
def keys_server(body: bytes) -> Iterator[KeysServer]:
    """Public keys over HTTP, until the block ends."""
    made = KeysServer("", body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.fetched.append(self.path)
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    made.uri = f"http://{HOST}:{server.server_port}/jwks.json"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
