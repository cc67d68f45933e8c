"""Erases a closed customer's number, and certifies it: the one way, whoever asked and whenever it was due."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.certificate import ErasureCertificate, certificate, opened_until
from chalicelib.domain.closing import purged
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.ending_news import erased
from chalicelib.domain.erasure import shredded
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Conflict, Insert, Remove, Replace, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.erase_traces import EraseTraces
from chalicelib.services.number_tags import holder_of, suppressions_of
from chalicelib.services.tell_news import TellNews
from chalicelib.services.witnessing import witnessed


@dataclass(frozen=True)
class EraseNumber:
    """First the keys, then what points to the number, then the number itself with the certificate.

    The customer stays due until the last commit, so that an erasing that dies anywhere is simply done again. Nothing
    that is committed meanwhile brings anything back: a restricted head gets no number, no key and no token.
    """

    policy: Policy
    clock: Clock
    store: Store
    erase_traces: EraseTraces
    tell_news: TellNews

    def __call__(self, customer: Customer, *also: Write) -> ErasureCertificate:
        """Nothing is left of the number, and this says so; others have been told.

        Args:
            customer: restricted, and held by nothing.
            also: what belongs into the last commit.

        Raises:
            Conflict: the customer changed meanwhile, or one of `also` was refused.
            Unavailable: the store did not answer; the customer is still due.

        Source: PIPL 47; GDPR 17; decision 0004.
        """
        made = self._erased(customer, also)
        self.tell_news([erased(made)])
        return made

    def _erased(self, customer: Customer, also: Sequence[Write]) -> ErasureCertificate:
        begun = self._shredded(customer)
        traces = self.erase_traces(begun)
        listed = self._listed(begun)
        at, rules = self.clock.now(), self.policy.rules
        made = Insert(certificate(begun, traces, listed, at, rules.retention))
        gone = Replace(begun, purged(begun, at, rules))
        also = (*witnessed(self.store, gone.after), *also)
        try:
            self.store.commit(gone, made, *also)
            return made.record
        except Conflict as conflict:
            earlier = conflict.current(ErasureCertificate)
            if earlier is None or not conflict.only(ErasureCertificate):
                raise
        # The head was brought back from a backup. It is erased again, and was certified then.
        again = opened_until(earlier, begun.shredded_at or at)
        self.store.commit(gone, *([Replace(earlier, again)] if again != earlier else []), *also)
        return again

    def _listed(self, customer: Customer) -> bool:
        # The head is no witness: the contract's end parted it from the number, whose owner may have written STOP since.
        # Of a number that has its next holder, the rows are theirs.
        tags = [tag for number in customer.numbers for tag in number.tags]
        return bool(suppressions_of(self.store, tags)) and holder_of(self.store, tags) is None

    def _shredded(self, customer: Customer) -> Customer:
        if customer.shredded_at is not None:
            return customer
        begun = Replace(customer, shredded(customer, self.clock.now()))
        # With the head: a hold that was placed a moment earlier keeps them.
        keys = [key for key in self.store.history(WrappedKey, customer.id) if key.key_id != LEDGER_KEY]
        self.store.commit(begun, *map(Remove, keys))
        return begun.after
