"""`reconcile` as typed at a shell, against a trail of calls that were really made."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.officer.accesses import Accesses, fetched
from infra.officer.commands import commands
from tests.fakes import NOON, caller
from tests.officer.cloudtrail import MALLORY, ROLE, SOMEBODY, STRONGROOM
from tests.officer.openings import AN_HOUR, PLANTS, Story, begun, decrypt_without_entry, number_re_encrypted
from tests.prove.api import OFFICER, api_over_http
from tests.worlds import Issuer

STAFF = caller("staff", "call-centre", "ann")
READY = {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"}


@pytest.fixture
def story(issuer: Issuer) -> Iterator[Story]:
    """A story of its own."""
    with begun(issuer) as made:
        yield made


def told(story: Story, folder: Path, *more: str) -> tuple[int, list[str]]:
    """What the command says once an hour has passed, reading the log from the API."""
    story.later(AN_HOUR)
    story.customer()
    with api_over_http(story.world) as api:
        token = story.world.authorization(OFFICER).removeprefix("Bearer ")
        address = f"http://127.0.0.1:{api.transport.port}"  # type: ignore[attr-defined]
        words = ["reconcile", str(story.trail.write(folder)), "--role", ROLE, "--api", address, "--token", token, *more]
        ran = CliRunner().invoke(commands, words)
    return ran.exit_code, ran.output.splitlines()


def test_what_happened_as_it_should_is_silent(story: Story, tmp_path: Path) -> None:
    customer = story.customer()
    for use in (story.message, story.reveal, story.code):
        use(customer)
        story.later()
    status, lines = told(story, tmp_path)
    assert (status, len(lines)) == (0, 1)
    assert ": 3 decrypts of numbers, 3 settled, 0 tried again; 3 entries judged, from 2026-11-21T10:00:00" in lines[0]
    # There was more to be read over.
    assert len(story.trail.records) > 20
    assert {record["eventName"] for record in story.trail.records} >= {"GenerateMac", "GenerateDataKey", "Encrypt"}


def test_a_try_whose_answer_was_lost_belongs_to_its_opening(story: Story, tmp_path: Path) -> None:
    story.trail.losing = 2
    story.message(story.customer())
    status, lines = told(story, tmp_path)
    assert (status, len(lines)) == (0, 1)
    assert ": 3 decrypts of numbers, 1 settled, 2 tried again; 1 entries judged" in lines[0]


def require_named(lines: list[str], planted: set[tuple[str, ...]]) -> None:
    """Each line names one of what was planted, and no two the same."""
    assert len(lines) == len(planted)
    for words in planted:
        assert (
            len([line for line in lines if line.startswith(f"{words[0]}: ") and all(it in line for it in words)]) == 1
        )


def test_one_of_each_together_is_named_and_nothing_else(story: Story, tmp_path: Path) -> None:
    planted: set[tuple[str, ...]] = set()
    for plant in PLANTS:
        planted |= plant(story)
        story.later()
        story.message(story.customer())
    status, lines = told(story, tmp_path)
    require_named(lines[:-1], planted)
    assert (status, len(planted)) == (1, 11)


def test_another_deployment_s_key_does_not_count(story: Story, tmp_path: Path) -> None:
    decrypt_without_entry(story)
    for record in story.trail.records:
        for resource in record["resources"] if record["userIdentity"] is SOMEBODY else []:
            resource["ARN"] = "arn:aws:kms:eu-west-1:123456789012:key/of-another-deployment"
    number = story.trail.arns[f"alias/{story.world.name}-number"]
    assert told(story, tmp_path, "--key", number)[0] == 0


@pytest.mark.parametrize("number_s_place", [0, 1])
def test_a_re_encryption_counts_wherever_its_keys_stand(story: Story, tmp_path: Path, number_s_place: int) -> None:
    planted = number_re_encrypted(story)
    pending, number = (story.trail.arns[f"alias/{story.world.name}-{name}"] for name in ("pending", "number"))
    resources = [{**story.trail.last("ReEncrypt")["resources"][0], "ARN": pending}]
    resources.insert(number_s_place, {**resources[0], "ARN": number})
    story.trail.last("ReEncrypt")["resources"] = resources
    status, lines = told(story, tmp_path, "--key", number)
    require_named(lines[:-1], planted)
    assert status == 1


def test_what_came_late_from_before_the_files_begin_names_nobody(story: Story, tmp_path: Path) -> None:
    customer = story.customer()
    straggler = story.trail.records[-1]
    story.later(6)
    # Its decrypt is in the folder of the day before.
    story.message(customer)
    story.trail.records[:] = [straggler]
    story.later(AN_HOUR)
    story.message(customer)
    status, lines = told(story, tmp_path)
    assert (status, len(lines)) == (0, 1)
    assert "1 decrypts of numbers, 1 settled, 0 tried again; 1 entries judged" in lines[0]


def test_a_record_of_hours_before_names_nobody_if_it_is_said_what_to_judge(story: Story, tmp_path: Path) -> None:
    straggler = story.trail.records[-1]
    story.later(AN_HOUR)
    customer = story.customer()
    story.message(customer)
    story.trail.records[:] = [straggler]
    story.later(5)
    after = story.world.clock.now()
    story.message(customer)
    status, lines = told(story, tmp_path / "asked", "--from", after.isoformat())
    assert (status, len(lines)) == (0, 1)
    assert f"1 entries judged, from {after.isoformat()}" in lines[0]
    status, lines = told(story, tmp_path / "before", "--until", after.isoformat())
    assert (status, len(lines)) == (1, 2)
    assert f"1 entries judged, from 2026-11-21T10:00:00+00:00 until {after.isoformat()}" in lines[1]


def test_every_role_that_the_strongroom_had_may_open(story: Story, tmp_path: Path) -> None:
    customer = story.customer()
    story.message(customer)
    former = json.loads(json.dumps(STRONGROOM).replace("1A2B3C", "0Z9Y8X"))
    story.trail.last()["userIdentity"] = former
    story.later()
    story.message(customer)
    assert told(story, tmp_path / "one")[0] == 1
    assert told(story, tmp_path / "both", "--role", former["sessionContext"]["sessionIssuer"]["arn"])[0] == 0


def test_every_page_is_fetched() -> None:
    asked: list[str] = []

    def read(path: str) -> str:
        number = len(asked)
        asked.append(path)
        row = {"customer_id": "ada", "entry_id": f"acc_{number}", "opened_at": "2026-11-21T12:00:00.25Z"}
        settled = {**row, "request_id": "req", "retries": 1, "settled_at": "2026-11-21T12:00:01Z"}
        cursor = f"page #{number + 1}" if number < 4 else None
        return json.dumps({"entries": [row], "settlements": [settled][: number % 2], "next_cursor": cursor})

    found = Accesses.of(fetched(read, NOON, NOON + timedelta(days=1)))
    assert [entry.entry_id for entry in found.entries] == [f"acc_{number}" for number in range(5)]
    assert [it.entry_id for it in found.settlements] == ["acc_1", "acc_3"]
    assert found.entries[0].at == NOON + timedelta(seconds=0.25)
    span = "/v1/accesses?from=2026-11-21T12%3A00%3A00Z&until=2026-11-22T12%3A00%3A00Z"
    assert asked == [span, *(f"{span}&cursor=page+%23{number}" for number in range(1, 5))]


def reconcile(*words: str) -> Any:
    return CliRunner().invoke(commands, ["reconcile", *words, "--role", ROLE])


@pytest.fixture(scope="module")
def saved(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An export, and the accesses of its time as the command printed them."""
    with begun(issuer) as story:
        decrypt_without_entry(story)
        story.later(AN_HOUR)
        story.customer()
        with api_over_http(story.world) as api:
            token = story.world.authorization(OFFICER).removeprefix("Bearer ")
            address = f"http://127.0.0.1:{api.transport.port}"  # type: ignore[attr-defined]
            words = ["accesses", "2026-11-21T08:50:00Z", "2026-11-21T12:00:00Z", "--api", address, "--token", token]
            ran = CliRunner().invoke(commands, words)
        assert ran.exit_code == 0, ran.output
        return story.trail.write(tmp_path_factory.mktemp("bucket")), ran.output


def write(text: str, folder: Path) -> str:
    (folder / "accesses.json").write_text(text)
    return str(folder / "accesses.json")


def test_files_alone_are_enough_and_need_neither_boto3_nor_chalice(saved: tuple[Path, str], tmp_path: Path) -> None:
    export, accesses = str(saved[0]), write(saved[1], tmp_path)
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['boto3', 'botocore', 'chalice']))\n"
        "from infra.officer.commands import commands\n"
        "commands()"
    )
    words = ["reconcile", export, "--role", ROLE, "--accesses", accesses]
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr
    assert MALLORY in ran.stdout


def test_accesses_of_a_shorter_time_are_not_enough(saved: tuple[Path, str], tmp_path: Path) -> None:
    whole = json.loads(saved[1])
    for name, at in (("from", "2026-11-21T08:58:30Z"), ("until", "2026-11-21T11:21:30Z")):
        ran = reconcile(str(saved[0]), "--accesses", write(json.dumps({**whole, name: at}), tmp_path))
        assert ran.exit_code == 2
        assert "must be from 2026-11-21T08:58:00+00:00" in ran.output


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--from", "2026-11-21T09:01:59Z"), 2, "must lie 2 minutes inside the export"),
        (("--from", "2026-11-21T09:02:00Z"), 1, "from 2026-11-21T09:02:00+00:00 until 2026-11-21T10:20:00+00:00"),
        (("--until", "2026-11-21T11:18:01Z"), 2, "must lie 2 minutes inside the export"),
        (("--until", "2026-11-21T11:18:00Z"), 1, "from 2026-11-21T10:00:00+00:00 until 2026-11-21T11:18:00+00:00"),
        (("--from", "2026-11-21T10:20:00Z"), 2, "nothing is left to judge"),
        (("--from", "yesterday"), 2, "--from"),
        (("--from", "0001-01-01T00:00:00Z"), 2, "--from"),
        (("--until", "2026-11-21T11:00:00"), 2, "--until"),
    ],
)
def test_what_is_judged_must_lie_inside_the_export(
    words: tuple[str, str], status: int, said: str, saved: tuple[Path, str], tmp_path: Path
) -> None:
    ran = reconcile(str(saved[0]), "--accesses", write(saved[1], tmp_path), *words)
    assert (ran.exit_code, said in ran.output) == (status, True), ran.output


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"Records": {}}',
        b'{"Records": []}',
        b'{"Records": [1]}',
        b'{"Records": [{"eventTime": "0001-01-01T00:00:00Z", "eventSource": "s3", "eventName": "Get"}]}',
        b"\x1f\x8bnothing",
        b"[" * 100_000,
    ],
)
def test_what_is_no_export_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "export.json").write_bytes(content)
    (tmp_path / "accesses.json").write_text('{"from": "2026-11-21T00:00:00Z"}')
    ran = reconcile(str(tmp_path / "export.json"), "--accesses", str(tmp_path / "accesses.json"))
    assert ran.exit_code == 2
    assert "export" in ran.output
    assert "Traceback" not in ran.output


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"from": "2026-11-21T00:00:00", "until": 1}', "[" * 100_000])
def test_what_are_no_accesses_is_named(content: str, saved: tuple[Path, str], tmp_path: Path) -> None:
    ran = reconcile(str(saved[0]), "--accesses", write(content, tmp_path))
    assert (ran.exit_code, "no accesses" in ran.output) == (2, True)


def test_whoever_cannot_be_asked_is_named(saved: tuple[Path, str]) -> None:
    ran = reconcile(str(saved[0]), "--api", "http://127.0.0.1:9", "--token", "nonsense")
    assert ran.exit_code == 2
    assert "http://127.0.0.1:9 does not answer" in ran.output
    assert reconcile(str(saved[0] / "nothing")).exit_code == 2
    assert CliRunner().invoke(commands, ["reconcile", str(saved[0])]).exit_code == 2
