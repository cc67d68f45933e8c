"""Walks through all that each deployed function can do. They end well, or at the first thing that does not work."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from chalicelib.domain.customer import Customer, SealedNumber, WrappedKey
from chalicelib.services.sweep_keys import SHARES
from infra.local.deploy import NAME
from infra.local.journey import Journey, new_number
from infra.local.journey_client import Broken
from infra.local.walk import STAGES
from tests.fakes import NOON
from tests.prove.deployed.deployment import Deployment

# So many that, of 24 shares, the share of any hour has some: none with a probability of 10 to the -11.
PLANTED = 600


class Stopped(Exception):
    """The walk went no further than this step."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step


def walk_api(deployment: Deployment) -> list[str]:
    """All that callers of the API do has been done, the strongroom's part with it; returns the names of the steps.

    Raises:
        Stopped: an answer was not as the contract says; `step` counts the steps from 1.
    """
    journey = deployment.journey()
    try:
        for stage in (*STAGES, _officer):
            stage(journey)
    except Broken as reason:
        raise Stopped(str(journey.steps + 1), str(reason)) from None
    return journey.names


def walk_purge(deployment: Deployment) -> list[str]:
    """A closed customer, an unverified number and an old ledger key were erased.

    Raises:
        Stopped: something was not.
    """
    journey = deployment.journey()
    started = journey.wallet.post("/v1/verifications", purpose="signup", phone_number=new_number(), locale="en")
    for stage in STAGES:
        stage(journey)
    deployment.make_due("verifications", started.must(201).body["verification_id"])
    deployment.make_due("customers", f"customer#{journey.known['customer']}")
    _must_erase(deployment, {"unverified_number": 1, "last_basis_lapsed": 1})
    deployment.make_due("customers", f"customer#{journey.known['customer']}")
    _must_erase(deployment, {"ledger_retention_ended": 1})
    return ["the purge"]


def walk_sweep(deployment: Deployment) -> list[str]:
    """Keys without customers were removed, and customers without keys told of.

    Raises:
        Stopped: a row could not be judged, or was not.
    """
    _plant_orphan(deployment)
    deployment.plant("customers", [_robbed() for _ in range(PLANTED)])
    report = deployment.run("sweep")
    if report.get("failures") != {} or not report["keys_removed"] or not report["customers_without_key"]:
        raise Stopped("the sweep", str(report))
    return ["the sweep"]


WALKS: Mapping[str, Callable[[Deployment], list[str]]] = {
    "api": walk_api,
    "strongroom": walk_api,
    "purge": walk_purge,
    "sweep": walk_sweep,
}


def _officer(journey: Journey) -> None:
    runs = journey.officer.get("/v1/purge-runs").must(200).must_have("purge_runs")
    journey.step("the officer sees the purge runs", runs)
    newest = runs.body["purge_runs"][0]["run_id"]
    journey.step("the officer reads one of them", journey.officer.get(f"/v1/purge-runs/{newest}").must(200))


def _must_erase(deployment: Deployment, counts: Mapping[str, int]) -> None:
    report = deployment.run("purge")
    if report.get("failures") != {} or report["erased"] != counts:
        raise Stopped("the purge", str(report))


def _plant_orphan(deployment: Deployment) -> None:
    """One key of nobody is in the share of the present hour: the sweep holds many back."""
    dynamodb, table = deployment.client("dynamodb"), f"{NAME}-keys"
    orphans = [WrappedKey(_new_id(), "ledger", b"wrapped", version="1") for _ in range(PLANTED)]
    deployment.plant("keys", orphans)
    # Which share a key is in only DynamoDB knows.
    hour = datetime.now(UTC).hour
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, Segment=hour, TotalSegments=SHARES)
    share = {item["pk"]["S"] for page in pages for item in page["Items"]}
    kept = next(key for key in orphans if key.customer_id in share)
    for key in orphans:
        if key is not kept:
            dynamodb.delete_item(TableName=table, Key={"pk": {"S": key.customer_id}, "sk": {"S": key.key_id}})


def _robbed() -> Customer:
    sealed = SealedNumber("number_1", b"nonce", b"ciphertext")
    return Customer(_new_id(), NOON, NOON, "en", "1.tag", "+86*********01", "CN", sealed, version="1")


def _new_id() -> str:
    return f"cus_{secrets.token_hex(16)}"
