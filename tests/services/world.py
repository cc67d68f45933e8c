"""Ringfence in memory, with the words that tests tell their stories in."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar

from chalicelib.bootstrap import Ringfence
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.consent import ConsentChoice, ConsentEvent
from chalicelib.domain.contact import ContactToken, token_digest
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import RingfenceError
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.ledger import LedgerEvent, first_break
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.policy import Policy
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import R
from chalicelib.services.number_tags import tags_of
from chalicelib.services.start_request import StartRequest
from infra.local.purge_queue import purge_at_once
from tests.fakes import MemoryAdapters, MemorySender, bearer, caller, memory_ringfence
from tests.memory_store import MemoryStore

WALLET = caller()
OTHER_WALLET = caller(client_id="other-app")
STAFF = caller("staff", "call-centre", "ann")
OFFICER = caller("officer", "privacy-office", "olga")
# libphonenumber's examples.
NUMBER = "+447400123456"
OTHER_NUMBER = "+8613123456789"
KEY = "key-0123456789abcdef"

T = TypeVar("T")


def keyed(
    key: str | None, body: bytes = b"{}", route: str = "POST /v1/somewhere", by: Caller = WALLET
) -> KeyedRequest | None:
    return KeyedRequest(by.client_id, route, key, body) if key else None


def at_once(call: Callable[[int], T], times: int = 50) -> list[T | RingfenceError]:
    """What the calls gave or were refused with, all begun at the same moment."""
    barrier = threading.Barrier(times)

    def run(number: int) -> T | RingfenceError:
        barrier.wait()
        try:
            return call(number)
        except RingfenceError as refusal:
            return refusal

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def only(results: list[T | RingfenceError], kind: type[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, kind)]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@dataclass
class World:
    adapters: MemoryAdapters = field(default_factory=MemoryAdapters)

    @cached_property
    def ringfence(self) -> Ringfence:
        return memory_ringfence(self.adapters)

    @property
    def store(self) -> MemoryStore:
        return self.adapters.store

    @property
    def sender(self) -> MemorySender:
        return self.adapters.sender

    @property
    def policy(self) -> Policy:
        return self.adapters.policy

    @property
    def sent(self) -> int:
        return len(self.sender.sent)

    def later(self, **delta: float) -> None:
        self.adapters.clock.at += timedelta(**delta)

    def rows(self, kind: type[R]) -> list[R]:
        return [row for (of, _), row in self.store.rows.items() if of is kind]  # type: ignore[misc]

    def row(self, kind: type[R], *key: str) -> R:
        found = self.store.get(kind, *key)
        assert found is not None
        return found

    def tag(self, number: str = NUMBER) -> str:
        return self.tags(number)[0]

    def tags(self, number: str = NUMBER) -> tuple[str, ...]:
        return tags_of(self.adapters.keys, parse_phone_number(number))

    def start(
        self, number: str | None = NUMBER, *, by: Caller = WALLET, key: str | None = None, **request: Any
    ) -> Verification:
        wanted = StartRequest(**{"purpose": "signup", "phone_number": number, **request})
        body = keyed(key, repr(asdict(wanted)).encode(), "start", by)
        return self.ringfence.start_verification(by, bearer(by), wanted, body)

    def resend(self, verification: Verification, *, by: Caller = WALLET, key: str | None = None) -> Verification:
        request = keyed(key, verification.id.encode(), "resend", by)
        return self.ringfence.resend_code(by, bearer(by), verification.id, request)

    def cancel(self, verification_id: str, key: str | None = None) -> None:
        request = keyed(key, verification_id.encode(), "cancel")
        self.ringfence.cancel_verification(WALLET, verification_id, request)

    def check(
        self,
        verification: Verification,
        code: str,
        *,
        by: Caller = WALLET,
        key: str | None = None,
        context: Any = None,
    ) -> Verification:
        request = keyed(key, f"{verification.id} {code}".encode(), "check", by)
        return self.ringfence.check_code(by, verification.id, code, context, request)

    def proved(self, number: str = NUMBER, by: Caller = WALLET) -> Verification:
        verification = self.start(number, by=by)
        return self.check(verification, self.sender.last_code, by=by)

    def bind(
        self,
        verification: Verification,
        customer_id: str | None = None,
        *,
        by: Caller = WALLET,
        key: str | None = None,
    ) -> Customer:
        request = keyed(key, f"{verification.id} {customer_id}".encode(), "bind", by)
        return self.ringfence.bind_customer(by, verification.id, customer_id, request)

    def customer(self, number: str = NUMBER, customer_id: str | None = None) -> Customer:
        return self.bind(self.proved(number), customer_id)

    def close(self, customer: Customer, key: str | None = None) -> Customer:
        return self.ringfence.close_customer(customer.id, keyed(key, customer.id.encode(), "close"))

    def say(
        self,
        customer: Customer,
        decision: str = "given",
        purpose: str = "order_notice",
        channels: tuple[str, ...] = ("sms", "call"),
        key: str | None = None,
    ) -> ConsentEvent:
        agreed = channels if decision == "given" else ()
        choice = ConsentChoice(purpose, decision, 1, "en", None, agreed, "signup_screen")
        request = keyed(key, f"{customer.id} {choice}".encode(), "say")
        return self.ringfence.record_consent(WALLET, customer.id, choice, request)

    def token(self, customer: Customer, channel: str = "sms", purpose: str = "order_notice", by: Caller = STAFF) -> str:
        question = ContactQuestion(customer.id, purpose, channel)
        answer = self.ringfence.decide_contact(by, question, None)
        assert answer.token is not None
        return answer.token

    def used(self, token: str) -> bool:
        return self.row(ContactToken, token_digest(token)).used_at is not None

    def purge(self, time_left: Callable[[], bool] = lambda: True) -> PurgeRun:
        return purge_at_once(self.ringfence, time_left)

    def damage(self, customer: Customer) -> str | None:
        """What is wrong with the customer's chain."""
        head = self.row(Customer, customer.id)
        return first_break(head.id, self.store.history(LedgerEvent, head.id), head.ledger_sequence, head.ledger_hash)

    def holder(self, number: str = NUMBER) -> str | None:
        found = self.store.get(TagHolder, self.tag(number))
        return found.customer_id if found else None
