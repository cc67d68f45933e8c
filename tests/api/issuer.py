"""A token issuer of the tests' own: real keys, real JWTs, and its public keys over HTTP on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes import NOON

ISSUER = "https://issuer.example"
AUDIENCE = "ringfence"
KEY_ID = "key-1"


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Issuer:
    """Signs with ES256."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)

    @property
    def public_jwk(self) -> dict[str, str]:
        jwk: dict[str, str] = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**jwk, "kid": KEY_ID, "use": "sig", "alg": "ES256"}

    @contextmanager
    def publishing(self) -> Iterator[str]:
        """The public keys can be read at this address: PyJWT reads keys from http and https only."""
        keys = json.dumps({"keys": [self.public_jwk]}).encode()

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(keys)))
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *_: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/jwks.json"
            server.shutdown()

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good wallet token that holds for an hour from NOON; a change to None takes one away."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "backend",
            "client_id": "wallet-app",
            "roles": ["wallet"],
            "exp": int((NOON + timedelta(hours=1)).timestamp()),
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, **changes: Any) -> str:
        """A signed token."""
        return jwt.encode(self.claims(**changes), self.key, algorithm="ES256", headers={"kid": KEY_ID})
