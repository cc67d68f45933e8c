"""The machine of tests/lifecycle.py, longer on the fakes and then on the engine."""

from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.lifecycle import Lives
from tests.worlds import Issuer, engine_world, widened_policy


def test_on_the_engine_too(issuer: Issuer, engine_url: str, tmp_path: Path) -> None:
    folder = widened_policy(tmp_path)

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
    run_state_machine_as_test(OnTheEngine, settings=slow)
