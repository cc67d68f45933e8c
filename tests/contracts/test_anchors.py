"""Anchors by KMS, DynamoDB and S3: what they make is proved by the verifier, from files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain.anchor import Anchor
from infra.officer.anchor_bucket import copy_anchors
from tests.prove.evidence_scene import ADA, Scene
from tests.prove.tampering import TAMPERINGS, clean, tampered
from tests.services.world import at_once
from tests.worlds import Issuer, World, engine_world, memory_world, moto_world


def objects(world: World, folder: Path) -> dict[str, bytes]:
    """Whatever the archive holds."""
    if world.kind == "memory":
        return dict(world.ringfence.adapters.archive.objects)  # type: ignore[attr-defined]
    bucket = world.ringfence.adapters.settings.anchor_bucket
    assert bucket is not None
    copy_anchors(bucket, folder)
    assert copy_anchors(bucket, folder) == 0
    return {f"anchors/{path.name}": path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(params=["memory", "moto", "engine"])
def scene(request: pytest.FixtureRequest, issuer: Issuer, tmp_path: Path) -> Iterator[Scene]:
    """Nothing was said yet. A world of its own: there is one chain of anchors in each."""
    match request.param:
        case "memory":
            made = memory_world()
            yield Scene(made, lambda: objects(made, tmp_path / "bucket"))
        case "moto":
            with moto_world(issuer) as made:
                yield Scene(made, lambda: objects(made, tmp_path / "bucket"))
        case _:
            with engine_world(issuer, request.getfixturevalue("engine_url")) as made:
                yield Scene(made, lambda: objects(made, tmp_path / "bucket"))


def test_what_is_clean_holds_at_every_age_and_every_tampering_is_found(scene: Scene, tmp_path: Path) -> None:
    scene.play()
    for number, (tampering, files) in enumerate(tampered(scene)):
        assert any(it.flaw for it in files.findings(tmp_path / f"tampered-{number}")), tampering
    for number, files in enumerate(clean(scene).values()):
        assert [it.flaw for it in files.findings(tmp_path / f"clean-{number}") if it.flaw] == []
    assert len(TAMPERINGS) > 20


def test_of_runs_at_once_one_wins_each_place(scene: Scene, tmp_path: Path) -> None:
    scene.play()
    scene.world.clock.at = scene.world.clock.at.replace(hour=20)
    reports = at_once(lambda _: scene.world.ringfence.anchor_ledger(lambda: True), 4)
    assert all(getattr(report, "complete", False) for report in reports), reports
    rows = scene.world.store.history(Anchor, "anchor")
    assert [row.sequence for row in rows] == list(range(1, 9))
    assert [it.flaw for it in scene.files(ADA).findings(tmp_path / "files") if it.flaw] == []


def test_a_copy_that_was_cut_short_is_mended(issuer: Issuer, tmp_path: Path) -> None:
    folder = tmp_path / "anchors"
    with moto_world(issuer) as made:
        scene = Scene(made, lambda: objects(made, folder))
        scene.play()
        whole = scene.objects()
        (first, second, *_) = sorted(folder.iterdir())
        first.write_bytes(first.read_bytes()[:-1])
        second.unlink()
        (folder / f"{second.name}.part").write_bytes(b"cut sho")
        bucket = made.ringfence.adapters.settings.anchor_bucket
        assert bucket is not None
        assert copy_anchors(bucket, folder) == 2
        assert scene.objects() == whole
