"""The authorizer's handler, in a process that never sees app.py, wired from the environment as in production."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.issuer import AUDIENCE, ISSUER, Issuer
from tests.fakes import NOON
from tests.jobs.subprocesses import run_fresh

CODE = """
    import json, os, sys
    from datetime import datetime
    from tests.clock import FixedClock
    from chalicelib.bootstrap import Adapters, Ringfence, install
    from chalicelib.entrypoints.api.authorizer import authorize
    from chalicelib.settings import read_settings

    clock = FixedClock(datetime.fromisoformat(os.environ["AT"]))
    install(Ringfence(Adapters(read_settings(os.environ), clock)))
    arn = "arn:aws:execute-api:eu-west-1:000000000000:api/dev/GET/v1/purge-runs"
    answer = authorize({"type": "TOKEN", "authorizationToken": os.environ["TOKEN"], "methodArn": arn}, None)
    print(json.dumps({"answer": answer, "app": "app" in sys.modules, "boto3": "boto3" in sys.modules}))
"""


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def environment(issuer: Issuer) -> Iterator[dict[str, str]]:
    with issuer.publishing() as jwks_uri:
        yield {
            "RINGFENCE_NAME": "ringfence",
            "RINGFENCE_TENANT": "tests",
            "RINGFENCE_JWKS_URI": jwks_uri,
            "RINGFENCE_TOKEN_ISSUER": ISSUER,
            "RINGFENCE_TOKEN_AUDIENCE": AUDIENCE,
            "AT": NOON.isoformat(),
        }


def run_authorizer(environment: dict[str, str], token: str) -> Any:
    return run_fresh(CODE, **environment, TOKEN=token)


def test_a_good_token_is_allowed_everywhere_and_told_to_the_view(environment: dict[str, str], issuer: Issuer) -> None:
    ran = run_authorizer(environment, f"Bearer {issuer.token(roles=['wallet', 'staff'])}")
    [statement] = ran["answer"]["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == ["arn:aws:execute-api:eu-west-1:000000000000:api/dev/*/*"]
    assert ran["answer"]["context"] == {
        "client_id": "wallet-app",
        "subject": "backend",
        "roles": "staff wallet",
        "expires_at": "2026-11-21T13:00:00+00:00",
    }
    assert ran["app"] is False
    # Nothing in AWS is asked, so nothing is loaded for asking.
    assert ran["boto3"] is False


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer garbage", "Bearer a.b.c"])
def test_garbage_is_allowed_nothing(environment: dict[str, str], token: str) -> None:
    ran = run_authorizer(environment, token)
    statements = ran["answer"]["policyDocument"]["Statement"]
    assert [statement["Resource"] for statement in statements if statement["Effect"] == "Allow"] in ([], [[]])
    assert ran["answer"]["context"] == {}


def test_an_expired_token_is_allowed_nothing(environment: dict[str, str], issuer: Issuer) -> None:
    ran = run_authorizer(environment, f"Bearer {issuer.token(exp=int(NOON.timestamp()))}")
    assert ran["answer"]["principalId"] == "nobody"


def test_a_missing_variable_is_named(environment: dict[str, str]) -> None:
    without = {name: value for name, value in environment.items() if name != "RINGFENCE_JWKS_URI"}
    with pytest.raises(AssertionError, match="KeyError: 'RINGFENCE_JWKS_URI'"):
        run_authorizer(without, "Bearer garbage")
