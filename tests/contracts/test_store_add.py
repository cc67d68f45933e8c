"""Counters that many move at once: each addition happens or is refused, and a replacement misses none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import aws
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.meter import Meter
from chalicelib.domain.moving import Move, moved
from chalicelib.domain.spent import Spent
from chalicelib.domain.traffic import Counts, Traffic, new_traffic
from chalicelib.domain.writes import Conflict, Expect, Insert, Remove, Replace
from tests.contracts.records import fresh
from tests.contracts.wire import losing_answers
from tests.fakes import NOON
from tests.prove.races import at_once
from tests.worlds import World, on_aws

ONE = Move({"count": 1})
LAPSES = NOON + timedelta(hours=1)


def stored(world: World, **counters: Any) -> Meter:
    write = Insert(Meter(fresh("meter"), 60, 7, LAPSES, **counters))
    world.store.commit(write)
    return write.record


def read(world: World, row: Meter) -> Meter | None:
    return world.store.get(Meter, row.key)


def refused(world: World, key: str, move: Move, version: str | None) -> Meter | None:
    """What stands there, where the addition was refused."""
    with pytest.raises(Conflict) as conflict:
        world.store.add(Meter, key, move, version)
    assert conflict.value.hit(Meter)
    return conflict.value.current(Meter)


def test_an_addition_moves_its_counters_and_nothing_else(world: World) -> None:
    row = stored(world, count=2, past=(1, 2))
    after = world.store.add(Meter, row.key, ONE, row.version)
    assert after == replace(row, count=3, moves=1) == read(world, row)
    assert world.store.add(Meter, row.key, Move({"count": -5}), None) == replace(row, count=-2, moves=2)
    assert world.store.add(Meter, row.key, Move({}), row.version) == replace(row, count=-2, moves=3)


def test_several_counters_move_together_or_not_at_all(world: World) -> None:
    write = Insert(Spent(fresh("spent"), "h", "d", "m", LAPSES, 5, 6, 7))
    world.store.commit(write)
    row = write.record
    move = Move({"hour_cost": 2, "day_cost": 3, "month_cost": -4}, {"hour_cost": 5, "day_cost": 6, "month_cost": 7})
    after = world.store.add(Spent, row.key, move, row.version)
    assert after == replace(row, hour_cost=7, day_cost=9, month_cost=3, moves=1)
    with pytest.raises(Conflict):
        world.store.add(Spent, row.key, move, row.version)
    assert world.store.get(Spent, row.key) == after


@pytest.mark.parametrize(
    ("at_most", "at_least", "fits"),
    [
        ({"count": 2}, {}, True),
        ({"count": 1}, {}, False),
        ({}, {"count": 2}, True),
        ({}, {"count": 3}, False),
        ({"count": 2, "slot": 7}, {"slot": 7}, True),
        ({"count": 2, "slot": 6}, {}, False),
        ({"count": 99}, {"slot": 8}, False),
        ({"count": -1}, {}, False),
    ],
)
def test_bounds_are_asked_before(world: World, at_most: dict[str, int], at_least: dict[str, int], fits: bool) -> None:
    row = stored(world, count=2)
    move = Move({"count": 10}, at_most, at_least)
    assert move.fits(row) == fits
    if fits:
        assert world.store.add(Meter, row.key, move, row.version).count == 12
    else:
        assert refused(world, row.key, move, row.version) == row == read(world, row)


def test_another_frame_is_refused_and_no_frame_is_asked_for_without_a_version(world: World) -> None:
    row = stored(world)
    replaced = Replace(row, replace(row, slot=8))
    world.store.commit(replaced)
    assert refused(world, row.key, ONE, row.version) == replaced.after
    assert refused(world, row.key, ONE, "") == replaced.after
    assert world.store.add(Meter, row.key, ONE, None).count == 1


@pytest.mark.parametrize("version", [None, "0123456789abcdef"])
def test_an_absent_row_is_not_made(world: World, version: str | None) -> None:
    key = fresh("meter")
    assert refused(world, key, ONE, version) is None
    assert refused(world, key, Move({"count": 1}, {"count": 5}, {}), version) is None
    assert world.store.get(Meter, key, even_lapsed=True) is None


def test_a_lapsed_row_counts_as_absent(world: World) -> None:
    row = stored(world)
    world.clock.at = LAPSES - timedelta(seconds=1)
    assert world.store.add(Meter, row.key, ONE, row.version).count == 1
    world.clock.at = LAPSES
    for version in (row.version, None):
        assert refused(world, row.key, ONE, version) is None
    # Its place is free, and who begins anew begins at nothing.
    world.store.commit(Insert(Meter(row.key, 60, 9, LAPSES + timedelta(hours=1))))
    assert world.store.add(Meter, row.key, ONE, None).count == 1


def test_a_row_that_was_removed_is_refused(world: World) -> None:
    row = stored(world)
    world.store.commit(Remove(row))
    assert refused(world, row.key, ONE, row.version) is None


def test_a_replacement_that_missed_an_addition_is_refused(world: World) -> None:
    row = stored(world)
    after = world.store.add(Meter, row.key, ONE, row.version)
    with pytest.raises(Conflict) as conflict:
        world.store.commit(Replace(row, replace(row, slot=8)))
    assert conflict.value.current(Meter) == after
    assert read(world, row) == after
    # Even one that changed no figure, and in a transaction too.
    world.store.add(Meter, row.key, Move({}), row.version)
    other = stored(world)
    with pytest.raises(Conflict):
        world.store.commit(Replace(after, replace(after, slot=8)), Replace(other, replace(other, slot=8)))
    assert read(world, other) == other
    now = read(world, row)
    assert now is not None
    replacement = Replace(now, replace(now, slot=8, count=0))
    world.store.commit(replacement)
    world.store.commit(replacement)
    assert read(world, row) == replacement.after


def test_an_expectation_is_about_the_frame_alone(world: World) -> None:
    row = stored(world)
    world.store.add(Meter, row.key, ONE, row.version)
    world.store.commit(Expect(row), Insert(Meter(fresh("meter"), 60, 7, LAPSES)))


def test_a_row_with_all_its_past_moves_like_any_other(world: World) -> None:
    row = replace(new_traffic(fresh("traffic"), NOON, 900, 3), past_sent=Counts(tuple(range(12)), tuple(range(25))))
    write = Insert(row)
    world.store.commit(write)
    move = Move({"sent": 1, "flight_1": 1}, {"sent": 0, "flight_1": 0}, {"slot": row.slot})
    assert world.store.add(Traffic, row.key, move, write.record.version) == moved(write.record, move)


def test_fifty_at_once_are_admitted_as_often_as_the_bound_allows(world: World) -> None:
    row = stored(world, count=3)

    def add(_: int) -> bool:
        try:
            world.store.add(Meter, row.key, Move({"count": 1}, {"count": 19}), row.version)
        except Conflict:
            return False
        return True

    assert sum(at_once(50, add)) == 17
    assert read(world, row) == replace(row, count=20, moves=17)


def test_fifty_at_once_without_a_bound_all_count(world: World) -> None:
    row = stored(world)
    answers = at_once(50, lambda _: world.store.add(Meter, row.key, ONE, None).count)
    assert sorted(answers) == list(range(1, 51))


def test_replacements_among_additions_lose_none(world: World) -> None:
    row = stored(world)
    replaced = list[int]()

    def add(_: int) -> None:
        for _ in range(5):
            world.store.add(Meter, row.key, ONE, None)

    def roll(_: int) -> None:
        for _ in range(10):
            now = read(world, row)
            assert now is not None
            try:
                # What was counted goes into the past, as in a new frame.
                world.store.commit(
                    Replace(now, replace(now, count=0, slot=now.slot + 1, past=(sum(now.past) + now.count,)))
                )
            except Conflict:
                continue
            replaced.append(1)

    with ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(roll if turn % 3 == 0 else add, turn) for turn in range(12)]
        for each in waiting:
            each.result()
    now = read(world, row)
    assert now is not None
    assert now.count + sum(now.past) == now.moves == 40
    assert now.slot == 7 + len(replaced)
    assert replaced


@on_aws
def test_an_answer_lost_once_may_count_twice_and_never_passes_the_bound(world: World) -> None:
    row = stored(world)
    with losing_answers(world, aws.dynamodb()) as wire:
        assert world.store.add(Meter, row.key, ONE, row.version).count == 2
    assert wire.attempts == 2
    with losing_answers(world, aws.dynamodb()):
        # The second attempt meets the first one's work: it is refused although it happened, which is too strict.
        found = refused(world, row.key, Move({"count": 1}, {"count": 2}), row.version)
    assert found == read(world, row) == replace(row, count=3, moves=3)


@on_aws
def test_a_store_that_never_answers_is_unavailable(world: World) -> None:
    row = stored(world)
    with losing_answers(world, aws.dynamodb(), attempts=99), pytest.raises(Unavailable):
        world.store.add(Meter, row.key, ONE, row.version)
    now = read(world, row)
    assert now is not None
    assert now.count >= 1


@on_aws
def test_a_subtraction_is_never_repeated_by_itself(world: World) -> None:
    # Twice it would make a budget too loose.
    row = stored(world, count=5)
    with losing_answers(world, aws.dynamodb_once()) as wire, pytest.raises(Unavailable):
        world.store.add(Meter, row.key, Move({"count": -1}), row.version)
    assert wire.attempts == 1
    assert read(world, row) == replace(row, count=4, moves=1)
