"""A packaged function may use the senders that the policy sets up, and no other."""

import copy
from typing import Any

import pytest
import yaml

from chalicelib.domain.sending_rules import EndUserMessaging, Senders, Webhook
from infra.package import Package
from infra.sender_permissions import SENDING, grant

EUM, WEBHOOK = EndUserMessaging("pool-1"), Webhook("https://gateway.example/sms")


@pytest.fixture
def resources(packaged: Package) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(packaged.template.read_text(encoding="utf-8"))["Resources"]
    return read


def granted(resources: dict[str, Any], senders: Senders, *, looks_up: bool = False) -> dict[str, set[str]]:
    """The actions that each role has gained, by its function."""
    after = copy.deepcopy(resources)
    grant(after, senders, looks_up=looks_up)
    gained: dict[str, set[str]] = {}
    for name, resource in after.items():
        if resource["Type"] != "AWS::IAM::Role":
            assert resource == resources[name]
            continue
        before = resources[name]["Properties"]["Policies"]
        added = resource["Properties"]["Policies"][len(before) :]
        assert resource["Properties"]["Policies"][: len(before)] == before
        actions = {
            action
            for policy in added
            for statement in policy["PolicyDocument"]["Statement"]
            for action in statement["Action"]
        }
        if actions:
            gained[name.removesuffix("Role").lower()] = actions
    return gained


def test_with_sns_alone_nothing_is_added(resources: dict[str, Any]) -> None:
    assert granted(resources, Senders()) == {}


def test_end_user_messaging_is_sent_through_by_all_and_told_by_the_worker(resources: dict[str, Any]) -> None:
    assert granted(resources, Senders(EUM)) == {
        "apihandler": {"sms-voice:SendTextMessage"},
        "strongroom": {"sms-voice:SendTextMessage", "sqs:SendMessage"},
        "deliver": {"sms-voice:SendTextMessage", "sms-voice:PutMessageFeedback"},
        "inbound": {"sms-voice:SendTextMessage"},
    }


def test_a_webhook_needs_its_secret_and_nothing_else(resources: dict[str, Any]) -> None:
    assert granted(resources, Senders(webhook=WEBHOOK)) == {it.lower(): {"ssm:GetParameter"} for it in SENDING}


def test_only_the_strongroom_asks_who_carries_a_number_if_the_policy_wants_it(
    resources: dict[str, Any],
) -> None:
    assert granted(resources, Senders(), looks_up=True) == {"strongroom": {"sms-voice:CarrierLookup"}}


def test_no_resource_is_everything(resources: dict[str, Any]) -> None:
    grant(resources, Senders(EUM, WEBHOOK))
    added = [
        statement["Resource"]["Fn::Sub"]
        for resource in resources.values()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"]["Policies"]
        if policy["PolicyName"] == "Senders"
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert len(added) == 10
    assert all("${AWS::Region}:${AWS::AccountId}:" in resource for resource in added)
    assert {resource for resource in added if "${Name}" not in resource} == {
        "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:*"
    }


def test_the_worker_gets_the_queue_of_this_deployment_one_at_a_time(resources: dict[str, Any]) -> None:
    ((name, event),) = resources["Deliver"]["Properties"]["Events"].items()
    assert (name, event["Type"]) == ("DeliverSqsEventSource", "SQS")
    settings = event["Properties"]
    # A reference, so that the queue is made before what reads it.
    assert settings["Queue"] == {"Fn::Sub": "${Sends.Arn}"}
    assert settings["BatchSize"] == 1
    assert 2 <= settings["ScalingConfig"]["MaximumConcurrency"] <= 10
    queue = resources["Sends"]["Properties"]
    assert queue["VisibilityTimeout"] > resources["Deliver"]["Properties"]["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] < queue["MessageRetentionPeriod"]


def test_only_who_sends_knows_the_queue(resources: dict[str, Any]) -> None:
    functions = {name: it for name, it in resources.items() if it["Type"] == "AWS::Serverless::Function"}
    told = {
        name
        for name, it in functions.items()
        if "RINGFENCE_SEND_QUEUE" in it["Properties"].get("Environment", {}).get("Variables", {})
    }
    # Nobody waits for the answer to a reply, so none is tried twice.
    assert told == set(SENDING) - {"Inbound"}


def test_the_purge_s_workers_get_its_queue_one_shard_at_a_time(resources: dict[str, Any]) -> None:
    ((name, event),) = resources["PurgeWorker"]["Properties"]["Events"].items()
    assert (name, event["Type"]) == ("PurgeWorkerSqsEventSource", "SQS")
    settings = event["Properties"]
    assert (settings["Queue"], settings["BatchSize"]) == ({"Fn::Sub": "${Purges.Arn}"}, 1)
    assert 2 <= settings["ScalingConfig"]["MaximumConcurrency"] <= 10
    queue, dead = resources["Purges"]["Properties"], resources["DeadPurges"]["Properties"]
    assert queue["VisibilityTimeout"] > resources["PurgeWorker"]["Properties"]["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] < queue["MessageRetentionPeriod"]
    assert {queue["KmsMasterKeyId"], dead["KmsMasterKeyId"]} == {"alias/aws/sqs"}
