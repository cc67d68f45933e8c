"""The report of one run of the purge: what all its shards did, signed and bound to the run before."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.ledger import GENESIS, LedgerEvent, commit_to, link

# The `typ` of a report's signature: nothing else that is signed passes for one.
HEADER_TYPE = "ringfence-purge-run+jws"
# The chain of runs stands in the ledger under this name, so that the anchors cover it. No customer's id has a dot.
CHAIN = "purge.runs"


@dataclass(frozen=True)
class Tally:
    """What was done of what was due.

    Attributes:
        erased: counts by reason.
        ended: of open contracts, by reason: consents, changes of number, the contract itself.
        failures: counts by kind of error; what failed stays due and is tried again by the next run.
        oldest_lateness_seconds: how long the latest item had been due when the run began, whether it was done or not.
        capacity_half_units: what DynamoDB says that it took, in halves of its units.
    """

    erased: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    oldest_lateness_seconds: int = 0
    capacity_half_units: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            erased=_sum(self.erased, other.erased),
            ended=_sum(self.ended, other.ended),
            failures=_sum(self.failures, other.failures),
            oldest_lateness_seconds=max(self.oldest_lateness_seconds, other.oldest_lateness_seconds),
            capacity_half_units=self.capacity_half_units + other.capacity_half_units,
        )


@dataclass(frozen=True, kw_only=True)
class PurgeRun(Tally):
    """One run, from the plan to its last shard, and the tally of the shards that have reported.

    Attributes:
        shards_left: buckets of the indexes that have not reported yet; none once the run is complete.
        finished_at: when the last one did; None until then, like all that follows.
        sequence: place in the chain of complete runs, from 1.
        previous: hash of the chain's link before; GENESIS for the first.
        signed: the statement as a compact JWS.
        lapses_at: when the report itself goes; its link stays in the chain.
    """

    id: str
    started_at: datetime
    shards_left: tuple[str, ...]
    lapses_at: datetime | None = None
    finished_at: datetime | None = None
    sequence: int | None = None
    previous: str | None = None
    signed: str | None = None
    version: str = ""

    @property
    def complete(self) -> bool:
        """True once every shard has reported."""
        return not self.shards_left

    def joined(self, bucket: str, tally: Tally) -> "PurgeRun":
        """The run with the report of one more shard."""
        left = tuple(each for each in self.shards_left if each != bucket)
        return replace(self, shards_left=left, **vars(self + tally))

    def finished(self, at: datetime, last: LedgerEvent | None) -> "PurgeRun":
        """The run in its place after the chain's last link, not yet signed."""
        sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
        return replace(self, finished_at=at, sequence=sequence, previous=previous)

    def statement(self) -> bytes:
        """What is signed of a complete run: JSON with sorted members and no spaces."""
        assert self.finished_at is not None
        members = {
            "run_id": self.id,
            "sequence": self.sequence,
            "previous": self.previous,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "erased": dict(self.erased),
            "ended": dict(self.ended),
            "failures": dict(self.failures),
            "oldest_lateness_seconds": self.oldest_lateness_seconds,
            "capacity_half_units": self.capacity_half_units,
        }
        return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()


def link_of(statement: bytes) -> LedgerEvent:
    """The link of the chain that a statement makes. It commits to the statement, and says nothing of its own.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is no statement.
    """
    said = json.loads(statement)
    before, at = (said["sequence"] - 1, said["previous"]), datetime.fromisoformat(said["finished_at"])
    # There is nothing to hide, and so no salt.
    return link(CHAIN, before, said["run_id"], at, commit_to(b"", statement), b"")


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))
