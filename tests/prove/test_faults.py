"""A fault at every call: whatever fails, every invariant holds, and docs/faults.md says what clients are told."""

from collections.abc import Callable, Iterator

import pytest

from tests.prove.deployed.policies import permissions
from tests.prove.faults.operations import OPERATIONS
from tests.prove.faults.stage import Stage
from tests.prove.faults.sweep import Outcome, moto_stage, sweep
from tests.prove.faults.table import PAGE, page
from tests.worlds import Issuer

Swept = Callable[[str], list[Outcome]]


@pytest.fixture(scope="module")
def stage(issuer: Issuer) -> Iterator[Stage]:
    """Where all is played."""
    with moto_stage(issuer) as made:
        yield made


@pytest.fixture(scope="module")
def swept(stage: Stage) -> Swept:
    """The outcomes of each operation, found out once."""
    found: dict[str, list[Outcome]] = {}
    empty = stage.past()

    def outcomes(name: str) -> list[Outcome]:
        if name not in found:
            stage.bring_back(empty)
            found[name] = list(sweep(stage, name))
        return found[name]

    return outcomes


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_fails_every_invariant_holds(name: str, swept: Swept) -> None:
    outcomes = swept(name)
    assert len(outcomes) > 20
    assert [outcome for outcome in outcomes if outcome.broken] == []


def test_the_page_says_what_clients_are_told(swept: Swept) -> None:
    assert page({name: swept(name) for name in OPERATIONS}) == PAGE.read_text(encoding="utf-8")


def test_no_function_needs_more_than_its_policy_allows(swept: Swept, stage: Stage) -> None:
    for name in OPERATIONS:
        swept(name)
    allowed = {
        (function, str(permission))
        for function in ("api", "deliver", "strongroom", "purge", "purge_worker")
        for permission in permissions(function)
    }
    # That they are allowed nothing more than they need, tests/prove/deployed/test_permissions.py shows of each.
    assert stage.wire.needed - allowed == set()
