"""Erases a customer who, or whose officer, asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.claim import Claim, KeyedRequest
from chalicelib.domain.closing import erasure_wished
from chalicelib.domain.customer import Customer
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.errors import CustomerPurged, HoldActive
from chalicelib.domain.holds import holding
from chalicelib.domain.policy import Policy
from chalicelib.domain.suppression import BY_ERASURE, suppressed
from chalicelib.domain.writes import Conflict, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import existing
from chalicelib.services.end_contract import EndContract
from chalicelib.services.erase_number import EraseNumber
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.number_tags import holder_of, unheld
from chalicelib.services.stop_advertising import stopped_rows


@dataclass(frozen=True)
class EraseCustomer:
    """At once if nothing holds; otherwise restricted now, and the purge erases when the last hold ends."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency
    end_contract: EndContract
    erase_number: EraseNumber

    def __call__(
        self, caller: Caller, customer_id: str, never_again: bool, keyed: KeyedRequest | None
    ) -> ErasureCertificate:
        """The number is erased, and this certifies it; asked again, the same certificate.

        Args:
            never_again: the number's tag joins those that take no advertising, unless somebody else has it by now.

        Raises:
            NotFound: there is no such customer.
            HoldActive: a law or a case forbids it yet. The wish stands.
            CustomerPurged: they were erased so long ago that the certificate has ended, too.
            IdempotencyKeyReused: the key was used with another body.

        Source: GDPR 17; PIPL 47.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._erase(caller, customer_id, never_again, keyed),
            lambda earlier: existing(self.store, ErasureCertificate, earlier),
        )

    def _erase(
        self, caller: Caller, customer_id: str, never_again: bool, keyed: KeyedRequest | None
    ) -> ErasureCertificate:
        def wish(customer: Customer, at: datetime) -> tuple[Customer, Sequence[Write]]:
            ended = erasure_wished(customer, ErasureWish(caller.role, at), self.policy.rules)
            return self._kept_away(customer, ended, at) if never_again else (ended, ())

        while True:
            customer = self.end_contract(customer_id, wish)
            at = self.clock.now()
            claim = self.idempotency.claim(keyed, customer.id, customer.id, at)
            if customer.status == "purged":
                return self._certified(customer, claim)
            laws = holding(customer, self.policy.rules, at)
            if laws or customer.cases:
                raise HoldActive(tuple(laws), bool(customer.cases))
            try:
                return self.erase_number(customer, *claim)
            except Conflict as conflict:
                # Whatever else was in the way, a last word of the customer or the purge, was done.
                if conflict.hit(Claim):
                    raise

    def _kept_away(self, customer: Customer, ended: Customer, at: datetime) -> tuple[Customer, Sequence[Write]]:
        # The head is no witness of a no: after the contract's end the number's next holder may have taken it back.
        if customer.tag is None:
            return ended, ()
        holder = holder_of(self.store, customer.known_tags)
        if holder is not None and holder.customer_id != customer.id:
            # It is not the customer's number any more.
            return ended, ()
        rows, writes = stopped_rows(self.store, customer.known_tags, BY_ERASURE, at)
        guard = unheld(customer.known_tags) if holder is None else []
        return suppressed(ended, rows), [*writes, *guard]

    def _certified(self, customer: Customer, claim: Sequence[Write]) -> ErasureCertificate:
        found = self.store.get(ErasureCertificate, customer.id)
        if found is None:
            raise CustomerPurged
        if claim:
            self.store.commit(*claim)
        return found
