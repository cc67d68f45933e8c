"""A run of the purge and a shard under way, and the items that they are in DynamoDB."""

from typing import Any

from chalicelib.domain.purge_run import PurgeRun, Tally
from chalicelib.domain.purge_shard import Shard, Taken
from tests.contracts.typed import AT, AT_SECONDS, HASH, LATER, LATER_ROUNDED_UP, LATER_SECONDS, numbers, texts

TALLY_FORM = {
    "erased": {"M": {"unverified_number": {"N": "3"}}},
    "ended": {"M": {"inactive": {"N": "2"}}},
    "failures": {"M": {}},
    **numbers(oldest_lateness_seconds="12", capacity_half_units="5"),
}

PURGE_FORMS: list[tuple[Any, dict[str, Any]]] = [
    (
        PurgeRun(
            id="run_1",
            started_at=AT,
            shards_left=("07",),
            erased={"unverified_number": 3},
            ended={"inactive": 2},
            oldest_lateness_seconds=12,
            capacity_half_units=5,
            finished_at=LATER,
            sequence=4,
            previous=HASH,
            signed="a.b.c",
            lapses_at=LATER,
            version="a1",
        ),
        {
            **texts(pk="run", sk="run_1", id="run_1", previous=HASH, signed="a.b.c", version="a1"),
            **numbers(started_at=AT_SECONDS, finished_at=LATER_SECONDS, lapses_at=LATER_ROUNDED_UP, sequence="4"),
            **TALLY_FORM,
            "shards_left": {"L": [{"S": "07"}]},
        },
    ),
    (
        Shard(
            "07",
            "run_1",
            Tally({"unverified_number": 3}, {"inactive": 2}, {}, 12, 5),
            (Taken("customer", "ada", AT, "account_closed"),),
            ("vrf_1",),
            ("vrf_2",),
            "a1",
        ),
        {
            **texts(pk="shard#07", sk="shard", bucket="07", run_id="run_1", version="a1"),
            "tally": {"M": TALLY_FORM},
            "taken": {
                "L": [{"M": texts(kind="customer", key="ada", reason="account_closed") | numbers(due_at=AT_SECONDS)}]
            },
            "failed": {"L": [{"S": "vrf_1"}]},
            "postponed": {"L": [{"S": "vrf_2"}]},
        },
    ),
]
