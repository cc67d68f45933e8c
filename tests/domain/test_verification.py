"""A verification lives one short life, whatever order things happen in."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.domain.errors import (
    Contended,
    Refused,
    ResendTooSoon,
    SendsExhausted,
    VerificationCancelled,
    VerificationExpired,
    VerificationLocked,
    VerificationNotProved,
    VerificationPurposeMismatch,
    VerificationSpent,
)
from chalicelib.domain.sent import Sent
from chalicelib.domain.verification import Send, TransactionContext, Verification, context_digest
from tests.domain.samples import NOON, RETENTION, RULES, a_verification, attempted

WAITS = (30, 60, 120, 240)
DAY = timedelta(days=1)


class Life(RuleBasedStateMachine):
    """Every order of events; what must hold is said again in plain counts and instants."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.verification = a_verification()
        self.reserved: list[int] = []
        self.sent_at = [NOON]
        self.proved_at: datetime | None = None
        self.used_at: datetime | None = None
        self.cancelled_at: datetime | None = None

    @property
    def over(self) -> bool:
        return bool(self.used_at or self.cancelled_at)

    @rule(seconds=st.sampled_from([0, 1, 29, 30, 31, 60, 120, 240, 300, 86_000, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def alive(self) -> bool:
        return not self.over and not self.proved_at and self.now < NOON + timedelta(minutes=10)

    @rule()
    def an_attempt_is_reserved(self) -> None:
        result = attempted(lambda: self.verification.with_attempt(self.now, RULES))
        locked = len(self.reserved) == 5
        assert isinstance(result, Verification) == (self.alive and not locked)
        assert isinstance(result, VerificationLocked) == (self.alive and locked)
        if isinstance(result, Verification):
            self.verification = result
            self.reserved.append(result.attempts)

    @precondition(lambda self: self.reserved)
    @rule(choice=st.data())
    def a_reserved_attempt_turns_out_right(self, choice: st.DataObject) -> None:
        attempt = choice.draw(st.sampled_from(self.reserved))
        result = attempted(lambda: self.verification.proved(attempt, self.now, RETENTION))
        if attempt == self.verification.proved_by:
            assert result == self.verification
            return
        assert isinstance(result, Verification) == self.alive
        if isinstance(result, Verification):
            self.verification = result
            self.proved_at = self.now
            assert (result.proved_by, result.verified_at) == (attempt, self.now)

    @rule()
    def a_resend_is_asked_for(self) -> None:
        result = attempted(lambda: self.verification.with_send(self.now, RULES))
        free = self.alive and len(self.reserved) < 5
        left = len(self.sent_at) < 5
        waited = left and self.now >= self.sent_at[-1] + timedelta(seconds=WAITS[len(self.sent_at) - 1])
        assert isinstance(result, Verification) == (free and waited)
        assert isinstance(result, SendsExhausted) == (free and not left)
        assert isinstance(result, ResendTooSoon) == (free and left and not waited)
        if isinstance(result, ResendTooSoon):
            assert result.resend_at == self.verification.resend_at(RULES)
            assert result.retry_after_seconds == (result.resend_at - self.now).total_seconds()
        if isinstance(result, Verification):
            self.verification = result
            self.sent_at.append(self.now)

    @rule(choice=st.data(), delivery=st.sampled_from(["opening", "queued", "accepted", "failed", "unknown"]))
    def an_outcome_arrives(self, choice: st.DataObject, delivery: str) -> None:
        number = choice.draw(st.integers(1, len(self.sent_at)))
        before = self.verification
        self.verification = before.with_delivery(number, Sent(delivery))
        assert self.verification.sends[number - 1].delivery == delivery
        assert replace(self.verification, sends=before.sends) == before

    @rule()
    def the_wallet_cancels(self) -> None:
        result = attempted(lambda: self.verification.cancelled(self.now, RETENTION))
        assert isinstance(result, VerificationSpent) == bool(self.used_at)
        if isinstance(result, Verification):
            assert not self.cancelled_at or result == self.verification
            self.verification = result
            self.cancelled_at = self.cancelled_at or self.now

    @rule(waiting=st.sampled_from(["intended", "queued"]))
    def the_strongroom_or_a_worker_takes_the_send(self, waiting: str) -> None:
        waits = self.verification.sends[-1].delivery == waiting
        free = self.alive and len(self.reserved) < 5
        try:
            taken = attempted(lambda: self.verification.with_send_taken(self.now, RULES, waiting))
        except Contended:
            assert free
            assert not waits
            return
        assert isinstance(taken, Verification) == (free and waits)
        if isinstance(taken, Verification):
            self.verification = taken
            assert taken.sends[-1].delivery == "opening"

    @rule(purpose=st.sampled_from(["signup", "signup", "step_up"]))
    def the_proof_is_used(self, purpose: str) -> None:
        result = attempted(lambda: self.verification.spent(purpose, self.now, RULES, RETENTION))
        free = not self.over and self.proved_at is not None and self.now < self.proved_at + DAY
        assert isinstance(result, Verification) == (free and purpose == "signup")
        assert isinstance(result, VerificationPurposeMismatch) == (purpose != "signup")
        if isinstance(result, Verification):
            self.verification = result
            self.used_at = self.now

    @invariant()
    def attempts_and_sends_stay_within_the_rules(self) -> None:
        assert self.verification.attempts == len(self.reserved) <= 5
        assert [send.at for send in self.verification.sends] == self.sent_at
        assert len(self.sent_at) <= 5
        for wait, (one, next_one) in zip(WAITS, pairwise(self.sent_at), strict=False):
            assert next_one - one >= timedelta(seconds=wait)

    @invariant()
    def nothing_lengthens_the_code_s_life(self) -> None:
        assert self.verification.code_expires_at == NOON + timedelta(minutes=10)
        assert all(at < self.verification.code_expires_at for at in self.sent_at)

    @invariant()
    def the_pending_number_lives_as_long_as_it_is_needed(self) -> None:
        assert (self.verification.pending_number is None) == self.over

    @invariant()
    def the_status_is_what_happened(self) -> None:
        expected = "pending"
        if self.used_at:
            expected = "spent"
        elif self.cancelled_at:
            expected = "cancelled"
        elif self.proved_at:
            expected = "verified" if self.now < self.proved_at + DAY else "expired"
        elif self.now >= NOON + timedelta(minutes=10):
            expected = "expired"
        elif len(self.reserved) == 5:
            expected = "locked"
        assert self.verification.status_at(self.now, RULES) == expected

    @invariant()
    def the_purge_takes_it_a_day_after_what_happened_last(self) -> None:
        finished = max((at for at in (self.proved_at, self.used_at, self.cancelled_at) if at), default=None)
        assert self.verification.due_at == (finished or NOON) + DAY
        assert self.verification.due_reason == ("finished_verification" if finished else "unverified_number")
        assert self.verification.lapses_at == self.verification.due_at + DAY


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_the_schedule_of_resends_is_the_policy_s() -> None:
    verification = a_verification()
    at = NOON
    for wait in WAITS:
        at += timedelta(seconds=wait)
        assert verification.resend_at(RULES) == at
        with pytest.raises(ResendTooSoon) as refused:
            verification.with_send(at - timedelta(microseconds=1), RULES)
        assert refused.value.retry_after_seconds == 1
        verification = verification.with_send(at, RULES)
    assert verification.resend_at(RULES) is None
    with pytest.raises(SendsExhausted):
        verification.with_send(at + timedelta(seconds=100), RULES)


def test_a_code_is_worth_nothing_at_the_end_of_its_life() -> None:
    end = NOON + timedelta(minutes=10)
    last = a_verification().with_attempt(end - timedelta(microseconds=1), RULES)
    assert last.proved(1, end - timedelta(microseconds=1), RETENTION).status == "verified"
    with pytest.raises(VerificationExpired):
        last.proved(1, end, RETENTION)
    with pytest.raises(VerificationExpired):
        a_verification().with_attempt(end, RULES)


def test_a_proof_that_nobody_used_expires_after_a_day() -> None:
    proof = a_verification().proved(1, NOON, RETENTION)
    assert proof.status_at(NOON + DAY - timedelta(microseconds=1), RULES) == "verified"
    assert proof.status_at(NOON + DAY, RULES) == "expired"


def test_an_attempt_reserved_last_may_still_be_right() -> None:
    locked = a_verification(attempts=4).with_attempt(NOON, RULES)
    assert locked.status_at(NOON, RULES) == "locked"
    assert locked.proved(5, NOON, RETENTION).status == "verified"


@pytest.mark.parametrize(
    ("status", "at", "refusal"),
    [
        ("pending", NOON, VerificationNotProved),
        ("pending", NOON + timedelta(minutes=10), VerificationExpired),
        ("spent", NOON, VerificationSpent),
        ("cancelled", NOON, VerificationCancelled),
        ("verified", NOON + DAY, VerificationExpired),
    ],
)
def test_what_is_no_proof_is_refused_by_its_name(status: str, at: datetime, refusal: type[Refused]) -> None:
    verification = a_verification(status=status, verified_at=NOON)
    with pytest.raises(refusal):
        verification.spent("signup", at, RULES, RETENTION)


@pytest.mark.parametrize("status", ["verified", "spent"])
def test_a_used_code_is_spent_for_every_later_act(status: str) -> None:
    verification = a_verification(status=status, verified_at=NOON)
    with pytest.raises(VerificationSpent):
        verification.with_attempt(NOON, RULES)
    with pytest.raises(VerificationSpent):
        verification.with_send(NOON, RULES)
    with pytest.raises(VerificationSpent):
        verification.with_send_taken(NOON, RULES)
    with pytest.raises(VerificationSpent):
        verification.proved(1, NOON, RETENTION)


def test_more_sends_than_the_policy_allows_are_not_taken() -> None:
    with pytest.raises(SendsExhausted):
        a_verification(sends=(Send(NOON),) * 6).with_send_taken(NOON, RULES)


def test_a_code_belongs_to_verification_number_purpose_and_context() -> None:
    context = TransactionContext("1.00", "EUR", "A")
    assert a_verification().code_subject(None) == ("vrf_0123", "1.tag", "signup", "")
    assert a_verification().code_subject(context)[3] == context.digest


def test_a_send_knows_all_of_its_outcome_and_nothing_of_an_earlier_one() -> None:
    verification = a_verification(sends=(Send(NOON), Send(NOON + DAY)))
    told = verification.with_delivery(2, Sent("accepted", "webhook", "m-1"))
    assert told.sends == (Send(NOON), Send(NOON + DAY, "accepted", "webhook", "m-1"))
    again = told.with_delivery(2, Sent("opted_out", "sns", reason="opted_out"))
    assert again.sends[1] == Send(NOON + DAY, "opted_out", "sns", None, "opted_out")


def test_what_nobody_tries_again_has_failed() -> None:
    assert Sent("throttled", "sns", reason="throttled").delivery == "failed"
    for outcome in ("accepted", "queued", "failed", "opted_out", "unknown"):
        assert Sent(outcome).delivery == outcome


def test_the_original_is_never_changed() -> None:
    verification = a_verification()
    before = repr(verification)
    verification.with_attempt(NOON, RULES)
    verification.with_delivery(1, Sent("accepted"))
    verification.proved(1, NOON, RETENTION)
    verification.cancelled(NOON, RETENTION)
    assert repr(verification) == before
    assert verification.sends == (Send(NOON),)


def test_every_member_of_a_transaction_counts_for_its_code() -> None:
    contexts = [
        TransactionContext("1.00", "EUR", "A"),
        TransactionContext("1.0", "EUR", "A"),
        TransactionContext("1.00", "USD", "A"),
        TransactionContext("1.00", "EUR", "B"),
        TransactionContext("1.00", "EUR", 'A","'),
        TransactionContext('1.00","EUR', "A", ""),
        TransactionContext("1.00", "EURA", ""),
    ]
    digests = {context_digest(context) for context in contexts}
    assert len(digests) == len(contexts)
    assert context_digest(None) == ""
    assert context_digest(TransactionContext("1.00", "EUR", "A")) in digests
