"""Ringfence with a bug: each variant is wrong in one place, and the sweep must find it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_store import DynamoDBStore
from chalicelib.adapters.sns_carrier import SnsCarrier
from chalicelib.bootstrap import Ringfence
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.closing import closed, purged
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import Unavailable, VerificationSpent
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.purge_run import Tally
from chalicelib.domain.purge_shard import Taken
from chalicelib.domain.sent import Sent
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.verification import TransactionContext, Verification
from chalicelib.domain.writes import Insert, Remove, Replace, Write
from chalicelib.services.append_events import AppendEvents
from chalicelib.services.bind_customer import BindCustomer
from chalicelib.services.changing import existing
from chalicelib.services.check_code import CheckCode
from chalicelib.services.close_customer import CloseCustomer
from chalicelib.services.holding import Holding
from chalicelib.services.intended_send import Started
from chalicelib.services.purge_customer import PurgeCustomer
from chalicelib.services.purge_item import PurgeItem
from chalicelib.services.send_budgets import Calls
from chalicelib.services.sms_sender import SmsSender
from chalicelib.services.start_request import StartRequest
from chalicelib.services.start_verification import StartVerification
from tests.prove.faults.planted_openings import Forgives, LogsLate, Overwrites, TellsAgain, Uncounted, Unsettled


class WritesFirst(StartVerification):
    """The verification is written before the number's throttle is asked."""

    def _save(
        self,
        holding: Holding,
        verification: Verification,
        request: StartRequest,
        keyed: KeyedRequest | None,
        at: datetime,
        *_: object,
    ) -> Verification:
        write = Insert(verification)
        self.store.commit(write, *self.idempotency.claim(keyed, verification.id, verification.tag, at))
        self.throttle.admit(self.throttle.keys("number", verification.tag, at), at)
        return write.record


class SendsAgain(StartVerification):
    """A repeated start sends what has no outcome yet."""

    def __call__(
        self, caller: Caller, authorization: str, request: StartRequest, keyed: KeyedRequest | None
    ) -> Verification:
        """The code was sent, perhaps not for the first time."""
        verification = super().__call__(caller, authorization, request, keyed)
        number = self._number(caller, request)
        if number is None or verification.sends[-1].delivery != "intended":
            return verification
        return self.deliver(verification, number, self.codes.secret(*verification.code_subject(request.context)))


class _CountsLater(StartVerification):
    """A budget is asked once the SMS is on its way."""

    budget: ClassVar[str]

    def _start_new(
        self, caller: Caller, request: StartRequest, number: PhoneNumber, keyed: KeyedRequest | None
    ) -> Started:
        started = super()._start_new(caller, request, number, keyed)
        take = super()._budgets(Holding(), caller, request, number, started.verification)[self.budget]

        def send() -> Verification:
            assert started.send is not None
            sent = started.send()
            take()
            return sent

        return Started(started.verification, send)

    def _budgets(self, *whom: Any) -> Calls:
        return {name: call for name, call in super()._budgets(*whom).items() if name != self.budget}


class PaysLater(_CountsLater):
    """The money is reserved once it is spent."""

    budget = "money"


class CountsWalletLater(_CountsLater):
    """The wallet client is asked once the SMS is on its way."""

    budget = "wallet"


class TakesForFailed(SmsSender):
    """What was not answered counts as not sent."""

    def send(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> Sent:
        """One attempt was made; without an answer it is told as failed."""
        sent = super().send(number, body, reference, code_seconds)
        return replace(sent, outcome="failed") if sent.outcome == "unknown" else sent


class PublishesAgain(SnsCarrier):
    """botocore repeats a Publish that it got no answer to, as it does by default."""

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:
        """At least one attempt was made."""
        answer = aws._the_client("sns", attempts=3).publish(PhoneNumber=number.e164, Message=body)
        return str(answer["MessageId"])


class ProvesAgain(CheckCode):
    """Where a number is proved, whoever asks has proved it."""

    def __call__(
        self,
        caller: Caller,
        verification_id: str,
        code: str,
        context: TransactionContext | None,
        keyed: KeyedRequest | None,
    ) -> Verification:
        """The number is proved, by this request or by another."""
        try:
            return super().__call__(caller, verification_id, code, context, keyed)
        except VerificationSpent:
            return self.own(caller, Verification, verification_id)


class KeysLater(BindCustomer):
    """The keys are written by a commit of their own, after the customer."""

    def _committed(
        self,
        verification: Verification,
        bound: Customer,
        suppressions: Sequence[Suppression],
        on_conflict: str,
        at: datetime,
        writes: tuple[Write, ...],
    ) -> Customer:
        keys = [write for write in writes if isinstance(write, Insert) and isinstance(write.record, WrappedKey)]
        others = tuple(write for write in writes if write not in keys)
        made = super()._committed(verification, bound, suppressions, on_conflict, at, others)
        self.store.commit(*keys)
        return made


class OneByOne(DynamoDBStore):
    """What belongs together is written in turn."""

    def commit(self, *writes: Write) -> None:
        """The writes have happened, unless something came between."""
        for write in writes:
            super().commit(write)


class AnswersAnyway(CloseCustomer):
    """What the store did not take is told as done."""

    def __call__(self, customer_id: str, keyed: KeyedRequest | None) -> Customer:
        """The customer is restricted, or so it says."""
        found = existing(self.store, Customer, customer_id)
        try:
            return super().__call__(customer_id, keyed)
        except Unavailable:
            return closed(found, self.end_contract.clock.now(), self.policy.rules)


class HeadFirst(PurgeCustomer):
    """The customer counts as purged before the key is erased."""

    def __call__(self, customer: Customer) -> str:
        """The head says that it is done, and then it is."""
        self.store.commit(Replace(customer, purged(customer, self.clock.now(), self.policy.rules)))
        for key in self.store.history(WrappedKey, customer.id):
            if key.key_id != LEDGER_KEY:
                self.store.commit(Remove(key))
        return customer.due_reason or ""


class CountsForgetfully(PurgeItem):
    """What a worker did that died is not counted by the next one."""

    def __call__(self, item: Taken, record: Any, at: datetime, *, resumed: bool) -> Tally:
        return super().__call__(item, record, at, resumed=False)


@dataclass(frozen=True)
class Planted:
    """A bug, the operation that has it, and the invariant that it breaks."""

    use_case: str
    make: Callable[[Ringfence], Any]
    operation: str
    breaks: str

    @property
    def variant(self) -> type[Ringfence]:
        """Ringfence with this one use case or adapter wrong."""
        return type("Variant", (Ringfence,), {self.use_case: property(self.make)})


def _wrong(kind: type[Any]) -> Callable[[Ringfence], Any]:
    return lambda ringfence: ringfence.wired(kind)


def _in_turn(kind: type[Any]) -> Callable[[Ringfence], Any]:
    def make(ringfence: Ringfence) -> Any:
        adapters = ringfence.adapters
        return replace(ringfence.wired(kind), store=OneByOne(adapters.settings.name, adapters.clock))

    return make


def _carried_by(kind: type[SnsCarrier]) -> Callable[[Ringfence], Any]:
    return lambda it: replace(it.wired(SmsSender), carriers={"sns": kind(it.policy.rules.sms)})


PLANTED: Mapping[str, Planted] = {
    "unknown outcome taken for failed": Planted(
        "sender", _wrong(TakesForFailed), "start", "no_shared_count_is_too_low"
    ),
    "money reserved after the send": Planted("start_verification", _wrong(PaysLater), "start", "no_sms_is_unpaid"),
    "wallet counted after the send": Planted(
        "start_verification", _wrong(CountsWalletLater), "start", "no_start_of_a_wallet_is_uncounted"
    ),
    "write before throttle": Planted("start_verification", _wrong(WritesFirst), "start", "no_count_is_too_low"),
    "retry of publish": Planted("sender", _carried_by(PublishesAgain), "start", "each_send_is_one_sms_at_most"),
    "send repeated with the request": Planted(
        "start_verification", _wrong(SendsAgain), "start", "each_send_is_one_sms_at_most"
    ),
    "proof for whoever asks": Planted(
        "check_code", _wrong(ProvesAgain), "check, right", "a_verification_succeeds_once"
    ),
    "key written after customer": Planted(
        "bind_customer", _wrong(KeysLater), "bind", "number_and_customer_have_their_keys"
    ),
    "customer written piece by piece": Planted(
        "bind_customer", _in_turn(BindCustomer), "bind", "nothing_is_half_written"
    ),
    "event written apart from the head": Planted(
        "append_events", _in_turn(AppendEvents), "consent", "the_chain_holds_each_event_once"
    ),
    "consume without condition": Planted("contact_use", _wrong(Overwrites), "message", "a_token_is_used_once"),
    "a use that no cap counts": Planted(
        "contact_use", _wrong(Uncounted), "message under a cap", "no_contact_is_missing_in_its_cap"
    ),
    "access logged after the opening": Planted(
        "reveal_number", _wrong(LogsLate), "reveal", "every_opening_is_in_the_access_log"
    ),
    "opened without a settlement": Planted("opening", _wrong(Unsettled), "reveal", "every_use_of_a_number_is_settled"),
    "reveal shown uncounted": Planted("watch", _wrong(Forgives), "reveal", "no_reveal_is_uncounted"),
    "reveal replayed": Planted("reveal_number", _wrong(TellsAgain), "reveal", "a_reveal_is_told_once"),
    "answer before the commit": Planted("close_customer", _wrong(AnswersAnyway), "closure", "what_was_answered_is_so"),
    "head purged before the key": Planted(
        "purge_customer", _wrong(HeadFirst), "purge of a customer", "what_is_purged_stays_closed"
    ),
    "what a dead worker did is forgotten": Planted(
        "purge_item", _wrong(CountsForgetfully), "purge of a customer", "every_purge_is_reported_once"
    ),
}
