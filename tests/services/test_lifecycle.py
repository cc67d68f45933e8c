"""The machine of tests/lifecycle.py on the fakes."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import settings

from tests.lifecycle import ACTS, Lives
from tests.living import lived, policy_of
from tests.worlds import memory_world

pytestmark = pytest.mark.usefixtures("few_buckets")


@pytest.mark.parametrize("law_holds", [False, True])
def test_whatever_happens_in_whatever_order(tmp_path: Path, law_holds: bool) -> None:
    folder = policy_of(tmp_path, law_holds=law_holds, step_up=law_holds)

    class OnFakes(Lives):
        world_of = staticmethod(lambda: nullcontext(memory_world(folder)))

    assert lived(OnFakes, settings(max_examples=60, stateful_step_count=40, deadline=None)).keys() >= ACTS
