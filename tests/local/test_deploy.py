"""`python -m infra.local deploy`: what runs on the local server runs in functions behind the engine's API Gateway."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.stacks import Stack, running

PROBLEM_JSON = "application/problem+json"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with nothing deployed on it."""
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="module")
def url(stack: Stack) -> str:
    """The deployed API's address."""
    said = stack.command("deploy")
    assert said.returncode == 0, said.stdout + said.stderr
    return next(line.split()[-1] for line in said.stdout.splitlines() if line.startswith("Deployed: "))


def test_the_journey_passes_there(stack: Stack, url: str) -> None:
    walked = stack.command("journey", "--base-url", url)
    assert walked.returncode == 0, walked.stdout
    assert "All 24 steps are as the contract says" in walked.stdout


def test_a_second_deploy_changes_nothing(stack: Stack, url: str) -> None:
    again = stack.command("deploy")
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"Deployed: {url}" in again.stdout.splitlines()


@pytest.mark.parametrize(
    ("method", "path", "token", "status", "slug"),
    [
        ("POST", "/v1/verifications", None, 401, "unauthorized"),
        ("POST", "/v1/verifications", "Bearer nonsense", 401, "unauthorized"),
        ("GET", "/v1/purge-runs", "Basic YTpi", 401, "unauthorized"),
        ("GET", "/v1/nothing", None, 404, "not-found"),
        ("PUT", "/healthz", None, 404, "not-found"),
        ("GET", "/v1/customers/nobody", "wallet", 404, "not-found"),
        ("GET", "/v1/purge-runs", "wallet", 403, "forbidden"),
        ("POST", "/v1/verifications", "wallet", 400, "malformed-json"),
    ],
)
def test_every_refusal_is_a_problem(
    stack: Stack, url: str, method: str, path: str, token: str | None, status: int, slug: str
) -> None:
    headers = {"Content-Type": "application/json"}
    if token == "wallet":
        headers["Authorization"] = f"Bearer {stack.command('token', '--role', 'wallet').stdout.strip()}"
    elif token is not None:
        headers["Authorization"] = token
    request = urllib.request.Request(url + path, b"{" if method != "GET" else None, headers, method=method)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    with refused.value as answer:
        body = json.loads(answer.read())
        assert answer.headers["Content-Type"] == PROBLEM_JSON
    assert answer.code == body["status"] == status
    assert body["type"] == f"urn:ringfence:problem:{slug}"
    assert body["instance"]
    assert "context" not in body["instance"]


def test_without_a_stack_it_says_so(tmp_path: Path) -> None:
    refused = Stack(tmp_path).command("deploy")
    assert refused.returncode == 1
    assert "is `make run` up?" in refused.stderr
