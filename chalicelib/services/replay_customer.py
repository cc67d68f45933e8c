"""Brings one customer's head, out of an old copy of its table, to where the other tables say that it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import LedgerDamaged
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.policy import Policy
from chalicelib.domain.replaying import (
    Chained,
    erased,
    follows,
    lost,
    recalled,
    settled,
    with_uses,
    with_words,
    without_keys,
    without_words,
)
from chalicelib.domain.schedule import dated
from chalicelib.domain.suppression import BY_ERASURE, suppressed
from chalicelib.domain.witness import Witness, forgotten
from chalicelib.domain.writes import Insert, Remove, Replace, Write
from chalicelib.ports import Clock, LedgerCipher, Store
from chalicelib.services.concurrently import together
from chalicelib.services.number_tags import holder_of, suppressions_of

# The tables of whose old copies something is to be replayed.
TABLES = CUSTOMERS, KEYS, LEDGER, SUPPRESSIONS, CERTIFICATES = (
    *("customers", "keys", "ledger", "suppressions", "certificates"),
)
# What can be found of one customer, beside the facts of a witness.
HEAD_LOST, WORDS, WORDS_UNREADABLE, NUMBER_LOST, CHANGE_OVER, ERASED, SUPPRESSED, USES = (
    *("head_lost", "words", "words_unreadable", "number_lost", "change_over", "erased", "suppressed", "uses"),
)


@dataclass(frozen=True)
class Survivors:
    """What other tables have of a customer."""

    customer_id: str
    head: Customer | None
    links: Sequence[LedgerEvent]
    keys: Sequence[WrappedKey]
    certificate: ErasureCertificate | None
    witness: Witness | None
    uses: Sequence[AccessLogEntry]

    def kept(self, old: str) -> frozenset[str]:
        """The names of the keys that count: of an old copy of the keys, those that the head knows."""
        names = frozenset(it.key_id for it in self.keys)
        return names & self.head.key_ids if old == KEYS and self.head is not None else names


@dataclass
class Replayed:
    """The head as it should be, and what was found on the way."""

    head: Customer
    findings: list[str] = field(default_factory=list)

    def found(self, finding: str, head: Customer) -> None:
        """The head is another, for this reason."""
        self.findings.append(finding)
        self.head = head


@dataclass(frozen=True)
class ReplayCustomer:
    """Nothing is taken on trust that the copy says and a later table denies. A second time finds nothing to do."""

    policy: Policy
    clock: Clock
    store: Store
    ledger: LedgerCipher

    def __call__(self, customer_id: str, old: str, go: bool) -> list[str]:
        """What the head lacked, in these words; with `go`, it lacks it no more.

        Args:
            old: the table of which an old copy was put back: CUSTOMERS or KEYS.

        Raises:
            Conflict: somebody changed the customer meanwhile, although nothing is served.
            Unavailable: AWS did not answer; to begin again is safe.

        Source: PIPL 47; GDPR 7(3), 17, 32(1)(c).
        """
        head, links, keys, certificate, witness, uses = together(
            lambda: self.store.get(Customer, customer_id),
            lambda: self.store.history(LedgerEvent, customer_id),
            lambda: self.store.history(WrappedKey, customer_id),
            lambda: self.store.get(ErasureCertificate, customer_id, even_lapsed=True),
            lambda: self.store.get(Witness, customer_id),
            lambda: self.store.history(AccessLogEntry, customer_id),
        )
        survivors = Survivors(customer_id, head, links, keys, certificate, witness, uses)
        if head is None and not keys:
            return []
        result = Replayed(head or lost(customer_id, self._first(links), self.policy.rules.default_locale))
        if head is None:
            result.findings.append(HEAD_LOST)
        self._words(survivors, result)
        self._numbers(survivors, result, old)
        self._suppression(result)
        self._facts(survivors, result)
        self._uses(survivors, result, old)
        if go and result.findings:
            self._commit(survivors, result.head, old)
        return result.findings

    def _words(self, survivors: Survivors, result: Replayed) -> None:
        """The gravest first: what a customer took back must not be thought to stand."""
        later = [it for it in survivors.links if it.sequence > result.head.ledger_sequence]
        if not later:
            return
        key = next((it for it in survivors.keys if it.key_id == LEDGER_KEY), None)
        try:
            if key is None or not follows(result.head, later):
                raise LedgerDamaged
            events = self._opened(key, later)
        except LedgerDamaged:
            result.found(WORDS_UNREADABLE, without_words(result.head, later))
        else:
            head = with_words(result.head, events)
            # Of somebody who was lost the words are all that says how to speak to them.
            result.found(WORDS, head if survivors.head else replace(head, locale=events[-1][0].locale))

    def _opened(self, key: WrappedKey, links: Sequence[LedgerEvent]) -> list[Chained]:
        unlocked = self.ledger.unlock(key)
        return [
            (ConsentEvent.from_canonical(unlocked.open(it.event_id, it.commitment, it.sealed).payload), it)
            for it in links
        ]

    def _numbers(self, survivors: Survivors, result: Replayed, old: str) -> None:
        head, made = result.head, survivors.certificate
        # Nobody comes back whom a certificate says to be erased: their id stays taken.
        if made is not None and head.status != "purged":
            head = erased(head, made.asked_at, made.erased_at, made.reason, self.policy.rules)
            result.found(ERASED, head)
        if survivors.head is None:
            return
        kept = survivors.kept(old)
        # Of an old copy of the keys it is the head that knows how far a change has come.
        after = settled(head, kept) if old == CUSTOMERS else head
        if kept != head.key_ids:
            after = without_keys(after, kept, self.clock.now(), self.policy.rules)
        if after.status == "purged" and after != head:
            result.found(ERASED, after)
        elif after.number is None and head.number is not None:
            result.found(NUMBER_LOST, after)
        elif after.change != head.change:
            result.found(CHANGE_OVER, after)

    def _suppression(self, result: Replayed) -> None:
        head = result.head
        if head.tag is None:
            return
        rows = suppressions_of(self.store, head.known_tags)
        # Of a number that they left, other noes are its next owner's.
        after = suppressed(head, [it for it in rows if head.is_open or it.source == BY_ERASURE])
        # One that was lifted since is left as the copy has it: the customer may say yes again.
        if after is not head and after.suppressed_at is not None:
            result.found(SUPPRESSED, after)

    def _facts(self, survivors: Survivors, result: Replayed) -> None:
        if survivors.witness is None:
            return
        facts = forgotten(result.head, survivors.witness)
        if facts:
            result.head = recalled(result.head, survivors.witness, self.policy.rules)
            result.findings += facts

    def _uses(self, survivors: Survivors, result: Replayed, old: str) -> None:
        if old != CUSTOMERS or not result.head.is_open:
            return
        after = with_uses(result.head, survivors.uses, self.policy, self.clock.now())
        if after is not result.head:
            result.found(USES, after)

    def _commit(self, survivors: Survivors, after: Customer, old: str) -> None:
        before, head = survivors.head, dated(after, self.policy.rules)
        writes: list[Write] = [Replace(before, head) if before is not None else Insert(head)]
        for number in before.numbers if before else ():
            holder = holder_of(self.store, number.tags)
            if number.tag not in head.tags and holder is not None and holder.customer_id == head.id:
                writes.append(Remove(holder))
        if before is not None and (head.number is not None or old == KEYS):
            # Of somebody whose number is lost with an old head, a better copy may have it: their keys stay.
            over = {it.number.key_id for it in before.numbers} - head.key_ids
            writes += [Remove(it) for it in survivors.keys if it.key_id in over]
        self.store.commit(*writes)

    def _first(self, links: Sequence[LedgerEvent]) -> datetime:
        return links[0].event_time if links else self.clock.now()
