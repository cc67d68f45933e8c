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
# Reads, signatures, the preference centre's sessions and unusual reveals: tests/prove/deployed walks them.
WALKED_ELSEWHERE = {
    ("api", "dynamodb:GetItem on budgets"),
    ("api", "dynamodb:GetItem on contacts"),
    ("api", "dynamodb:GetItem on purge-runs"),
    ("api", "dynamodb:Query on purge-runs"),
    ("api", "dynamodb:PutItem on suppressions"),
    ("api", "dynamodb:Query on decisions"),
    ("api", "dynamodb:Query on access-log"),
    ("api", "dynamodb:Query on access-log/index/access_bucket"),
    ("api", "kms:GetPublicKey on sign-key"),
    ("api", "kms:Sign on sign-key"),
    ("api", "dynamodb:GetItem on sessions"),
    ("api", "dynamodb:PutItem on sessions"),
    ("api", "dynamodb:DeleteItem on sessions"),
    ("strongroom", "events:PutEvents on consent"),
    ("api", "dynamodb:Query on verifications/index/due_bucket"),
    ("api", "dynamodb:Query on customers/index/due_bucket"),
    # On the stage the purge's queue is a list.
    ("purge", "sqs:SendMessage on purges"),
    ("purge_worker", "sqs:SendMessage on purges"),
    ("purge_worker", "sqs:SendMessage on dead-purges"),
    ("deliver", "dynamodb:GetItem on customers"),
    ("deliver", "dynamodb:PutItem on budgets"),
    ("deliver", "dynamodb:UpdateItem on budgets"),
}


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
    assert stage.wire.needed - allowed == set()
    assert allowed - stage.wire.needed == WALKED_ELSEWHERE
