"""The consent ledger: a hash chain for each customer over commitments to sealed payloads."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

GENESIS = "0" * 64
# Makes a commitment to a guessable payload unguessable once the sealed copy is unreadable.
SALT_BYTES = 32


@dataclass(frozen=True)
class LedgerEvent:
    """One link. The payload lives only in `sealed`, under the customer's ledger key.

    Attributes:
        sequence: position in the chain, from 1.
        commitment: SHA-256 over salt and payload, in hex.
        previous_hash: hash of the link before; GENESIS for the first.
        hash: hash of this link.
    """

    customer_id: str
    sequence: int
    event_id: str
    event_time: datetime
    commitment: str
    previous_hash: str
    hash: str
    sealed: bytes
    version: str = ""

    @property
    def own_hash(self) -> str:
        """What `hash` is of a link that nobody changed."""
        return link_hash(
            self.customer_id, self.sequence, self.event_id, self.event_time, self.commitment, self.previous_hash
        )


@dataclass(frozen=True)
class Opened:
    """What a commitment was made of."""

    salt: bytes
    payload: bytes


def position(sequence: int) -> str:
    """The sequence as a text that sorts as numbers do; no customer has events for more than twelve digits."""
    return f"{sequence:012d}"


def commit_to(salt: bytes, payload: bytes) -> str:
    """The commitment to a payload: says nothing about it, and fits no other."""
    return hashlib.sha256(salt + payload).hexdigest()


def link_hash(
    customer_id: str, sequence: int, event_id: str, event_time: datetime, commitment: str, previous_hash: str
) -> str:
    """The hash that binds a link to its customer, its place, its time, its payload and the link before."""
    form = json.dumps(
        ["ringfence/ledger/v1", customer_id, sequence, event_id, event_time.isoformat(), commitment, previous_hash],
        separators=(",", ":"),
    )
    return hashlib.sha256(form.encode()).hexdigest()


def link(
    customer_id: str,
    previous: tuple[int, str],
    event_id: str,
    event_time: datetime,
    commitment: str,
    sealed: bytes,
) -> LedgerEvent:
    """The next link after `previous`, which is the (sequence, hash) of the chain's head."""
    sequence = previous[0] + 1
    own = link_hash(customer_id, sequence, event_id, event_time, commitment, previous[1])
    return LedgerEvent(customer_id, sequence, event_id, event_time, commitment, previous[1], own, sealed)


def first_break(customer_id: str, events: Sequence[LedgerEvent], head_sequence: int, head_hash: str) -> str | None:
    """What is wrong with a chain, in words; None if every link holds and it ends at the head.

    Args:
        events: in order of sequence.
        head_sequence, head_hash: what the customer's head says.
    """
    previous = GENESIS
    for expected, event in enumerate(events, start=1):
        if event.customer_id != customer_id:
            return f"event {expected} belongs to another customer"
        if event.sequence != expected:
            return f"event {expected} is missing or out of order"
        if event.previous_hash != previous:
            return f"event {expected} does not follow the one before"
        if event.hash != event.own_hash:
            return f"event {expected} was changed"
        previous = event.hash
    if len(events) != head_sequence or previous != head_hash:
        return "the chain does not end at the customer's head"
    return None
