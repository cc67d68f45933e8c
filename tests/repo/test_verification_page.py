"""docs/verification.md knows every problem of its routes."""

import re

import app  # noqa: F401  (registers the endpoints)
from chalicelib.domain import errors
from chalicelib.entrypoints.api.endpoint import ENDPOINTS
from chalicelib.entrypoints.api.problems import EDGE, PROBLEMS
from tests.repo.sources import ROOT

PAGE = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \|", re.MULTILINE)
# What any route may answer, beside its own.
EVERYWHERE = (
    errors.NotAuthenticated,
    errors.NotPermitted,
    errors.Unavailable,
    errors.Contended,
    errors.IdempotencyKeyReused,
    errors.FieldInvalid,
)


def test_every_problem_of_a_verification_has_its_row() -> None:
    routes = [it for it in ENDPOINTS if it.path.startswith("/v1/verifications")]
    assert len(routes) == 5
    kinds = {kind for route in routes for kind in route.problems} | set(EVERYWHERE)
    expected = {(it.slug, str(it.status)) for it in (*EDGE.values(), *(PROBLEMS[kind] for kind in kinds))}
    assert set(ROW.findall(PAGE)) == expected


def test_no_row_stands_twice() -> None:
    slugs = [slug for slug, _ in ROW.findall(PAGE)]
    assert len(slugs) == len(set(slugs))
