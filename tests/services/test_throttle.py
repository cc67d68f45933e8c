"""The limits hold on the store too: at fractions of a second, at the turn of a month, for many at once."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.claim import Claim
from chalicelib.domain.errors import Throttled, Unavailable
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Conflict, Insert, Remove, Write
from tests.services.staged_store import StagedAdapters
from tests.services.world import World, at_once, only

LAST_MINUTE = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


def admit(world: World, name: str = "number", subject: str = "tag", *writes: Write) -> None:
    throttle, at = world.ringfence.throttle, world.adapters.clock.at
    throttle.admit(throttle.keys(name, subject, at), at, *writes)


def admitted(world: World, name: str = "number", subject: str = "tag") -> bool:
    try:
        admit(world, name, subject)
    except Throttled:
        return False
    return True


def test_a_window_across_the_turn_of_the_month_counts_once(world: World) -> None:
    world.adapters.clock.at = LAST_MINUTE
    assert [admitted(world) for _ in range(4)] == [True] * 4
    world.later(minutes=2)
    assert [admitted(world) for _ in range(3)] == [True, False, False]
    world.later(minutes=10)
    assert [admitted(world) for _ in range(6)] == [True] * 5 + [False]


def test_a_day_s_limit_holds_across_the_turn_of_the_month(world: World) -> None:
    world.adapters.clock.at = LAST_MINUTE.replace(hour=12)
    admissions: list[datetime] = []
    for _ in range(200):
        if admitted(world):
            admissions.append(world.adapters.clock.at)
        world.later(minutes=15)
    days = [sum(start <= instant < start + timedelta(days=1) for instant in admissions) for start in admissions]
    assert max(days) == 10


def test_the_month_that_is_over_leaves_no_refusal_behind(world: World) -> None:
    world.adapters.clock.at = LAST_MINUTE
    assert [admitted(world) for _ in range(6)] == [True] * 5 + [False]
    world.later(days=1)
    assert [admitted(world) for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize("milliseconds", [0, 500])
def test_the_longest_window_is_exact_within_a_second(world: World, milliseconds: int) -> None:
    world.later(milliseconds=milliseconds)
    assert [admitted(world, "ip") for _ in range(26)] == [True] * 25 + [False]
    world.later(seconds=300, microseconds=-1)
    assert not admitted(world, "ip")
    world.later(microseconds=1)
    assert admitted(world, "ip")


def test_many_at_once_are_never_one_too_many(world: World) -> None:
    results = at_once(lambda _: admitted(world, "ip"))
    assert sum(result is True for result in results) == 25
    assert sum(result is False for result in results) == 25
    (log,) = world.rows(ThrottleLog)
    assert len(log.admitted) == 25


def test_a_subject_is_never_stored(world: World) -> None:
    admitted(world, "ip", "192.0.2.1")
    assert "192.0.2.1" not in repr(world.store.rows)


def test_one_subject_s_admissions_are_not_another_s_nor_another_limit_s(world: World) -> None:
    assert [admitted(world, "number", "a") for _ in range(6)] == [True] * 5 + [False]
    assert admitted(world, "number", "b")
    assert admitted(world, "device", "a")


def test_what_a_refusal_promises_is_kept(world: World) -> None:
    for _ in range(5):
        admitted(world)
        world.later(seconds=7)
    with pytest.raises(Throttled) as refused:
        admit(world)
    world.adapters.clock.at = refused.value.retry_at - timedelta(microseconds=1)
    assert not admitted(world)
    world.adapters.clock.at = refused.value.retry_at
    assert admitted(world)


def test_what_is_admitted_and_the_admission_stand_together(world: World) -> None:
    at = world.adapters.clock.at
    claim = Claim("key", "mac", "resource", "owner", at + timedelta(hours=1))
    admit(world, "number", "tag", Insert(claim))
    with pytest.raises(Conflict) as refused:
        admit(world, "number", "tag", Insert(claim))
    assert refused.value.hit(Claim)
    (log,) = world.rows(ThrottleLog)
    assert len(log.admitted) == 1


def test_a_limit_that_cannot_be_asked_refuses() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    adapters.store.damaged = {ThrottleLog}
    with pytest.raises(Unavailable):
        world.start()
    assert not world.sent
    assert not world.rows(Verification)


def test_a_log_that_is_erased_meanwhile_is_begun_anew() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    admitted(world)

    def erase_after_the_first_refusal() -> None:
        adapters.store.before(ThrottleLog, lambda: world.store.commit(Remove(world.rows(ThrottleLog)[0])))

    adapters.store.before(ThrottleLog, erase_after_the_first_refusal)
    assert admitted(world)
    (log,) = world.rows(ThrottleLog)
    assert len(log.admitted) == 1


def test_all_living_logs_of_a_subject_can_be_found_to_be_erased(world: World) -> None:
    world.adapters.clock.at = LAST_MINUTE
    admitted(world)
    world.later(minutes=2)
    admitted(world)
    living = {log.key for log in world.rows(ThrottleLog)}
    assert len(living) == 2
    assert living == set(world.ringfence.throttle.keys("number", "tag", world.adapters.clock.at))
    assert len(only(at_once(lambda _: admitted(world), 5), bool)) == 5
