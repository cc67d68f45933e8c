"""What an export and the anchors prove about a customer's consents. Whoever asks needs no service and no secret."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.anchor import Anchor, AnchoredHead, blinded, root_of
from chalicelib.domain.consent import ConsentEvent, record_id
from chalicelib.domain.consent_state import state_after
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.ledger import GENESIS, LedgerEvent, Opened, commit_to, first_break


@dataclass(frozen=True)
class OpenedLink:
    """A link of the chain, with what its commitment was made of; None where that can't be read any more."""

    link: LedgerEvent
    words: Opened | None = None


@dataclass(frozen=True)
class Evidence:
    """What an export says of one customer.

    Attributes:
        status: of the customer.
        sequence, hash: of the chain's end, as the customer's head has it.
        readable: True if the ledger key was there.
        links: in the order of the export.
    """

    customer_id: str
    status: str
    sequence: int
    hash: str
    readable: bool
    consents: Mapping[str, ConsentState]
    links: tuple[OpenedLink, ...]


@dataclass(frozen=True)
class FoundAnchor:
    """An anchor as the archive has it, whatever it is worth.

    Attributes:
        place: from its name, from 1.
        anchor: what it states; None if that can't be read.
        signed_by: which of the known keys signed exactly that; None if none did.
        has_leaves: True if its leaves are those that it states.
        own_heads: of its leaves, those of the one customer that is asked about. There are too many to keep all.
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
    place: int, anchor: Anchor | None, signed_by: str | None, heads: Collection[AnchoredHead] | None, customer_id: str
) -> FoundAnchor:
    """The anchor of this place, its leaves looked through for one customer.

    Args:
        heads: its leaves; None if they are missing or can't be read.
    """
    own = blinded(customer_id)
    return FoundAnchor(
        place=place,
        anchor=anchor,
        signed_by=signed_by,
        has_leaves=anchor is not None and heads is not None and root_of(heads) == anchor.root,
        own_heads=tuple(head for head in heads or () if head.blinded == own),
    )


def findings(evidence: Evidence, anchors: Sequence[FoundAnchor]) -> list[Finding]:
    """Every question that can be asked, answered. All is well if no answer has a flaw.

    Args:
        anchors: all of the archive, in the order of their places, looked through for the customer of the evidence.
    """
    answers: list[tuple[str, Callable[[], str | None]]] = [
        ("every anchor is signed by a known key", lambda: _unsigned(anchors)),
        ("no anchor is missing, repeated or out of its place", lambda: _misplaced(anchors)),
        ("the leaves are those that were signed", lambda: _wrong_leaves(anchors)),
        ("the events are one chain that ends at the head", lambda: _broken(evidence)),
        ("each event says what it committed to", lambda: _altered(evidence)),
        ("words are missing only after the ledger's retention", lambda: _withheld(evidence)),
        ("the consents are what the events say", lambda: _unfounded(evidence)),
        ("the chain contains every anchored head", lambda: _contradicted(evidence, anchors)),
        ("no event of anchored hours is without an anchor", lambda: _backdated(evidence, anchors)),
    ]
    return [Finding(question, answer()) for question, answer in answers]


def _unsigned(anchors: Sequence[FoundAnchor]) -> str | None:
    if not anchors:
        return "there is no anchor"
    return _first(f"anchor {it.place} is signed by no known key" for it in anchors if it.signed_by is None)


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
    return _first(f"anchor {it.place} has other leaves, or none" for it in anchors if not it.has_leaves)


def _broken(evidence: Evidence) -> str | None:
    links = [opened.link for opened in evidence.links]
    return first_break(evidence.customer_id, links, evidence.sequence, evidence.hash)


def _altered(evidence: Evidence) -> str | None:
    for opened in evidence.links:
        number = opened.link.sequence
        if opened.words is None:
            continue
        if commit_to(opened.words.salt, opened.words.payload) != opened.link.commitment:
            return f"event {number} says something else than it committed to"
        event = _event(opened.words.payload)
        if event is None or not _belongs(event, opened.link, evidence.customer_id):
            return f"event {number} is about something else than its link"
    return None


def _withheld(evidence: Evidence) -> str | None:
    if evidence.readable:
        missing = (it.link.sequence for it in evidence.links if it.words is None)
        return _first(f"event {number} can't be read, although the key was there" for number in missing)
    if evidence.status != "purged":
        return "the key is gone, although the customer is not purged"
    left = (it.link.sequence for it in evidence.links if it.words is not None)
    return _first(f"event {number} can be read, although the key is gone" for number in left)


def _unfounded(evidence: Evidence) -> str | None:
    if not evidence.readable:
        return None if not evidence.consents else "consents are stated, and there is no event to read"
    said: dict[str, ConsentState] = {}
    for opened in evidence.links:
        event = _event(opened.words.payload) if opened.words is not None else None
        if event is not None:
            said[event.purpose] = _state(event)
    differing = sorted(name for name in {*said, *evidence.consents} if said.get(name) != evidence.consents.get(name))
    return f"the events say something else about {differing[0]}" if differing else None


def _contradicted(evidence: Evidence, anchors: Sequence[FoundAnchor]) -> str | None:
    hashes = {opened.link.sequence: opened.link.hash for opened in evidence.links}
    for place, head in _own_heads(anchors):
        if head.sequence not in hashes:
            return f"anchor {place} has seen {head.sequence} events, and the export has {len(hashes)}"
        if hashes[head.sequence] != head.hash:
            return f"anchor {place} has seen another event {head.sequence}"
    return None


def _backdated(evidence: Evidence, anchors: Sequence[FoundAnchor]) -> str | None:
    covered = [it.anchor for it in anchors if it.anchor is not None and _is_sound(it)]
    if not covered:
        return None
    since, until = covered[0].covers_from, covered[-1].covers_until
    anchored = max((head.sequence for _, head in _own_heads(anchors)), default=0)
    return _first(
        f"event {opened.link.sequence} is of a time that is anchored, and no anchor has seen it"
        for opened in evidence.links
        if since <= opened.link.event_time < until and opened.link.sequence > anchored
    )


def _own_heads(anchors: Sequence[FoundAnchor]) -> list[tuple[int, AnchoredHead]]:
    return [(it.place, head) for it in anchors if _is_sound(it) for head in it.own_heads]


def _is_sound(found: FoundAnchor) -> bool:
    return found.signed_by is not None and found.has_leaves


def _event(payload: bytes) -> ConsentEvent | None:
    # It may be anything: nobody has looked at it before.
    with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        event = ConsentEvent.from_canonical(payload)
        if isinstance(event.purpose, str) and _state(event):
            return event
    return None


def _state(event: ConsentEvent) -> ConsentState:
    return state_after(event, datetime.fromisoformat(event.event_time))


def _belongs(event: ConsentEvent, link: LedgerEvent, customer_id: str) -> bool:
    return (
        event.event_id == link.event_id
        and datetime.fromisoformat(event.event_time) == link.event_time
        and event.record_id == record_id(customer_id, event.purpose)
    )


def _first(flaws: Iterator[str]) -> str | None:
    return next(flaws, None)
