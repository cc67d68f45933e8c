"""Anchors: signed statements, each bound to the one before, of where the chains of consent events stood."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.due import hour_buckets
from chalicelib.domain.ledger import GENESIS, position
from chalicelib.domain.merkle import root

# The `typ` of an anchor's signature: no receipt passes for an anchor.
HEADER_TYPE = "ringfence-anchor+jws"
HOUR = timedelta(hours=1)
# An anchor is of the hour that has closed and, again, of the one before: what the index was late with is in it then.
HOURS_COVERED = 2


@dataclass(frozen=True, order=True, slots=True)
class AnchoredHead:
    """The end of one customer's chain as an anchor saw it. It names nobody.

    Attributes:
        blinded: SHA-256 of the customer's id, in hex; whoever has the id finds its heads.
        sequence, hash: of the chain's last link.
    """

    blinded: str
    sequence: int
    hash: str

    def line(self) -> str:
        """The leaf of the tree, and a line of the anchor's file of leaves."""
        return f"{self.blinded} {self.sequence} {self.hash}"


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """A link as the index knows it."""

    customer_id: str
    sequence: int
    hash: str

    def anchored(self) -> AnchoredHead:
        """The same without the customer's id."""
        return AnchoredHead(blinded(self.customer_id), self.sequence, self.hash)


@dataclass(frozen=True)
class Anchor:
    """One statement. Everything but the signature itself is signed.

    Attributes:
        sequence: position in the chain of anchors, from 1.
        covers_from, covers_until: links of this time were looked at, the latter not included.
        heads: how many chains have links of that time.
        root: of the Merkle tree over the lines of their heads, sorted; in hex.
        previous: digest of the anchor before; GENESIS for the first.
        signed: the statement as a compact JWS.
    """

    sequence: int
    covers_from: datetime
    covers_until: datetime
    heads: int
    root: str
    previous: str
    signed: str = ""
    version: str = ""

    def statement(self) -> bytes:
        """What is signed: JSON with sorted members and no spaces."""
        members = {
            "covers_from": self.covers_from.isoformat(),
            "covers_until": self.covers_until.isoformat(),
            "heads": self.heads,
            "previous": self.previous,
            "root": self.root,
            "sequence": self.sequence,
        }
        return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()

    def digest(self) -> str:
        """What the next anchor calls `previous`: SHA-256 of the statement, in hex.

        Not of the signature, which is another one each time that the same is signed.
        """
        return hashlib.sha256(self.statement()).hexdigest()

    @property
    def name(self) -> str:
        """The name of the signed statement in the bucket."""
        return f"anchors/{position(self.sequence)}.jws"

    @property
    def leaves_name(self) -> str:
        """The name of its leaves in the bucket; it tells their content, so that no two runs can disagree about it."""
        return f"anchors/{position(self.sequence)}.{self.root}.leaves"


def next_anchor(last: Anchor | None, covers_until: datetime, heads: Sequence[AnchoredHead]) -> Anchor:
    """The anchor after `last`, not yet signed.

    Args:
        heads: sorted, one for each chain.
    """
    return Anchor(
        sequence=last.sequence + 1 if last else 1,
        covers_from=covers_until - HOURS_COVERED * HOUR,
        covers_until=covers_until,
        heads=len(heads),
        root=root_of(heads),
        previous=last.digest() if last else GENESIS,
    )


def read_statement(statement: bytes) -> Anchor:
    """The anchor that a statement describes.

    Raises:
        ValueError: it describes none.
    """
    with suppress(TypeError, KeyError, AttributeError, ValueError, RecursionError):
        members = json.loads(statement)
        instants = {name: datetime.fromisoformat(members[name]) for name in ("covers_from", "covers_until")}
        anchor = Anchor(**{**members, **instants})
        if anchor.statement() == statement and all(at.utcoffset() is not None for at in instants.values()):
            return anchor
    raise ValueError("this is no anchor's statement")


def heads_of(links: Iterable[LedgerHead]) -> list[AnchoredHead]:
    """The last link of each chain, blinded and sorted."""
    last: dict[str, LedgerHead] = {}
    for link in links:
        if link.customer_id not in last or last[link.customer_id].sequence < link.sequence:
            last[link.customer_id] = link
    return sorted(link.anchored() for link in last.values())


def write_leaves(heads: Iterable[AnchoredHead]) -> bytes:
    """The file of leaves: a line for each head."""
    return "".join(f"{head.line()}\n" for head in heads).encode()


def read_leaves(content: bytes) -> list[AnchoredHead]:
    """The heads of a file of leaves.

    Raises:
        ValueError: it is none.
    """
    with suppress(ValueError):
        lines = (line.split(" ") for line in content.decode("ascii").splitlines())
        heads = [AnchoredHead(name, int(sequence), end) for name, sequence, end in lines]
        if write_leaves(heads) == content:
            return heads
    raise ValueError("this is no file of leaves")


def root_of(heads: Iterable[AnchoredHead]) -> str:
    """The root of the tree over these heads, in hex."""
    return root(head.line().encode() for head in heads).hex()


def blinded(customer_id: str) -> str:
    """What stands for a customer in the anchors."""
    return hashlib.sha256(f"ringfence/anchor/v1|{customer_id}".encode()).hexdigest()


def anchor_buckets(covers_until: datetime) -> list[str]:
    """Every partition that an anchor covers."""
    hours = [covers_until - number * HOUR for number in range(HOURS_COVERED, 0, -1)]
    return [each for hour in hours for each in hour_buckets(hour)]
