"""Every call may be applied and its answer lost: what is said again must be known again."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.adapters import aws
from chalicelib.domain.customer import TagHolder, WrappedKey
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Absent, Conflict, Expect, Insert, Remove, Replace, Write
from tests.contracts.records import a_claim, a_holder, a_key, a_verification, fresh
from tests.contracts.wire import losing_answers
from tests.worlds import World, on_aws


def stored_holder(world: World) -> TagHolder:
    write = Insert(a_holder())
    world.store.commit(write)
    return write.record


def stored_verification(world: World) -> Verification:
    write = Insert(a_verification())
    world.store.commit(write)
    return write.record


def an_insert(_: World) -> list[Write]:
    return [Insert(a_holder())]


def an_insert_that_lapses(_: World) -> list[Write]:
    return [Insert(a_claim())]


def a_replace(world: World) -> list[Write]:
    before = stored_holder(world)
    return [Replace(before, replace(before, customer_id="bob"))]


def a_remove(world: World) -> list[Write]:
    return [Remove(stored_holder(world))]


def many(world: World) -> list[Write]:
    return [*a_replace(world), *a_remove(world), *an_insert(world), Insert(a_claim()), Insert(a_key(fresh()))]


def many_with_an_expectation(world: World) -> list[Write]:
    return [*a_replace(world), Expect(stored_verification(world)), *an_insert_that_lapses(world)]


def a_removal_where_another_is_absent(world: World) -> list[Write]:
    return [*a_remove(world), Absent(WrappedKey, (fresh(), "ledger"))]


EVERY = [
    an_insert,
    an_insert_that_lapses,
    a_replace,
    a_remove,
    many,
    many_with_an_expectation,
    a_removal_where_another_is_absent,
]
every = pytest.mark.parametrize("writes_of", EVERY, ids=lambda each: str(each.__name__))
WritesOf = Callable[[World], list[Write]]


def stands(world: World, writes: list[Write]) -> bool:
    """Whether all of it happened and nothing else."""
    for write in writes:
        if isinstance(write, Absent):
            continue
        record = write.after if isinstance(write, Replace) else write.record
        # Every record of these tests but the wrapped key has a key of one part.
        key = [getattr(record, name) for name in ("tag", "key", "id", "key_id", "customer_id") if hasattr(record, name)]
        parts = [key[-1], key[0]] if type(record).__name__ == "WrappedKey" else [key[0]]
        if isinstance(record, Verification):
            parts = [record.id]
        wanted = None if isinstance(write, Remove) else record
        if world.store.get(type(record), *parts) != wanted:
            return False
    return True


@every
def test_a_commit_said_twice_happens_once(world: World, writes_of: WritesOf) -> None:
    writes = writes_of(world)
    world.store.commit(*writes)
    assert stands(world, writes)
    world.store.commit(*writes)
    assert stands(world, writes)


@on_aws
@every
def test_an_answer_lost_once_is_noticed_by_nobody(world: World, writes_of: WritesOf) -> None:
    writes = writes_of(world)
    with losing_answers(world, aws.dynamodb()) as wire:
        world.store.commit(*writes)
    assert wire.attempts == 2
    assert stands(world, writes)


@on_aws
@every
def test_a_commit_whose_every_answer_was_lost_may_be_repeated(world: World, writes_of: WritesOf) -> None:
    writes = writes_of(world)
    with losing_answers(world, aws.dynamodb(), attempts=99), pytest.raises(Unavailable):
        world.store.commit(*writes)
    assert stands(world, writes)
    world.store.commit(*writes)
    assert stands(world, writes)


@on_aws
def test_the_wire_really_loses_answers(world: World) -> None:
    # The counter-test: a repeated write that does not know its own work is refused.
    holder = a_holder()
    with losing_answers(world, aws.dynamodb(), attempts=99), pytest.raises(Unavailable):
        world.store.commit(Insert(holder))
    with pytest.raises(Conflict):
        world.store.commit(Insert(holder))


def test_a_repeated_commit_does_not_undo_what_came_after(world: World) -> None:
    before = stored_holder(world)
    first = Replace(before, replace(before, customer_id="bob"))
    world.store.commit(first)
    second = Replace(first.after, replace(first.after, customer_id="cyd"))
    world.store.commit(second)
    with pytest.raises(Conflict) as caught:
        world.store.commit(first)
    assert caught.value.current(TagHolder) == second.after
    assert world.store.get(TagHolder, before.tag) == second.after


def test_a_commit_that_happened_is_known_although_its_expectation_has_moved_on(world: World) -> None:
    # A token was consumed while the head stood still; that the head has moved since changes nothing about it.
    token, head = stored_holder(world), stored_verification(world)
    writes: list[Write] = [Replace(token, replace(token, customer_id="used")), Expect(head)]
    world.store.commit(*writes)
    world.store.commit(Replace(head, head))
    world.store.commit(*writes)


def test_a_removal_repeated_leaves_the_next_one_alone(world: World) -> None:
    gone = stored_holder(world)
    world.store.commit(Remove(gone))
    again = Insert(replace(gone, version=""))
    world.store.commit(again)
    with pytest.raises(Conflict):
        world.store.commit(Remove(gone))
    assert world.store.get(TagHolder, gone.tag) == again.record
