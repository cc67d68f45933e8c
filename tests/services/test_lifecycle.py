"""The machine of tests/lifecycle.py on the fakes."""

from contextlib import nullcontext
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.lifecycle import Lives
from tests.worlds import memory_world, widened_policy


def test_whatever_happens_in_whatever_order(tmp_path: Path) -> None:
    folder = widened_policy(tmp_path)

    class OnFakes(Lives):
        world_of = staticmethod(lambda: nullcontext(memory_world(folder)))

    run_state_machine_as_test(OnFakes, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))
