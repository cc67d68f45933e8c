"""A consumer of consent events: a rule on the bus, and a queue that it fills."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3


@dataclass(frozen=True)
class Listener:
    """Hears all that Ringfence says on a bus from now on."""

    sqs: Any
    url: str

    def heard(self) -> list[dict[str, Any]]:
        """The events that have come since this was last asked: as EventBridge hands them on."""
        found: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


def listen(client: Callable[[str], Any], bus: str) -> Listener:
    """A listener on this bus.

    Args:
        client: a client of the named service.
    """
    name = f"listener-{secrets.token_hex(4)}"
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["ringfence"]})
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": queue}])
    # EventBridge user guide, "Resource-based policies": without it nothing arrives on AWS.
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return Listener(sqs, url)


def listen_here(bus: str) -> Listener:
    """A listener where this process's own clients call."""
    return listen(lambda service: boto3.client(service), bus)  # type: ignore[call-overload]
