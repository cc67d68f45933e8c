"""Locally, what is new in the ledger is told by the process of the API, and nothing is forgotten when it stops."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local.environment import ENGINE_KEY_ID, ENGINE_SECRET, EVENT_BUS, REGION
from tests.listener import Listener, listen
from tests.local.stacks import Stack, running
from tests.local.test_send_queue import SOON_SECONDS, within


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


def client(stack: Stack, service: Any) -> Any:
    session = boto3.Session(ENGINE_KEY_ID, ENGINE_SECRET, region_name=REGION)
    return session.client(service, endpoint_url=stack.ports.engine_url)


@pytest.fixture
def listener(stack: Stack) -> Listener:
    return listen(lambda service: client(stack, service), EVENT_BUS)


def test_what_is_agreed_and_withdrawn_on_the_journey_is_told(stack: Stack, listener: Listener) -> None:
    walked = stack.command("journey")
    assert walked.returncode == 0, walked.stdout + walked.stderr
    heard: list[dict[str, Any]] = []

    def both() -> bool:
        heard.extend(listener.heard())
        return {event["detail-type"] for event in heard} >= {"ConsentGiven", "ConsentWithdrawn"}

    assert within(SOON_SECONDS, both)
    given, withdrawn = (
        next(event["detail"] for event in heard if event["detail-type"] == name)
        for name in ("ConsentGiven", "ConsentWithdrawn")
    )
    assert given["customer_id"] == withdrawn["customer_id"]
    assert withdrawn["previous_event_id"] == given["event_id"]
    assert given["purpose"] == withdrawn["purpose"] == "order_notice"
