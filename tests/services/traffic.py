"""People who use the service all the while, each with two numbers of their own, and what each must be answered."""

import random
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NumberInUse
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.inbound import InboundSms
from chalicelib.domain.number_choice import NumberWish
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.session import CLIENT, PURPOSE
from chalicelib.domain.suppression import deciding
from chalicelib.domain.verification import Verification
from chalicelib.services.current_session import current_session
from chalicelib.services.number_tags import suppressions_of
from chalicelib.services.start_request import StartRequest
from chalicelib.services.tag_holder import holder
from tests.fakes import NOON, MemoryAdapters, bearer
from tests.memory_keys import MemoryKeys
from tests.services.fault_cases import READY
from tests.services.page import BROWSER
from tests.services.rotating import consistent
from tests.services.world import STAFF, WALLET, World

TICK = timedelta(milliseconds=10)
_ticking = threading.Lock()


class _Told:
    """The shared world, as a function sees it that was told these keys."""

    def __init__(self, adapters: MemoryAdapters, versions: tuple[str, ...]) -> None:
        self._adapters = adapters
        self.keys = self.index = MemoryKeys(adapters.keys.master, versions)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapters, name)


class Function(World):
    """All functions of one deployment."""

    def __init__(self, adapters: MemoryAdapters, versions: tuple[str, ...]) -> None:
        super().__init__(cast("MemoryAdapters", _Told(adapters, versions)))

    def tick(self) -> None:
        """No two things happen at one instant, and no code ends meanwhile."""
        with _ticking:
            self.adapters.clock.at += TICK

    def code(self, number: str) -> str:
        return next(sms.body[-6:] for sms in reversed(self.sender.sent) if sms.number == number and "#" in sms.body)

    def prove(self, number: str, purpose: str = "signup", customer_id: str | None = None) -> Verification:
        known = None if purpose == "step_up" else number
        wish = StartRequest(purpose, known, customer_id=customer_id, device_id=random.randbytes(8).hex())
        started = self.ringfence.start_verification(WALLET, bearer(WALLET), wish, None)
        return self.check(started, self.code(number))

    def signed_in(self, number: str) -> str:
        """Whose session it is that the code on this phone opens."""
        wish = StartRequest(PURPOSE, number, locale="en", ip=f"198.51.100.{random.randrange(250)}")
        started = self.ringfence.start_sign_in(BROWSER, wish)
        self.ringfence.deliver_queued(started)
        secret = self.ringfence.sign_in(BROWSER, started, self.code(number))
        return current_session(self.store, secret, "look", self.adapters.clock.at).customer.id


@dataclass
class Person:
    """Who has a number, another to change to, and a memory of what they said.

    Attributes:
        noes: those of their numbers that want no advertising.
        strange: those that somebody else has bound.
    """

    number: str
    spare: str
    customer_id: str | None = None
    noes: set[str] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)


@dataclass
class Traffic:
    """Whatever is asked, any of the functions that are live may be the one that answers.

    Attributes:
        live: one for each deployment that still runs.
    """

    chance: random.Random
    live: list[Function] = field(default_factory=list)

    @property
    def any(self) -> Function:
        function = self.chance.choice(self.live)
        function.tick()
        return function

    def holder(self, number: str) -> Customer | None:
        return holder(self.live[0].store, self.live[0].tags(number))

    def round(self, person: Person) -> None:
        """A person does some of what people do, and each answer is the right one."""
        if person.customer_id is None:
            self._bind(person)
        self._refused_to_others(person.number)
        assert self.any.signed_in(person.number) == person.customer_id
        if self.chance.random() < 0.5:
            self._stop(person)
        if person.number in person.noes and self.chance.random() < 0.5:
            self._agree(person)
        self._contact(person)
        if self.chance.random() < 0.3 and person.spare not in person.strange:
            self._change(person)
        if self.chance.random() < 0.3:
            self._erase(person)

    def move_in(self, person: Person, number: str) -> None:
        """The number that they left, or gave up, has a customer: the person, or somebody else."""
        if number == person.number:
            self._bind(person)
            return
        assert self.any.bind(self.any.prove(number)).suppressed_at is not None
        person.strange.add(number)

    def demand_sound(self, people: list[Person]) -> None:
        """Everybody is who they were, by any function, and has said what they said."""
        for function in self.live:
            for person in people:
                found = holder(function.store, function.tags(person.number))
                assert (found and found.id) == person.customer_id
                for number in (person.number, person.spare):
                    row = deciding(suppressions_of(function.store, function.tags(number)))
                    assert (row is not None and row.stands) == (number in person.noes)
        assert consistent(self.live[0])

    def _head(self, person: Person) -> Customer:
        assert person.customer_id is not None
        head = self.live[0].row(Customer, person.customer_id)
        assert (head.suppressed_at is not None) == (person.number in person.noes)
        return head

    def _bind(self, person: Person) -> None:
        proof = self.any.prove(person.number)
        person.customer_id = self.any.bind(proof).id
        self._head(person)

    def _refused_to_others(self, number: str) -> None:
        proof = self.any.prove(number)
        try:
            self.any.bind(proof)
        except NumberInUse:
            return
        raise AssertionError("a number was bound twice")

    def _stop(self, person: Person) -> None:
        function = self.any
        sms = InboundSms(parse_phone_number(person.number), "STOP", function.adapters.clock.at)
        assert function.ringfence.hear_reply(sms) in ("stopped", "stopped_before")
        person.noes.add(person.number)
        question = ContactQuestion(self._head(person).id, "marketing", "sms")
        assert self.any.ringfence.decide_contact(STAFF, question, None).token is None

    def _agree(self, person: Person) -> None:
        by = Caller(CLIENT, str(person.customer_id), frozenset({"customer"}), NOON + timedelta(days=99))
        yes = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "preference_centre")
        self.any.ringfence.record_consent(by, by.subject, yes, None)
        person.noes.remove(person.number)
        self._head(person)

    def _contact(self, person: Person) -> None:
        self.any.say(self._head(person))
        question = ContactQuestion(str(person.customer_id), "order_notice", "sms")
        token = self.any.ringfence.decide_contact(STAFF, question, None).token
        if token is None:
            # Not more often than agreed.
            return
        before = len(self.live[0].sender.sent)
        self.any.ringfence.strongroom.send_message(bearer(STAFF), token, "order_ready", READY, None)
        got = [sms for sms in self.live[0].sender.sent[before:] if "Main Street" in sms.body]
        assert person.number in {sms.number for sms in got}

    def _change(self, person: Person) -> None:
        if self._head(person).change is not None:
            return
        proof = self.any.prove(person.spare, "number_change", person.customer_id)
        old = self.any.prove(person.number, "step_up", person.customer_id)
        wish = NumberWish(proof.id, old.id, "refuse")
        self.any.ringfence.change_number(WALLET, bearer(WALLET), str(person.customer_id), wish, None)
        person.number, person.spare = person.spare, person.number
        self._head(person)
        self._refused_to_others(person.spare)
        assert self.any.signed_in(person.number) == person.customer_id

    def _erase(self, person: Person) -> None:
        never_again = self.chance.random() < 0.5
        function = self.any
        function.ringfence.erase_customer(WALLET, str(person.customer_id), never_again, None)
        person.customer_id = None
        if never_again:
            person.noes.add(person.number)
