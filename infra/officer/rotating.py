"""What rotates keys of a deployment, share by share, for the officer's commands."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config

# The longest that Lambda lets a function run.
LONGEST_RUN_SECONDS = 900


def retagged(function: str) -> Iterator[dict[str, Any]]:
    """The report of each share that the function `retag` has done."""
    from chalicelib.services.retag_numbers import SHARES

    # One attempt: a share that is begun twice does no harm, and costs as much again.
    config = Config(read_timeout=LONGEST_RUN_SECONDS, retries={"total_max_attempts": 1})
    client = boto3.client("lambda", config=config)
    for share in range(SHARES):
        answer = client.invoke(FunctionName=function, Payload=json.dumps({"share": share}))
        yield json.loads(answer["Payload"].read())


def rewrapped(name: str, number_keys: str, ledger_keys: str) -> Iterator[dict[str, Any]]:
    """The report of each share of the key table, done with the caller's own credentials."""
    from dataclasses import asdict

    from chalicelib.adapters.clock import SystemClock
    from chalicelib.adapters.dynamodb_store import DynamoDBStore
    from chalicelib.adapters.key_ring import KeyRing
    from chalicelib.adapters.kms_data_keys import KmsDataKeys
    from chalicelib.adapters.kms_key_wrapper import KmsKeyWrapper
    from chalicelib.adapters.kms_numbers import FIELD
    from chalicelib.services.rewrap_keys import SHARES, RewrapKeys

    wrapper = KmsKeyWrapper(
        KmsDataKeys(KeyRing.read(number_keys), FIELD), KmsDataKeys(KeyRing.read(ledger_keys), "ledger")
    )
    rewrap = RewrapKeys(DynamoDBStore(name, SystemClock()), wrapper)
    for share in range(SHARES):
        yield asdict(rewrap(share, lambda: True))
