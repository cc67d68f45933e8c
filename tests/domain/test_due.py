"""Every record has one bucket, and the purge asks each bucket once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.due import BUCKETS, bucket, buckets
from chalicelib.domain.identifiers import new_id


@given(st.integers(min_value=0))
def test_every_bucket_is_asked_once_wherever_a_run_begins(first: int) -> None:
    assert len(buckets(first)) == BUCKETS
    assert sorted(buckets(first)) == sorted(buckets(0))
    assert buckets(first)[0] == f"{first % BUCKETS:02d}"
    assert len(set(buckets(first))) == BUCKETS


@given(st.text())
def test_every_key_has_one_bucket_that_a_run_asks(key: str) -> None:
    assert bucket(key) == bucket(key)
    assert bucket(key) in buckets(0)


def test_a_bucket_never_changes_for_rows_already_written() -> None:
    # CRC-32/ISO-HDLC's check value for these digits is 0xCBF43926.
    assert bucket("123456789") == f"{0xCBF43926 % 64}"
    assert bucket("") == "00"


def test_records_spread_over_the_buckets() -> None:
    spread = Counter(bucket(new_id("vrf")) for _ in range(64 * 200))
    assert len(spread) == BUCKETS
    assert max(spread.values()) < 2 * 200
