"""The life of customers and their numbers, as a machine that Hypothesis drives: what holds in whatever order."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import TagHolder, WrappedKey
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.import_row import ImportRow
from chalicelib.domain.ledger import LedgerEvent, first_break
from chalicelib.domain.number_change import SWAP
from chalicelib.domain.number_choice import ON_CONFLICT, NumberWish
from chalicelib.domain.origin import Provenance
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.schedule import dated
from chalicelib.domain.verification import Verification
from infra.local.purge_queue import purge_at_once
from tests.fakes import caller
from tests.living import NUMBERS, WALLET, Living

STAFF, OFFICER = caller("staff", "call-centre", "ann"), caller("officer", "privacy", "olga")
REASON = "Customer asked to be called back about the blocked payment"

numbers = st.sampled_from(NUMBERS)
somebody = st.integers(0, 7)
# What must have come about in any number of lives that is worth the name, and what does in many.
ACTS = {"signs_up", "says", "may_be_contacted", "steps_up", "a_stranger_has_the_number", "is_imported", "is_held"}
RARE_ACTS = {"is_contacted", "changes_number", "two_swap", "stops_the_change", "asks_to_be_erased"}
purposes = st.sampled_from(["marketing", "order_notice"])
decisions = st.sampled_from(["given", "refused", "withdrawn"])


class Lives(Living):
    """Every rule is a use case as its caller would call it, refused or not; every invariant is read from the rows."""

    # What happens.

    @rule(number=numbers)
    def signs_up(self, number: str) -> None:
        with self.trying("signs_up"):
            proof = self.proved(number, "signup", None)
            self.ids.append(self.ringfence.bind_customer(WALLET, proof.id, None, None).id)

    @rule(number=numbers)
    def leaves_a_proof_unfinished(self, number: str) -> None:
        with self.trying("leaves_a_proof_unfinished"):
            self.started(number, "signup", None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody, decision=decisions, purpose=purposes)
    def says(self, who: int, decision: str, purpose: str) -> None:
        channels = ("sms",) if decision == "given" else ()
        choice = ConsentChoice(purpose, decision, 1, "en", None, channels, "signup_screen")
        with self.trying("says"):
            self.ringfence.record_consent(WALLET, self.one(who), choice, None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody, channel=st.sampled_from(["sms", "call"]))
    def may_be_contacted(self, who: int, channel: str) -> None:
        # It keeps no hours: a machine does not sleep at night.
        question = ContactQuestion(self.one(who), "account_security", channel)
        with self.trying("may_be_contacted"):
            answer = self.ringfence.decide_contact(STAFF, question, None)
            if answer.token is not None:
                self.tokens.append((channel, answer.token))

    @precondition(lambda self: self.tokens)
    @rule(which=somebody)
    def is_contacted(self, which: int) -> None:
        channel, token = self.tokens.pop(which % len(self.tokens))
        room, bearer = self.ringfence.strongroom, self.world.authorization(STAFF)
        with self.trying("is_contacted"):
            if channel == "sms":
                room.send_message(bearer, token, "account_locked", {}, None)
            else:
                room.reveal(bearer, token, REASON, None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody)
    def steps_up(self, who: int) -> None:
        with self.trying("steps_up"):
            self.proved(None, "step_up", self.one(who))

    @rule(number=numbers, on_conflict=st.sampled_from(["refuse", "take_over"]))
    def a_stranger_has_the_number(self, number: str, on_conflict: str) -> None:
        with self.trying("a_stranger_has_the_number"):
            proof = self.proved(number, "signup", None)
            self.ids.append(self.ringfence.bind_customer(WALLET, proof.id, None, None, on_conflict=on_conflict).id)

    @precondition(lambda self: self.ids)
    @rule(who=somebody, number=numbers, has_old_phone=st.booleans(), on_conflict=st.sampled_from(ON_CONFLICT))
    def changes_number(self, who: int, number: str, has_old_phone: bool, on_conflict: str) -> None:
        customer = self.one(who)
        with self.trying("changes_number"):
            old = self.proved(None, "step_up", customer).id if has_old_phone else None
            new = self.proved(number, "number_change", customer).id
            wish, bearer = NumberWish(new, old, on_conflict), self.world.authorization(WALLET)
            self.ringfence.change_number(WALLET, bearer, customer, wish, None)

    @precondition(lambda self: len(self.ids) > 1)
    @rule(one=somebody, other=somebody)
    def two_swap(self, one: int, other: int) -> None:
        pair = [self.one(one), self.one(other)]
        phones = {it.id: self.phone_of(it) for it in self.customers() if it.id in pair and it.held is not None}
        if len(phones) < 2:
            return
        bearer = self.world.authorization(WALLET)
        with self.trying("two_swap"):
            for mine, theirs in (pair, reversed(pair)):
                wish = NumberWish(self.proved(phones[theirs], "number_change", mine).id, None, SWAP)
                self.ringfence.change_number(WALLET, bearer, mine, wish, None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody)
    def stops_the_change(self, who: int) -> None:
        with self.trying("stops_the_change"):
            self.ringfence.stop_number_change(self.one(who), None)

    @rule(number=numbers)
    def is_imported(self, number: str) -> None:
        row = ImportRow(f"imported-{len(self.ids):04d}-x", parse_phone_number(number), "en", False, None, ())
        with self.trying("is_imported"):
            self.ringfence.import_customer(row, Provenance("crm", "batch-a"))
            self.ids.append(row.customer_id)

    @precondition(lambda self: self.ids)
    @rule(who=somebody)
    def is_held(self, who: int) -> None:
        review_at = self.world.clock.now() + timedelta(days=90)
        with self.trying("is_held"):
            self.ringfence.change_holds.place(OFFICER, self.one(who), "a dispute", review_at, None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody)
    def is_let_go(self, who: int) -> None:
        for case in self.head(self.one(who)).cases:
            self.ringfence.change_holds.lift(OFFICER, self.one(who), case.id, None)

    @precondition(lambda self: self.ids)
    @rule(who=somebody, never_again=st.booleans())
    def asks_to_be_erased(self, who: int, never_again: bool) -> None:
        with self.trying("asks_to_be_erased"):
            certificate = self.ringfence.erase_customer(OFFICER, self.one(who), never_again, None)
            assert certificate.customer_id == self.one(who)
            assert self.head(self.one(who)).status == "purged"

    @precondition(lambda self: self.ids)
    @rule(who=somebody)
    def closes(self, who: int) -> None:
        self.ringfence.close_customer(self.one(who), None)

    @rule(hours=st.sampled_from([1, 24, 25, 24 * 29, 24 * 31, 24 * 366]))
    def time_passes(self, hours: int) -> None:
        self.world.clock.at += timedelta(hours=hours)

    @rule()
    def the_clock_runs(self) -> None:
        held = {it.id: it.numbers for it in self.customers() if it.cases or self.is_held_by_law(it)}
        # What a run ends is due from then on, and the next run's.
        for _ in range(3):
            run = purge_at_once(self.ringfence)
            assert run.complete
            assert not run.failures
        # Of an open contract a change of number may end, and leaves its customer with one.
        kept = {it.id: it for it in self.customers() if it.id in held}
        assert all(kept[who].status != "purged" for who in held)
        assert all(kept[who].numbers == numbers for who, numbers in held.items() if kept[who].status == "restricted")
        now = self.world.clock.now()
        assert [it for it in self.customers() if it.due_at is not None and it.due_at <= now] == []
        assert [it for it in self.rows(Verification) if it.due_at <= now] == []

    # What holds.

    @invariant()
    def a_number_has_one_customer_at_most(self) -> None:
        holders = {holder.tag: holder.customer_id for holder in self.rows(TagHolder)}
        own = [(tag, it.id) for it in self.customers() for tag in it.tags]
        assert len({tag for tag, _ in own}) == len(own)
        assert dict(own) == holders
        assert all(it.tag in it.tags for it in self.customers() if it.is_open and it.tag is not None)

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
