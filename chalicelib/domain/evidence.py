"""What an export and the anchors prove about a customer's consents. Whoever asks needs no service and no secret."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.anchor_evidence import Finding, FoundAnchor, anchor_findings, chain_findings, first_flaw
from chalicelib.domain.consent import ConsentEvent, record_id
from chalicelib.domain.consent_state import state_after
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.ledger import LedgerEvent, Opened, commit_to, first_break


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


def findings(evidence: Evidence, anchors: Sequence[FoundAnchor]) -> list[Finding]:
    """Every question that can be asked, answered. All is well if no answer has a flaw.

    Args:
        anchors: all of the archive, in the order of their places, looked through for the customer of the evidence.
    """
    return [
        *anchor_findings(anchors),
        Finding("the events are one chain that ends at the head", _broken(evidence)),
        Finding("each event says what it committed to", _altered(evidence)),
        Finding("words are missing only after the ledger's retention", _withheld(evidence)),
        Finding("the consents are what the events say", _unfounded(evidence)),
        *chain_findings("event", [opened.link for opened in evidence.links], anchors),
    ]


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
        return first_flaw(f"event {number} can't be read, although the key was there" for number in missing)
    if evidence.status != "purged":
        return "the key is gone, although the customer is not purged"
    left = (it.link.sequence for it in evidence.links if it.words is not None)
    return first_flaw(f"event {number} can be read, although the key is gone" for number in left)


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
