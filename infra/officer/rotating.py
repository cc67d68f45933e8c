"""What rotates keys of a deployment, share by share, for the officer's commands."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

# The longest that Lambda lets a function run.
LONGEST_RUN_SECONDS = 900
# Until when rows of each kind keep a former key alive.
UNTIL = {
    "customers": "until the purge has erased them",
    "holders": "until their customers are re-tagged",
    "verifications": "until {until}",
    "suppressions": "for good, unless a customer gets the number",
}


@dataclass(frozen=True)
class Retagging:
    """What a run over all shares came to.

    Attributes:
        moved: customers of whose rows some moved.
        unfinished: shares that failed in part, or were not done to their end.
        former: rows under a former key, by kind and by the key's version.
        until: when the last of the verifications among them ends; None if there are none.
    """

    moved: int
    unfinished: int
    former: Mapping[tuple[str, str], int]
    until: str | None

    @classmethod
    def of(cls, reports: Sequence[Mapping[str, Any]]) -> "Retagging":
        """The sum of the shares' reports, some of which may be what the function died of."""
        done = [report for report in reports if "former" in report]
        former: Counter[tuple[str, str]] = Counter()
        for report in done:
            for kind, versions in report["former"].items():
                former.update({(kind, version): count for version, count in versions.items()})
        return cls(
            moved=sum(report["retagged"] for report in done),
            unfinished=len(reports) - sum(report["complete"] and not report["failures"] for report in done),
            former=former,
            until=max(filter(None, (report["until"] for report in done)), default=None),
        )

    @property
    def may_retire(self) -> bool:
        """True if no row needs a former key; what moved in this run may have been counted before it moved."""
        return not (self.moved or self.unfinished or self.former)

    @property
    def lines(self) -> list[str]:
        """What it came to, in words."""
        held = [
            f"{count} {kind} under {version}: {UNTIL[kind].format(until=self.until)}"
            for (kind, version), count in sorted(self.former.items())
        ]
        says = "nothing needs a former key" if self.may_retire else "keep every key"
        return [f"{self.moved} customers re-tagged, {self.unfinished} shares unfinished", *held, says]


def retagged(function: str) -> Iterator[dict[str, Any]]:
    """The report of each share that the function `retag` has done."""
    from chalicelib.services.judging import SHARES

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
    from chalicelib.services.judging import SHARES
    from chalicelib.services.rewrap_keys import RewrapKeys

    wrapper = KmsKeyWrapper(
        KmsDataKeys(KeyRing.read(number_keys), FIELD), KmsDataKeys(KeyRing.read(ledger_keys), "ledger")
    )
    rewrap = RewrapKeys(DynamoDBStore(name, SystemClock()), wrapper)
    for share in range(SHARES):
        yield asdict(rewrap(share, lambda: True))
