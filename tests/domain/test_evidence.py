"""What each question of the verifier finds by itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.anchor import Anchor, AnchoredHead, blinded, next_anchor
from chalicelib.domain.anchor_evidence import Finding, FoundAnchor, found_anchor
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.evidence import Evidence, OpenedLink, findings
from chalicelib.domain.ledger import GENESIS, Opened, commit_to, link

AT = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
SALT = bytes(32)


def payload(event_id: str = "evt_1", **changes: Any) -> bytes:
    event = ConsentEvent(
        event_id=event_id,
        record_id="ada.marketing",
        event_type="given",
        event_time=AT.isoformat(),
        purpose="marketing",
        channels=("sms",),
        notice_version=1,
        notice_sha256="",
        locale="en",
        surface="signup_screen",
        actor_role="wallet",
        actor_client="wallet-app",
    )
    return replace(event, **changes).canonical()


GIVEN = {"marketing": ConsentState("given", 1, "en", ("sms",), "evt_1", AT)}


def evidence(said: bytes = payload(), **changes: Any) -> Evidence:
    """One event, whole unless it says otherwise."""
    made = link("ada", (0, GENESIS), "evt_1", AT, commit_to(SALT, said), b"")
    whole = Evidence("ada", "active", 1, made.hash, True, GIVEN, (OpenedLink(made, Opened(SALT, said)),))
    return replace(whole, **changes)


def found(anchor: Anchor, *heads: AnchoredHead, signed_by: str | None = "key") -> FoundAnchor:
    return found_anchor(anchor.sequence, anchor, signed_by, heads, "ada")


def anchors(*heads: AnchoredHead) -> list[FoundAnchor]:
    """Two, of which the first has the heads."""
    first = next_anchor(None, AT.replace(minute=0) + HOUR, sorted(heads))
    second = next_anchor(first, first.covers_until + HOUR, [])
    return [found(first, *sorted(heads)), found(second)]


OWN = AnchoredHead(blinded("ada"), 1, evidence().hash)


def flaws(what: Evidence, seen: list[FoundAnchor]) -> list[str]:
    return [it.flaw for it in findings(what, seen) if it.flaw is not None]


def test_what_is_whole_has_no_flaw() -> None:
    assert flaws(evidence(), anchors(OWN)) == []
    assert len(findings(evidence(), anchors(OWN))) == 9
    assert all(isinstance(it, Finding) and it.question for it in findings(evidence(), anchors(OWN)))


@pytest.mark.parametrize(
    "change",
    [
        lambda it: replace(it, previous=GENESIS),
        lambda it: replace(it, previous="ab" * 32),
        lambda it: replace(it, covers_until=AT.replace(minute=0) + HOUR),
        lambda it: replace(it, covers_until=AT.replace(minute=0)),
    ],
    ids=["first again", "of another chain", "of the same hour", "of an earlier hour"],
)
def test_an_anchor_must_follow_the_one_before_although_it_is_signed(change: Callable[[Anchor], Anchor]) -> None:
    first, second = anchors(OWN)
    assert second.anchor is not None
    forked = replace(second, anchor=change(second.anchor))
    assert flaws(evidence(), [first, forked]) == ["anchor 2 does not follow the one before"]


def test_the_first_anchor_follows_none() -> None:
    first, _ = anchors(OWN)
    assert first.anchor is not None
    later = replace(first, anchor=replace(first.anchor, previous="ab" * 32))
    assert flaws(evidence(), [later]) == ["anchor 1 does not follow the one before"]


def test_what_can_t_be_read_is_no_anchor() -> None:
    first, _ = anchors(OWN)
    assert flaws(evidence(), [first, found_anchor(2, None, "key", (), "ada")]) == [
        "anchor 2 is no anchor",
        "anchor 2 has other leaves, or none",
    ]


def test_nothing_is_believed_of_an_anchor_that_nobody_signed() -> None:
    other = replace(OWN, hash="ab" * 32)
    first, second = anchors(other)
    assert flaws(evidence(), [first, second]) == ["anchor 1 has seen another event 1"]
    unsigned = replace(first, signed_by=None)
    assert flaws(evidence(), [unsigned, second]) == [
        "anchor 1 is signed by no known key",
        "event 1 is of a time that is anchored, and no anchor has seen it",
    ]


def test_nothing_is_believed_of_leaves_that_were_not_signed() -> None:
    first, second = anchors(OWN)
    others = found_anchor(1, first.anchor, "key", [replace(OWN, hash="ab" * 32)], "ada")
    assert flaws(evidence(), [others, second]) == [
        "anchor 1 has other leaves, or none",
        "event 1 is of a time that is anchored, and no anchor has seen it",
    ]


def test_of_an_anchor_no_more_is_kept_than_the_customer_s_own_heads() -> None:
    other = AnchoredHead(blinded("bob"), 1, "ab" * 32)
    first, _ = anchors(OWN, other)
    assert (first.has_leaves, first.own_heads) == (True, (OWN,))
    assert first.anchor is not None
    for leaves in (None, [OWN], [other], [OWN, other, other]):
        assert not found_anchor(1, first.anchor, "key", leaves, "ada").has_leaves


def test_an_hour_s_first_instant_is_anchored_in_it_and_its_end_is_not() -> None:
    for until, flaw in (
        (AT, []),
        (AT + timedelta(microseconds=1), ["event 1 is of a time that is anchored, and no anchor has seen it"]),
        (AT + 2 * HOUR, ["event 1 is of a time that is anchored, and no anchor has seen it"]),
        (AT + 2 * HOUR + timedelta(microseconds=1), []),
    ):
        assert flaws(evidence(), [found(next_anchor(None, until, []))]) == flaw


def test_events_before_and_after_all_anchored_hours_need_no_anchor() -> None:
    first = next_anchor(None, AT.replace(minute=0) + 9 * HOUR, [])
    assert flaws(evidence(), [found(first)]) == []
    past = next_anchor(None, AT.replace(minute=0), [])
    assert flaws(evidence(), [found(past)]) == []
    now = next_anchor(None, AT.replace(minute=0) + HOUR, [])
    assert flaws(evidence(), [found(now)]) == ["event 1 is of a time that is anchored, and no anchor has seen it"]


@pytest.mark.parametrize(
    "said",
    [
        payload("evt_2"),
        payload(record_id="bob.marketing"),
        payload(event_time=(AT + HOUR).isoformat()),
        payload(event_time="noon"),
        payload(purpose=[]),
        json.dumps({"event_id": "evt_1"}).encode(),
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_what_was_committed_to_must_be_about_its_link(said: bytes) -> None:
    what = evidence(said)
    anchored = anchors(AnchoredHead(blinded("ada"), 1, what.hash))
    assert "event 1 is about something else than its link" in flaws(what, anchored)


def test_words_that_are_held_back_are_missed_if_the_key_was_there() -> None:
    (opened,) = evidence().links
    what = evidence(links=(OpenedLink(opened.link),))
    assert "event 1 can't be read, although the key was there" in flaws(what, anchors(OWN))


def test_after_the_key_is_gone_nothing_is_stated_that_nobody_can_check() -> None:
    (opened,) = evidence().links
    gone = evidence(status="purged", readable=False, links=(OpenedLink(opened.link),))
    assert flaws(gone, anchors(OWN)) == ["consents are stated, and there is no event to read"]
    assert flaws(replace(gone, consents={}), anchors(OWN)) == []
    assert flaws(replace(gone, consents={}, links=(opened,)), anchors(OWN)) == [
        "event 1 can be read, although the key is gone"
    ]


@pytest.mark.parametrize("status", ["active", "restricted"])
def test_nobody_who_is_not_purged_is_without_the_key(status: str) -> None:
    (opened,) = evidence().links
    hidden = evidence(status=status, readable=False, links=(OpenedLink(opened.link),), consents={})
    assert flaws(hidden, anchors(OWN)) == ["the key is gone, although the customer is not purged"]


@pytest.mark.parametrize(
    "consents",
    [
        {},
        {"marketing": replace(GIVEN["marketing"], by_guardian=True)},
        {"marketing": replace(GIVEN["marketing"], valid_until=AT)},
        {**GIVEN, "order_notice": GIVEN["marketing"]},
    ],
)
def test_the_head_says_what_the_last_events_say(consents: dict[str, ConsentState]) -> None:
    (flaw,) = flaws(evidence(consents=consents), anchors(OWN))
    assert flaw.startswith("the events say something else about")
