"""The machine of tests/lifecycle.py, longer on the fakes and then on the engine."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.lifecycle import ACTS, RARE_ACTS, Lives
from tests.living import lived, policy_of
from tests.worlds import Issuer, engine_world, memory_world

pytestmark = pytest.mark.usefixtures("few_buckets")


@pytest.mark.parametrize("law_holds", [False, True])
def test_at_length(tmp_path: Path, law_holds: bool) -> None:
    folder = policy_of(tmp_path, law_holds=law_holds, step_up=not law_holds)

    class OnFakes(Lives):
        world_of = staticmethod(lambda: nullcontext(memory_world(folder)))

    done = lived(OnFakes, settings(max_examples=400, stateful_step_count=60, deadline=None))
    assert all(done[act] >= 20 for act in ACTS | RARE_ACTS), done


def test_on_the_engine_too(issuer: Issuer, engine_url: str, tmp_path: Path) -> None:
    folder = policy_of(tmp_path, law_holds=True, step_up=False)

    class OnTheEngine(Lives):
        world_of = staticmethod(lambda: engine_world(issuer, engine_url, folder))

    slow = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        # Tables are made for every example: to find a shorter one takes longer than to read it.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    assert len(lived(OnTheEngine, slow)) >= len(ACTS | RARE_ACTS) / 2
