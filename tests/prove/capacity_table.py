"""Writes docs/capacity.md: `python -m tests.prove.capacity_table`."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from chalicelib.domain.due import BUCKETS
from chalicelib.domain.spent import SHARDS as SPENT_SHARDS
from chalicelib.services.pumping_guard import DAILY_OF_A_ROW, MOST_ROWS
from chalicelib.services.wallet_throttle import SHARDS as WALLET_SHARDS
from tests.prove.recorded_calls import Recorded, recorded_calls
from tests.worlds import issuer_in

PAGE = Path(__file__).parents[2] / "docs" / "capacity.md"
STARTS = 5000
MOST_WRITES = 500
# How often each step comes for one start. What is refused is shown, and is no part of the load.
SHARES = {
    "start": 1.0,
    "resend": 0.15,
    "wrong check": 0.1,
    "right check": 0.85,
    "bind": 0.85,
    "purge": 1.0,
    "refused start": 0.0,
}
# A busy hour beside the mean of the day: the rows of a country are as many as its day asks for.
PEAK = 10
VERIFIED_DAILY = int(STARTS / PEAK * SHARES["right check"] * 86400)
COUNTRY_ROWS = min(MOST_ROWS, 1 + VERIFIED_DAILY // DAILY_OF_A_ROW)
# Keys that all requests share, and over how many the writes are spread; the one country is where all numbers are.
SHARED = {
    r"budgets traffic#[A-Z]{2}#": ("budgets", "one country", COUNTRY_ROWS),
    r"budgets meter#": ("budgets", "one wallet client", WALLET_SHARDS),
    r"budgets spent#": ("budgets", "the deployment", SPENT_SHARDS),
    r"suppressions ": ("suppressions", "the deployment", BUCKETS),
    r"verifications/due_bucket ": ("verifications, index due_bucket", "the deployment", BUCKETS),
    r"customers/reverify_bucket ": ("customers, index reverify_bucket", "the deployment", BUCKETS),
}
# Keys of somebody or something; a few writes in its life, and how many is bounded by what stands there.
OWN = {
    r"verifications vrf_": ("verifications", "a verification"),
    r"verifications sms#": ("verifications", "an SMS"),
    r"verifications/tag ": ("verifications, index tag", "a number"),
    r"throttles (number|wrong_codes_for_number)#": ("throttles", "a number"),
    r"throttles wrong_codes_by_client#": ("throttles", "a number and an IP or device"),
    r"throttles (ip|countries)#": ("throttles", "an IP"),
    r"throttles device#": ("throttles", "a device"),
    r"throttles accounts#": ("throttles", "a verification"),
    r"budgets traffic#": ("budgets", "1 000 numbers"),
    r"claims ": ("claims", "a request"),
    r"claims/owner ": ("claims, index owner", "a number or customer"),
    r"(customers|keys) ": ("customers, keys", "a customer"),
    r"purge-runs ": ("purge-runs", "the deployment, once an hour"),
}
# Cryptographic requests a second with symmetric and HMAC keys: one quota of the account in the region.
KMS_QUOTAS = {
    "us-east-1, us-west-2, eu-west-1": 100_000,
    "us-east-2, ap-southeast-1, ap-southeast-2, ap-northeast-1, eu-central-1, eu-west-2": 20_000,
    "every other region": 10_000,
}
# Of keys that sign, which have a quota of their own.
OF_SIGNATURES = ("Sign", "GetPublicKey")
SNS_QUOTA = 20
SIGNUP = ("start", "right check", "bind")


def rates(recorded: Recorded) -> dict[tuple[str, str], float]:
    """Writes a second on the busiest key of each shared kind."""
    found = {}
    for pattern, (table, of, keys) in SHARED.items():
        writes = _writes(recorded, pattern)
        found[table, of] = sum(STARTS * SHARES[step] * writes[step] for step in SHARES) / keys
    return found


def kms_calls(recorded: Recorded) -> dict[str, int]:
    """How often KMS is asked in each step."""
    quick = [(step, count) for (step, operation), count in recorded.kms.items() if operation not in OF_SIGNATURES]
    return {step: sum(count for at, count in quick if at == step) for step in SHARES}


def unknown_keys(recorded: Recorded) -> list[str]:
    """Keys that were written and that no row of the page is about."""
    return sorted(key for _, key in recorded.writes if not any(re.match(each, key) for each in {**SHARED, **OWN}))


def page(recorded: Recorded) -> str:
    """The whole page."""
    return "\n".join([*_head(), "", *_shared(recorded), "", *_own(recorded), "", *_quotas(recorded), ""])


def _text(block: str) -> list[str]:
    return dedent(block).strip().splitlines()


def _head() -> list[str]:
    return _text(
        f"""
        # Capacity

        Made by `python -m tests.prove.capacity_table` of the calls of one signup, recorded on moto, and of the
        constants in the code; a test holds the page to both.

        ## {_spaced(STARTS)} starts a second

        DynamoDB takes 1 000 writes of up to 1 KiB a second on one partition key. The aim is half of that,
        {MOST_WRITES}, for every key, with all limits on, while one wallet client sends to numbers of one country. For
        each start there are {SHARES["right check"]} right codes, {SHARES["wrong check"]} wrong ones and
        {SHARES["resend"]} resends; every proof is bound, and every verification is purged.

        What is counted is every write that DynamoDB is asked for, refused ones and the conditions of transactions
        among them, by a process that has seen the budgets' rows. A write to an index counts once if its key is new
        or gone, and twice if it changes. Columns are writes for one step; a refused start is one whose number has had
        its five.

        ### Keys that all share
        """
    )


def _shared(recorded: Recorded) -> Iterator[str]:
    busiest = rates(recorded)
    yield f"| table | a key belongs to | {' | '.join(SHARES)} | keys | writes/s on one |"
    yield f"| --- | --- | {' | '.join('---:' for _ in SHARES)} | ---: | ---: |"
    for pattern, (table, of, keys) in SHARED.items():
        yield f"| {table} | {of} | {_cells(recorded, pattern)} | {keys} | {busiest[table, of]:.0f} |"
    yield ""
    yield from _text(
        f"""
        - No row of a budget is in a transaction, and none is larger than 1 KiB, so a write is one unit of capacity.
        - A country has a row for each {_spaced(DAILY_OF_A_ROW)} verified numbers that its `expected_daily` promises,
          and {MOST_ROWS} at most. The table is of a country whose busiest second is {PEAK} times the mean of its day:
          `expected_daily = {VERIFIED_DAILY}`, {COUNTRY_ROWS} rows. With the packaged 1 000 there is one row, for about
          {_starts_of_one_row(recorded):.0f} starts a second: a large launch is written into the policy first. So are
          `throttles.wallet`, `guard.country` and `spending`, which as packaged are those of a small wallet and refuse
          long before a key becomes hot.
        - A process that has not seen a row in its present frame writes twice. Frames are 5 minutes long for a country,
          an hour for money, and a twelfth of the window for a wallet client.
        - A start that is refused has taken of the shared budgets and gives back: two writes on each. A flood that is
          refused therefore weighs on shared keys as twice as many starts would; what keeps it away is the wallet's own
          backend, which alone has a token, and the throttle of API Gateway.

        ### Keys of somebody

        All other keys belong to one number, one IP, one request. They are written as fast as one person acts.
        """
    )


def _starts_of_one_row(recorded: Recorded) -> float:
    writes = _writes(recorded, next(iter(SHARED)))
    return MOST_WRITES / sum(share * writes[step] for step, share in SHARES.items())


def _own(recorded: Recorded) -> Iterator[str]:
    yield f"| table | a key belongs to | {' | '.join(SHARES)} |"
    yield f"| --- | --- | {' | '.join('---:' for _ in SHARES)} |"
    for pattern, (table, of) in OWN.items():
        if _writes(recorded, pattern):
            yield f"| {table} | {of} | {_cells(recorded, pattern)} |"


def _cells(recorded: Recorded, pattern: str) -> str:
    writes = _writes(recorded, pattern)
    return " | ".join(str(writes[step] or "") for step in SHARES)


def _writes(recorded: Recorded, pattern: str) -> Counter[str]:
    """By step, on one key of those that match this pattern before any other."""
    most: Counter[str] = Counter()
    for (step, key), count in recorded.writes.items():
        if next((each for each in {**SHARED, **OWN} if re.match(each, key)), None) == pattern:
            most[step] = max(most[step], count)
    return most


def _quotas(recorded: Recorded) -> Iterator[str]:
    calls = kms_calls(recorded)
    signup = sum(calls[step] for step in SIGNUP)
    asked = ", ".join(f"{calls[step]} in the {step}" for step in SHARES if SHARES[step] and calls[step])
    yield from _text(
        f"""
        ## KMS and SNS

        KMS is asked {asked}; and
        once a month by each process for the key that blinds. A signup is a start, a right check and a bind:
        {signup} requests. All cryptographic requests with symmetric and HMAC keys share one quota of the account in a
        region, with whatever else that account does there. By AWS's defaults
        ([KMS request quotas](https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html)):
        """
    )
    yield ""
    yield "| region | KMS requests/s | signups/s | or starts/s alone |"
    yield "| --- | ---: | ---: | ---: |"
    for regions, quota in KMS_QUOTAS.items():
        yield f"| {regions} | {_spaced(quota)} | {_spaced(quota // signup)} | {_spaced(quota // calls['start'])} |"
    yield ""
    yield from _text(
        f"""
        SNS sends {SNS_QUOTA} SMS a second for an account in a region
        ([SNS quotas](https://docs.aws.amazon.com/general/latest/gr/sns.html)); with End User Messaging the origination
        identities decide. Quotas are an account's own and they change: read yours in Service Quotas before a launch.

        What binds, in this order, as an account comes:

        1. **What SMS may cost in a month**: about a dollar in a new account. A case at AWS Support raises it.
        2. **SMS a second: {SNS_QUOTA} signups a second**, in every region. The same case, with country, use and volume.
           What SNS refuses for now waits in the queue and goes out while the code lives.
        3. **Lambda's concurrency**: 1 000 requests at once, by default. Service Quotas.
        4. **KMS**: the table above. Service Quotas. Five thousand signups a second fit into the three largest regions
           as they come.
        5. **DynamoDB's tables**: 40 000 units a second each, by default, and 4 000 in a new one until it is warm
           ([quotas](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html)). A write in
           a transaction counts twice: verifications and throttles meet that first. Service Quotas.

        When KMS throttles, botocore tries three times; then the answer is 503 with `Retry-After`, and what the request
        had taken of the shared budgets is given back. Repeated under the same `Idempotency-Key` it is answered as the
        first would have been; where only the code's secret was missing, the verification stands and a resend brings
        its SMS. `tests/contracts/test_kms_throttling.py` refuses each KMS call of a start, a resend, a check and a
        bind.
        """
    )


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def main() -> None:
    """The page is written."""
    with TemporaryDirectory() as folder, issuer_in(Path(folder)) as issuer:
        PAGE.write_text(page(recorded_calls(issuer)), encoding="utf-8")


if __name__ == "__main__":
    main()
