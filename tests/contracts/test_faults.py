"""A sample of the faults; `make prove` strikes every call of every operation."""

import pytest

from tests.prove.faults.planted import PLANTED
from tests.prove.faults.sweep import moto_stage, sweep
from tests.worlds import Issuer


def test_whatever_fails_at_a_bind_every_invariant_holds(issuer: Issuer) -> None:
    with moto_stage(issuer) as stage:
        outcomes = list(sweep(stage, "bind"))
    assert len(outcomes) > 40
    assert [outcome for outcome in outcomes if outcome.broken] == []


@pytest.mark.parametrize("bug", ["key written after customer", "proof for whoever asks"])
def test_a_planted_bug_is_caught(bug: str, issuer: Issuer) -> None:
    planted = PLANTED[bug]
    with moto_stage(issuer, planted.variant) as stage:
        broken = (how for outcome in sweep(stage, planted.operation) for how in outcome.broken)
        assert any(how.startswith(f"{planted.breaks}: ") for how in broken)
