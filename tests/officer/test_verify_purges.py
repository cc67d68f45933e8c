"""`verify-purges`: what passes, and that no report can be changed, left out or moved by who lacks the key."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from chalicelib.domain.jws import compact, payload_of
from chalicelib.domain.purge_evidence import report_findings
from chalicelib.domain.purge_run import CHAIN, HEADER_TYPE, PurgeRun, link_of
from chalicelib.entrypoints.api.answers import PurgeRunsAnswer, as_json
from chalicelib.entrypoints.api.purge_runs import run_answer
from infra.local.purge_queue import purge_at_once
from infra.officer.commands import commands
from infra.officer.evidence_files import NotEvidence, read_anchors, read_reports
from tests.memory_signer import MemorySigner
from tests.prove.evidence_scene import PLAIN, Files, Scene
from tests.worlds import fresh_number, memory_world

Report = dict[str, Any]


@cache
def files() -> Files:
    """Four runs in four hours, of which one never became complete; the last report no anchor has seen."""
    world = memory_world()
    archive: Any = world.ringfence.adapters.archive
    scene = Scene(world, lambda: dict(archive.objects))
    world.customer(fresh_number(), "customer-ada")
    world.ringfence.close_customer("customer-ada", None)
    world.clock.at += timedelta(days=31)
    for _ in range(3):
        assert purge_at_once(world.ringfence).complete
        scene.anchor()
    world.ringfence.plan_purge()
    vars(world.ringfence.adapters)["purges"].waiting.clear()
    world.clock.at += timedelta(minutes=1)
    assert purge_at_once(world.ringfence).complete
    runs = world.ringfence.store.history(PurgeRun, "run", newest_first=True)
    answer = json.loads(as_json(PurgeRunsAnswer(purge_runs=[run_answer(run) for run in runs])))
    assert [it["sequence"] for it in answer["purge_runs"]] == [4, None, 3, 2, 1]
    assert sum(it["erased"].get("account_closed", 0) for it in answer["purge_runs"]) == 1
    keys = [dict(key) for key in world.ringfence.adapters.signer.public_keys()]
    return Files(answer, {name.removeprefix("anchors/"): it for name, it in archive.objects.items()}, {"keys": keys})


def reports(of: Files) -> list[Report]:
    found: list[Report] = of.export["purge_runs"]
    return found


def flaws(of: Files) -> list[str]:
    with TemporaryDirectory() as folder:
        runs, anchors, keys = of.write(Path(folder))
        found = report_findings(read_reports(runs, keys), read_anchors(anchors, keys, CHAIN))
    return [it.flaw for it in found if it.flaw]


def said(of: Files, folder: Path) -> tuple[int, str]:
    runs, anchors, keys = map(str, of.write(folder))
    options = ["verify-purges", runs, "--anchors", anchors, "--keys", keys]
    ran = CliRunner().invoke(commands, options)
    return ran.exit_code, ran.output


def test_what_nobody_touched_holds(tmp_path: Path) -> None:
    assert flaws(files()) == []
    status, output = said(files(), tmp_path)
    assert status == 0
    assert "reports 1 to 4, 3 anchors, until 2026-12-22T15:00:00+00:00" in output


def test_the_oldest_reports_need_not_be_there() -> None:
    some = files().copy()
    del reports(some)[-2:]
    assert flaws(some) == []


def test_a_list_without_reports_lacks_what_the_anchors_saw() -> None:
    some = files().copy()
    reports(some).clear()
    assert flaws(some) == ["anchor 1 has seen report 1, which is not there"]


def _sign_again(of: Files, changed: Report, sign: Callable[[bytes], bytes]) -> None:
    """The report's signature is one over what it says now, and those after it follow it."""
    following = sorted((it for it in reports(of) if (it["sequence"] or 0) >= changed["sequence"]), key=_sequence)
    for before, report in zip([None, *following], following, strict=False):
        said = json.loads(payload_of(report["signature"]))
        said |= {name: report[name] for name in ("erased", "failures", "sequence")}
        if before is not None:
            said["previous"] = report["previous"] = link_of(payload_of(before["signature"])).hash
        statement = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
        report["signature"] = compact(HEADER_TYPE, statement, of.keys["keys"][0]["kid"], sign)


def _sequence(report: Report) -> int:
    return int(report["sequence"])


def _edit(of: Files) -> None:
    reports(of)[-1]["erased"] = {"account_closed": 2}


def _edit_and_sign(of: Files) -> None:
    _edit(of)
    _sign_again(of, reports(of)[-1], MemorySigner().sign)


def _swap(of: Files) -> None:
    found = reports(of)
    found[2], found[3] = found[3], found[2]


def _renumber(of: Files) -> None:
    found = reports(of)
    found[2]["sequence"], found[3]["sequence"] = found[3]["sequence"], found[2]["sequence"]


def _repeat(of: Files) -> None:
    reports(of).insert(2, dict(reports(of)[2]))


def _replace(of: Files) -> None:
    reports(of)[2]["signature"] = reports(of)[3]["signature"]


def _remove(of: Files) -> None:
    del reports(of)[3]


def _remove_last(of: Files) -> None:
    del reports(of)[:3]


def _say_incomplete(of: Files) -> None:
    reports(of)[2]["complete"] = False


def _flip(of: Files) -> None:
    token = reports(of)[2]["signature"]
    reports(of)[2]["signature"] = f"{token[:-10]}{'A' if token[-10] != 'A' else 'B'}{token[-9:]}"


def _withhold_anchors(of: Files) -> None:
    of.anchors.clear()


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_edit, "report 1 says something else than was signed"),
        (_edit_and_sign, "report 4 is signed by no known key"),
        (_swap, "report 3 stands behind report 2"),
        (_renumber, "report 2 says something else than was signed"),
        (_repeat, "report 3 stands behind report 3"),
        (_replace, "report 3 says something else than was signed"),
        (_remove, "report 3 does not follow report 1"),
        (_remove_last, "anchor 3 has seen report 3, which is not there"),
        (_say_incomplete, "report 4 does not follow report 2"),
        (_flip, "report 3 is signed by no known key"),
        (_withhold_anchors, "there is no anchor"),
    ],
)
def test_every_tampering_is_told_and_ends_with_1(tamper: Callable[[Files], None], found: str, tmp_path: Path) -> None:
    some = files().copy()
    tamper(some)
    assert found in flaws(some)
    status, output = said(some, tmp_path)
    assert status == 1
    assert found in output


def test_whoever_has_the_key_still_cannot_change_what_is_anchored() -> None:
    some, key = files().copy(), MemorySigner()
    some.keys["keys"] += [dict(each) for each in key.public_keys()]
    _edit(some)
    _sign_again(some, reports(some)[-1], key.sign)
    for report in reports(some):
        if report["complete"]:
            report["signature"] = compact(HEADER_TYPE, payload_of(report["signature"]), key.key_id, key.sign)
    assert flaws(some) == ["anchor 1 has seen another report 1"]


def test_a_report_that_came_later_cannot_say_an_hour_that_is_anchored() -> None:
    some, key = files().copy(), MemorySigner()
    some.keys["keys"] += [dict(each) for each in key.public_keys()]
    last, third = reports(some)[0], reports(some)[2]
    last["finished_at"] = third["finished_at"]
    began = datetime.fromisoformat(last["started_at"])
    last["duration_seconds"] = (datetime.fromisoformat(last["finished_at"]) - began).total_seconds()
    statement = json.loads(payload_of(last["signature"]))
    statement["finished_at"] = json.loads(payload_of(third["signature"]))["finished_at"]
    content = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    last["signature"] = compact(HEADER_TYPE, content, key.key_id, key.sign)
    assert flaws(some) == ["report 4 is of a time that is anchored, and no anchor has seen it"]


def test_a_receipt_s_signature_is_none_of_a_report() -> None:
    some, key = files().copy(), MemorySigner()
    some.keys["keys"] += [dict(each) for each in key.public_keys()]
    report = reports(some)[0]
    report["signature"] = compact("receipt+jws", payload_of(report["signature"]), key.key_id, key.sign)
    assert flaws(some) == ["report 4 is signed by no known key"]


PLACES = [(number, name) for number, it in enumerate(reports(files())) if it["complete"] for name in it]
others: st.SearchStrategy[Any] = (
    PLAIN
    | st.dictionaries(st.text(max_size=9), st.integers(), max_size=2)
    | st.sampled_from(["2026-11-21T12:00:00", "2026-11-21T12:00:00Z", "0" * 64, "\ud800.a.b"])
)


# Of the newest report no anchor knows, and what is older than the oldest is not asked for.
@given(st.sampled_from([it for it in PLACES if it not in ((0, "complete"), (4, "complete"))]), others)
def test_no_value_of_a_report_can_be_another(place: tuple[int, str], other: Any) -> None:
    some = files().copy()
    number, name = place
    assume(json.dumps(reports(some)[number][name]) != json.dumps(other))
    reports(some)[number][name] = other
    try:
        assert flaws(some)
    except NotEvidence:
        return


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"purge_runs": 1}', b'{"purge_runs": [1]}', b"\xff"])
def test_what_is_no_list_of_runs_is_named(content: bytes, tmp_path: Path) -> None:
    runs, anchors, keys = files().write(tmp_path)
    runs.write_bytes(content)
    options = ["verify-purges", str(runs), "--anchors", str(anchors), "--keys", str(keys)]
    ran = CliRunner().invoke(commands, options)
    assert ran.exit_code == 1
    assert runs.name in ran.output
    assert "Traceback" not in ran.output
