"""Anchors: what is signed, where it is kept, and what an hour is."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.anchor import (
    Anchor,
    AnchoredHead,
    LedgerHead,
    anchor_buckets,
    blinded,
    heads_of,
    next_anchor,
    read_leaves,
    read_statement,
    root_of,
    write_leaves,
)
from chalicelib.domain.due import hour_bucket, hour_of
from chalicelib.domain.ledger import GENESIS

AT = datetime(2026, 11, 21, 13, tzinfo=UTC)
HASH = "ab" * 32
NAIVE = Anchor(1, AT.replace(tzinfo=None), AT.replace(tzinfo=None), 0, HASH, HASH).statement()
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
heads = st.lists(st.builds(AnchoredHead, hashes, st.integers(1, 10**6), hashes), max_size=9).map(sorted)
anchors = st.builds(Anchor, st.integers(1, 10**9), instants, instants, st.integers(0, 10**7), hashes, hashes)


@given(anchors)
def test_a_statement_says_all_but_the_signature(anchor: Anchor) -> None:
    assert read_statement(anchor.statement()) == anchor
    said = set(json.loads(anchor.statement()))
    assert said == {field.name for field in fields(anchor)} - {"signed", "version"}


@given(anchors, st.sampled_from(["sequence", "covers_from", "covers_until", "heads", "root", "previous"]))
def test_whatever_it_says_is_in_its_digest(anchor: Anchor, member: str) -> None:
    changed: dict[str, Any] = {
        "sequence": anchor.sequence + 1,
        "covers_from": anchor.covers_from + timedelta(microseconds=1),
        "covers_until": anchor.covers_until + timedelta(microseconds=1),
        "heads": anchor.heads + 1,
        "root": HASH,
        "previous": HASH,
    }
    other = replace(anchor, **{member: changed[member]})
    assert other.digest() != anchor.digest()
    assert replace(anchor, signed="another").digest() == anchor.digest()


@given(st.binary(max_size=80) | anchors.map(lambda it: it.statement().replace(b",", b", ")))
def test_what_is_not_exactly_a_statement_is_refused(statement: bytes) -> None:
    with pytest.raises(ValueError, match="statement"):
        read_statement(statement)


@pytest.mark.parametrize(
    "statement", [b"", b"[]", b"null", b"{}", b'{"sequence":1}', b"\xff", b"1", b"[" * 100_000, NAIVE]
)
def test_neither_is_what_is_nothing_like_one(statement: bytes) -> None:
    with pytest.raises(ValueError, match="statement"):
        read_statement(statement)


def test_anchors_are_chained_from_the_first() -> None:
    head = AnchoredHead(blinded("ada"), 3, HASH)
    first = next_anchor(None, AT, [])
    second = next_anchor(first, AT + timedelta(hours=1), [head])
    assert (first.sequence, first.previous, first.heads) == (1, GENESIS, 0)
    assert (second.sequence, second.previous, second.heads) == (2, hashlib.sha256(first.statement()).hexdigest(), 1)
    assert second.covers_from == AT - timedelta(hours=1)
    assert second.root == hashlib.sha256(b"\x00" + head.line().encode()).hexdigest()


@given(heads)
def test_leaves_are_read_as_they_were_written(found: list[AnchoredHead]) -> None:
    assert read_leaves(write_leaves(found)) == found


@pytest.mark.parametrize(
    "content", [b"a 1", b"a 01 b\n", b"a one b\n", b"a 1 b c\n", b"a 1 b\r\n", b"\n", b"a\x0c1 b\n", b"\xff 1 b\n"]
)
def test_what_is_not_exactly_leaves_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="leaves"):
        read_leaves(content)


@given(heads)
def test_names_tell_the_place_and_the_content(found: list[AnchoredHead]) -> None:
    anchor = next_anchor(replace(next_anchor(None, AT, []), sequence=41), AT, found)
    assert anchor.name == "anchors/000000000042.jws"
    assert anchor.leaves_name == f"anchors/000000000042.{root_of(found)}.leaves"


def test_the_last_link_of_each_chain_counts_in_whatever_order_they_come() -> None:
    links = [
        LedgerHead("ada", 2, "h2"),
        LedgerHead("ada", 10, "h10"),
        LedgerHead("bob", 1, "b1"),
        LedgerHead("ada", 9, "h9"),
    ]
    expected = sorted([AnchoredHead(blinded("ada"), 10, "h10"), AnchoredHead(blinded("bob"), 1, "b1")])
    assert heads_of(links) == heads_of(reversed(links)) == expected


def test_nobody_s_id_is_in_the_leaves() -> None:
    assert b"ada" not in write_leaves(heads_of([LedgerHead("ada", 1, HASH)]))
    assert blinded("ada") == hashlib.sha256(b"ringfence/anchor/v1|ada").hexdigest()


@given(instants, st.text(min_size=1, max_size=20))
def test_a_link_is_in_two_anchors_once_its_hour_has_closed(at: datetime, customer_id: str) -> None:
    closes = hour_of(at) + timedelta(hours=1)
    covering = [
        shift
        for shift in range(-1, 4)
        if hour_bucket(at, customer_id) in anchor_buckets(closes + timedelta(hours=shift))
    ]
    assert covering == [0, 1]
    assert next_anchor(None, closes, []).covers_from <= at < closes


def test_an_hour_is_utc_s_whatever_the_offset() -> None:
    elsewhere = AT.astimezone(tz=__import__("zoneinfo").ZoneInfo("Asia/Kolkata"))
    assert hour_bucket(elsewhere, "ada") == hour_bucket(AT, "ada")
    assert len(set(anchor_buckets(AT))) == 128
