"""Gives a customer another number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import Claim, KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended, NotFound, NumberChangePending, Unavailable, VerificationPurposeMismatch
from chalicelib.domain.freshness import seen
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.number_change import PURPOSE, SWAP, asked_for
from chalicelib.domain.number_choice import NumberWish, completed, kind_of
from chalicelib.domain.number_news import claim_of
from chalicelib.domain.number_steps import Turn, begun, claimed, is_mutual, proved_again, swapped
from chalicelib.domain.policy import Policy
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Conflict, Expect, Insert, Replace, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.move_numbers import MOST_ROUNDS, MoveNumbers
from chalicelib.services.old_number_heard import old_number_heard
from chalicelib.services.own_record import OwnRecord
from chalicelib.services.seal_proof import SealProof
from chalicelib.services.tag_holder import holder
from chalicelib.services.tell_news import TellNews
from chalicelib.services.tell_old_number import TellOldNumber

# The verification by which a customer proves the number that they have.
OLD_PURPOSE = "step_up"


@dataclass(frozen=True)
class ChangeNumber:
    """The proofs are spent, the number is claimed and sealed and the head says so, all in one commit."""

    policy: Policy
    clock: Clock
    store: Store
    own: OwnRecord
    idempotency: Idempotency
    seal_proof: SealProof
    move_numbers: MoveNumbers
    tell_news: TellNews
    tell_old_number: TellOldNumber

    def __call__(
        self, caller: Caller, authorization: str, customer_id: str, wish: NumberWish, keyed: KeyedRequest | None
    ) -> Customer:
        """The customer has the new number, or a change to it waits, as the proofs and the number's holder allow.

        Whatever number they leave has been told so, or will be by a repeat of the request.

        Args:
            authorization: the caller's own token, which the strongroom checks again.

        Raises:
            NotFound: there is no such customer, or not the caller's verifications of this customer.
            VerificationPurposeMismatch, VerificationSpent, VerificationCancelled, VerificationExpired,
            VerificationNotProved: they prove nothing here.
            CustomerRestricted, CustomerPurged: the contract has ended.
            NumberChangePending: another change is not over.
            NumberInUse: another customer has the number, and it is not given away.
            TakeOverRefused: the policy lets nobody take a number over.
            Unavailable: whoever would lose the number could not be told.
            Contended: others changed the same customers without pause.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 8 (accuracy); GDPR 5(1)(d), 16; decision 0021.
        """
        changed = self.idempotency.once(
            keyed,
            lambda: self._change(caller, customer_id, wish, keyed),
            lambda earlier: existing(self.store, Customer, earlier),
        )
        self.tell_old_number(authorization, changed)
        return changed

    def _change(self, caller: Caller, customer_id: str, wish: NumberWish, keyed: KeyedRequest | None) -> Customer:
        change_id = new_id("chg")
        for _ in range(MOST_ROUNDS):
            at = self.clock.now()
            customer, proof, old = together(
                lambda: existing(self.store, Customer, customer_id),
                lambda: self._proof(caller, wish.verification_id, customer_id),
                lambda: wish.old_verification_id and self._proof(caller, wish.old_verification_id, customer_id),
            )
            spent = [
                Replace(it, self._spent(it, purpose, at))
                for it, purpose in ((proof, PURPOSE), (old, OLD_PURPOSE))
                if it
            ]
            customer.require_open()
            # Somebody entered a code for this account, whatever becomes of the change.
            customer = seen(customer, at)
            if old and not (customer.held and customer.held.has_tag(old.tags)):
                raise VerificationPurposeMismatch
            claim = self.idempotency.claim(keyed, customer_id, customer_id, at)
            try:
                turns, more = self._turns(customer, proof, old is not None, wish.on_conflict, change_id, at)
                return self.move_numbers(turns, at, *spent, *more, *claim)[0]
            except Conflict as conflict:
                if conflict.hit(Claim):
                    raise
        raise Contended

    def _turns(
        self,
        customer: Customer,
        proof: Verification,
        is_old_proved: bool,
        on_conflict: str,
        change_id: str,
        at: datetime,
    ) -> tuple[Sequence[Turn], Sequence[Write]]:
        rules = self.policy.rules
        assert proof.verified_at is not None
        turn = proved_again(customer, proof.tags, proof.verified_at)
        if turn is not None:
            return [turn], []
        partner = holder(self.store, proof.tags)
        if customer.change is not None:
            if not old_number_heard(self.store, customer, at, rules):
                raise NumberChangePending
            return completed(
                customer, customer.change, partner, proof.tags, proof.verified_at, on_conflict, at, rules
            ), []
        kind = kind_of(customer, proof.tags, partner, is_old_proved, on_conflict, rules)
        _, other, key = self.seal_proof(customer.id, proof)
        change = asked_for(change_id, kind, other, partner.id if partner else None, at, rules.number_change)
        if kind == SWAP and partner is not None and is_mutual(customer, partner, at):
            return swapped(customer, change, partner, at, rules), [Insert(key)]
        turn = begun(customer, change, at, rules)
        if partner is None:
            return [turn], [Insert(key)]
        if kind == SWAP:
            # Of two who ask each other for a swap at once, the second finds the first.
            return [turn], [Insert(key), Expect(partner)]
        if not self.tell_news([claim_of(change, at)]):
            # What its holder has not heard of they cannot object to.
            raise Unavailable
        return [turn], [Insert(key), Replace(partner, claimed(partner, change, rules))]

    def _proof(self, caller: Caller, verification_id: str, customer_id: str) -> Verification:
        proof = self.own(caller, Verification, verification_id)
        if proof.customer_id != customer_id:
            raise NotFound
        return proof

    def _spent(self, proof: Verification, purpose: str, at: datetime) -> Verification:
        return proof.spent(purpose, at, self.policy.rules.verification, self.policy.rules.retention)
