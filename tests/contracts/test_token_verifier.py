"""Who is calling: what a token must be to prove it, and everything that proves nobody."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.jwt_verifier import JwtVerifier
from chalicelib.domain.errors import NotAuthenticated, Unavailable
from tests.clock import FixedClock
from tests.contracts.keys_server import (
    AUDIENCE,
    EC_KEY,
    ISSUER,
    OTHER_EC_KEY,
    RSA_KEY,
    KeysServer,
    b64,
    bearer_token,
    claims,
    jwk,
    jwks,
    keys_server,
    public_pem,
)
from tests.fakes import NOON

NOW = int(NOON.timestamp())
KEYS = jwks(ec=EC_KEY, rsa=RSA_KEY)


@pytest.fixture
def server() -> Iterator[KeysServer]:
    with keys_server(KEYS) as made:
        yield made


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def verifier(server: KeysServer, clock: FixedClock) -> JwtVerifier:
    return JwtVerifier(server.uri, ISSUER, AUDIENCE, clock)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_good_token_proves_its_caller(verifier: JwtVerifier, algorithm: str) -> None:
    key, kid = (EC_KEY, "ec") if algorithm == "ES256" else (RSA_KEY, "rsa")
    caller = verifier.verify(bearer_token(key, kid, algorithm, roles=["staff", "officer"]))
    assert (caller.client_id, caller.subject) == ("wallet-app", "backend")
    assert caller.roles == {"staff", "officer"}
    assert caller.expires_at == NOON + timedelta(seconds=600)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_s_case_does_not_matter(verifier: JwtVerifier, scheme: str) -> None:
    assert verifier.verify(bearer_token().replace("Bearer", scheme)).subject == "backend"


def test_one_of_several_audiences_is_enough(verifier: JwtVerifier) -> None:
    assert verifier.verify(bearer_token(aud=["other", AUDIENCE])).subject == "backend"


@pytest.mark.parametrize("form", ["file", "data"])
def test_keys_come_over_http_only(form: str, tmp_path: Path, clock: FixedClock) -> None:
    # PyJWT reads keys from nowhere else: a setting that says so proves nobody, rather than anybody.
    file = tmp_path / "jwks.json"
    file.write_bytes(KEYS)
    uri = file.as_uri() if form == "file" else f"data:application/json,{KEYS.decode()}"
    with pytest.raises((NotAuthenticated, Unavailable)):
        JwtVerifier(uri, ISSUER, AUDIENCE, clock).verify(bearer_token())


def unsigned() -> str:
    head = {"alg": "none", "typ": "JWT", "kid": "ec"}
    return f"Bearer {b64(json.dumps(head).encode())}.{b64(json.dumps(claims()).encode())}."


def signed_with_the_public_key(key: Any, kid: str) -> str:
    # PyJWT refuses to make this token, so it is made by hand. RFC 8725 2.1.
    head = b64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    body = b64(json.dumps(claims()).encode())
    mac = hmac.new(public_pem(key), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"Bearer {head}.{body}.{b64(mac)}"


def with_another_body() -> str:
    head, _, signature = bearer_token().split(".")
    return f"{head}.{b64(json.dumps(claims(roles=['officer'])).encode())}.{signature}"


def with_another_head(**changes: Any) -> str:
    _, body, signature = bearer_token().split(".")
    head = {"alg": "ES256", "typ": "JWT", "kid": "ec", **changes}
    return f"Bearer {b64(json.dumps(head).encode())}.{body}.{signature}"


def without(claim: str) -> str:
    changes: dict[str, Any] = {claim: None}
    return bearer_token(**changes)


HEAD = json.dumps({"alg": "ES256", "kid": "ec"}).encode()
REFUSED: dict[str, Callable[[], str]] = {
    "no algorithm": unsigned,
    "no algorithm, no signature": lambda: with_another_head(alg="none").rsplit(".", 1)[0] + ".",
    "HS256 with the EC key": lambda: signed_with_the_public_key(EC_KEY, "ec"),
    "HS256 with the RSA key": lambda: signed_with_the_public_key(RSA_KEY, "rsa"),
    "HS256 with a secret": lambda: bearer_token("x" * 32, "ec", "HS256"),
    "another key under our id": lambda: bearer_token(OTHER_EC_KEY),
    "an id that nobody has": lambda: bearer_token(kid="nobody"),
    "the other key's id": lambda: bearer_token(EC_KEY, "rsa"),
    "RS256 under the EC id": lambda: bearer_token(RSA_KEY, "ec", "RS256"),
    "no id": lambda: bearer_token(kid=None),
    "an id that is no text": lambda: with_another_head(kid=7),
    "an id that is null": lambda: with_another_head(kid=None),
    "ES384": lambda: with_another_head(alg="ES384"),
    "PS256": lambda: bearer_token(RSA_KEY, "rsa", "PS256"),
    "critical header": lambda: with_another_head(crit=["x"], x=1),
    "another body": with_another_body,
    "another issuer": lambda: bearer_token(iss="https://evil.example"),
    "issuer with a tail": lambda: bearer_token(iss=ISSUER + "/"),
    "another audience": lambda: bearer_token(aud="other"),
    "expired": lambda: bearer_token(exp=NOW - 1),
    "ends now": lambda: bearer_token(exp=NOW),
    "not yet": lambda: bearer_token(nbf=NOW + 1),
    "roles no list": lambda: bearer_token(roles="wallet"),
    "roles a map": lambda: bearer_token(roles={"wallet": True}),
    "no role": lambda: bearer_token(roles=[]),
    "unknown role": lambda: bearer_token(roles=["admin"]),
    "one unknown role": lambda: bearer_token(roles=["wallet", "admin"]),
    "a role that is a list": lambda: bearer_token(roles=[["wallet"]]),
    "a role that is null": lambda: bearer_token(roles=["wallet", None]),
    "subject no text": lambda: bearer_token(sub=["backend"]),
    "subject empty": lambda: bearer_token(sub=""),
    "client no text": lambda: bearer_token(client_id=7),
    "client empty": lambda: bearer_token(client_id=""),
    "exp a text": lambda: bearer_token(exp=str(NOW + 600)),
    "exp a list": lambda: bearer_token(exp=[NOW + 600]),
    "nbf a text": lambda: bearer_token(nbf="0"),
    **{f"no {name}": partial(without, name) for name in claims() if name != "iat"},
    "nothing": lambda: "",
    "the scheme alone": lambda: "Bearer",
    "the scheme and a space": lambda: "Bearer ",
    "basic": lambda: bearer_token().replace("Bearer", "Basic"),
    "no scheme": lambda: bearer_token().removeprefix("Bearer "),
    "a text": lambda: "Bearer hello",
    "two dots": lambda: "Bearer ..",
    "spaces": lambda: f"Bearer  {bearer_token().removeprefix('Bearer ')}",
    "two tokens": lambda: f"{bearer_token()} {bearer_token()}",
    "head is a list": lambda: f"Bearer {b64(b'[]')}.{b64(b'{}')}.x",
    "body is a list": lambda: f"Bearer {b64(b'{}')}.{b64(b'[]')}.x",
    "not ASCII": lambda: "Bearer žluť.ož.ký",
    "nested without end": lambda: f"Bearer {b64(HEAD)}.{b64(b'[' * 7000)}.x",
    "head nested without end": lambda: f"Bearer {b64(b'[' * 7000)}.{b64(b'{}')}.x",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_proves_nobody_is_refused(verifier: JwtVerifier, name: str) -> None:
    assert verifier.verify(bearer_token()).subject == "backend"
    with pytest.raises(NotAuthenticated):
        verifier.verify(REFUSED[name]())


@pytest.mark.parametrize("instant", [1e300, NOW * 1000, -1e300, float("nan"), float("inf")])
def test_an_end_that_is_no_instant_is_refused(verifier: JwtVerifier, instant: float) -> None:
    # An issuer that writes milliseconds must find out by a 401, not by a failure of ours.
    with pytest.raises(NotAuthenticated):
        verifier.verify(bearer_token(exp=instant))


def test_time_is_the_clock_s(verifier: JwtVerifier, clock: FixedClock) -> None:
    token = bearer_token(nbf=NOW + 10)
    for seconds, proves in [(0, False), (9, False), (10, True), (599, True), (600, False)]:
        clock.at = NOON + timedelta(seconds=seconds)
        if proves:
            assert verifier.verify(token).subject == "backend"
        else:
            with pytest.raises(NotAuthenticated):
                verifier.verify(token)


@settings(max_examples=150, deadline=None, database=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*"))
def test_garbage_is_refused(garbage: str) -> None:
    with pytest.raises(NotAuthenticated):
        GARBAGE_VERIFIER.verify(f"Bearer {garbage}")


# Garbage never gets as far as the keys, so there are none.
GARBAGE_VERIFIER = JwtVerifier("http://127.0.0.1:9/jwks.json", ISSUER, AUDIENCE, FixedClock(NOON))


def test_every_changed_byte_of_the_signature_counts(verifier: JwtVerifier) -> None:
    head, body, signature = bearer_token().split(".")
    for position, letter in enumerate(signature[:-1]):
        other = "A" if letter != "A" else "B"
        with pytest.raises(NotAuthenticated):
            verifier.verify(f"{head}.{body}.{signature[:position]}{other}{signature[position + 1 :]}")


def test_keys_are_fetched_once(verifier: JwtVerifier, server: KeysServer) -> None:
    for _ in range(20):
        verifier.verify(bearer_token())
    assert len(server.fetched) == 1


def test_a_new_key_is_picked_up(verifier: JwtVerifier, server: KeysServer) -> None:
    verifier.verify(bearer_token())
    server.body = jwks(ec=EC_KEY, new=OTHER_EC_KEY)
    # A pause against strangers who make up key ids is fair; an outage after every rotation is not.
    assert _proves_within(2, verifier, bearer_token(OTHER_EC_KEY, "new"))
    assert verifier.verify(bearer_token()).subject == "backend"


def _proves_within(seconds: float, verifier: JwtVerifier, token: str) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return verifier.verify(token).subject == "backend"
        except NotAuthenticated:
            time.sleep(0.1)
    return False


def test_a_key_for_encryption_verifies_nothing(server: KeysServer, verifier: JwtVerifier) -> None:
    server.body = json.dumps({"keys": [jwk(RSA_KEY, "rsa"), jwk(EC_KEY, "ec", use="enc")]}).encode()
    assert verifier.verify(bearer_token(RSA_KEY, "rsa", "RS256")).subject == "backend"
    with pytest.raises(NotAuthenticated):
        verifier.verify(bearer_token())


def test_a_shared_secret_among_the_keys_verifies_nothing(server: KeysServer, verifier: JwtVerifier) -> None:
    # Whoever can verify with it could also forge. RFC 8725 3.1.
    secret = b"s" * 32
    server.body = json.dumps({"keys": [jwk(EC_KEY, "ec"), {"kty": "oct", "kid": "shared", "k": b64(secret)}]}).encode()
    assert verifier.verify(bearer_token()).subject == "backend"
    with pytest.raises(NotAuthenticated):
        verifier.verify(bearer_token(secret, "shared", "HS256"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"keys": []}', b'{"keys": 1}', b"\xff"])
def test_keys_that_cannot_be_read_are_no_answer(server: KeysServer, verifier: JwtVerifier, body: bytes) -> None:
    server.body = body
    with pytest.raises(Unavailable):
        verifier.verify(bearer_token())
    server.body = KEYS
    assert verifier.verify(bearer_token()).subject == "backend"


NAMED_BY_NUMBER = ["+8613800138000", "8613800138000", "+1234567", "tel:+447400123456", "+44 7400 123456"]


@pytest.mark.parametrize("claim", ["sub", "client_id"])
@pytest.mark.parametrize("number", NAMED_BY_NUMBER)
def test_a_token_that_names_somebody_by_a_number_proves_nobody(verifier: JwtVerifier, claim: str, number: str) -> None:
    with pytest.raises(NotAuthenticated):
        verifier.verify(bearer_token(**{claim: number}))


@pytest.mark.parametrize(
    "subject", ["123456", "40612345", "108204268033311374519", "auth0|5f7c8ec7c33c6c00", "urn:staff:a7"]
)
def test_a_token_that_names_somebody_otherwise_proves_them(verifier: JwtVerifier, subject: str) -> None:
    assert verifier.verify(bearer_token(sub=subject)).subject == subject


@pytest.mark.parametrize("status", [404, 500, 302])
def test_an_issuer_that_fails_is_unavailable(server: KeysServer, verifier: JwtVerifier, status: int) -> None:
    server.status = status
    with pytest.raises(Unavailable) as caught:
        verifier.verify(bearer_token())
    assert bearer_token().split(".")[0] not in repr(caught.value)


def test_an_issuer_that_is_gone_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        GARBAGE_VERIFIER.verify(bearer_token())
