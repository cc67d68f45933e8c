"""Turns a proved number into a customer's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import Contended, CustomerExists, FieldInvalid, NotFound, NumberInUse, Unavailable
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.number_change import asked_for
from chalicelib.domain.number_choice import REFUSE, kind_of
from chalicelib.domain.number_news import NumberNews, claim_of, news
from chalicelib.domain.number_steps import begun, claimed
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.suppression import Suppression, suppressed
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Conflict, Insert, Replace, Write
from chalicelib.ports import Clock, LedgerCipher, Store
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.move_numbers import MOST_ROUNDS
from chalicelib.services.number_tags import suppressions_of, unchanged, unheld
from chalicelib.services.own_record import OwnRecord
from chalicelib.services.seal_proof import SealProof
from chalicelib.services.tag_holder import holder
from chalicelib.services.tell_news import TellNews
from chalicelib.services.witnessing import first_witness


@dataclass(frozen=True)
class BindCustomer:
    """The proof is consumed, the number claimed and sealed, and the customer made, all in one commit."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnRecord
    idempotency: Idempotency
    seal_proof: SealProof
    ledger: LedgerCipher
    tell_news: TellNews

    def __call__(
        self,
        caller: Caller,
        verification_id: str,
        customer_id: str | None,
        keyed: KeyedRequest | None,
        under_14: bool = False,
        on_conflict: str = REFUSE,
    ) -> Customer:
        """The customer exists and holds the number, alone; or, if they take it over, waits for it without any.

        Args:
            customer_id: the wallet's own opaque id, or None for one made here.
            under_14: True if only a guardian can consent for them.
            on_conflict: refuse or take_over, if another customer holds the number.

        Raises:
            NotFound: not the caller's verification.
            VerificationPurposeMismatch, VerificationSpent, VerificationCancelled, VerificationExpired,
            VerificationNotProved: it proves nothing here.
            NumberInUse: another customer holds the number.
            TakeOverRefused: the same, and the policy lets nobody take it over.
            Unavailable: whoever would lose the number could not be told.
            CustomerExists: the id is taken.
            Contended: others gave the number away and took it without pause.
            FieldInvalid: the id has the number in it.
            IdempotencyKeyReused: the key was used with another body.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._bind(caller, verification_id, customer_id or new_id("cus"), keyed, under_14, on_conflict),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _bind(
        self,
        caller: Caller,
        verification_id: str,
        customer_id: str,
        keyed: KeyedRequest | None,
        under_14: bool,
        on_conflict: str,
    ) -> Customer:
        at = self.clock.now()
        verification = self.own(caller, Verification, verification_id)
        self._spent(verification, customer_id, at)
        (number, held, key), ledger_key, suppressions = together(
            lambda: self.seal_proof(customer_id, verification),
            lambda: self.ledger.new_key(customer_id),
            lambda: suppressions_of(self.store, verification.tags),
        )
        if number.stands_in(customer_id):
            raise FieldInvalid("/customer_id", "must not contain the phone number")
        customer = Customer(
            id=customer_id,
            created_at=at,
            verified_at=held.verified_at,
            locale=verification.locale,
            seen_at=at,
            under_14=under_14,
        ).having(held)
        writes: tuple[Write, ...] = (
            Insert(key),
            Insert(ledger_key),
            *first_witness(customer),
            *self.idempotency.claim(keyed, customer_id, customer_id, at),
        )
        return self._committed(verification, customer, suppressions, on_conflict, at, writes)

    def _committed(
        self,
        verification: Verification,
        bound: Customer,
        suppressions: Sequence[Suppression],
        on_conflict: str,
        at: datetime,
        writes: tuple[Write, ...],
    ) -> Customer:
        change_id = new_id("chg")
        customer, hold, said = bound, _claimed(bound), list[NumberNews]()
        for _ in range(MOST_ROUNDS):
            # A STOP that comes in this moment finds no customer yet, and writes what is expected here.
            made = Insert(dated(suppressed(customer, suppressions if customer.tag else ()), self.policy.rules))
            guards = unchanged(suppressions, bound.known_tags)
            spent = Replace(verification, self._spent(verification, customer.id, at))
            try:
                self.store.commit(spent, made, *guards, *hold, *writes)
            except Conflict as conflict:
                # The proof first: who comes second with the same proof must not learn who holds the number.
                if conflict.hit(Verification):
                    current = conflict.current(Verification)
                    if current is None:
                        raise NotFound from None
                    self._spent(current, customer.id, at)
                    verification = current
                standing = conflict.current(Customer)
                if standing is not None and standing.id == bound.id:
                    raise CustomerExists from None
                if conflict.hit(TagHolder) or conflict.hit(Customer):
                    customer, hold, said = self._waiting(bound, change_id, on_conflict, at)
                if conflict.hit(Suppression):
                    suppressions = suppressions_of(self.store, bound.known_tags)
                elif not any(map(conflict.hit, (Verification, TagHolder, Customer))):
                    raise
            else:
                self.tell_news(said)
                return made.record
        raise Contended

    def _waiting(
        self, bound: Customer, change_id: str, on_conflict: str, at: datetime
    ) -> tuple[Customer, list[Write], list[NumberNews]]:
        """The customer without the number; its holder, who must be the same then and knows of it; and what is news."""
        if on_conflict == REFUSE:
            raise NumberInUse
        partner = holder(self.store, bound.known_tags)
        if partner is None:
            return bound, _claimed(bound), []
        rules, bare, number = self.policy.rules, bound.having(None), bound.held
        assert number is not None
        kind = kind_of(bare, number.tags, partner, False, on_conflict, rules)
        change = asked_for(change_id, kind, number, partner.id, at, rules.number_change)
        if not self.tell_news([claim_of(change, at)]):
            # What its holder has not heard of they cannot object to.
            raise Unavailable
        step = begun(bare, change, at, rules)
        return step.after, [Replace(partner, claimed(partner, change, rules))], [news(step, at)]

    def _spent(self, verification: Verification, customer_id: str, at: datetime) -> Verification:
        rules = self.policy.rules
        spent = verification.spent("signup", at, rules.verification, rules.retention)
        return replace(spent, customer_id=customer_id)


def _claimed(customer: Customer) -> list[Write]:
    """The number is the customer's, and nobody else's under another key of the index."""
    first, *others = customer.known_tags
    return [Insert(TagHolder(first, customer.id)), *unheld(others)]
