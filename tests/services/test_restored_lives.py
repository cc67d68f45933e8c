"""Whatever happened since an old copy of the customers was made: once put back and replayed, nothing is undone."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, precondition, rule

from chalicelib.adapters.dynamodb_places import PLACES
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.witness import Witness, is_silent, witness_of
from tests.lifecycle import Lives
from tests.living import lived, policy_of
from tests.memory_store import MemoryStore
from tests.worlds import memory_world

Rows = dict[Any, Any]

pytestmark = pytest.mark.usefixtures("few_buckets")


class Restored(Lives):
    """The machine, of whose customers copies are made, which are put back and judged. Then it goes on as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.old: Rows | None = None

    @property
    def store(self) -> MemoryStore:
        store = self.world.store
        assert isinstance(store, MemoryStore)
        return store

    @rule()
    def is_copied(self) -> None:
        self.old = {key: row for key, row in self.store.rows.items() if PLACES[key[0]].table == "customers"}

    @precondition(lambda self: self.old is not None)
    @rule()
    def is_brought_back(self) -> None:
        assert self.old is not None
        before = {it.id: it for it in self.customers()}
        rows = dict(self.store.rows)
        for key in [key for key in rows if PLACES[key[0]].table == "customers"]:
            del self.store.rows[key]
        self.store.rows.update(self.old)
        self.replay()
        assert not self.replay()
        after = {it.id: it for it in self.customers()}
        assert after.keys() == before.keys()
        for who in before:
            demand_no_more(before[who], after[who])
        holders = {row.tag: row.customer_id for row in self.rows(TagHolder)}
        assert holders == {tag: it.id for it in after.values() for tag in it.tags}
        self.store.rows.clear()
        self.store.rows.update(rows)
        self.done["is_brought_back"] += 1

    def replay(self) -> list[str]:
        found: list[str] = []
        report = self.world.ringfence.restore("customers", True, lambda _, finding: found.append(finding))
        assert report.complete
        assert not report.failures
        return found

    @invariant()
    def what_a_restore_must_not_forget_stands_beside_each_head(self) -> None:
        told = {it.customer_id: replace(it, version="") for it in self.rows(Witness)}
        said = {it.id: witness_of(it) for it in self.customers() if it.status != "purged"}
        assert told.keys() <= said.keys()
        assert {**{name: it for name, it in said.items() if is_silent(it)}, **told} == said


def demand_no_more(true: Customer, brought_back: Customer) -> None:
    """Nothing is permitted or erased that was not, and no number is used that was left."""
    if true.status == "purged":
        assert brought_back.status == "purged"
        return
    assert true.is_open or not brought_back.is_open
    assert witness_of(brought_back) == witness_of(true)
    given = {purpose for purpose, it in brought_back.consents.items() if it.decision == "given"}
    assert all(true.consents[purpose].decision == "given" for purpose in given)
    if brought_back.number is None:
        return
    assert brought_back.number == true.number
    assert true.suppressed_at is None or brought_back.suppressed_at is not None
    used = [sum(it.ground is None for it in head.shares.get("marketing", ())) for head in (true, brought_back)]
    assert used[0] <= used[1]


@pytest.mark.parametrize("law_holds", [False, True])
def test_whatever_happened_since_is_not_undone(tmp_path: Path, law_holds: bool) -> None:
    folder = policy_of(tmp_path, law_holds=law_holds, step_up=law_holds)

    class OnFakes(Restored):
        world_of = staticmethod(lambda: nullcontext(memory_world(folder)))

    done = lived(OnFakes, settings(max_examples=60, stateful_step_count=40, deadline=None))
    assert done["is_brought_back"] >= 10
