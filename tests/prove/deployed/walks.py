"""Walks through all that each deployed function can do. They end well, or at the first thing that does not work."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from infra.local.deploy import NAME
from infra.local.environment import anchor_bucket
from infra.local.journey import Journey, new_number
from infra.local.journey_client import Broken
from infra.local.journey_steps import catalogue, consent, new_device, reveal, signup, withdraw
from infra.local.tokens import Role
from infra.local.walk import STAGES
from tests.listener import listen
from tests.prove.deployed.advertising import advertise, agree
from tests.prove.deployed.announcing import announced_without_key, heard_of
from tests.prove.deployed.bringing import bring_customers
from tests.prove.deployed.busy import busy_sns
from tests.prove.deployed.deployment import Deployment
from tests.prove.deployed.erasing import erase
from tests.prove.deployed.number_changes import swap_numbers, tell_old_number
from tests.prove.deployed.officer import accesses, count_rights, export, purge_runs, receipt, rights
from tests.prove.deployed.orphans import customers_robbed, plant_orphan
from tests.prove.deployed.page import code_for_page, own_page
from tests.prove.deployed.purging import purge_at_large, purge_shards
from tests.prove.deployed.receipts import (
    delivery,
    dispatched,
    failures_in_a_row,
    hard_to_reach,
    message_delivery,
    message_dispatched,
    receipt_for,
)
from tests.prove.deployed.replying import agree_again, hear_replies, read_opt_outs
from tests.prove.deployed.retagging import retag
from tests.prove.deployed.stopped import Stopped as Stopped
from tests.prove.deployed.unusual import busy_person
from tests.receipts import batch

# Cold, with the longest of its first pauses.
WORKER_SECONDS = 20
PUT_SECONDS = 2


def walk_api(deployment: Deployment) -> list[str]:
    """All that callers of the API do has been done, the strongroom's part with it; returns the names of the steps.

    Raises:
        Stopped: an answer was not as the contract says; `step` counts the steps from 1.
    """
    journey = deployment.journey()
    try:
        stages = (_message, purge_runs, accesses, export, rights, receipt, agree, _reverifications, advertise)
        for stage in (*STAGES, *stages):
            stage(journey)
        agree_again(deployment, journey)
        own_page(deployment, journey)
        swap_numbers(deployment, journey)
        tell_old_number(deployment, journey)
        erase(deployment, journey)
        with busy_sns(deployment, "api"):
            _must_wait(journey)
    except Broken as reason:
        raise Stopped(str(journey.steps + 1), str(reason)) from None
    return journey.names


def walk_strongroom(deployment: Deployment) -> list[str]:
    """The same, and others heard of a reveal that was one too many in an hour.

    Raises:
        Stopped: they did not, or something did not work before.
    """
    walk_api(deployment)
    listener, journey = listen(deployment.client, f"{NAME}-consent"), busy_person(deployment)
    for stage in (catalogue, signup, consent, reveal):
        stage(journey)
    expected = {"ConsentGiven", "RevealAnomaly"}
    if (heard := heard_of(listener, journey.known["customer"], expected, WORKER_SECONDS)) != expected:
        raise Stopped("the unusual reveal", f"{heard} is not all")
    return ["the unusual reveal"]


def walk_deliver(deployment: Deployment) -> list[str]:
    """A send that waits was put off while the carrier was busy, and then made.

    Raises:
        Stopped: it was not.
    """
    wallet = deployment.caller(Role.WALLET)
    started = wallet.post(
        "/v1/verifications", purpose="signup", phone_number=new_number(), locale="en", client=new_device()
    )
    verification = str(started.must(201).body["verification_id"])
    _must_become(deployment, verification, "accepted")
    _queue(deployment, verification)
    with busy_sns(deployment, "deliver"):
        _tell_worker(deployment, verification)
        # Tried in vain, it says by whom; and it waits again, unless a moment later nobody could be told.
        _must_become(deployment, verification, "queued")
        time.sleep(PUT_SECONDS)
        _must_become(deployment, verification, "queued")
    # Earlier than the worker's own message, whose pause is as long as the send has waited by now.
    _tell_worker(deployment, verification)
    _must_become(deployment, verification, "accepted")
    _must_become(deployment, code_for_page(deployment), "accepted")
    return ["the worker"]


def walk_announce(deployment: Deployment) -> list[str]:
    """Others heard what a customer agreed to and took back; an event whose key is gone was not tried again.

    Raises:
        Stopped: they did not, or it was not.
    """
    listener = listen(deployment.client, f"{NAME}-consent")
    journey = deployment.journey()
    for stage in (catalogue, signup, consent, withdraw):
        stage(journey)
    customer = journey.known["customer"]
    expected = {"ConsentGiven", "ConsentWithdrawn"}
    if (heard := heard_of(listener, customer, expected, WORKER_SECONDS)) != expected:
        raise Stopped("the announcement", f"{heard} is not all")
    if (answer := announced_without_key(deployment, customer)) != {"batchItemFailures": []}:
        raise Stopped("a key that is gone", str(answer))
    return ["a key that is gone", "the announcement"]


def walk_anchor(deployment: Deployment) -> list[str]:
    """The hour that closed last is anchored, and another run finds it so.

    Raises:
        Stopped: it is not.
    """
    # An hour is anchored once: as if none ever was.
    dynamodb, s3, bucket = deployment.client("dynamodb"), deployment.client("s3"), anchor_bucket(NAME)
    for item in dynamodb.scan(TableName=f"{NAME}-anchors")["Items"]:
        dynamodb.delete_item(TableName=f"{NAME}-anchors", Key={"pk": item["pk"], "sk": item["sk"]})
    for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=found["Key"])
    for sequence in (1, None):
        report = deployment.run("anchor")
        if not report.get("complete") or (sequence and report["sequence"] != sequence):
            raise Stopped("the anchor", str(report))
    return ["the anchor"]


def walk_sweep(deployment: Deployment) -> list[str]:
    """Keys without customers were removed, and customers without keys told of.

    Raises:
        Stopped: a row could not be judged, or was not.
    """
    plant_orphan(deployment)
    with customers_robbed(deployment):
        report = deployment.run("sweep")
    if report.get("failures") != {} or not report["keys_removed"] or not report["customers_without_key"]:
        raise Stopped("the sweep", str(report))
    return ["the sweep"]


def walk_delivery_status(deployment: Deployment) -> list[str]:
    """The receipts of a code and of a message were recorded.

    Raises:
        Stopped: one was not.
    """
    verification_id, message_id = dispatched(deployment)
    report = deployment.invoke("delivery_status", batch(receipt_for(message_id)))
    if report.get("recorded") != 1 or delivery(deployment, verification_id) != "delivered":
        raise Stopped("the receipt", str(report))
    with hard_to_reach(deployment):
        message_id, of_carrier = message_dispatched(deployment)
        report = deployment.invoke("delivery_status", batch(receipt_for(of_carrier)))
        if report.get("recorded") != 1 or message_delivery(deployment, message_id) != "delivered":
            raise Stopped("the message's receipt", str(report))
        if failures_in_a_row(deployment):
            raise Stopped("the message's receipt", "its customer's number does not know of it")
    return ["the receipt", "the message's receipt"]


def walked(step: str, act: Callable[[Deployment], None], deployment: Deployment) -> list[str]:
    """What `act` does has been done.

    Raises:
        Stopped: it was Broken.
    """
    try:
        act(deployment)
    except Broken as reason:
        raise Stopped(step, str(reason)) from None
    return [step]


WALKS: Mapping[str, Callable[[Deployment], list[str]]] = {
    "api": walk_api,
    "strongroom": walk_strongroom,
    "deliver": walk_deliver,
    "announce": walk_announce,
    "anchor": walk_anchor,
    "purge": partial(walked, "the purge", purge_at_large),
    "purge_worker": partial(walked, "the purge", purge_shards),
    "sweep": walk_sweep,
    "retag": partial(walked, "the re-tagging", retag),
    "delivery_status": walk_delivery_status,
    "inbound": partial(walked, "the reply", hear_replies),
    "rights": partial(walked, "the count of rights requests", count_rights),
    "import_file": partial(walked, "the import", bring_customers),
    "opt_outs": partial(walked, "the opt-outs", read_opt_outs),
}


def _message(journey: Journey) -> None:
    became = journey.staff.get(f"/v1/messages/{journey.known['message']}")
    journey.step("what became of the message", became.must(200, status="accepted").must_have("parts", "price_usd"))


def _reverifications(journey: Journey) -> None:
    listed = journey.wallet.get("/v1/reverifications?due_before=2100-01-01T00:00:00Z")
    journey.step("the wallet lists whose number is to be proved again", listed.must(200).must_have("reverifications"))


def _must_wait(journey: Journey) -> None:
    # Somebody else's number: each has few starts.
    started = journey.wallet.post(
        "/v1/verifications", purpose="signup", phone_number=new_number(), locale="en", client=new_device()
    )
    journey.step("what the carrier is too busy for waits", started.must(201, delivery="queued"))


def _queue(deployment: Deployment, verification: str) -> None:
    """The send waits as if nobody had tried it."""
    deployment.client("dynamodb").update_item(
        TableName=f"{NAME}-verifications",
        Key={"pk": {"S": verification}},
        UpdateExpression="SET sends[0].delivery = :queued REMOVE sends[0].sender, sends[0].message_id",
        ExpressionAttributeValues={":queued": {"S": "queued"}},
    )


def _tell_worker(deployment: Deployment, verification: str) -> None:
    sqs = deployment.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{NAME}-sends")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=verification)


def _must_become(deployment: Deployment, verification: str, delivery: str) -> None:
    dynamodb, key = deployment.client("dynamodb"), {"pk": {"S": verification}}
    seen: dict[str, object] = {}
    for _ in range(WORKER_SECONDS * 5):
        seen = dynamodb.get_item(TableName=f"{NAME}-verifications", Key=key)["Item"]["sends"]["L"][0]["M"]
        if (seen["delivery"], seen.get("sender")) == ({"S": delivery}, {"S": "sns"}):
            return
        time.sleep(0.2)
    raise Stopped("the worker", f"{seen} is not {delivery}")
