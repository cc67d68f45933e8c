"""The sweep on real sockets, and on a Ringfence that is wrong."""

import pytest

from tests.prove.faults.invariants import INVARIANTS
from tests.prove.faults.planted import PLANTED
from tests.prove.faults.sweep import engine_stage, moto_stage, sweep
from tests.worlds import Issuer

# The two kinds that leave something behind, at the operations that hold the most together.
ON_THE_ENGINE = ("start", "check, right", "bind", "message")
LEAVING_SOMETHING = (("lost", False), ("dies", False))


@pytest.mark.parametrize("name", ON_THE_ENGINE)
def test_on_the_engine_every_invariant_holds(name: str, issuer: Issuer, engine_url: str) -> None:
    with engine_stage(issuer, engine_url) as stage:
        outcomes = list(sweep(stage, name, LEAVING_SOMETHING))
    assert len(outcomes) >= 10
    assert [outcome for outcome in outcomes if outcome.broken] == []


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_caught(bug: str, issuer: Issuer) -> None:
    planted = PLANTED[bug]
    with moto_stage(issuer, planted.variant) as stage:
        broken = (how for outcome in sweep(stage, planted.operation) for how in outcome.broken)
        assert any(how.startswith(f"{planted.breaks}: ") for how in broken)


def test_each_invariant_is_broken_by_a_planted_bug() -> None:
    assert {planted.breaks for planted in PLANTED.values()} == {invariant.__name__ for invariant in INVARIANTS}
