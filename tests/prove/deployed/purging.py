"""The purge as it is deployed: a run from its plan to its last shard, and shards that a worker is given one by one."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.adapters.dynamodb_places import from_item
from chalicelib.domain.due import bucket
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.schedule import CONSENT_EXPIRED, NUMBER_CHANGE_ENDED
from infra.local.deploy import NAME
from infra.local.journey import new_number
from infra.local.journey_client import Broken
from infra.local.journey_steps import new_device
from infra.local.walk import STAGES
from tests.listener import listen
from tests.prove.deployed.announcing import heard_of
from tests.prove.deployed.deployment import PAST, Deployment
from tests.prove.deployed.erasing import end_consent, let_go
from tests.prove.deployed.forgetting import letters
from tests.prove.deployed.number_changes import HEARD_WITHIN_SECONDS, NEWS, wait_for_change

# 64 shards, eight at once, the first of each worker cold.
RUN_SECONDS = 60
# Less than the worker keeps back for its report.
NO_TIME_SECONDS = 15
UNREADABLE = "vrf_unreadable"


def purge_at_large(deployment: Deployment) -> None:
    """A run was planned, and workers whom the queue woke worked its shards and signed it.

    Raises:
        Broken: it was not, or they did not.
    """
    planned = deployment.run("purge")
    if "run_id" not in planned:
        raise Broken(str(planned))
    _must_complete(deployment, planned["run_id"])


def purge_shards(deployment: Deployment) -> None:
    """All that can be due was done, each in a run of one shard; then a shard was put back, and worked after all.

    A verification, a closed customer, an old ledger key, a consent, a change of number, and what can't be read.

    Raises:
        Broken: something was not.
    """
    journey = deployment.journey()
    started = journey.wallet.post(
        "/v1/verifications", purpose="signup", phone_number=new_number(), locale="en", client=new_device()
    )
    for stage in STAGES:
        stage(journey)
    verification, customer = started.must(201).body["verification_id"], f"customer#{journey.known['customer']}"
    deployment.make_due("verifications", verification)
    _must_purge(deployment, "verifications", verification, erased={"unverified_number": 1})
    let_go(deployment, journey.known["customer"])
    _must_purge(deployment, "customers", customer, erased={"account_closed": 1})
    deployment.make_due("customers", customer, purged_at=PAST)
    _must_purge(deployment, "customers", customer, erased={"ledger_retention_ended": 1})
    _must_purge(deployment, "customers", f"customer#{end_consent(deployment)}", ended={CONSENT_EXPIRED: 1})
    _end_number_change(deployment)
    _bury(deployment)
    _put_back(deployment)


def _must_purge(deployment: Deployment, table: str, pk: str, **expected: Mapping[str, int]) -> None:
    item = deployment.client("dynamodb").get_item(TableName=f"{NAME}-{table}", Key={"pk": {"S": pk}})["Item"]
    report = _work(deployment, _planned(deployment, item["due_bucket"]["S"]))
    counts = {"erased": {}, "ended": {}, "failures": {}, "run_complete": True, **expected}
    if not report.items() >= counts.items():
        raise Broken(f"{report} is not {counts}")


def _end_number_change(deployment: Deployment) -> None:
    customer = wait_for_change(deployment)
    # From here on: that the change began, the API has told.
    listener = listen(deployment.client, f"{NAME}-consent")
    _must_purge(deployment, "customers", f"customer#{customer}", ended={NUMBER_CHANGE_ENDED: 1})
    if heard_of(listener, customer, {NEWS}, HEARD_WITHIN_SECONDS) != {NEWS}:
        raise Broken("nobody heard of the change of number")


def _bury(deployment: Deployment) -> None:
    dynamodb = deployment.client("dynamodb")
    row = {"pk": UNREADABLE, "due_bucket": bucket(UNREADABLE), "due_reason": "unverified_number"}
    item = {**{name: {"S": value} for name, value in row.items()}, "due_at": PAST}
    dynamodb.put_item(TableName=f"{NAME}-verifications", Item=item)
    try:
        _must_purge(deployment, "verifications", UNREADABLE, failures={"TypeError": 1})
    finally:
        dynamodb.delete_item(TableName=f"{NAME}-verifications", Key={"pk": {"S": UNREADABLE}})
    if UNREADABLE not in [_key(letter) for letter in letters(deployment)]:
        raise Broken("nobody was told of a record that can't be read")


def _put_back(deployment: Deployment) -> None:
    functions, name = deployment.client("lambda"), deployment.functions["purge_worker"]
    seconds = functions.get_function_configuration(FunctionName=name)["Timeout"]
    run = _planned(deployment, bucket(""))
    _set_timeout(functions, name, NO_TIME_SECONDS)
    try:
        report = _work(deployment, run)
    finally:
        _set_timeout(functions, name, seconds)
    if report.get("outcome") != "put_back":
        raise Broken(str(report))
    _work(deployment, run)
    _must_complete(deployment, run.id)


def _planned(deployment: Deployment, shard: str) -> PurgeRun:
    """A run that waits for this shard only, which no queue knows of."""
    run = PurgeRun(id=new_id("run"), started_at=datetime.now(UTC), shards_left=(shard,))
    deployment.plant("purge-runs", [replace(run, version="1")])
    return run


def _work(deployment: Deployment, run: PurgeRun) -> dict[str, Any]:
    (shard,) = run.shards_left
    return deployment.invoke("purge_worker", {"Records": [{"body": f"{run.id} {shard}", "receiptHandle": "walk"}]})


def _must_complete(deployment: Deployment, run_id: str) -> None:
    dynamodb, key = deployment.client("dynamodb"), {"pk": {"S": "run"}, "sk": {"S": run_id}}
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        item = dynamodb.get_item(TableName=f"{NAME}-purge-runs", Key=key, ConsistentRead=True)["Item"]
        run = from_item(PurgeRun, item)
        if run.signed:
            return
        if time.monotonic() > deadline:
            raise Broken(f"{len(run.shards_left)} shards have not reported")
        time.sleep(0.2)


def _set_timeout(functions: Any, name: str, seconds: int) -> None:
    functions.update_function_configuration(FunctionName=name, Timeout=seconds)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def _key(letter: str) -> str | None:
    # A shard that killed its workers is no JSON.
    with suppress(ValueError):
        return str(json.loads(letter)["key"])
    return None
