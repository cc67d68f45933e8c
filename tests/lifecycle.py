"""The life of customers and their numbers, as a machine that Hypothesis drives: what holds in whatever order."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.adapters.dynamodb_places import PLACES, from_item
from chalicelib.bootstrap import Ringfence
from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import Refused
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.ledger import LedgerEvent, first_break
from chalicelib.domain.schedule import dated
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import R
from chalicelib.services.start_request import StartRequest
from infra.local.purge_queue import purge_at_once
from tests.fakes import caller
from tests.worlds import World

WALLET, STAFF = caller(), caller("staff", "call-centre", "ann")
# Few, so that they change hands often.
NUMBERS = tuple(f"+8613800138{nth:03d}" for nth in range(4))
REASON = "Customer asked to be called back about the blocked payment"

numbers = st.sampled_from(NUMBERS)
somebody = st.integers(0, 7)
purposes = st.sampled_from(["marketing", "order_notice"])
decisions = st.sampled_from(["given", "refused", "withdrawn"])


class Lives(RuleBasedStateMachine):
    """Every rule is a use case as its caller would call it, refused or not; every invariant is read from the rows."""

    world_of: ClassVar[Callable[[], AbstractContextManager[World]]]

    def __init__(self) -> None:
        super().__init__()
        self.opened = type(self).world_of()
        self.world = self.opened.__enter__()
        self.ids: list[str] = []
        self.tokens: list[tuple[str, str]] = []

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    # What happens.

    @rule(number=numbers)
    def signs_up(self, number: str) -> None:
        with suppress(Refused):
            proof = self.proved(number, "signup", None)
            self.ids.append(self.ringfence.bind_customer(WALLET, proof.id, None, None).id)

    @rule(number=numbers)
    def leaves_a_proof_unfinished(self, number: str) -> None:
        with suppress(Refused):
            self.started(number, "signup", None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody, decision=decisions, purpose=purposes)
    def says(self, who: int, decision: str, purpose: str) -> None:
        channels = ("sms",) if decision == "given" else ()
        choice = ConsentChoice(purpose, decision, 1, "en", None, channels, "signup_screen")
        with suppress(Refused):
            self.ringfence.record_consent(WALLET, self.one(who), choice, None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody, channel=st.sampled_from(["sms", "call"]))
    def may_be_contacted(self, who: int, channel: str) -> None:
        # It keeps no hours: a machine does not sleep at night.
        question = ContactQuestion(self.one(who), "account_security", channel)
        with suppress(Refused):
            answer = self.ringfence.decide_contact(STAFF, question, None)
            if answer.token is not None:
                self.tokens.append((channel, answer.token))

    @precondition(lambda self: self.tokens)
    @rule(which=somebody)
    def is_contacted(self, which: int) -> None:
        channel, token = self.tokens.pop(which % len(self.tokens))
        room, bearer = self.ringfence.strongroom, self.world.authorization(STAFF)
        with suppress(Refused):
            if channel == "sms":
                room.send_message(bearer, token, "account_locked", {}, None)
            else:
                room.reveal(bearer, token, REASON, None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody)
    def steps_up(self, who: int) -> None:
        with suppress(Refused):
            self.proved(None, "step_up", self.one(who))

    @precondition(lambda self: self.ids)
    @rule(who=somebody)
    def closes(self, who: int) -> None:
        self.ringfence.close_customer(self.one(who), None)

    @rule(hours=st.sampled_from([1, 24, 25, 24 * 29, 24 * 31, 24 * 366]))
    def time_passes(self, hours: int) -> None:
        self.world.clock.at += timedelta(hours=hours)

    @rule()
    def the_clock_runs(self) -> None:
        run = purge_at_once(self.ringfence)
        assert run.complete
        assert not run.failures
        now = self.world.clock.now()
        assert [it for it in self.customers() if it.due_at is not None and it.due_at <= now] == []
        assert [it for it in self.rows(Verification) if it.due_at <= now] == []

    # What holds.

    @invariant()
    def a_number_has_one_customer_at_most(self) -> None:
        holders = {holder.tag: holder.customer_id for holder in self.rows(TagHolder)}
        held = [(number.tag, it.id) for it in self.customers() if it.is_open for number in it.numbers]
        assert len({tag for tag, _ in held}) == len(held)
        assert dict(held) == holders

    @invariant()
    def what_is_kept_can_be_opened_and_nothing_else(self) -> None:
        keys = {(key.customer_id, key.key_id) for key in self.rows(WrappedKey)}
        assert keys == {(it.id, key_id) for it in self.customers() for key_id in it.key_ids}

    @invariant()
    def nobody_was_opened_after_the_end(self) -> None:
        ends = {it.id: it.closed_at for it in self.customers() if it.closed_at is not None}
        late = [row for row in self.rows(AccessLogEntry) if row.customer_id in ends and row.at >= ends[row.customer_id]]
        assert not late

    @invariant()
    def the_chains_hold(self) -> None:
        for it in self.customers():
            links = self.world.store.history(LedgerEvent, it.id)
            assert first_break(it.id, links, it.ledger_sequence, it.ledger_hash) is None

    @invariant()
    def every_head_says_when_the_clock_must_look_again(self) -> None:
        for it in self.customers():
            assert dated(it, self.ringfence.policy.rules) == it

    # How it is done and read.

    @property
    def ringfence(self) -> Ringfence:
        # No two things happen at one instant, so that before and after can be told.
        self.world.clock.at += timedelta(seconds=1)
        return self.world.ringfence

    def one(self, who: int) -> str:
        """One of the customers there have been."""
        return self.ids[who % len(self.ids)]

    def started(self, number: str | None, purpose: str, customer_id: str | None) -> Verification:
        request = StartRequest(purpose, number, customer_id=customer_id)
        return self.ringfence.start_verification(WALLET, self.world.authorization(WALLET), request, None)

    def proved(self, number: str | None, purpose: str, customer_id: str | None) -> Verification:
        """A verification whose code was entered by whoever has the phone."""
        before = Counter(self.world.inbox())
        started = self.started(number, purpose, customer_id)
        (sms,) = Counter(self.world.inbox()) - before
        return self.ringfence.check_code(WALLET, started.id, sms.code, None, None)

    def customers(self) -> list[Customer]:
        return self.rows(Customer)

    def rows(self, kind: type[R]) -> list[R]:
        """All rows of a kind, as they stand."""
        place = PLACES[kind]
        others = [it.prefix for it in PLACES.values() if it.table == place.table and len(it.prefix) > len(place.prefix)]
        items: list[Any] = self.world.rows(place.table)
        own = [it for it in items if it["pk"]["S"].startswith(place.prefix)]
        return [from_item(kind, it) for it in own if not it["pk"]["S"].startswith(tuple(others))]
