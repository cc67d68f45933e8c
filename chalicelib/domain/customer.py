"""A customer's head: one record from which a contact decision is made in one read."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from chalicelib.domain.cap import Share, living
from chalicelib.domain.errors import CustomerPurged, CustomerRestricted
from chalicelib.domain.ledger import GENESIS, LedgerEvent
from chalicelib.domain.rules import Retention

LEDGER_KEY = "ledger"
# Why the clock looks at an active customer.
CONSENT_EXPIRED = "consent_expired"
NOT_GROUND = ("consents", "shares", "version")


@dataclass(frozen=True)
class SealedNumber:
    """A number under AES-256-GCM. `key_id` names its wrapped data key, which stands in a table of its own."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class WrappedKey:
    """A data key under KMS. Erasing this row makes every copy of what it sealed unreadable."""

    customer_id: str
    key_id: str
    wrapped: bytes
    version: str = ""


@dataclass(frozen=True)
class TagHolder:
    """Which customer holds a number; the row's key makes it one customer at most."""

    tag: str
    customer_id: str
    version: str = ""


@dataclass(frozen=True)
class ConsentState:
    """The latest word of a customer on one purpose.

    Attributes:
        valid_until: when a consent that was given ends by itself; None if it does not.
        by_guardian: True if a guardian said it for the customer.
        most_per_month: messages and calls that were agreed to; None if the consent names no number.
    """

    decision: str
    notice_version: int
    locale: str
    channels: tuple[str, ...]
    event_id: str
    event_time: datetime
    valid_until: datetime | None = None
    by_guardian: bool = False
    most_per_month: int | None = None

    def lapsed(self, at: datetime) -> bool:
        """True if it was given and has ended by itself, whether or not the ledger says so yet."""
        return self.decision == "given" and self.valid_until is not None and self.valid_until <= at


@dataclass(frozen=True)
class Customer:
    """The head. Whatever changes what may be done with the number moves `version`, which kills contact tokens.

    Attributes:
        status: active, restricted (PIPL 47: stored and protected, no other use) or purged.
        tag, masked, region, number: all None once purged.
        test_number: its name in the policy, if the number is one.
        under_14: only a guardian can consent. Source: PIPL 31.
        of_age_at: when that was taken back; what was given before without a guardian stays without effect.
        time_zones: where the number may be, as IANA names; empty if that cannot be told.
        own_time_zone: where the customer is by their own word, or None.
        suppressed_at: since when the number must not be used for advertising, whatever was agreed to before; or None.
        shares: of each purpose's cap, those that still count.
        ledger_sequence: number of consent events so far.
        ledger_hash: hash of the last one; GENESIS before the first.
        due_at: when the clock has something to do for this customer, or None.
    """

    id: str
    created_at: datetime
    verified_at: datetime
    locale: str
    tag: str | None
    masked: str | None
    region: str | None
    number: SealedNumber | None
    status: str = "active"
    consents: Mapping[str, ConsentState] = field(default_factory=dict)
    ledger_sequence: int = 0
    ledger_hash: str = GENESIS
    test_number: str | None = None
    under_14: bool = False
    of_age_at: datetime | None = None
    time_zones: tuple[str, ...] = ()
    own_time_zone: str | None = None
    suppressed_at: datetime | None = None
    shares: Mapping[str, tuple[Share, ...]] = field(default_factory=dict)
    closed_at: datetime | None = None
    purged_at: datetime | None = None
    due_at: datetime | None = None
    due_reason: str | None = None
    version: str = ""

    @property
    def key_ids(self) -> frozenset[str]:
        """The keys under which something of this customer that is still kept is sealed."""
        # Between the purge and the end of the ledger's retention the ledger key is all that is left.
        ledger = {LEDGER_KEY} if self.status != "purged" or self.due_at is not None else set()
        return frozenset(ledger | ({self.number.key_id} if self.number is not None else set()))

    @property
    def ground(self) -> str:
        """What contact decisions rest on, as a digest: another once anything of it changed.

        Caps used are not part of it, or each contact would kill the tokens of all others. The chain's hash stands for
        the consents.
        """
        rests = [getattr(self, it.name) for it in fields(self) if it.name not in NOT_GROUND]
        return hashlib.sha256(repr(rests).encode()).hexdigest()

    def require_active(self) -> None:
        """Returns if the customer is active.

        Raises:
            CustomerPurged, CustomerRestricted: it is not.
        """
        if self.status == "purged":
            raise CustomerPurged
        if self.status == "restricted":
            raise CustomerRestricted

    def with_consent(self, purpose: str, state: ConsentState, event: LedgerEvent) -> "Customer":
        """The purpose has this state, and the chain's head is this event."""
        consents = {**self.consents, purpose: state}
        changed = replace(self, consents=consents, ledger_sequence=event.sequence, ledger_hash=event.hash)
        if self.status != "active":
            return changed
        ends = [it.valid_until for it in consents.values() if it.decision == "given" and it.valid_until is not None]
        return replace(changed, due_at=min(ends, default=None), due_reason=CONSENT_EXPIRED if ends else None)

    def of_age(self, under_14: bool, at: datetime) -> "Customer":
        """The customer is noted as under 14, or as not."""
        if self.under_14 == under_14:
            return self
        return replace(self, under_14=under_14, of_age_at=self.of_age_at if under_14 else at)

    @property
    def zones(self) -> tuple[str, ...]:
        """Where the customer may be, as IANA names; empty if that is not known."""
        return self.time_zones if self.own_time_zone is None else (self.own_time_zone,)

    def with_share(self, purpose: str, share: Share, at: datetime) -> "Customer":
        """The share stands among those of the purpose that still count, in the place of an earlier one of its token."""
        kept = living(self.shares.get(purpose, ()), at, self.ground, share.token)
        return replace(self, shares={**self.shares, purpose: (*kept, share)})

    def lacks_guardian(self, state: ConsentState) -> bool:
        """True if a child gave it alone, known to be one then or not."""
        is_child_s = self.under_14 or (self.of_age_at is not None and state.event_time <= self.of_age_at)
        return is_child_s and not state.by_guardian

    def lapsed_consents(self, at: datetime) -> list[str]:
        """The purposes whose consent has ended by itself and stands in the head as given."""
        return [purpose for purpose, state in self.consents.items() if state.lapsed(at)]

    def closed(self, at: datetime, retention: Retention) -> "Customer":
        """The contract ended, and with it the last basis: restricted until the purge. A second time changes nothing.

        Source: PIPL 47(1)(2); GDPR 17(1)(a).
        """
        if self.status != "active":
            return self
        return replace(
            self,
            status="restricted",
            closed_at=at,
            due_at=at + timedelta(days=retention.lapsed_basis_days),
            due_reason="last_basis_lapsed",
        )

    def purged(self, at: datetime, retention: Retention) -> "Customer":
        """Nothing is left of the number; the consent chain stays until the ledger's own retention ends."""
        return replace(
            self,
            status="purged",
            tag=None,
            masked=None,
            region=None,
            number=None,
            time_zones=(),
            own_time_zone=None,
            suppressed_at=None,
            shares={},
            purged_at=at,
            due_at=at + timedelta(days=retention.ledger_days),
            due_reason="ledger_retention_ended",
        )

    def ledger_sealed_forever(self) -> "Customer":
        """The ledger key is gone: the chain still verifies, what it said is nowhere any more, and nothing is due."""
        return replace(self, consents={}, due_at=None, due_reason=None)
