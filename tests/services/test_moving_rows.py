"""A row that many move: one write where the frame is known, and never more than the bounds allow."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.domain.errors import Contended, SendsExhausted, Unavailable
from chalicelib.domain.meter import Meter, new_meter, one_more, room
from chalicelib.domain.moving import Move, moved
from chalicelib.domain.throttle import Limit
from chalicelib.domain.writes import Insert, Remove, Replace
from chalicelib.services.moving_rows import REMEMBERED, ROUNDS, MovingRows
from tests.clock import FixedClock
from tests.fakes import NOON
from tests.services.staged_store import StagedStore
from tests.services.world import at_once, only

LIMIT = Limit(20, 60)
BORN = new_meter("key", LIMIT, NOON)


def one(meter: Meter, share: int = 20) -> Move:
    if room(meter, share) <= 0:
        raise SendsExhausted
    return one_more(meter, share)


@pytest.fixture
def store() -> StagedStore:
    return StagedStore(FixedClock(NOON))


def row(store: StagedStore) -> Meter:
    found = store.get(Meter, "key")
    assert found is not None
    return found


def in_another_process(store: StagedStore, times: int = 1) -> Callable[[], None]:
    def move() -> None:
        for _ in range(times):
            MovingRows(store).move(BORN, store.clock.at, one)

    return move


def test_the_first_move_makes_the_row_and_each_further_one_costs_one_write(store: StagedStore) -> None:
    rows = MovingRows(store)
    assert rows.move(BORN, NOON, one) == row(store)
    assert (row(store).count, row(store).moves, store.asked, store.added) == (1, 1, 1, 0)
    for count in range(2, 6):
        assert rows.move(BORN, NOON, one).count == count
    assert (row(store).moves, store.asked, store.added) == (5, 1, 4)


def test_a_process_that_has_not_seen_the_row_costs_two(store: StagedStore) -> None:
    in_another_process(store)()
    asked = store.asked
    rows = MovingRows(store)
    assert rows.move(BORN, NOON, one).count == 2
    assert (store.asked - asked, store.added) == (1, 1)
    assert rows.move(BORN, NOON, one).count == 3
    assert (store.asked - asked, store.added) == (1, 2)


def test_a_new_frame_replaces_the_row_and_keeps_what_is_past(store: StagedStore) -> None:
    rows = MovingRows(store)
    for _ in range(3):
        rows.move(BORN, NOON, one)
    store.clock.at += timedelta(seconds=5)
    version = row(store).version
    assert rows.move(BORN, store.clock.at, one).count == 1
    assert (row(store).past[0], row(store).moves) == (3, 4)
    assert row(store).version != version


def test_a_replacement_that_missed_a_move_is_decided_anew(store: StagedStore) -> None:
    rows = MovingRows(store)
    rows.move(BORN, NOON, one)
    old = row(store)
    store.clock.at += timedelta(seconds=5)
    # A laggard still adds in the old frame while this one is about to replace it.
    store.before(Meter, lambda: store.add(Meter, "key", one_more(old, 20), old.version))
    assert rows.move(BORN, store.clock.at, one).past[0] == 2


def test_an_old_copy_admits_nothing_that_does_not_fit_now(store: StagedStore) -> None:
    rows = MovingRows(store)
    rows.move(BORN, NOON, one)
    in_another_process(store, 19)()
    with pytest.raises(SendsExhausted):
        rows.move(BORN, NOON, one)
    assert row(store).count == 20


def test_an_old_copy_refuses_nothing_that_fits_now(store: StagedStore) -> None:
    rows = MovingRows(store)
    for _ in range(20):
        rows.move(BORN, NOON, one)
    # Somebody gave one back in the same frame.
    store.add(Meter, "key", Move({"count": -1}), None)
    assert rows.move(BORN, NOON, one).count == 20
    with pytest.raises(SendsExhausted):
        rows.move(BORN, NOON, one)


def test_a_row_that_is_gone_is_begun_anew(store: StagedStore) -> None:
    rows = MovingRows(store)
    rows.move(BORN, NOON, one)
    store.commit(Remove(row(store)))
    assert rows.move(BORN, NOON, one).count == 1
    store.clock.at += timedelta(days=1)
    assert rows.move(new_meter("key", LIMIT, store.clock.at), store.clock.at, one).count == 1


def test_what_the_first_move_may_not_do_makes_no_row(store: StagedStore) -> None:
    with pytest.raises(SendsExhausted):
        MovingRows(store).move(BORN, NOON, partial(one, share=0))
    assert not store.rows


def test_a_late_request_moves_the_row_as_it_stands(store: StagedStore) -> None:
    rows = MovingRows(store)
    rows.move(BORN, NOON, one)
    rows.move(BORN, NOON + timedelta(seconds=5), one)
    assert rows.move(BORN, NOON, one).count == 2
    assert row(store).past[0] == 1


def test_a_frame_that_needs_more_is_replaced_once(store: StagedStore) -> None:
    rows = MovingRows(store)
    rows.move(BORN, NOON, one)

    def longer(meter: Meter) -> Meter:
        hour = NOON + timedelta(hours=1)
        return meter if meter.lapses_at >= hour else replace(meter, lapses_at=hour)

    for count in (2, 3, 4):
        assert rows.move(BORN, NOON, one, longer).count == count
    assert row(store).lapses_at == NOON + timedelta(hours=1)
    assert (store.asked, store.added) == (2, 2)


@pytest.mark.parametrize("applies", [False, True])
def test_a_move_whose_answer_is_lost_may_have_happened_and_nothing_is_remembered(
    store: StagedStore, applies: bool
) -> None:
    rows = MovingRows(store)
    rows.move(BORN, NOON, one)
    store.adds_fail_at, store.applies = 0, applies
    with pytest.raises(Unavailable):
        rows.move(BORN, NOON, one)
    assert row(store).count == (2 if applies else 1)
    assert rows.move(BORN, NOON, one) == row(store)


def test_whoever_loses_every_round_is_told_so(store: StagedStore) -> None:
    rows, asked = MovingRows(store), list[int]()
    MovingRows(store).move(BORN, NOON, one)

    def overtaken(meter: Meter) -> Move:
        asked.append(meter.count)
        stored = store.get(Meter, "key")
        assert stored is not None
        # Another process replaces the frame between reading and moving.
        store.commit(Replace(stored, moved(stored, Move({"count": 0}))))
        return one_more(meter, 20)

    with pytest.raises(Contended):
        rows.move(BORN, NOON, overtaken)
    assert len(asked) == ROUNDS


def test_no_more_rows_are_remembered_than_fit(store: StagedStore) -> None:
    rows = MovingRows(store)
    for number in range(REMEMBERED + 1):
        rows.move(replace(BORN, key=str(number)), NOON, one)
    assert len(rows._seen) == 1
    # What was forgotten costs a second write, and counts on.
    assert rows.move(replace(BORN, key="0"), NOON, one).count == 2


@pytest.mark.parametrize("processes", [1, 5])
def test_many_at_once_move_it_as_often_as_fits(store: StagedStore, processes: int) -> None:
    each = [MovingRows(store) for _ in range(processes)]
    for turn in range(3):
        at = NOON + timedelta(seconds=65 * turn)
        store.clock.at = at
        results = at_once(lambda number, at=at: each[number % processes].move(BORN.rolled(at), at, one))  # type: ignore[misc]
        assert len(only(results, Meter)) == row(store).count == 20
        assert len(only(results, SendsExhausted)) == 30


def test_a_replacement_among_many_additions_loses_none(store: StagedStore) -> None:
    store.commit(Insert(BORN))
    later = NOON + timedelta(seconds=5)

    def move(number: int) -> Meter:
        return MovingRows(store).move(BORN, later if number % 2 else NOON, lambda meter: Move({"count": 1}))

    results = at_once(move)
    assert row(store).moves == len(only(results, Meter))
    assert row(store).count + sum(row(store).past) == len(only(results, Meter))
