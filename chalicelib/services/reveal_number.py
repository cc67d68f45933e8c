"""Shows a customer's number to a person, for a contact token and a reason."""

from dataclasses import dataclass, replace

from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotReplayable
from chalicelib.domain.justification import require_substance
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.policy import Policy
from chalicelib.domain.reveal_approval import RevealApproval, RevealWish, takes_two
from chalicelib.domain.reveals import Watch
from chalicelib.domain.throttle import OpeningLog
from chalicelib.domain.writes import Conflict
from chalicelib.ports import Clock
from chalicelib.services.ask_second_person import AskSecondPerson
from chalicelib.services.concurrently import together
from chalicelib.services.contact_use import ContactUse
from chalicelib.services.idempotency import Idempotency
from chalicelib.services.look_up_carrier import LookUpCarrier
from chalicelib.services.opening import Opening
from chalicelib.services.throttle import Throttle
from chalicelib.services.watch_reveals import WatchReveals


@dataclass(frozen=True)
class Admitted:
    """A reveal that is logged, whose number may be opened."""

    customer: Customer
    entry: AccessLogEntry
    watch: Watch


@dataclass(frozen=True)
class RevealNumber:
    """One number, once; never a list."""

    policy: Policy
    clock: Clock
    idempotency: Idempotency
    throttle: Throttle
    contact_use: ContactUse
    ask_second_person: AskSecondPerson
    opening: Opening
    look_up_carrier: LookUpCarrier
    watch: WatchReveals

    def __call__(
        self, caller: Caller, token: str, justification: str, ticket: str | None, keyed: KeyedRequest | None
    ) -> PhoneNumber:
        """The number in clear; the token is used, the access logged with its reason, and it counts for the person.

        Raises:
            FieldInvalid, ContactTokenInvalid, Throttled, ApprovalRequired: nothing was opened.
            NumberStale: a look-up found another carrier than before; nobody has seen the number.
            PersonPaused: nothing was opened, or nobody has seen it: another reveal was faster and paused the person.
            NotReplayable, IdempotencyKeyReused: the key was used before, with the same body or another.
            Contended: the number was erased after the token was used.
        """
        require_substance(justification)
        self.policy.rules.reveals.require_ticket(ticket)
        admitted = self.idempotency.once(
            keyed, lambda: self._admit(caller, token, justification, ticket, keyed), _refuse
        )
        number, sealed = self.opening.open(admitted.customer.number, admitted.entry), admitted.customer.number
        self.look_up_carrier(admitted.customer.id, sealed.key_id if sealed else None, number, admitted.entry.purpose)
        self.watch.count(admitted.watch, admitted.entry, number)
        return number

    def _admit(
        self, caller: Caller, token: str, justification: str, ticket: str | None, keyed: KeyedRequest | None
    ) -> Admitted:
        at = self.clock.now()
        # What is asked in vain counts, too: guessing is not free.
        (used, customer), watch, _ = together(
            lambda: self.contact_use.admitted(caller, token, "call", at),
            lambda: self.watch.of(caller, at),
            lambda: self.throttle.admit(
                self.throttle.keys("reveals_by_person", caller.person, at), at, kind=OpeningLog
            ),
        )
        entry = access(
            caller, customer.id, "reveal", used.purpose, "call", used.evidence, at, self.policy.rules.retention
        )
        entry = replace(entry, justification=justification, ticket=ticket)
        claim = self.idempotency.claim(keyed, "reveal", customer.id, at)
        if not takes_two(customer, at):
            self.contact_use.consume(used, customer, entry, at, *claim)
            return Admitted(customer, entry, watch)
        wish = RevealWish(caller.client_id, caller.subject, customer.id, used.purpose, justification, ticket)
        while True:
            word = self.ask_second_person(wish, at)
            entry = replace(entry, approved_by=word.after.approved_by)
            try:
                self.contact_use.consume(used, customer, entry, at, word, *claim)
                return Admitted(customer, entry, watch)
            except Conflict as conflict:
                # The word served another token of the same wish; now it takes another one.
                if not conflict.hit(RevealApproval):
                    raise


def _refuse(_earlier: str) -> Admitted:
    raise NotReplayable
