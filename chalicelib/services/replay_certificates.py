"""Brings certificates and witnesses, out of an old copy of their table, to where a customer's head is."""

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain.certificate import ErasureCertificate, certified_again
from chalicelib.domain.customer import Customer
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Expect, Insert, Write
from chalicelib.ports import Clock, Store
from chalicelib.services.witnessing import witnessed

# What can be found of one customer.
CERTIFICATE_LOST, WITNESS_OLD = "certificate_lost", "witness_old"


@dataclass(frozen=True)
class ReplayCertificates:
    """The heads know all that stood there but what an erasure counted: the next restore must be able to rest on it."""

    policy: Policy
    clock: Clock
    store: Store

    def __call__(self, customer_id: str, go: bool) -> list[str]:
        """What the table lacked of the customer; with `go`, it lacks it no more.

        Raises:
            Conflict: somebody changed the customer meanwhile, although nothing is served.

        Source: GDPR 5(2), 17; PIPL 47.
        """
        head = self.store.get(Customer, customer_id)
        if head is None:
            return []
        found = {CERTIFICATE_LOST: self._certificate(head), WITNESS_OLD: witnessed(self.store, head)}
        writes = [write for each in found.values() for write in each]
        if go and writes:
            self.store.commit(Expect(head), *writes)
        return [finding for finding, each in found.items() if each]

    def _certificate(self, head: Customer) -> list[Write]:
        retention = self.policy.rules.retention
        if head.purged_at is None or head.purged_at + timedelta(days=retention.report_days) <= self.clock.now():
            return []
        is_there = self.store.get(ErasureCertificate, head.id, even_lapsed=True) is not None
        return [] if is_there else [Insert(certified_again(head, retention))]
