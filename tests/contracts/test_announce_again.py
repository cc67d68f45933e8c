"""Whatever was said between two instants is said again, and nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters import aws
from chalicelib.domain.ledger import link
from chalicelib.domain.writes import Insert
from chalicelib.entrypoints.jobs.announce import BATCH
from infra.announce_again import TRIES, announce_again
from tests.contracts.records import fresh
from tests.fakes import NOON
from tests.worlds import World, on_aws

# Instants that no other test's events have.
DAY = NOON + timedelta(days=4000)


def write(world: World, *instants: datetime) -> str:
    """A customer whose events joined the ledger at these instants."""
    customer_id, head = fresh("cus"), (0, "0" * 64)
    for at in instants:
        made = link(customer_id, head, fresh("evt"), at, "commitment", b"sealed")
        world.store.commit(Insert(made))
        head = made.sequence, made.hash
    return customer_id


def again(world: World, since: datetime, until: datetime, function: Any) -> Any:
    return announce_again(aws.dynamodb(), f"{world.name}-ledger", since, until, function)


@on_aws
def test_all_of_the_time_and_nothing_else_is_handed_over(world: World) -> None:
    moment = timedelta(microseconds=1)
    customer_id = write(world, DAY - moment, DAY, DAY + timedelta(hours=1), DAY + timedelta(hours=1) + moment)
    given: list[Any] = []

    def function(event: dict[str, Any]) -> dict[str, Any]:
        given.extend(event["Records"])
        return {"batchItemFailures": []}

    done = again(world, DAY, DAY + timedelta(hours=1), function)
    assert (done.handed_over, done.failed) == (2, 0)
    keys = [record["dynamodb"]["Keys"] for record in given]
    assert [(key["pk"]["S"], int(key["sk"]["S"])) for key in keys] == [(customer_id, 2), (customer_id, 3)]


@on_aws
def test_a_batch_is_no_larger_than_lambda_s(world: World) -> None:
    begin = DAY + timedelta(days=1)
    write(world, *[begin + timedelta(seconds=number) for number in range(2 * BATCH + 3)])
    sizes: list[int] = []

    def function(event: dict[str, Any]) -> dict[str, Any]:
        sizes.append(len(event["Records"]))
        return {"batchItemFailures": []}

    assert again(world, begin, begin + timedelta(hours=1), function).handed_over == 2 * BATCH + 3
    assert sizes == [BATCH, BATCH, 3]


@on_aws
def test_what_fails_once_is_handed_over_once_more(world: World) -> None:
    begin = DAY + timedelta(days=2)
    write(world, begin, begin, begin)
    sizes: list[int] = []

    def function(event: dict[str, Any]) -> dict[str, Any]:
        numbers = [it["dynamodb"]["SequenceNumber"] for it in event["Records"]]
        sizes.append(len(numbers))
        return {"batchItemFailures": [{"itemIdentifier": numbers[1]}] if len(numbers) == 3 else []}

    done = again(world, begin, begin, function)
    assert sizes == [3, 2]
    assert (done.handed_over, done.failed) == (3, 0)


@on_aws
def test_what_fails_again_and_again_is_counted(world: World) -> None:
    begin = DAY + timedelta(days=3)
    write(world, begin, begin, begin)
    sizes: list[int] = []

    def function(event: dict[str, Any]) -> dict[str, Any]:
        numbers = [it["dynamodb"]["SequenceNumber"] for it in event["Records"]]
        sizes.append(len(numbers))
        return {"batchItemFailures": [{"itemIdentifier": numbers[-2]}]}

    done = again(world, begin, begin, function)
    assert sizes == [3, *[2] * (TRIES - 1)]
    assert (done.handed_over, done.failed) == (3, 2)


@on_aws
def test_a_function_that_dies_is_not_taken_for_one_that_succeeds(world: World) -> None:
    begin = DAY + timedelta(days=4)
    write(world, begin)

    def function(event: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        again(world, begin, begin, function)
