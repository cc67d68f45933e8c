"""A customer's head: one record from which a contact decision is made in one read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from chalicelib.domain.cap import Share, living
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.errors import CustomerPurged, CustomerRestricted, CustomerUnreachable
from chalicelib.domain.held_number import HeldNumber, SealedNumber
from chalicelib.domain.holds import CaseHold
from chalicelib.domain.ledger import GENESIS, LedgerEvent
from chalicelib.domain.number_change import CLAIMING, NumberChange

LEDGER_KEY = "ledger"
# The contract runs: proved, imported and not proved yet, or without a number since another customer has it.
OPEN = ("active", "imported", "unreachable")
# No contact decision rests on these. The chain's hash stands for the consents, and a later proof takes nothing away.
NOT_GROUND = (
    *("consents", "shares", "version", "due_at", "due_reason", "seen_at", "carrier", "looked_up_at"),
    *("cases", "released_at"),
    # The sealed number stands for its tags, which another key of the index makes anew.
    *("failed_deliveries", "verified_at", "reverify_at", "reverify_reason", "tag", "other_tags"),
    # Whoever claims a number may be anybody.
    *("claimed_at", "claimed_until"),
)


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
        status: one of OPEN, restricted (PIPL 47: stored and protected, no other use) or purged.
        verified_at: when the number was proved last; None if it was imported and nobody has proved it.
        tag, masked, region, number: all None once purged, and while unreachable.
        other_tags: the number's, under the other keys of the index that lived when the tag was made.
        test_number: its name in the policy, if the number is one.
        under_14: only a guardian can consent. Source: PIPL 31.
        of_age_at: when that was taken back; what was given before without a guardian stays without effect.
        time_zones: where the number may be, as IANA names; empty if that cannot be told.
        own_time_zone: where the customer is by their own word, or None.
        suppressed_at: since when the number must not be used for advertising, whatever was agreed to before; or None.
        shares: of each purpose's cap, those that still count.
        change: a change of number that is not over; or None.
        claimed_at: when another customer asked to take the number over, the last of them; None since the last proof.
        claimed_until: until when that one waits for it, if nothing ends it before.
        doubted_at: since when something, `doubt`, speaks against the number; None since the last proof.
        failed_deliveries: messages in a row that did not arrive.
        carrier, looked_up_at: who carried the number at the last look-up, as the provider names it, and when that was.
        provenance: where an imported number came from; None for what was proved here.
        seen_at: the last sign of life.
        closed_for: why the contract ended, as `schedule` names it.
        wish: who asked to have them erased, and when; None if nobody did.
        cases: holds that officers placed.
        released_at: when the last of those was lifted that are over; or None.
        shredded_at: since when the keys of their numbers are gone. Nothing stops the erasing any more.
        ledger_sequence: number of consent events so far.
        ledger_hash: hash of the last one; GENESIS before the first.
        due_at: when the clock has something to do for this customer, or None.
        reverify_at: when the number is to be proved again, for `reverify_reason`; None if there is none to prove.
    """

    id: str
    created_at: datetime
    verified_at: datetime | None
    locale: str
    tag: str | None = None
    masked: str | None = None
    region: str | None = None
    number: SealedNumber | None = None
    other_tags: tuple[str, ...] = ()
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
    change: NumberChange | None = None
    claimed_at: datetime | None = None
    claimed_until: datetime | None = None
    doubted_at: datetime | None = None
    doubt: str | None = None
    failed_deliveries: int = 0
    carrier: str | None = None
    looked_up_at: datetime | None = None
    provenance: str | None = None
    seen_at: datetime | None = None
    closed_at: datetime | None = None
    closed_for: str | None = None
    wish: ErasureWish | None = None
    cases: tuple[CaseHold, ...] = ()
    released_at: datetime | None = None
    shredded_at: datetime | None = None
    purged_at: datetime | None = None
    ledger_erased_at: datetime | None = None
    due_at: datetime | None = None
    due_reason: str | None = None
    reverify_at: datetime | None = None
    reverify_reason: str | None = None
    version: str = ""

    @property
    def is_open(self) -> bool:
        """True if the contract runs."""
        return self.status in OPEN

    @property
    def numbers(self) -> tuple[HeldNumber, ...]:
        """Every number that is kept for the customer: their own, and the other one of a change that is not over."""
        return tuple(it for it in (self.held, self.change.other if self.change else None) if it is not None)

    @property
    def leaving(self) -> HeldNumber | None:
        """The number that a change takes from them: their own until it takes effect, the other one after; or None."""
        if self.change is None:
            return None
        return self.change.other if self.change.effective else self.held

    def answering_to(self, tags: Sequence[str]) -> HeldNumber | None:
        """The number of these tags, if whoever has it has it by this customer: theirs, or one that a change takes."""
        return next((it for it in (self.held, self.leaving) if it is not None and it.has_tag(tags)), None)

    @property
    def known_tags(self) -> tuple[str, ...]:
        """All that are known of their own number, that of its holder's row first; empty if they have none."""
        return () if self.tag is None else (self.tag, *self.other_tags)

    @property
    def held(self) -> HeldNumber | None:
        """Their own number, as one thing; None if they have none."""
        if self.number is None:
            return None
        assert self.tag is not None
        assert self.masked is not None
        assert self.region is not None
        return HeldNumber(
            tag=self.tag,
            masked=self.masked,
            region=self.region,
            number=self.number,
            verified_at=self.verified_at,
            test_number=self.test_number,
            time_zones=self.time_zones,
            other_tags=self.other_tags,
        )

    @property
    def tags(self) -> frozenset[str]:
        """The tags of which this customer is the holder: nobody else can have these numbers."""
        if not self.is_open:
            return frozenset()
        claimed = self.change.other.tag if self.change is not None and self.change.kind in CLAIMING else None
        return frozenset(tag for tag in (self.tag, claimed) if tag is not None)

    def having(self, number: HeldNumber | None) -> "Customer":
        """This number, or none, is their own, and the status says so. What was known of another is forgotten."""
        of_it: dict[str, object] = dict.fromkeys(("tag", "masked", "region", "number", "test_number"))
        if number is not None:
            of_it = {name: getattr(number, name) for name in of_it}
        return replace(
            self,
            **of_it,  # type: ignore[arg-type]
            status="unreachable" if number is None else "imported" if number.verified_at is None else "active",
            verified_at=number.verified_at if number else self.verified_at,
            time_zones=number.time_zones if number else (),
            other_tags=number.other_tags if number else (),
            claimed_at=None,
            claimed_until=None,
            doubted_at=None,
            doubt=None,
            failed_deliveries=0,
            carrier=None,
            looked_up_at=None,
        )

    @property
    def key_ids(self) -> frozenset[str]:
        """The keys under which something of this customer that is still kept is sealed."""
        # Between the purge and the end of the ledger's retention the ledger key is all that is left.
        ledger = {LEDGER_KEY} if self.ledger_erased_at is None else set()
        numbers = () if self.shredded_at is not None else self.numbers
        return frozenset(ledger | {it.number.key_id for it in numbers})

    @property
    def ground(self) -> str:
        """What contact decisions rest on, as a digest: another once anything of it changed.

        Caps used are not part of it, or each contact would kill the tokens of all others.
        """
        rests = [getattr(self, it.name) for it in fields(self) if it.name not in NOT_GROUND]
        return hashlib.sha256(repr(rests).encode()).hexdigest()

    def require_open(self) -> None:
        """Returns if the contract runs, with a number or without.

        Raises:
            CustomerPurged, CustomerRestricted: it does not.
        """
        if self.status == "purged":
            raise CustomerPurged
        if self.status == "restricted":
            raise CustomerRestricted

    def require_reachable(self) -> None:
        """Returns if the contract runs and the customer has a number, proved or not.

        Raises:
            CustomerPurged, CustomerRestricted, CustomerUnreachable: it does not, or they have none.
        """
        self.require_open()
        if self.number is None:
            raise CustomerUnreachable

    def with_consent(self, purpose: str, state: ConsentState, event: LedgerEvent) -> "Customer":
        """The purpose has this state, and the chain's head is this event."""
        consents = {**self.consents, purpose: state}
        return replace(self, consents=consents, ledger_sequence=event.sequence, ledger_hash=event.hash)

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
