"""Proves callers by their JWTs."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import jwt

from chalicelib.domain.caller import ROLES, Caller
from chalicelib.domain.errors import NotAuthenticated, Unavailable
from chalicelib.domain.identifiers import SEPARATORS
from chalicelib.ports import Clock

# Asymmetric only: with a shared secret whoever can verify can also forge. RFC 8725 3.1.
ALGORITHMS = ["ES256", "RS256"]
# Fewer digits alone are a staff number.
PHONE_NUMBER = re.compile(r"\+\d{7,15}|\d{10,15}")
URI_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# How long a key that the issuer withdrew may still be believed.
JWKS_SECONDS = 300
# A new key is asked for at once after a rotation, and strangers who make up key ids cost one fetch a second.
UNKNOWN_KEY_SECONDS = 1


@dataclass(frozen=True)
class JwtVerifier:
    """Keys come from the issuer's JWKS and are cached; an unknown key id asks again, at most once a second."""

    jwks_uri: str
    issuer: str
    audience: str
    clock: Clock

    def verify(self, authorization: str) -> Caller:
        """The caller that an `Authorization: Bearer` value proves.

        Raises:
            NotAuthenticated: it proves nobody: no bearer, wrong key, algorithm, issuer, audience or time, no roles.
            Unavailable: the issuer's keys cannot be read.

        Source: RFC 7519, 8725.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated
        key = self._key_of(token)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self.audience,
                issuer=self.issuer,
                options={
                    "require": ["exp", "iss", "aud", "sub", "client_id", "roles"],
                    # Against our own clock below, so that time has one source.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError):
            raise NotAuthenticated from None
        return self._caller(claims)

    def _key_of(self, token: str) -> jwt.PyJWK:
        try:
            key_id = jwt.get_unverified_header(token)["kid"]
        except (jwt.PyJWTError, ValueError, KeyError):
            raise NotAuthenticated from None
        try:
            self._keys.get_signing_keys()
        except (jwt.PyJWTError, ValueError, OSError, AttributeError, TypeError):
            raise Unavailable("JWKS") from None
        try:
            return self._keys.get_signing_key(key_id)
        except jwt.PyJWKClientConnectionError:
            raise Unavailable("JWKS") from None
        except (jwt.PyJWTError, ValueError):
            raise NotAuthenticated from None

    @cached_property
    def _keys(self) -> jwt.PyJWKClient:
        return jwt.PyJWKClient(self.jwks_uri, lifespan=JWKS_SECONDS, cooldown_duration=UNKNOWN_KEY_SECONDS, timeout=2)

    def _caller(self, claims: dict[str, Any]) -> Caller:
        roles, now = claims["roles"], self.clock.now().timestamp()
        well_formed = (
            isinstance(roles, list)
            and bool(roles)
            and all(role in ROLES for role in roles)
            and all(isinstance(claims[name], str) and claims[name] for name in ("sub", "client_id"))
            # Both go into records and logs; some issuers put a phone number there.
            and not any(_is_phone_number(claims[name]) for name in ("sub", "client_id"))
            and all(isinstance(claims.get(name, 0), int | float) for name in ("exp", "nbf"))
        )
        if not well_formed or now >= claims["exp"] or now < claims.get("nbf", 0):
            raise NotAuthenticated
        try:
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        except (OverflowError, OSError, ValueError):
            raise NotAuthenticated from None
        return Caller(claims["client_id"], claims["sub"], frozenset(roles), expires_at)


def _is_phone_number(text: str) -> bool:
    return PHONE_NUMBER.fullmatch(SEPARATORS.sub("", URI_SCHEME.sub("", text, 1))) is not None
