"""Turns a proved number into a customer's."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import CustomerExists, FieldInvalid, NotFound, NumberInUse
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.suppression import Suppression, suppressed
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Conflict, Insert, Replace, Write
from chalicelib.ports import Clock, LedgerCipher, NumberIndex, NumberSealer, PendingNumbers, Store
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.number_tags import suppression_of, tags_of, unchanged, unheld
from chalicelib.services.own_record import OwnRecord


@dataclass(frozen=True)
class BindCustomer:
    """The proof is consumed, the number claimed and sealed, and the customer made, all in one commit."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnRecord
    idempotency: Idempotency
    index: NumberIndex
    pending: PendingNumbers
    sealer: NumberSealer
    ledger: LedgerCipher

    def __call__(
        self,
        caller: Caller,
        verification_id: str,
        customer_id: str | None,
        keyed: KeyedRequest | None,
        under_14: bool = False,
    ) -> Customer:
        """The customer exists and holds the number, alone.

        Args:
            customer_id: the wallet's own opaque id, or None for one made here.
            under_14: True if only a guardian can consent for them.

        Raises:
            NotFound: not the caller's verification.
            VerificationPurposeMismatch, VerificationSpent, VerificationCancelled, VerificationExpired,
            VerificationNotProved: it proves nothing here.
            NumberInUse: another customer holds the number.
            CustomerExists: the id is taken.
            FieldInvalid: the id has the number in it.
            IdempotencyKeyReused: the key was used with another body.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._bind(caller, verification_id, customer_id or new_id("cus"), keyed, under_14),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _bind(
        self, caller: Caller, verification_id: str, customer_id: str, keyed: KeyedRequest | None, under_14: bool
    ) -> Customer:
        at = self.clock.now()
        verification = self.own(caller, Verification, verification_id)
        self._spent(verification, customer_id, at)
        sealed, verified_at = verification.pending_number, verification.verified_at
        assert sealed is not None
        assert verified_at is not None
        number, envelope, ledger_key, suppression = together(
            lambda: self.pending.open(verification.id, sealed),
            lambda: self.sealer.envelope(customer_id),
            lambda: self.ledger.new_key(customer_id),
            lambda: suppression_of(self.store, verification.tags),
        )
        if number.stands_in(customer_id):
            raise FieldInvalid("/customer_id", "must not contain the phone number")
        # Begun before a rotation, it knows no tag under a key in which the number may be held by now.
        tags = tags_of(self.index, number, verification.tags)
        customer = Customer(
            id=customer_id,
            created_at=at,
            verified_at=verified_at,
            locale=verification.locale,
            tag=tags[0],
            other_tags=tags[1:],
            masked=verification.masked,
            region=verification.region,
            number=envelope.seal(number),
            seen_at=at,
            test_number=verification.test_number,
            under_14=under_14,
            time_zones=number.time_zones,
        )
        writes: tuple[Write, ...] = (
            Insert(TagHolder(tags[0], customer_id)),
            *unheld(tags[1:]),
            Insert(envelope.key),
            Insert(ledger_key),
            *self.idempotency.claim(keyed, customer_id, customer_id, at),
        )
        return self._committed(verification, customer, suppression, at, writes)

    def _committed(
        self,
        verification: Verification,
        customer: Customer,
        suppression: Suppression | None,
        at: datetime,
        writes: tuple[Write, ...],
    ) -> Customer:
        while True:
            # A STOP that comes in this moment finds no customer yet, and writes what is expected here.
            made = Insert(dated(suppressed(customer, suppression), self.policy.rules))
            guards = unchanged(suppression, customer.known_tags)
            spent = Replace(verification, self._spent(verification, customer.id, at))
            try:
                self.store.commit(spent, made, *guards, *writes)
                return made.record
            except Conflict as conflict:
                # The proof first: who comes second with the same proof must not learn who holds the number.
                if conflict.hit(Verification):
                    current = conflict.current(Verification)
                    if current is None:
                        raise NotFound from None
                    self._spent(current, customer.id, at)
                    verification = current
                if conflict.hit(Customer):
                    raise CustomerExists from None
                if conflict.hit(TagHolder):
                    raise NumberInUse from None
                if conflict.hit(Suppression):
                    suppression = conflict.current(Suppression)
                elif not conflict.hit(Verification):
                    raise

    def _spent(self, verification: Verification, customer_id: str, at: datetime) -> Verification:
        rules = self.policy.rules
        spent = verification.spent("signup", at, rules.verification, rules.retention)
        return replace(spent, customer_id=customer_id)
