"""Records of every kind that the store keeps: by hand for a test's story, by Hypothesis for its details."""

import secrets
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chalicelib.adapters.dynamodb_places import PLACES
from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.accounts import Accounts, CountriesOfIp
from chalicelib.domain.anchor import Anchor
from chalicelib.domain.cap import Share
from chalicelib.domain.certificate import ErasureCertificate, Kept
from chalicelib.domain.claim import Claim
from chalicelib.domain.contact import ContactToken, Message
from chalicelib.domain.customer import ConsentState, Customer, TagHolder, WrappedKey
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.export_link import ExportLink
from chalicelib.domain.held_number import HeldNumber, SealedNumber
from chalicelib.domain.holds import CaseHold, LiftedHold
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.meter import Meter
from chalicelib.domain.number_change import NumberChange
from chalicelib.domain.previews import Previews
from chalicelib.domain.purge_run import PurgeRun, Tally
from chalicelib.domain.purge_shard import Shard, Taken
from chalicelib.domain.reveal_approval import RevealApproval, RevealWish
from chalicelib.domain.reveals import Shown, Watch
from chalicelib.domain.rights import RightsRequest
from chalicelib.domain.session import HandOver, Session
from chalicelib.domain.settlement import Settlement
from chalicelib.domain.spent import Spent
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.throttle import OpeningLog, ThrottleLog
from chalicelib.domain.traffic import Counts, Traffic
from chalicelib.domain.verification import Send, TransactionContext, Verification
from chalicelib.domain.witness import Witness
from chalicelib.domain.writes import Record
from tests.fakes import NOON


def fresh(prefix: str = "id") -> str:
    """A key that no other test uses."""
    return f"{prefix}_{secrets.token_hex(8)}"


def a_holder(customer_id: str = "ada", tag: str | None = None) -> TagHolder:
    """A record that never lapses."""
    return TagHolder(tag or fresh("tag"), customer_id)


def a_claim(lapses_at: datetime = NOON + timedelta(hours=1), **changes: Any) -> Claim:
    """A record that lapses."""
    return replace(Claim(fresh("claim"), "mac", "resource", fresh("owner"), lapses_at), **changes)


def a_key(customer_id: str, name: str = "ledger") -> WrappedKey:
    """A record with a sort key."""
    return WrappedKey(customer_id, name, secrets.token_bytes(16))


def a_verification(**changes: Any) -> Verification:
    """A record with an owner and a due date."""
    made = Verification(
        id=fresh("vrf"),
        client_id="wallet-app",
        purpose="signup",
        tag=fresh("tag"),
        masked="+86*********01",
        region="CN",
        locale="en",
        started_at=NOON,
        code_expires_at=NOON + timedelta(minutes=10),
        due_at=NOON + timedelta(days=1),
        due_reason="unverified_number",
    )
    return replace(made, **changes)


# DynamoDB takes no lone surrogates, and keys of 1 to 1 024 bytes.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
numbers = st.integers(0, 10**11)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
later = st.datetimes(datetime(2027, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
octets = st.binary(max_size=64)
versions = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
tuples = st.lists(texts, max_size=4).map(tuple)
# Purposes, reasons and kinds of errors. Moto takes a map's key for a type if it is empty or reads as one.
names = st.from_regex(r"[A-Za-z_]{3,20}", fullmatch=True)
counts = st.dictionaries(names, numbers, max_size=3)
numbers_in_a_row = st.lists(numbers, max_size=4).map(tuple)
states = st.builds(ConsentState, texts, numbers, texts, tuples, texts, instants)
sealed_numbers = st.builds(SealedNumber, texts, octets, octets)
held_numbers = st.builds(
    HeldNumber, texts, texts, texts, sealed_numbers, st.none() | instants, st.none() | texts, tuples
)
cases = st.builds(CaseHold, texts, texts, texts, instants, instants, st.none() | instants)
changes = st.builds(NumberChange, texts, texts, held_numbers, st.booleans(), instants, instants)

# By hand only where the type says too little; every other member comes from its type.
BY_NAME: Mapping[str, st.SearchStrategy[Any]] = {
    "id": keys.map(lambda text: text + fresh()),
    "key": keys.map(lambda text: text + fresh()),
    "tag": keys.map(lambda text: text + fresh()),
    "message_id": keys.map(lambda text: text + fresh()),
    "digest": keys.map(lambda text: text + fresh()),
    "customer_id": keys.map(lambda text: text + fresh()),
    "key_id": keys,
    "owner": keys,
    "version": versions,
    "sequence": numbers,
    "lapses_at": later,
    "context": st.none() | st.builds(TransactionContext, texts, texts, texts),
    "sends": st.lists(st.builds(Send, instants, texts, *[st.none() | texts] * 3), max_size=3).map(tuple),
    "number": st.none() | sealed_numbers,
    "consents": st.dictionaries(names, states, max_size=3),
    "erased": counts,
    "failures": counts,
    "ended": counts,
    "tally": st.builds(Tally, counts, counts, counts, numbers, numbers),
    "taken": st.lists(st.builds(Taken, texts, texts, instants, texts), max_size=3).map(tuple),
    "bucket": keys.map(lambda text: text + fresh()),
    "kept": st.lists(st.builds(Kept, texts, texts, st.none() | instants), max_size=3).map(tuple),
    "change": st.none() | changes,
    "cases": st.lists(
        st.builds(CaseHold, texts, texts, texts, instants, instants, st.none() | instants), max_size=2
    ).map(tuple),
    "admitted": st.lists(instants, max_size=4).map(tuple),
    "evidence": tuples,
    "wrong_codes": tuples,
    "since": st.dictionaries(names, instants, max_size=3),
    "opted_in": st.dictionaries(names, instants, max_size=3),
    "listed": st.dictionaries(names, instants, max_size=3),
    "days": numbers_in_a_row,
    "shown": st.lists(st.builds(Shown, instants, texts, texts), max_size=3).map(tuple),
    "shares": st.dictionaries(names, st.lists(st.builds(Share, texts, instants), max_size=3).map(tuple), max_size=3),
}
BY_TYPE: Mapping[Any, st.SearchStrategy[Any]] = {
    tuple[str, ...]: tuples,
    RevealWish: st.builds(RevealWish, keys.map(lambda text: text + fresh()), *[texts] * 4, st.none() | texts),
    str: texts,
    int: numbers,
    bool: st.booleans(),
    bytes: octets,
    datetime: instants,
    str | None: st.none() | texts,
    int | None: st.none() | numbers,
    bytes | None: st.none() | octets,
    datetime | None: st.none() | instants,
}
# Members whose type allows None only where this kind says so.
BY_KIND: Mapping[tuple[type[Any], str], st.SearchStrategy[Any]] = {
    (Verification, "due_at"): later,
    (PurgeRun, "sequence"): st.none() | numbers,
    (Suppression, "since"): instants,
    (RightsRequest, "lapses_at"): st.none() | later,
    (Customer, "tag"): st.none() | keys,
    **{(kind, "wish"): st.none() | st.builds(ErasureWish, texts, instants) for kind in (Customer, Witness)},
    (Accounts, "ip"): st.none() | st.builds(CountriesOfIp, texts, later, st.dictionaries(names, instants, max_size=3)),
    # There is one chain of anchors, so that its places are all that keeps them apart.
    (Anchor, "sequence"): st.builds(secrets.randbelow, st.just(10**11)),
    (Meter, "past"): numbers_in_a_row,
    **{
        (Traffic, name): st.builds(Counts, numbers_in_a_row, numbers_in_a_row)
        for name in ("past_sent", "past_verified", "unverified")
    },
    (Verification, "customer_id"): st.none() | texts,
}


def any_record(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Whatever a record of this kind can hold that has not lapsed."""
    return st.builds(kind, **{field.name: _member(kind, field.name, field.type) for field in fields(kind)})


def _member(kind: type[Any], name: str, hint: Any) -> st.SearchStrategy[Any]:
    if (kind, name) in BY_KIND:
        return BY_KIND[kind, name]
    return BY_NAME[name] if name in BY_NAME else BY_TYPE[hint]


def key_of(record: Record) -> tuple[str, ...]:
    """What `Store.get` asks for to find this record."""
    place = PLACES[type(record)]
    return (place.pk(record), *([place.sk(record)] if place.sk else []))


def as_kept(record: Any) -> Any:
    """The record as a store may keep it: an end by itself is kept in whole seconds and never earlier."""
    lapses_at = getattr(record, "lapses_at", None)
    if lapses_at is None or isinstance(record, Verification) or not lapses_at.microsecond:
        return record
    return replace(record, lapses_at=lapses_at.replace(microsecond=0) + timedelta(seconds=1))


KINDS = (
    Verification,
    Dispatch,
    ThrottleLog,
    OpeningLog,
    Watch,
    RevealApproval,
    Accounts,
    CountriesOfIp,
    Traffic,
    Meter,
    Spent,
    Claim,
    Customer,
    TagHolder,
    WrappedKey,
    LedgerEvent,
    Anchor,
    ContactToken,
    Session,
    HandOver,
    ExportLink,
    Message,
    AccessLogEntry,
    Settlement,
    DecisionLogEntry,
    Previews,
    Suppression,
    PurgeRun,
    Shard,
    RightsRequest,
    LiftedHold,
    ErasureCertificate,
    Witness,
)
