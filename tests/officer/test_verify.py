"""`verify` as typed at a shell: what passes, what does not, and that no byte of what it is handed can be changed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from chalicelib.domain.jws import compact, payload_of
from infra.officer.commands import commands
from infra.officer.evidence_files import NotEvidence
from tests.prove.evidence_scene import PLAIN, Files, memory_scene
from tests.prove.tampering import TAMPERINGS, Tampering, clean, tampered

Path_ = tuple[str | int, ...]


@cache
def scene_files() -> tuple[Files, dict[str, Files], dict[Tampering, Files]]:
    """Of one scene: the clean files of now, those of every age, and those tampered with."""
    scene = memory_scene()
    now, made = scene.files(), dict(tampered(scene))
    return now, dict(clean(scene)), made


def said(files: Files, folder: Path) -> tuple[int, str]:
    export, anchors, keys = files.write(folder)
    ran = CliRunner().invoke(commands, ["verify", str(export), "--anchors", str(anchors), "--keys", str(keys)])
    return ran.exit_code, ran.output


@pytest.mark.parametrize("age", ["nothing", "nothing; the number is purged", "nothing; the ledger key is gone"])
def test_what_nobody_tampered_with_passes_at_every_age(age: str, tmp_path: Path) -> None:
    status, output = said(scene_files()[1][age], tmp_path)
    assert status == 0
    assert "no   " not in output
    assert "5 events of customer-ada, 3 anchors, until 2026-11-21T15:00:00+00:00" in output
    assert ("can't be read any more" in output) is ("ledger key" in age)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda it: f"{it.kind}: {it.done}")
def test_every_tampering_is_told_and_ends_with_1(tampering: Tampering, tmp_path: Path) -> None:
    status, output = said(scene_files()[2][tampering], tmp_path)
    assert status == 1
    assert "no   " in output


def test_a_key_that_signed_before_a_rotation_still_counts_and_one_left_out_does_not(tmp_path: Path) -> None:
    scene = memory_scene()
    signer: Any = scene.world.ringfence.adapters.signer
    signer.rotate()
    scene.say("customer-ada", "marketing", "given", ("sms",))
    scene.anchor()
    files = scene.files()
    assert len({json.dumps(key) for key in files.keys["keys"]}) == 2
    assert said(files, tmp_path / "both")[0] == 0
    del files.keys["keys"][1]
    status, output = said(files, tmp_path / "one")
    assert status == 1
    assert "anchor 1 is signed by no known key" in " ".join(output.split())


def test_what_the_same_key_signed_for_another_end_is_no_anchor(tmp_path: Path) -> None:
    scene = memory_scene()
    signer, files = scene.world.ringfence.adapters.signer, scene.files()
    statement = payload_of(files.anchors["000000000003.jws"].decode())
    files.anchors["000000000003.jws"] = compact("receipt+jws", statement, signer.key_id, signer.sign).encode()
    status, output = said(files, tmp_path)
    assert status == 1
    assert "anchor 3 is signed by no known key" in " ".join(output.split())


def test_the_export_must_be_of_the_customer_who_is_named(tmp_path: Path) -> None:
    export, anchors, keys = map(str, scene_files()[0].write(tmp_path))
    for customer, status in (("customer-ada", 0), ("customer-bob", 1), ("", 1)):
        options = ["--anchors", anchors, "--keys", keys, "--customer", customer]
        ran = CliRunner().invoke(commands, ["verify", export, *options])
        assert ran.exit_code == status
        assert ("it is of customer-ada" in " ".join(ran.output.split())) is (status == 1)


def test_neither_boto3_nor_chalice_is_needed(tmp_path: Path) -> None:
    export, anchors, keys = scene_files()[0].write(tmp_path)
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['boto3', 'botocore', 'chalice']))\n"
        "from infra.officer.commands import commands\n"
        "commands()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "verify", str(export), "--anchors", str(anchors), "--keys", str(keys)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("export.json", None),
        ("export.json", b""),
        ("export.json", b"[]"),
        ("export.json", b"{}"),
        ("export.json", b"\xff"),
        ("export.json", b"[" * 100_000),
        ("keys.json", b'{"keys": 1}'),
        ("keys.json", b'{"keys": [{"kid": "1", "kty": "oct", "k": "AAAA"}]}'),
        ("keys.json", b'{"keys": [{"kty": "EC"}]}'),
    ],
)
def test_what_is_none_of_it_is_named(file: str, content: bytes | None, tmp_path: Path) -> None:
    paths = scene_files()[0].write(tmp_path)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)
    export, anchors, keys = map(str, paths)
    ran = CliRunner().invoke(commands, ["verify", export, "--anchors", anchors, "--keys", keys])
    assert ran.exit_code == 1
    assert file in ran.output
    assert "Traceback" not in ran.output


def places(value: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Where a value stands that has no members."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from places(member, (*at, name))
    elif isinstance(value, list) and value:
        for number, member in enumerate(value):
            yield from places(member, (*at, number))
    else:
        yield at


def parent(files: Files, place: Path_) -> Any:
    value: Any = files.export
    for step in place[:-1]:
        value = value[step]
    return value


PROVED = [
    place
    for place in places(scene_files()[0].export)
    if place[0] in ("ledger", "consents") or place == ("customer", "customer_id")
]
# What stands for the same in another place.
REPEATED = {"record_id"}
others: st.SearchStrategy[Any] = (
    PLAIN
    | st.just([])
    | st.just({})
    | st.sampled_from(["given", "2026-11-21T12:00:00", "2026-11-21T12:00:00Z", "0" * 64])
)


@example(("ledger", "events", 0, "sequence"), True)
@example(("ledger", "events", 0, "salt"), None)
@example(("ledger", "events", 0, "payload"), None)
@example(("ledger", "events", 0, "event_time"), "2026-11-21T12:00:00")
@given(st.sampled_from([place for place in PROVED if place[-1] not in REPEATED]), others)
def test_no_value_that_proves_something_can_be_another(place: Path_, other: Any) -> None:
    files = scene_files()[0].copy()
    found = parent(files, place)
    assume(json.dumps(found[place[-1]]) != json.dumps(other) and not (not found[place[-1]] and not other))
    found[place[-1]] = other
    with TemporaryDirectory() as folder:
        try:
            assert any(finding.flaw for finding in files.findings(Path(folder)))
        except NotEvidence:
            return


@given(st.sampled_from(sorted(scene_files()[0].anchors)), st.integers(0), st.integers(1, 255))
def test_no_byte_of_the_anchors_can_be_another(name: str, where: int, by: int) -> None:
    files = scene_files()[0].copy()
    content = bytearray(files.anchors[name])
    # The last letter of a signature has bits that mean nothing.
    where %= len(content) - 1
    content[where] ^= by
    files.anchors[name] = bytes(content)
    with TemporaryDirectory() as folder:
        assert any(finding.flaw for finding in files.findings(Path(folder)))


@given(st.sampled_from(sorted(scene_files()[0].anchors)), st.binary(max_size=200))
def test_whatever_stands_in_an_anchor_s_place_is_a_flaw_and_no_crash(name: str, content: bytes) -> None:
    files = scene_files()[0].copy()
    files.anchors[name] = content
    with TemporaryDirectory() as folder:
        assert any(finding.flaw for finding in files.findings(Path(folder)))


@given(st.integers(0, 4), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=4), st.data())
def test_an_event_may_be_anything_and_the_verifier_does_not_fall_over(
    number: int, value: Any, data: st.DataObject
) -> None:
    files = scene_files()[0].copy()
    event = files.export["ledger"]["events"][number]
    payload = json.loads(event["payload"])
    payload[data.draw(st.sampled_from(sorted(payload)))] = value
    event["payload"] = json.dumps(payload)
    with TemporaryDirectory() as folder:
        assert any(finding.flaw for finding in files.findings(Path(folder)))
