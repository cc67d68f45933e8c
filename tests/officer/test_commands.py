"""The officer's three files, from a running stack: export, anchors, keys; and what the verifier says of them."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from infra.local.environment import anchor_bucket, local_environment
from infra.local.journey import new_number
from tests.importing import row
from tests.local.stacks import Stack, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack, with a customer who walked the whole journey and was purged at its end."""
    with running(tmp_path_factory.mktemp("stack")) as started:
        walked = started.command("journey")
        assert walked.returncode == 0, walked.stdout
        yield started


def officer(stack: Stack, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What `python -m infra.officer` says to these words, to an officer of this stack."""
    token = stack.command("token", "--role", "officer").stdout.strip()
    environ = {**stack.environ, **local_environment(stack.ports), "RINGFENCE_TOKEN": token, **more}
    return subprocess.run(
        [sys.executable, "-m", "infra.officer", *words],
        env={"RINGFENCE_API": stack.ports.api_url, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def a_customer(stack: Stack) -> str:
    """Somebody in the ledger."""
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=stack.ports.engine_url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return str(dynamodb.scan(TableName="ringfence-ledger")["Items"][0]["pk"]["S"])


def test_what_a_running_stack_hands_out_proves_what_was_said(stack: Stack, tmp_path: Path) -> None:
    customer = a_customer(stack)
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for at in (datetime.now(UTC).isoformat(), soon):
        ran = stack.command("job", "anchor", "--at", at)
        assert '"complete": true' in ran.stdout, ran.stdout + ran.stderr
    export = officer(stack, "export", customer)
    assert export.returncode == 0, export.stderr
    (tmp_path / "export.json").write_text(export.stdout)
    with urllib.request.urlopen(f"{stack.ports.api_url}/.well-known/jwks.json", timeout=30) as answer:
        (tmp_path / "keys.json").write_bytes(answer.read())
    copied = officer(stack, "anchors", str(tmp_path / "anchors"), "--bucket", anchor_bucket("ringfence"))
    assert "4 objects copied" in copied.stdout, copied.stderr
    again = officer(stack, "anchors", str(tmp_path / "anchors"), "--bucket", anchor_bucket("ringfence"))
    assert "0 objects copied" in again.stdout
    paths = [
        str(tmp_path / "export.json"),
        "--anchors",
        str(tmp_path / "anchors"),
        "--keys",
        str(tmp_path / "keys.json"),
    ]
    verified = officer(stack, "verify", *paths)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert f"events of {customer}, 2 anchors" in verified.stdout
    changed = json.loads(export.stdout)
    changed["ledger"]["events"][0]["hash"] = "0" * 64
    (tmp_path / "export.json").write_text(json.dumps(changed))
    assert officer(stack, "verify", *paths).returncode == 1


def test_every_opening_of_the_journey_is_listed_and_settled(stack: Stack) -> None:
    now = datetime.now(UTC)
    since, until = (f"{now + timedelta(hours=by):%Y-%m-%dT%H:%M:%SZ}" for by in (-1, 1))
    listed = officer(stack, "accesses", since, until)
    assert listed.returncode == 0, listed.stderr
    found = json.loads(listed.stdout)
    assert len(found["entries"]) == len({it["entry_id"] for it in found["entries"]}) >= 3
    assert {it["entry_id"] for it in found["settlements"]} == {it["entry_id"] for it in found["entries"]}
    assert len({it["request_id"] for it in found["settlements"]}) == len(found["settlements"])
    assert officer(stack, "accesses", "yesterday", until).returncode == 1


def test_a_refusal_is_said_in_the_problem_s_words(stack: Stack) -> None:
    nobody = officer(stack, "export", "cus_nobody")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("404: ")
    stranger = officer(stack, "export", "cus_nobody", RINGFENCE_TOKEN="nonsense")
    assert stranger.stderr.startswith("401: ")
    assert "nonsense" not in stranger.stderr


def test_an_api_that_is_not_there_is_named(stack: Stack) -> None:
    ran = officer(stack, "export", "cus_nobody", RINGFENCE_API="http://127.0.0.1:9")
    assert ran.returncode == 1
    assert "http://127.0.0.1:9 does not answer" in ran.stderr


def test_customers_of_another_system_are_brought_to_a_running_stack(stack: Stack, tmp_path: Path) -> None:
    rows = [row(new_number(), customer_id=f"brought-{which}x") for which in range(3)]
    file = tmp_path / "customers.jsonl"
    file.write_text("".join(f"{json.dumps(it)}\n" for it in [*rows, row("+442079460000")]), encoding="utf-8")
    words = ("import", str(file), "--system", "crm", "--batch", "first")
    brought = officer(stack, *words)
    assert brought.returncode == 1
    assert brought.stdout.startswith("4\t/phone_number\tis a fixed_line number"), brought.stderr
    assert "4 rows read, 1 bad; 3 customers brought, 0 were there" in brought.stderr
    again = officer(stack, *words)
    assert "0 customers brought, 3 were there" in again.stderr
    export = json.loads(officer(stack, "export", "brought-1x").stdout)
    assert (export["customer"]["status"], export["customer"]["verified_at"]) == ("imported", None)
