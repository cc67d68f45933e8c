"""The purge's queue gives back shards, each once or more; its letters lie in another queue."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError

from chalicelib.adapters import aws
from chalicelib.adapters.sqs_purge_queue import SqsPurgeQueue
from chalicelib.domain.errors import Unavailable
from chalicelib.ports import PurgeQueue
from infra.local.purge_queue import ListedPurges
from infra.local.send_queue import open_queue
from tests.contracts.wire import intercepted, losing_answers
from tests.worlds import World, on_aws, on_moto

SHARD = ("run_20261121T120000Z_1", "07")
LETTER = {"run_id": SHARD[0], "kind": "customer", "key": "customer-ada", "reason": "KeyError"}
CALLS: list[Callable[[PurgeQueue], None]] = [lambda queue: queue.put(*SHARD), lambda queue: queue.bury(**LETTER)]
each_call = pytest.mark.parametrize("call", CALLS, ids=["put", "bury"])


@dataclass(frozen=True)
class Queue:
    """A queue of a test's own.

    Attributes:
        given: the shards that workers get now.
        letters: what somebody can read.
    """

    purges: PurgeQueue
    given: Callable[[], list[tuple[str, ...]]]
    letters: Callable[[], list[dict[str, str]]]


@pytest.fixture
def queue(world: World) -> Queue:
    if world.kind == "memory":
        listed = ListedPurges()
        return Queue(listed, lambda: list(listed.waiting), lambda: [vars(it) for it in listed.letters])
    name = f"q{secrets.token_hex(4)}"
    url = open_queue(boto3.Session(), "Purges", f"{name}-purges")
    dead_url = aws.sqs().get_queue_url(QueueName=f"{name}-dead-purges")["QueueUrl"]
    return Queue(
        SqsPurgeQueue(url, dead_url),
        lambda: [tuple(body.split(" ")) for body in _bodies(url)],
        lambda: [json.loads(body) for body in _bodies(dead_url)],
    )


def _bodies(url: str) -> list[str]:
    return [it["Body"] for it in aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]


def test_a_shard_that_was_put_is_given_and_is_no_letter(queue: Queue) -> None:
    queue.purges.put(*SHARD)
    assert queue.letters() == []
    assert queue.given() == [SHARD]


def test_a_letter_can_be_read_and_is_no_shard(queue: Queue) -> None:
    queue.purges.bury(**LETTER)
    assert queue.given() == []
    assert queue.letters() == [LETTER]


@on_aws
def test_they_are_the_template_s_queues(world: World, queue: Queue) -> None:
    purges = queue.purges
    assert isinstance(purges, SqsPurgeQueue)
    assert purges.url is not None
    assert purges.dead_url is not None
    kept, dead = (
        aws.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        for url in (purges.url, purges.dead_url)
    )
    assert (kept["MessageRetentionPeriod"], kept["VisibilityTimeout"]) == ("86400", "660")
    redrive = json.loads(kept["RedrivePolicy"])
    assert (redrive["deadLetterTargetArn"], int(redrive["maxReceiveCount"])) == (dead["QueueArn"], 5)
    assert dead["MessageRetentionPeriod"] == "1209600"


@each_call
@on_aws
def test_a_lost_answer_is_asked_for_again_and_may_put_it_twice(
    world: World, queue: Queue, call: Callable[[PurgeQueue], None]
) -> None:
    with losing_answers(world, aws.sqs()):
        call(queue.purges)
    there = [*queue.given(), *queue.letters()]
    assert there
    assert all(it == there[0] for it in there)


@each_call
@on_moto
def test_a_queue_that_does_not_answer_is_unavailable(
    world: World, queue: Queue, call: Callable[[PurgeQueue], None]
) -> None:
    def dead(request: AWSPreparedRequest, _: int) -> None:
        raise ConnectionClosedError(endpoint_url=request.url)

    with intercepted(aws.sqs(), dead), pytest.raises(Unavailable, match=r"^ConnectionClosedError$"):
        call(queue.purges)


@each_call
@on_moto
def test_a_queue_that_is_not_there_is_unavailable(world: World, call: Callable[[PurgeQueue], None]) -> None:
    nowhere = "https://sqs.eu-west-1.amazonaws.com/123456789012/nowhere"
    with pytest.raises(Unavailable, match="SendMessage"):
        call(SqsPurgeQueue(nowhere, nowhere))


@each_call
def test_a_deployment_without_a_queue_cannot_queue(call: Callable[[PurgeQueue], None]) -> None:
    with pytest.raises(Unavailable):
        call(SqsPurgeQueue(None, None))
