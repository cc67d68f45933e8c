"""What the anchors are worth, and what they say of a chain. Whoever asks needs no service and no secret."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.domain.anchor import Anchor, AnchoredHead, blinded, root_of
from chalicelib.domain.ledger import GENESIS, LedgerEvent


@dataclass(frozen=True)
class FoundAnchor:
    """An anchor as the archive has it, whatever it is worth.

    Attributes:
        place: from its name, from 1.
        anchor: what it states; None if that can't be read.
        signed_by: which of the known keys signed exactly that; None if none did.
        has_leaves: True if its leaves are those that it states.
        own_heads: of its leaves, those of the one chain that is asked about. There are too many to keep all.
    """

    place: int
    anchor: Anchor | None
    signed_by: str | None
    has_leaves: bool
    own_heads: tuple[AnchoredHead, ...]


@dataclass(frozen=True)
class Finding:
    """The answer to one question: the flaw in words, or None if there is none."""

    question: str
    flaw: str | None


def found_anchor(
    place: int, anchor: Anchor | None, signed_by: str | None, heads: Collection[AnchoredHead] | None, chain: str
) -> FoundAnchor:
    """The anchor of this place, its leaves looked through for one chain.

    Args:
        heads: its leaves; None if they are missing or can't be read.
        chain: the id of the customer whose it is, or the chain's own name.
    """
    own = blinded(chain)
    return FoundAnchor(
        place=place,
        anchor=anchor,
        signed_by=signed_by,
        has_leaves=anchor is not None and heads is not None and root_of(heads) == anchor.root,
        own_heads=tuple(head for head in heads or () if head.blinded == own),
    )


def anchor_findings(anchors: Sequence[FoundAnchor]) -> list[Finding]:
    """What can be asked of the anchors themselves, answered.

    Args:
        anchors: all of the archive, in the order of their places.
    """
    return [
        Finding("every anchor is signed by a known key", _unsigned(anchors)),
        Finding("no anchor is missing, repeated or out of its place", _misplaced(anchors)),
        Finding("the leaves are those that were signed", _wrong_leaves(anchors)),
    ]


def chain_findings(what: str, links: Sequence[LedgerEvent], anchors: Sequence[FoundAnchor]) -> list[Finding]:
    """What the anchors say of a chain.

    Args:
        what: that a link stands for.
        links: in order of sequence; what comes before the first is not asked for.
        anchors: all of the archive, in the order of their places, looked through for this chain.
    """
    return [
        Finding("the chain contains every anchored head", _contradicted(what, links, anchors)),
        Finding(f"no {what} of anchored hours is without an anchor", _backdated(what, links, anchors)),
    ]


def first_flaw(flaws: Iterator[str]) -> str | None:
    """The first flaw, if there is one."""
    return next(flaws, None)


def _unsigned(anchors: Sequence[FoundAnchor]) -> str | None:
    if not anchors:
        return "there is no anchor"
    return first_flaw(f"anchor {it.place} is signed by no known key" for it in anchors if it.signed_by is None)


def _misplaced(anchors: Sequence[FoundAnchor]) -> str | None:
    previous, covered_until = GENESIS, None
    for expected, found in enumerate(anchors, start=1):
        anchor = found.anchor
        if found.place != expected:
            return f"anchor {expected} is missing"
        if anchor is None:
            return f"anchor {expected} is no anchor"
        if anchor.sequence != expected:
            return f"in the place of anchor {expected} stands anchor {anchor.sequence}"
        if anchor.previous != previous or (covered_until and anchor.covers_until <= covered_until):
            return f"anchor {expected} does not follow the one before"
        previous, covered_until = anchor.digest(), anchor.covers_until
    return None


def _wrong_leaves(anchors: Sequence[FoundAnchor]) -> str | None:
    return first_flaw(f"anchor {it.place} has other leaves, or none" for it in anchors if not it.has_leaves)


def _contradicted(what: str, links: Sequence[LedgerEvent], anchors: Sequence[FoundAnchor]) -> str | None:
    hashes = {link.sequence: link.hash for link in links}
    begin = links[0].sequence if links else 1
    for place, head in _own_heads(anchors):
        if head.sequence >= begin and head.sequence not in hashes:
            return f"anchor {place} has seen {what} {head.sequence}, which is not there"
        if head.sequence in hashes and hashes[head.sequence] != head.hash:
            return f"anchor {place} has seen another {what} {head.sequence}"
    return None


def _backdated(what: str, links: Sequence[LedgerEvent], anchors: Sequence[FoundAnchor]) -> str | None:
    covered = [it.anchor for it in anchors if it.anchor is not None and _is_sound(it)]
    if not covered:
        return None
    since, until = covered[0].covers_from, covered[-1].covers_until
    anchored = max((head.sequence for _, head in _own_heads(anchors)), default=0)
    return first_flaw(
        f"{what} {link.sequence} is of a time that is anchored, and no anchor has seen it"
        for link in links
        if since <= link.event_time < until and link.sequence > anchored
    )


def _own_heads(anchors: Sequence[FoundAnchor]) -> list[tuple[int, AnchoredHead]]:
    return [(it.place, head) for it in anchors if _is_sound(it) for head in it.own_heads]


def _is_sound(found: FoundAnchor) -> bool:
    return found.signed_by is not None and found.has_leaves
