"""The queue gives back verification ids, each once or more and not before its delay is over."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError

from chalicelib.adapters import aws
from chalicelib.adapters.sqs_send_queue import SqsSendQueue
from chalicelib.adapters.ssm_secret import SsmSecret
from chalicelib.domain.errors import Unavailable
from chalicelib.ports import SendQueue
from infra.local.send_queue import open_send_queue
from tests.contracts.wire import intercepted, losing_answers, passing
from tests.fakes import MemoryQueue
from tests.worlds import World, on_aws, on_moto


@dataclass(frozen=True)
class Queue:
    """A queue of a test's own.

    Attributes:
        given: the bodies that a worker gets now.
    """

    send: SendQueue
    given: Callable[[], list[str]]


@pytest.fixture
def queue(world: World) -> Queue:
    if world.kind == "memory":
        memory = MemoryQueue()
        return Queue(memory, lambda: [each for each, delay in memory.waiting if not delay])
    url = open_send_queue(boto3.Session(), f"q{secrets.token_hex(4)}")

    def given() -> list[str]:
        messages = aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in messages]

    return Queue(SqsSendQueue(url), given)


def test_what_was_put_is_given(queue: Queue) -> None:
    queue.send.put("vrf_1")
    assert queue.given() == ["vrf_1"]


def test_what_is_delayed_is_not_given_yet(queue: Queue) -> None:
    queue.send.put("vrf_1", 600)
    queue.send.put("vrf_2", 900)
    assert queue.given() == []


@on_aws
def test_a_message_is_the_id_and_nothing_else(world: World, queue: Queue) -> None:
    seen: list[Any] = []

    def watching(request: AWSPreparedRequest, _: int) -> None:
        seen.append(request.body)

    with intercepted(aws.sqs(), watching):
        queue.send.put("vrf_1", 5)
    (body,) = seen
    assert b'"MessageBody": "vrf_1"' in body
    assert b"MessageAttributes" not in body


@on_aws
def test_it_is_the_template_s_queue(world: World) -> None:
    name = f"q{secrets.token_hex(4)}"
    url = open_send_queue(boto3.Session(), name)
    # It may be there already.
    assert open_send_queue(boto3.Session(), name) == url
    kept = aws.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (kept["MessageRetentionPeriod"], kept["VisibilityTimeout"]) == ("1800", "60")
    assert kept["SqsManagedSseEnabled"] == "true"
    assert f"{name}-dead-sends" in kept["RedrivePolicy"]


@on_aws
def test_a_lost_answer_is_asked_for_again_and_may_put_it_twice(world: World, queue: Queue) -> None:
    with losing_answers(world, aws.sqs()):
        queue.send.put("vrf_1")
    assert set(queue.given()) == {"vrf_1"}


@on_moto
def test_a_queue_that_does_not_answer_is_unavailable(world: World, queue: Queue) -> None:
    def dead(request: AWSPreparedRequest, _: int) -> None:
        raise ConnectionClosedError(endpoint_url=request.url)

    with intercepted(aws.sqs(), dead), pytest.raises(Unavailable, match=r"^ConnectionClosedError$"):
        queue.send.put("vrf_1")


@on_moto
def test_a_queue_that_is_not_there_is_unavailable(world: World) -> None:
    with pytest.raises(Unavailable, match="SendMessage"):
        SqsSendQueue("https://sqs.eu-west-1.amazonaws.com/123456789012/nowhere").put("vrf_1")


def test_a_deployment_without_a_queue_cannot_queue() -> None:
    with pytest.raises(Unavailable):
        SqsSendQueue(None).put("vrf_1")


def test_the_memory_can_be_down_too() -> None:
    with pytest.raises(Unavailable):
        MemoryQueue(is_down=True).put("vrf_1")


@on_aws
def test_a_secret_is_read_once_and_shown_nowhere(world: World) -> None:
    name = f"/{secrets.token_hex(4)}/webhook-secret"
    aws.ssm().put_parameter(Name=name, Value="whsec_x", Type="SecureString")
    with intercepted(aws.ssm(), passing) as wire:
        secret = SsmSecret(name)
        assert wire.attempts == 0
        assert [secret(), secret()] == ["whsec_x", "whsec_x"]
        assert wire.attempts == 1
    assert "whsec" not in repr(secret)


@on_moto
def test_a_secret_that_is_not_there_is_looked_for_again(world: World) -> None:
    secret = SsmSecret(f"/{secrets.token_hex(4)}/webhook-secret")
    with pytest.raises(Unavailable, match="ParameterNotFound"):
        secret()
    aws.ssm().put_parameter(Name=secret.name, Value="whsec_x", Type="SecureString")
    assert secret() == "whsec_x"
