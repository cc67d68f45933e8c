"""A key is remembered for a day, by what it was used for and never by what was said."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.claim import Claim
from chalicelib.domain.errors import IdempotencyKeyReused, NotFound, Unavailable
from chalicelib.domain.writes import Conflict
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, World, keyed

LAST_SECOND = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)


def test_a_key_is_known_across_the_turn_of_the_month(world: World) -> None:
    world.adapters.clock.at = LAST_SECOND
    first = world.start(key=KEY)
    world.later(seconds=2)
    assert world.start(key=KEY).id == first.id
    with pytest.raises(IdempotencyKeyReused):
        world.start(OTHER_NUMBER, key=KEY)
    world.later(hours=23)
    assert world.start(key=KEY).id == first.id
    assert world.sent == 1


def test_the_turn_of_a_year_is_one_of_a_month_too(world: World) -> None:
    world.adapters.clock.at = LAST_SECOND.replace(month=12, day=31)
    first = world.start(key=KEY)
    world.later(seconds=2)
    assert world.start(key=KEY).id == first.id


def test_a_key_is_free_after_a_day(world: World) -> None:
    first = world.start(key=KEY)
    world.later(hours=24)
    second = world.start(OTHER_NUMBER, key=KEY)
    assert second.id != first.id
    assert world.sent == 2


def test_a_claim_holds_neither_body_nor_number(world: World) -> None:
    verification = world.start(key=KEY)
    (claim,) = world.rows(Claim)
    assert NUMBER[1:] not in repr(claim)
    assert (claim.resource, claim.owner) == (verification.id, verification.tag)
    assert claim.lapses_at == world.adapters.clock.at + timedelta(hours=24)


def test_without_an_earlier_request_the_refusal_is_told(world: World) -> None:
    for failure in (NotFound(), Conflict([]), Unavailable()):

        def attempt(failure: Exception = failure) -> str:
            raise failure

        for request in (None, keyed(KEY)):
            with pytest.raises(type(failure)):
                world.ringfence.idempotency.once(request, attempt, lambda resource: resource)


def test_what_is_merely_unavailable_is_not_taken_for_a_repeat(world: World) -> None:
    world.store.commit(*world.ringfence.idempotency.claim(keyed(KEY), "made", "owner", world.adapters.clock.at))

    def attempt() -> str:
        raise Unavailable

    with pytest.raises(Unavailable):
        world.ringfence.idempotency.once(keyed(KEY), attempt, lambda resource: resource)


def test_an_unkeyed_request_claims_nothing(world: World) -> None:
    assert world.ringfence.idempotency.claim(None, "made", "owner", world.adapters.clock.at) == ()
    world.start()
    assert not world.rows(Claim)
