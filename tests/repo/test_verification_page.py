"""docs/verification.md knows every problem of its routes, and its Android app finds every code."""

import re

import pytest

import app  # noqa: F401  (registers the endpoints)
from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain import errors
from chalicelib.domain.sms_text import code_text
from chalicelib.domain.verification import TransactionContext
from chalicelib.domain.wording import CODE_TEXTS
from chalicelib.entrypoints.api.endpoint import ENDPOINTS
from chalicelib.entrypoints.api.problems import EDGE, PROBLEMS
from tests.domain.samples import a_verification
from tests.fakes import POLICY_FOLDER
from tests.repo.sources import ROOT

PAGE = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \|", re.MULTILINE)
POLICY = read_policy(POLICY_FOLDER)
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


@pytest.mark.parametrize("locale", sorted(POLICY.texts))
@pytest.mark.parametrize("purpose", CODE_TEXTS)
def test_the_app_finds_the_code_and_not_the_amount(locale: str, purpose: str) -> None:
    # Android's \b is Unicode's, as Python's is: there is no boundary between a Chinese letter and a digit.
    (pattern,) = re.findall(r'Regex\("(.+)"\)\.findAll\(words\)\.lastOrNull\(\)', PAGE)
    assert r'words = sms.substringBeforeLast("\n")' in PAGE
    context = TransactionContext("125000.00", "EUR", "Shop 246810") if purpose == "transaction" else None
    verification = a_verification(purpose=purpose, locale=locale, context=context, android_app_hash="+987654+abc")
    words, _, _ = code_text(verification, "012345", POLICY).rpartition("\n")
    # A payment whose text leaves no room for the hash never reaches the app.
    assert re.findall(pattern, words)[-1:] == (["012345"] if words else [])
