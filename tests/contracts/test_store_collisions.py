"""A write that meets somebody else's transaction waits it out. No stand-in answers so: the answers are put in here."""

import json
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from chalicelib.adapters import aws, dynamodb_store
from chalicelib.domain.customer import TagHolder
from chalicelib.domain.errors import Contended, Unavailable
from chalicelib.domain.writes import Conflict, Insert, Remove, Write
from tests.contracts.records import a_claim, a_holder
from tests.contracts.wire import intercepted, response
from tests.worlds import World, on_moto

NAMESPACE = "com.amazonaws.dynamodb.v20120810#"
JSON = "application/x-amz-json-1.0"


def an_insert(_: World) -> list[Write]:
    return [Insert(a_holder())]


def a_removal(world: World) -> list[Write]:
    write = Insert(a_holder())
    world.store.commit(write)
    return [Remove(write.record)]


def two(_: World) -> list[Write]:
    return [Insert(a_holder()), Insert(a_claim())]


def refusing(times: int, *codes: str) -> Callable[[AWSPreparedRequest, int], AWSResponse | None]:
    """The first attempts collide: a lone write by its own error, a transaction by the reasons of its items."""

    def answer(request: AWSPreparedRequest, attempt: int) -> AWSResponse | None:
        if attempt > times:
            return None
        if "TransactWriteItems" in str(request.headers["X-Amz-Target"]):
            reasons = [{"Code": code} for code in codes]
            body = {"__type": f"{NAMESPACE}TransactionCanceledException", "CancellationReasons": reasons}
        else:
            body = {"__type": f"{NAMESPACE}TransactionConflictException", "message": "ongoing"}
        return response(request, 400, json.dumps(body).encode(), JSON)

    return answer


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No pause is waited for; these would have been the longest possible ones."""
    longest: list[float] = []

    def no_wait(_start: float, end: float) -> float:
        longest.append(end)
        return 0.0

    monkeypatch.setattr(random, "uniform", no_wait)
    return longest


@on_moto
@pytest.mark.parametrize("writes", [an_insert, a_removal, two])
@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_collision_is_waited_out(
    world: World, writes: Callable[[World], list[Write]], code: str, pauses: list[float]
) -> None:
    made = writes(world)
    with intercepted(aws.dynamodb(), refusing(5, code, "None")) as wire:
        world.store.commit(*made)
    assert wire.attempts == 6
    assert len(pauses) == 5
    assert all(later == min(2 * earlier, dynamodb_store.LONGEST_PAUSE_SECONDS) for earlier, later in pairwise(pauses))
    record = made[0].record if isinstance(made[0], Insert | Remove) else None
    assert isinstance(record, TagHolder)
    assert (world.store.get(TagHolder, record.tag) is None) == isinstance(made[0], Remove)


@on_moto
@pytest.mark.parametrize("writes", [an_insert, two])
def test_a_collision_without_end_is_contended_and_writes_nothing(
    world: World, writes: Callable[[World], list[Write]]
) -> None:
    made = writes(world)
    endless = intercepted(aws.dynamodb(), refusing(1000, "TransactionConflict", "None"))
    with endless as wire, pytest.raises(Contended) as caught:
        world.store.commit(*made)
    assert not isinstance(caught.value, Conflict)
    assert wire.attempts == dynamodb_store.ROUNDS
    world.store.commit(*made)


@on_moto
def test_a_transaction_refused_for_another_reason_is_not_repeated(world: World) -> None:
    invalid = intercepted(aws.dynamodb(), refusing(1000, "TransactionConflict", "ValidationError"))
    with invalid as wire, pytest.raises(Unavailable) as caught:
        world.store.commit(*two(world))
    assert not isinstance(caught.value, Contended)
    assert wire.attempts == 1
