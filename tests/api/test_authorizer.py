"""The gate: real JWTs through the authorizer and the gateway."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.adapters.jwt_verifier import JwtVerifier
from chalicelib.bootstrap import install
from chalicelib.entrypoints.api.authorizer import authorize
from tests.api.conformance import PROBLEM_JSON
from tests.api.issuer import AUDIENCE, ISSUER, KEY_ID, Issuer
from tests.api.world import Api, Reply
from tests.fakes import MemoryAdapters, memory_ringfence

NOON_SECONDS = 1_795_262_400
PATH = f"/v1/verifications/vrf_{'0' * 32}"


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def jwks_uri(issuer: Issuer) -> Iterator[str]:
    with issuer.publishing() as address:
        yield address


@pytest.fixture
def adapters(adapters: MemoryAdapters, jwks_uri: str) -> MemoryAdapters:
    """Tokens are verified as in production."""
    verifier: Any = JwtVerifier(jwks_uri, ISSUER, AUDIENCE, adapters.clock)
    adapters.tokens = verifier
    return adapters


def get(api: Api, authorization: str | None, path: str = PATH) -> Reply:
    return api.through_gateway("GET", path, {"Authorization": authorization} if authorization is not None else {})


UNAUTHORIZED = (401, PROBLEM_JSON, "unauthorized", "Bearer", "no-store")


def told(reply: Reply) -> tuple[int, str, str | None, str | None, str | None]:
    """What tells a caller that nobody was proved, and no cache to keep it."""
    headers = reply.headers
    return (
        reply.status,
        headers["content-type"],
        reply.problem,
        headers.get("www-authenticate"),
        headers.get("cache-control"),
    )


def test_a_good_token_reaches_the_view(api: Api, issuer: Issuer) -> None:
    assert get(api, f"Bearer {issuer.token()}").problem == "not-found"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_s_case_does_not_matter(api: Api, issuer: Issuer, scheme: str) -> None:
    assert get(api, f"{scheme} {issuer.token()}").problem == "not-found"


def test_no_token_is_401(api: Api) -> None:
    assert told(get(api, None)) == UNAUTHORIZED


def unsigned(issuer: Issuer) -> str:
    return jwt.encode(issuer.claims(), "", algorithm="none", headers={"kid": KEY_ID})


def signed_with_the_public_key(issuer: Issuer) -> str:
    pem = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    # PyJWT itself refuses to make such a token from a PEM.
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "kid": KEY_ID}).encode())
    body = part(json.dumps(issuer.claims()).encode())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(f"{head}.{body}".encode(), pem)
    return f"{head}.{body}.{part(mac)}"


def from_another_key(issuer: Issuer) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(issuer.claims(), key, algorithm="ES256", headers={"kid": KEY_ID})


def from_another_kind_of_key(issuer: Issuer) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(issuer.claims(), key, algorithm="RS256", headers={"kid": KEY_ID})


def with_unknown_key_id(issuer: Issuer) -> str:
    return jwt.encode(issuer.claims(), issuer.key, algorithm="ES256", headers={"kid": "key-2"})


def without_key_id(issuer: Issuer) -> str:
    return jwt.encode(issuer.claims(), issuer.key, algorithm="ES256")


def with_other_claims(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    claims = json.dumps(issuer.claims(roles=["officer"])).encode()
    return f"{head}.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        signed_with_the_public_key,
        from_another_key,
        from_another_kind_of_key,
        with_unknown_key_id,
        without_key_id,
        with_other_claims,
        lambda issuer: issuer.token()[:-4],
        lambda issuer: issuer.token() + ".more",
        lambda issuer: issuer.token().rpartition(".")[0] + ".",
    ],
)
def test_a_forged_token_is_401(api: Api, issuer: Issuer, forge: Callable[[Issuer], str]) -> None:
    assert told(get(api, f"Bearer {forge(issuer)}")) == UNAUTHORIZED


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOON_SECONDS},
        {"exp": NOON_SECONDS - 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**18},
        {"exp": float("inf")},
        {"nbf": NOON_SECONDS + 1},
        {"iss": "https://another.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"client_id": None},
        {"client_id": ""},
        {"client_id": ["wallet-app"]},
        {"roles": None},
        {"roles": []},
        {"roles": "wallet"},
        {"roles": ["admin"]},
        {"roles": ["wallet", "admin"]},
        {"roles": [["wallet"]]},
        {"roles": {"wallet": True}},
    ],
    ids=str,
)
def test_a_token_that_says_the_wrong_thing_is_401(api: Api, issuer: Issuer, changes: dict[str, Any]) -> None:
    assert told(get(api, f"Bearer {issuer.token(**changes)}")) == UNAUTHORIZED


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer garbage",
        "Bearer a.b.c",
        "Bearer ..",
        "Basic dXNlcjpwYXNz",
        "Bearer \u00e9.\u00e9.\u00e9",
        "Bearer " + "x" * 8000,
        "Token abc",
        # A key id that is a list.
        "Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6WyJhIl19.e30.AA",
    ],
    ids=lambda authorization: authorization[:16],
)
def test_garbage_is_401(api: Api, authorization: str) -> None:
    reply = get(api, authorization)
    assert told(reply) == UNAUTHORIZED
    token = authorization.partition(" ")[2]
    assert not token or token not in reply.everything + api.log.getvalue()


def test_an_issuer_that_cannot_be_reached_is_no_401(api: Api, adapters: MemoryAdapters, issuer: Issuer) -> None:
    with issuer.publishing() as gone:
        pass
    verifier: Any = JwtVerifier(gone, ISSUER, AUDIENCE, adapters.clock)
    adapters.tokens = verifier
    install(memory_ringfence(adapters))
    reply = get(api, f"Bearer {issuer.token()}")
    # API Gateway answers 500 when its authorizer fails.
    assert (reply.status, reply.problem) == (500, "internal-error")
    assert issuer.token() not in reply.everything


def test_a_token_s_last_second_counts(api: Api, issuer: Issuer) -> None:
    token = f"Bearer {issuer.token(exp=NOON_SECONDS + 60)}"
    api.pass_time(seconds=59.999)
    assert get(api, token).problem == "not-found"
    api.pass_time(seconds=0.001)
    assert told(get(api, token)) == UNAUTHORIZED


def test_the_answer_of_the_authorizer_may_be_cached_for_any_route(api: Api, issuer: Issuer) -> None:
    answer = authorize(event(issuer.token()), None)
    [statement] = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert all(resource.endswith("/*") for resource in statement["Resource"])
    assert answer["principalId"] == "wallet-app"
    assert all(isinstance(value, str) for value in answer["context"].values())


def test_a_token_that_ends_after_the_gateway_s_cached_answer_is_401(api: Api, issuer: Issuer) -> None:
    import app as application

    authorizer_answer = authorize(event(issuer.token(exp=NOON_SECONDS + 30)), None)
    request: Any = {
        "requestContext": {
            "httpMethod": "GET",
            "resourcePath": "/v1/verifications/{verification_id}",
            "requestId": "request-1",
            "authorizer": authorizer_answer["context"],
        },
        "pathParameters": {"verification_id": f"vrf_{'0' * 32}"},
        "headers": {"authorization": "Bearer cached"},
        "multiValueQueryStringParameters": None,
        "stageVariables": {},
        "body": None,
    }
    assert application.app(request, None)["statusCode"] == 404
    api.pass_time(seconds=30)
    late = application.app(request, None)
    assert late["statusCode"] == 401
    assert json.loads(late["body"])["type"] == "urn:ringfence:problem:unauthorized"
    assert late["headers"]["WWW-Authenticate"] == "Bearer"


def event(token: str) -> dict[str, str]:
    return {
        "type": "TOKEN",
        "authorizationToken": f"Bearer {token}",
        "methodArn": "arn:aws:execute-api:eu-west-1:000000000000:api/dev/GET/v1/purge-runs",
    }
