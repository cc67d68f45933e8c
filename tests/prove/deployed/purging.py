"""Runs of the purge, planned and worked by the deployed functions."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.adapters.dynamodb_values import codec
from chalicelib.domain.due import bucket
from chalicelib.domain.purge_run import PurgeRun
from infra.local.deploy import NAME
from tests.prove.deployed.deployment import Deployment
from tests.prove.deployed.stopped import Stopped

# 64 shards, eight at once, the first of each worker cold.
RUN_SECONDS = 60
# Less than the worker keeps back for its report.
NO_TIME_SECONDS = 15
PUT_BACK_SECONDS = 10
UNREADABLE = "vrf_unreadable"


def must_purge(
    deployment: Deployment,
    erased: Mapping[str, int] | None = None,
    ended: Mapping[str, int] | None = None,
    failures: Mapping[str, int] | None = None,
) -> None:
    """A run was planned, worked by its workers, signed, and did exactly this.

    Raises:
        Stopped: it did not.
    """
    run = worked(deployment, deployment.run("purge"))
    if (run.erased, run.ended, run.failures) != (erased or {}, ended or {}, failures or {}) or not run.signed:
        raise Stopped("the purge", str(run))


def put_back(deployment: Deployment) -> None:
    """Workers without time put their shards back, and what was put back is worked in the end.

    Raises:
        Stopped: a shard was lost, or was worked without time.
    """
    functions, name = deployment.client("lambda"), deployment.functions["purge_worker"]
    seconds = functions.get_function_configuration(FunctionName=name)["Timeout"]
    _set_timeout(functions, name, NO_TIME_SECONDS)
    try:
        planned = deployment.run("purge")
        time.sleep(PUT_BACK_SECONDS)
    finally:
        _set_timeout(functions, name, seconds)
    worked(deployment, planned)


def bury(deployment: Deployment) -> None:
    """Somebody was told of a record that can't be read.

    Raises:
        Stopped: nobody was.
    """
    dynamodb, sqs = deployment.client("dynamodb"), deployment.client("sqs")
    row = {"pk": UNREADABLE, "due_bucket": bucket(UNREADABLE), "due_reason": "unverified_number"}
    item = {**{name: {"S": value} for name, value in row.items()}, "due_at": {"N": "1"}}
    dynamodb.put_item(TableName=f"{NAME}-verifications", Item=item)
    try:
        must_purge(deployment, failures={"TypeError": 1})
        url = sqs.get_queue_url(QueueName=f"{NAME}-dead-purges")["QueueUrl"]
        letters = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages", [])
        for letter in letters:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        if UNREADABLE not in [_key(letter["Body"]) for letter in letters]:
            raise Stopped("the purge", "nobody was told of a record that can't be read")
    finally:
        dynamodb.delete_item(TableName=f"{NAME}-verifications", Key={"pk": {"S": UNREADABLE}})


def worked(deployment: Deployment, planned: Mapping[str, Any]) -> PurgeRun:
    """The run, once all its shards have reported.

    Raises:
        Stopped: they have not.
    """
    if "run_id" not in planned:
        raise Stopped("the purge", str(planned))
    dynamodb, key = deployment.client("dynamodb"), {"pk": {"S": "run"}, "sk": {"S": planned["run_id"]}}
    for _ in range(RUN_SECONDS * 2):
        item = dynamodb.get_item(TableName=f"{NAME}-purge-runs", Key=key, ConsistentRead=True)["Item"]
        run: PurgeRun = codec(PurgeRun).read({"M": item})
        if run.complete:
            return run
        time.sleep(0.5)
    raise Stopped("the purge", f"{len(run.shards_left)} shards have not reported")


def _set_timeout(functions: Any, name: str, seconds: int) -> None:
    functions.update_function_configuration(FunctionName=name, Timeout=seconds)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def _key(letter: str) -> str | None:
    # A shard that killed its workers is no JSON.
    with suppress(ValueError):
        return str(json.loads(letter)["key"])
    return None
