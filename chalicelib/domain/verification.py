"""A verification: one SMS-code exchange that confirms a number, and never a login."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from chalicelib.domain.errors import (
    Contended,
    ResendTooSoon,
    SendsExhausted,
    VerificationCancelled,
    VerificationExpired,
    VerificationLocked,
    VerificationNotProved,
    VerificationPurposeMismatch,
    VerificationSpent,
)
from chalicelib.domain.life_rules import Retention
from chalicelib.domain.rules import VerificationRules
from chalicelib.domain.sent import Sent

# A row outlives its due date a little, so that the purge erases and counts it; TTL only catches what the purge missed.
TTL_AFTER_DUE = timedelta(days=1)
# The purpose by which a guardian proves a number of their own.
GUARDIAN = "guardian"


@dataclass(frozen=True)
class TransactionContext:
    """What a payer sees and what the code belongs to. Source: RTS 2018/389 art. 5."""

    amount: str
    currency: str
    payee: str

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hex."""
        form = json.dumps([self.amount, self.currency, self.payee], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(form.encode()).hexdigest()


def context_digest(context: TransactionContext | None) -> str:
    """What stands for the context in a code's derivation; empty when there is none."""
    return context.digest if context else ""


@dataclass(frozen=True)
class Send:
    """One SMS: the intent is written before, the outcome after.

    Attributes:
        delivery: from `intended` (or `opening`, once the strongroom has taken it) to accepted, queued, failed,
            opted_out or unknown; from accepted to delivered, failed or opted_out, once a carrier's receipt says so.
        sender: who carried it, as the policy names it.
        message_id: the sender's own name for it.
        reason: why it failed, in a word of ours.
    """

    at: datetime
    delivery: str = "intended"
    sender: str | None = None
    message_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Verification:
    """The record. It holds no code, no hash of one and no seed.

    Attributes:
        client_id: the wallet client that started it and alone may see it.
        tag: the number's tag. The code belongs to it, so it stays whatever becomes of the key that made it.
        other_tags: the number's, under the other keys of the index that lived at the start.
        masked: the number's mask.
        region: where the number belongs, which says what an SMS to it costs.
        pending_number: the number under the pending key, until it is bound; None if a customer already holds it.
        test_number: its name in the policy, if the number is one.
        code_expires_at: end of the code's life; nothing extends it.
        attempts: checks reserved so far, right or wrong.
        proved_by: the attempt that was right.
        due_at: when the purge takes it.
    """

    id: str
    client_id: str
    purpose: str
    tag: str
    masked: str
    region: str
    locale: str
    started_at: datetime
    code_expires_at: datetime
    due_at: datetime
    due_reason: str
    pending_number: bytes | None = None
    customer_id: str | None = None
    context: TransactionContext | None = None
    android_app_hash: str | None = None
    test_number: str | None = None
    status: str = "pending"
    attempts: int = 0
    sends: tuple[Send, ...] = ()
    verified_at: datetime | None = None
    proved_by: int | None = None
    other_tags: tuple[str, ...] = ()
    version: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """All that are known of the number."""
        return (self.tag, *self.other_tags)

    def tagged(self, tags: Sequence[str]) -> "Verification":
        """The number has these tags, the first of which the code belongs to."""
        return replace(self, tag=tags[0], other_tags=tuple(tags[1:]))

    @property
    def lapses_at(self) -> datetime:
        """When TTL may take the row."""
        return self.due_at + TTL_AFTER_DUE

    def status_at(self, at: datetime, rules: VerificationRules) -> str:
        """pending, verified, spent, cancelled, expired or locked, as seen at an instant."""
        if self.status == "pending" and at >= self.code_expires_at:
            return "expired"
        if self.status == "pending" and self.attempts >= rules.attempts:
            return "locked"
        if self.status == "verified" and at >= self._proof_expires_at(rules):
            return "expired"
        return self.status

    def resend_at(self, rules: VerificationRules) -> datetime | None:
        """The first instant of the next send, or None when none is left."""
        if len(self.sends) >= rules.sends:
            return None
        return self.sends[-1].at + timedelta(seconds=rules.resend_after_seconds[len(self.sends) - 1])

    def code_subject(self, context: TransactionContext | None) -> tuple[str, str, str, str]:
        """What the code belongs to: verification, number, purpose and the context that is presented."""
        return self.id, self.tag, self.purpose, context_digest(context)

    def with_attempt(self, at: datetime, rules: VerificationRules) -> "Verification":
        """One more attempt is reserved.

        Raises:
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: no attempt is left.
        """
        self._require_pending(at, rules)
        return replace(self, attempts=self.attempts + 1)

    def proved(self, attempt: int, at: datetime, retention: Retention) -> "Verification":
        """The code was right at this attempt; a second time changes nothing.

        Single use: only a pending verification can be proved.

        Raises:
            VerificationSpent, VerificationCancelled: another request was first.
            VerificationExpired: the code's life ended meanwhile.

        Source: SP 800-63B-4 3.1.3.2 (accepted once).
        """
        if self.proved_by == attempt:
            return self
        if self.status == "cancelled":
            raise VerificationCancelled
        if self.status != "pending":
            raise VerificationSpent
        if at >= self.code_expires_at:
            raise VerificationExpired
        # A guardian's number is bound to nobody, so nothing needs it any more.
        sealed = None if self.purpose == GUARDIAN else self.pending_number
        return self._finished("verified", at, retention, verified_at=at, proved_by=attempt, pending_number=sealed)

    def with_send(self, at: datetime, rules: VerificationRules) -> "Verification":
        """One more send is intended. The code and its life stay the same.

        Raises:
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: nothing to send for.
            SendsExhausted: no send is left.
            ResendTooSoon: the wait is not over.
        """
        self._require_pending(at, rules)
        resend_at = self.resend_at(rules)
        if resend_at is None:
            raise SendsExhausted
        if at < resend_at:
            raise ResendTooSoon(resend_at, ceil((resend_at - at).total_seconds()))
        return replace(self, sends=(*self.sends, Send(at)))

    def with_send_taken(self, at: datetime, rules: VerificationRules, waiting: str = "intended") -> "Verification":
        """The last send waits no longer: whoever committed this may make it, and nobody else.

        Args:
            waiting: how it waited, intended or queued.

        Raises:
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: nothing to send for.
            SendsExhausted: more sends than the policy allows.
            Contended: it was taken already.
        """
        self._require_pending(at, rules)
        if len(self.sends) > rules.sends:
            raise SendsExhausted
        if self.sends[-1].delivery != waiting:
            raise Contended
        return self.with_delivery(len(self.sends), Sent("opening"))

    def with_delivery(self, number: int, sent: Sent) -> "Verification":
        """Send `number` (from 1) has this outcome."""
        sends = list(self.sends)
        sends[number - 1] = Send(sends[number - 1].at, sent.delivery, sent.sender, sent.message_id, sent.reason)
        return replace(self, sends=tuple(sends))

    def cancelled(self, at: datetime, retention: Retention) -> "Verification":
        """The wallet took it back, and the pending number with it; a second time changes nothing.

        Raises:
            VerificationSpent: it has been used already.
        """
        if self.status == "cancelled":
            return self
        if self.status == "spent":
            raise VerificationSpent
        return self._finished("cancelled", at, retention, pending_number=None)

    def spent(self, purpose: str, at: datetime, rules: VerificationRules, retention: Retention) -> "Verification":
        """The proof is used up, and the pending number is gone from the record.

        Args:
            purpose: what the proof is used for.

        Raises:
            VerificationPurposeMismatch, VerificationSpent, VerificationCancelled, VerificationExpired,
            VerificationNotProved: it proves nothing here.

        Source: ASVS 5.0 6.5.1 (single use).
        """
        self.require_proof(purpose, at, rules)
        return self._finished("spent", at, retention, pending_number=None)

    def require_proof(self, purpose: str, at: datetime, rules: VerificationRules) -> None:
        """Returns if the number is proved for this purpose and the proof still holds.

        Args:
            purpose: what the proof is used for; it must be what it was made for.

        Raises:
            VerificationPurposeMismatch, VerificationSpent, VerificationCancelled, VerificationExpired,
            VerificationNotProved: it proves nothing here.

        Source: ASVS 5.0 6.6.2 (bound to the request it was made for).
        """
        if self.purpose != purpose:
            raise VerificationPurposeMismatch
        if self.status == "spent":
            raise VerificationSpent
        if self.status == "cancelled":
            raise VerificationCancelled
        if self.status != "verified":
            raise VerificationExpired if at >= self.code_expires_at else VerificationNotProved
        if at >= self._proof_expires_at(rules):
            raise VerificationExpired

    def _require_pending(self, at: datetime, rules: VerificationRules) -> None:
        if self.status == "cancelled":
            raise VerificationCancelled
        if self.status != "pending":
            raise VerificationSpent
        if at >= self.code_expires_at:
            raise VerificationExpired
        if self.attempts >= rules.attempts:
            raise VerificationLocked

    def _proof_expires_at(self, rules: VerificationRules) -> datetime:
        assert self.verified_at is not None
        return self.verified_at + timedelta(seconds=rules.proof_lifetime_seconds)

    def _finished(self, status: str, at: datetime, retention: Retention, **changes: object) -> "Verification":
        due_at = at + timedelta(seconds=retention.finished_verification_seconds)
        return replace(self, status=status, due_at=due_at, due_reason="finished_verification", **changes)  # type: ignore[arg-type]
