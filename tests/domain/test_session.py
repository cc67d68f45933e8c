"""How long a session lives, and what it may do by how it was opened."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import NotAuthenticated, NotPermitted
from chalicelib.domain.session import (
    ACTS,
    BY_SMS,
    BY_WALLET,
    LINK_LIFETIME,
    SESSION_LIFETIME,
    HandOver,
    Session,
    new_token,
)
from tests.domain.samples import NOON, attempted

OPENED = {it: Session("digest", "cus_0123", it, NOON + SESSION_LIFETIME) for it in ACTS}
TICK = timedelta(microseconds=1)


def test_lifetimes() -> None:
    assert SESSION_LIFETIME.total_seconds() == 900
    assert LINK_LIFETIME.total_seconds() == 60


@pytest.mark.parametrize("act", sorted(BY_WALLET))
def test_a_text_message_opens_no_more_than_a_stolen_sim_may_have(act: str) -> None:
    by_sms = attempted(lambda: OPENED["sms"].require(NOON, act))
    assert (
        (by_sms is None) == OPENED["sms"].may(act) == (act in ("enter", "look", "refused", "withdrawn", "stop_change"))
    )
    assert by_sms is None or isinstance(by_sms, NotPermitted)
    OPENED["wallet"].require(NOON, act)
    by_former = attempted(lambda: OPENED["former"].require(NOON, act))
    assert (by_former is None) == (act in ("enter", "stop_change"))
    by_ended = attempted(lambda: OPENED["ended"].require(NOON, act))
    assert (by_ended is None) == (act in ("enter", "export"))


def test_the_wallet_opens_more() -> None:
    assert BY_SMS < BY_WALLET


@pytest.mark.parametrize("strength", ACTS)
def test_a_session_ends_at_its_instant_and_not_before(strength: str) -> None:
    session = OPENED[strength]
    session.require(session.lapses_at - TICK, "enter")
    with pytest.raises(NotAuthenticated):
        session.require(session.lapses_at, "enter")


@given(st.integers(0, 10**9))
def test_a_late_session_does_not_even_say_that_it_is_weak(late: int) -> None:
    with pytest.raises(NotAuthenticated):
        OPENED["sms"].require(OPENED["sms"].lapses_at + timedelta(seconds=late), "given")


def test_the_caller_is_the_customer_alone() -> None:
    caller = OPENED["sms"].caller
    assert (caller.subject, caller.roles, caller.client_id) == ("cus_0123", frozenset({"customer"}), "preferences")


def test_a_link_is_used_once_and_in_time() -> None:
    link = HandOver("digest", "cus_0123", NOON + LINK_LIFETIME)
    used = link.used(NOON + LINK_LIFETIME - TICK)
    assert used.used_at == NOON + LINK_LIFETIME - TICK
    for wrong, at in ((used, NOON), (link, NOON + LINK_LIFETIME)):
        with pytest.raises(NotAuthenticated):
            wrong.used(at)


def test_tokens_are_long_and_do_not_show_themselves() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    # 256 bits in base64.
    assert {len(token) for token in tokens} == {43}
    assert not any(token in repr(token) for token in tokens)
