"""Where each kind of record stands, and what its item looks like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from chalicelib.adapters.dynamodb_values import codec
from chalicelib.adapters.structure import EPOCH
from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.accounts import Accounts, CountriesOfIp
from chalicelib.domain.anchor import Anchor
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.claim import Claim
from chalicelib.domain.contact import ContactToken, Message
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.due import bucket, hour_bucket, place_at
from chalicelib.domain.export_link import ExportLink
from chalicelib.domain.holds import LiftedHold
from chalicelib.domain.ledger import LedgerEvent, position
from chalicelib.domain.meter import Meter
from chalicelib.domain.previews import Previews
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.purge_shard import Shard
from chalicelib.domain.reveal_approval import RevealApproval
from chalicelib.domain.reveals import Watch
from chalicelib.domain.rights import RightsRequest
from chalicelib.domain.session import HandOver, Session
from chalicelib.domain.settlement import Settlement
from chalicelib.domain.spent import Spent
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.throttle import OpeningLog, ThrottleLog
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import Verification
from chalicelib.domain.witness import Witness
from chalicelib.domain.writes import R

Item = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A table and a key in it.

    Attributes:
        table: suffix of the table's name; the deployment's name is the prefix.
        pk, sk: the key attributes of a record. Only opaque ids, tags and blinded keys: never a number.
        prefix: tells kinds apart that share a table.
        owner: the index that finds records by their owner or tag, if there is one.
        lapses: True if rows end by themselves and then count as absent; one whose end is None stays.
        moves: True if rows have counters that move within a version: a replacement must have missed no move.
    """

    table: str
    pk: Callable[[Any], str]
    sk: Callable[[Any], str] | None = None
    prefix: str = ""
    owner: str | None = None
    lapses: bool = False
    moves: bool = False

    def key_of(self, record: Any) -> Item:
        """The key of a record, in DynamoDB's form."""
        return self.key(self.pk(record), *([self.sk(record)] if self.sk else []))

    def key(self, *parts: str) -> Item:
        """The key with these parts, in DynamoDB's form."""
        names = ("pk", "sk")
        values = (self.prefix + parts[0], *parts[1:])
        return {name: {"S": value} for name, value in zip(names, values, strict=False)}


PLACES: Mapping[type[Any], Place] = {
    Verification: Place("verifications", lambda it: it.id, owner="tag", lapses=True),
    Dispatch: Place("verifications", lambda it: it.message_id, prefix="sms#", lapses=True),
    ThrottleLog: Place("throttles", lambda it: it.key, lapses=True),
    OpeningLog: Place("openings", lambda it: it.key, lapses=True),
    Watch: Place("openings", lambda it: it.key, prefix="watch#", lapses=True),
    RevealApproval: Place("openings", lambda it: it.wish.key, prefix="approval#", lapses=True),
    Accounts: Place("throttles", lambda it: it.key, prefix="accounts#", lapses=True),
    CountriesOfIp: Place("throttles", lambda it: it.key, prefix="countries#", lapses=True),
    Traffic: Place("budgets", lambda it: it.key, prefix="traffic#", lapses=True, moves=True),
    Meter: Place("budgets", lambda it: it.key, prefix="meter#", lapses=True, moves=True),
    Spent: Place("budgets", lambda it: it.key, prefix="spent#", lapses=True, moves=True),
    Claim: Place("claims", lambda it: it.key, owner="owner", lapses=True),
    Customer: Place("customers", lambda it: it.id, prefix="customer#"),
    TagHolder: Place("customers", lambda it: it.tag, prefix="tag#"),
    WrappedKey: Place("keys", lambda it: it.customer_id, lambda it: it.key_id),
    LedgerEvent: Place("ledger", lambda it: it.customer_id, lambda it: position(it.sequence)),
    Anchor: Place("anchors", lambda _: "anchor", lambda it: position(it.sequence)),
    ContactToken: Place("contacts", lambda it: it.digest, prefix="token#", owner="customer_id", lapses=True),
    Session: Place("sessions", lambda it: it.digest, prefix="session#", owner="customer_id", lapses=True),
    HandOver: Place("sessions", lambda it: it.digest, prefix="link#", owner="customer_id", lapses=True),
    ExportLink: Place("sessions", lambda it: it.digest, prefix="export#", owner="customer_id", lapses=True),
    Message: Place("contacts", lambda it: it.id, prefix="message#", owner="customer_id", lapses=True),
    AccessLogEntry: Place("access-log", lambda it: it.customer_id, lambda it: place_at(it.at, it.id), lapses=True),
    Settlement: Place("access-log", lambda it: it.customer_id, lambda it: it.place, prefix="settlement#", lapses=True),
    DecisionLogEntry: Place("decisions", lambda it: it.customer_id, lambda it: place_at(it.at, it.id), lapses=True),
    Previews: Place("budgets", lambda it: it.key, prefix="previews#", lapses=True, moves=True),
    Suppression: Place("suppressions", lambda it: bucket(it.tag), lambda it: it.tag),
    PurgeRun: Place("purge-runs", lambda _: "run", lambda it: it.id, lapses=True),
    Shard: Place("purge-runs", lambda it: it.bucket, lambda _: "shard", prefix="shard#"),
    RightsRequest: Place("cases", lambda it: it.id, prefix="request#", owner="customer_id", lapses=True),
    LiftedHold: Place("cases", lambda it: it.id, prefix="lifted#", owner="customer_id", lapses=True),
    ErasureCertificate: Place("certificates", lambda it: it.customer_id, lapses=True),
    Witness: Place("certificates", lambda it: it.customer_id, prefix="witness#"),
}


def to_item(record: Any) -> Item:
    """The record as an item, with its key and what the indexes and TTL need."""
    kind: Any = type(record)
    place = PLACES[kind]
    item: Item = codec(kind).write(record)["M"]
    if place.lapses and record.lapses_at is not None:
        item["lapses_at"] = {"N": str(epoch_seconds(record.lapses_at))}
    if "due_at" in item:
        item["due_bucket"] = {"S": bucket(record.id)}
    if kind is Customer and record.reverify_at is not None:
        item["reverify_bucket"] = {"S": bucket(record.id)}
        item["reverify_place"] = {"S": place_at(record.reverify_at, record.id)}
    if kind is LedgerEvent:
        item["anchor_bucket"] = {"S": hour_bucket(record.event_time, record.customer_id)}
    if kind in (AccessLogEntry, Settlement):
        item["access_bucket"] = {"S": hour_bucket(record.at, record.customer_id)}
    return item | place.key_of(record)


def from_item(kind: type[R], item: Mapping[str, Any]) -> R:
    """The record that an item holds."""
    return codec(kind).read({"M": item})  # type: ignore[no-any-return]


def epoch_seconds(at: datetime) -> int:
    """Whole seconds since 1970, as TTL wants them; rounded up, so that nothing lapses early."""
    return ceil((at - EPOCH).total_seconds())
