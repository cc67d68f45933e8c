"""Locally, what waits in the queue is worked off by the process of the API."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.environment import ENGINE_KEY_ID, ENGINE_SECRET, REGION
from infra.local.journey import new_number
from infra.local.journey_client import Caller
from infra.local.send_queue import QueueWorker, open_send_queue, queue_properties
from tests.local.stacks import Stack, running

SOON_SECONDS = 20


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """True as soon as it holds; False if it never does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


def test_a_send_that_waits_is_made(stack: Stack) -> None:
    session = boto3.Session(ENGINE_KEY_ID, ENGINE_SECRET, region_name=REGION)
    wallet = Caller(stack.ports.api_url, stack.command("token", "--role", "wallet").stdout.strip())
    number = new_number()
    started = wallet.post("/v1/verifications", purpose="signup", phone_number=number, locale="en").must(201)
    verification = started.body["verification_id"]
    dynamodb: Any = session.client("dynamodb", endpoint_url=stack.ports.engine_url)
    dynamodb.update_item(
        TableName="ringfence-verifications",
        Key={"pk": {"S": verification}},
        UpdateExpression="SET sends[0].delivery = :queued",
        ExpressionAttributeValues={":queued": {"S": "queued"}},
    )
    assert wallet.get(f"/v1/verifications/{verification}").must(200).body["delivery"] == "queued"
    sqs: Any = session.client("sqs", endpoint_url=stack.ports.engine_url)
    url = sqs.get_queue_url(QueueName="ringfence-sends")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=verification)

    def received() -> list[str]:
        with urllib.request.urlopen(f"{stack.ports.desk_url}/inbox.json", timeout=10) as answer:
            said = json.load(answer)
        messages = said if isinstance(said, list) else said["messages"]
        return [message["body"] for message in messages if message["to"] == number]

    assert within(SOON_SECONDS, lambda: len(received()) == 2)
    assert len(set(received())) == 1
    path = f"/v1/verifications/{verification}"
    assert within(SOON_SECONDS, lambda: bool(wallet.get(path).body["delivery"] == "accepted"))

    def is_empty() -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return set(left.values()) == {"0"}

    assert within(SOON_SECONDS, is_empty)


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        yield boto3.Session("test", "test", region_name=REGION)


def test_the_queue_is_what_the_template_says() -> None:
    assert queue_properties("Sends")["VisibilityTimeout"] == 60
    assert queue_properties("DeadSends")["MessageRetentionPeriod"] == 345600


def test_what_the_worker_fails_at_stays_and_the_next_is_worked_off(session: boto3.Session) -> None:
    url = open_send_queue(session)
    sqs: Any = session.client("sqs")
    worked: list[str] = []
    done = threading.Event()

    def function(event: dict[str, Any], _: Any) -> None:
        (body,) = [record["body"] for record in event["Records"]]
        worked.append(body)
        if len(worked) == 2:
            done.set()
        if body == "fails":
            raise ValueError(body)

    for body in ("fails", "works"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    worker = QueueWorker(session, url, function)
    worker.start()
    assert done.wait(SOON_SECONDS)
    worker.stop()
    assert sorted(worked) == ["fails", "works"]
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert sorted(left.values()) == ["0", "1"]


def test_a_stopped_worker_takes_nothing(session: boto3.Session) -> None:
    url = open_send_queue(session)
    worked: list[Any] = []
    worker = QueueWorker(session, url, lambda event, _: worked.append(event))
    worker.start()
    worker.stop()
    session.client("sqs").send_message(QueueUrl=url, MessageBody="late")
    assert not within(0.5, lambda: bool(worked))
