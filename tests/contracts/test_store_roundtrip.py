"""What the store is given is what it gives back, for every kind of record."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.dynamodb_places import PLACES
from chalicelib.domain.writes import Insert, Replace
from tests.contracts.records import KINDS, any_record, as_kept, key_of
from tests.worlds import World


def test_every_kind_is_tried() -> None:
    assert set(KINDS) == set(PLACES)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_record_comes_back_as_it_went(world: World, kind: type[Any]) -> None:
    # One world for all examples: each brings a key of its own. Shrinking would ask the stand-in thousands of times.
    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(any_record(kind), st.data())
    def comes_back(record: Any, data: st.DataObject) -> None:
        world.store.commit(Insert(record))
        assert as_kept(world.store.get(kind, *key_of(record))) == as_kept(record)
        other = data.draw(any_record(kind))
        after = type(record)(**{**vars(other), **_key_members(record)})
        write = Replace(record, after)
        world.store.commit(write)
        assert as_kept(world.store.get(kind, *key_of(record))) == as_kept(write.after)

    comes_back()


def _key_members(record: Any) -> dict[str, Any]:
    keyed = {"id", "key", "wish", "message_id", "digest", "customer_id", "entry_id", "key_id", "sequence", "at", "tag"}
    keyed |= {"bucket"}
    names = keyed & set(vars(record))
    return {name: getattr(record, name) for name in names}
