"""Records a customer's word on a purpose."""

from dataclasses import dataclass

from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import Claim, KeyedRequest
from chalicelib.domain.consent import ConsentChoice, ConsentEvent, record_id, shown_notice, state_after
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import Contended, NotFound
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.ledger import LedgerEvent, link
from chalicelib.domain.policy import Policy
from chalicelib.domain.writes import Conflict, Insert, Replace
from chalicelib.ports import Clock, LedgerCipher, Store
from chalicelib.services.changing import existing
from chalicelib.services.concurrently import together
from chalicelib.services.consent_history import ConsentHistory
from chalicelib.services.idempotency import Idempotency

# Of fifty writers who never pause, the unluckiest loses some dozens of rounds. Beyond this it may come again.
MOST_ROUNDS = 120


@dataclass(frozen=True)
class RecordConsent:
    """The event joins the customer's chain and the head says the new state, in one commit."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency
    ledger: LedgerCipher
    history: ConsentHistory

    def __call__(
        self, caller: Caller, customer_id: str, choice: ConsentChoice, keyed: KeyedRequest | None
    ) -> ConsentEvent:
        """The choice is part of the chain, and every contact decision from now on knows it.

        Raises:
            NotFound: there is no such customer or no such purpose.
            FieldInvalid, PurposeNotSwitchable, NoticeOutdated, NoticeMismatch, CustomerRestricted, CustomerPurged:
                it cannot be recorded.
            Contended: others wrote to the same customer without pause.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 14, 15; GDPR 7; ISO/IEC TS 27560.
        """
        return self.idempotency.once(
            keyed,
            lambda: self._record(caller, customer_id, choice, keyed),
            lambda event_id: self._recorded(customer_id, event_id),
        )

    def _recorded(self, customer_id: str, event_id: str) -> ConsentEvent:
        for event in self.history(customer_id):
            if event.event_id == event_id:
                return event
        raise NotFound

    def _record(
        self, caller: Caller, customer_id: str, choice: ConsentChoice, keyed: KeyedRequest | None
    ) -> ConsentEvent:
        customer, key = together(
            lambda: existing(self.store, Customer, customer_id),
            lambda: self.store.get(WrappedKey, customer_id, LEDGER_KEY),
        )
        notice_sha256 = shown_notice(customer, choice, self.policy)
        if key is None:
            raise NotFound
        unlocked = self.ledger.unlock(key)
        for _ in range(MOST_ROUNDS):
            at = self.clock.now()
            event = ConsentEvent(
                event_id=new_id("evt"),
                record_id=record_id(customer_id, choice.purpose),
                event_type=choice.decision,
                event_time=at.isoformat(),
                purpose=choice.purpose,
                channels=choice.channels,
                notice_version=choice.notice_version,
                notice_sha256=notice_sha256,
                locale=choice.locale,
                surface=choice.surface,
                actor_role=caller.role,
                actor_client=caller.client_id,
            )
            commitment, sealed = unlocked.seal(event.event_id, event.canonical())
            head = customer.ledger_sequence, customer.ledger_hash
            chained = link(customer_id, head, event.event_id, at, commitment, sealed)
            write = Replace(customer, customer.with_consent(choice.purpose, state_after(event, at), chained))
            try:
                claim = self.idempotency.claim(keyed, event.event_id, customer_id, at)
                self.store.commit(write, Insert(chained), *claim)
                return event
            except Conflict as conflict:
                if conflict.hit(Claim) or not (conflict.hit(Customer) or conflict.hit(LedgerEvent)):
                    raise
                customer = conflict.current(Customer) or existing(self.store, Customer, customer_id)
                shown_notice(customer, choice, self.policy)
        raise Contended
