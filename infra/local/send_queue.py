"""The queues of infra/resources.yaml on the engine, and the worker that Lambda would be."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.places import ROOT
from infra.local.worker import Worker

TEMPLATE = ROOT / "infra" / "resources.yaml"
# The engine is asked again after so long, and a stop is waited for no longer.
WAIT_SECONDS = 1
# What CloudFormation takes and SQS's API spells otherwise, or takes for itself.
ELSEWHERE = {"QueueName", "RedrivePolicy"}


class _Loader(yaml.SafeLoader):
    """Reads what stands there; intrinsics are left as their texts."""


_Loader.add_multi_constructor("!", lambda _loader, _tag, node: node.value)


def queue_properties(logical_id: str, template: Path = TEMPLATE) -> Mapping[str, Any]:
    """What the template says of a queue."""
    # The loader extends SafeLoader: it builds plain values only.
    document = yaml.load(template.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    properties: Mapping[str, Any] = document["Resources"][logical_id]["Properties"]
    return properties


def open_queue(session: boto3.Session, logical_id: str, name: str) -> str:
    """The queue and its dead-letter queue exist as the template says; returns the queue's URL.

    Args:
        logical_id: the queue's in the template; the other one's is `Dead` and the last word of the queue's name.
        name: of both in the account, the other one's with `dead-` before the last word.
    """
    sqs = session.client("sqs")
    deployment, _, what = name.rpartition("-")
    wanted, dead = queue_properties(logical_id), queue_properties(f"Dead{what.capitalize()}")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    dead_url = sqs.create_queue(QueueName=f"{deployment}-dead-{what}")["QueueUrl"]
    received = wanted["RedrivePolicy"]["maxReceiveCount"]
    redrive = f'{{"deadLetterTargetArn":"{arn_of(session, dead_url)}","maxReceiveCount":"{received}"}}'
    sqs.set_queue_attributes(QueueUrl=dead_url, Attributes=_attributes(dead))
    sqs.set_queue_attributes(QueueUrl=url, Attributes=_attributes(wanted) | {"RedrivePolicy": redrive})
    return url


def open_send_queue(session: boto3.Session, name: str = "ringfence") -> str:
    """The queue of sends that wait exists as the template says; returns its URL."""
    return open_queue(session, "Sends", f"{name}-sends")


def arn_of(session: boto3.Session, url: str) -> str:
    """The queue's ARN."""
    answer = session.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def _attributes(properties: Mapping[str, Any]) -> dict[Any, str]:
    return {name: str(value).lower() for name, value in properties.items() if name not in ELSEWHERE}


class QueueWorker(Worker):
    """Hands each message of the queue to the function, and takes away what it did not fail at."""

    def __init__(self, session: boto3.Session, url: str, function: Callable[[dict[str, Any], Any], Any]) -> None:
        super().__init__()
        self._sqs = session.client("sqs")
        self._url = url
        self._function = function

    def turn(self) -> None:
        """The messages that came have been handed over."""
        try:
            answer = self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=WAIT_SECONDS)
        except (BotoCoreError, ClientError):
            # The engine is stopping, or the launcher is about to say that it died.
            return
        for message in answer.get("Messages", []):
            self._work_off(message)

    def _work_off(self, message: Mapping[str, Any]) -> None:
        try:
            self._function({"Records": [{"body": message["Body"], "receiptHandle": message["ReceiptHandle"]}]}, None)
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        except Exception as failure:
            # The function's own log has said why; the queue gives the message again.
            logging.getLogger("ringfence.local").warning("a queued message failed: %s", type(failure).__name__)
