"""What SNS writes into its logs of deliveries reaches the function, and by it the verification."""

import json
import time

import pytest

from infra.local.environment import REGION
from tests.prove.deployed.deployment import Deployment
from tests.prove.deployed.receipts import delivery, dispatched, receipt_for

ACCOUNT = "000000000000"
DELIVERED = f"sns/{REGION}/{ACCOUNT}/DirectPublishToPhoneNumber"
FAILED = f"{DELIVERED}/Failure"
WITHIN_SECONDS = 30


def written(deployment: Deployment, group: str, *lines: str) -> None:
    """SNS's log has these lines more."""
    logs, stream = deployment.client("logs"), str(time.time_ns())
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    at = int(time.time() * 1000)
    events = [{"timestamp": at, "message": line} for line in lines]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def comes_to(deployment: Deployment, verification_id: str, wanted: str) -> bool:
    deadline = time.monotonic() + WITHIN_SECONDS
    while delivery(deployment, verification_id) != wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def test_a_success_in_sns_s_log_makes_the_send_delivered(deployment: Deployment) -> None:
    (one, first), (two, second) = dispatched(deployment), dispatched(deployment)
    written(deployment, DELIVERED, json.dumps(receipt_for(first)), "{", json.dumps(receipt_for(second)))
    assert comes_to(deployment, one, "delivered")
    assert comes_to(deployment, two, "delivered")


def test_a_failure_in_sns_s_other_log_makes_the_send_failed(deployment: Deployment) -> None:
    verification_id, message_id = dispatched(deployment)
    written(deployment, FAILED, json.dumps({**receipt_for(message_id), "status": "FAILURE"}))
    assert comes_to(deployment, verification_id, "failed")


@pytest.mark.parametrize("group", [DELIVERED, FAILED])
def test_the_logs_live_a_day_and_have_one_reader(deployment: Deployment, group: str) -> None:
    logs = deployment.client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    (found,) = [each for each in groups if each["logGroupName"] == group]
    assert found["retentionInDays"] == 1
    (reader,) = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    assert reader["destinationArn"].endswith(deployment.functions["delivery_status"])
