"""A reply is done once, however often it comes, and is answered at most once."""

from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.errors import SpendLimitReached, Unavailable
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.spent import Spent
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.throttle import ThrottleLog
from tests.consent_receipts import require_receipt
from tests.fakes import caller
from tests.services.page import Page
from tests.services.replying import ADVERTISING, STOPPED, agreed, answers, decisions, head, reply, row
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, World, keyed


@pytest.fixture
def staged() -> World:
    return World(StagedAdapters())


def test_a_no_withdraws_advertising_and_nothing_else_in_one_commit(world: World) -> None:
    customer = agreed(world, *ADVERTISING, "order_notice")
    before = len(world.store.commits)
    assert reply(world) == "stopped"
    assert decisions(world, customer) == {
        "marketing": "withdrawn", "satisfaction_survey": "withdrawn", "order_notice": "given"
    }  # fmt: skip
    events = world.ringfence.history(customer.id)[-2:]
    assert {event.purpose for event in events} == set(ADVERTISING)
    for event in events:
        assert (event.event_type, event.method, event.surface) == ("withdrawn", "sms_reply", "sms")
        assert (event.actor, event.actor_role, event.channels) == ("customer", "system", ())
        assert (event.notice_version, event.locale) == (1, "en")
        assert event.notice_sha256 == world.policy.notices[event.purpose, 1, "en"].sha256
    found = row(world)
    assert found is not None
    assert (found.since, found.source, found.stands) == (world.adapters.clock.at, "sms", True)
    assert head(world, customer).suppressed_at == found.since
    kinds = [{type(getattr(write, "after", None) or write.record) for write in each}  # type: ignore[union-attr]
             for each in world.store.commits[before:]]  # fmt: skip
    assert kinds[0] == {Customer, LedgerEvent, Suppression}
    assert not any({Customer, LedgerEvent, Suppression} & each for each in kinds[1:])
    assert world.damage(customer) is None
    assert answers(world) == [STOPPED]


@pytest.mark.parametrize("source", ["sms", "provider"])
def test_the_record_says_by_whom_and_how_it_was_withdrawn(world: World, source: str) -> None:
    customer = agreed(world, "marketing")
    world.later(seconds=1)
    world.ringfence.stop_advertising(world.tags(), source, world.adapters.clock.at)
    (record,) = require_receipt(world.ringfence.issue_receipt(customer.id, "marketing"))["records"]
    event = record["events"][-1]
    assert event["event_state"] == "dpv:ConsentWithdrawn"
    assert [event[f"ringfence:{name}"] for name in ("actor", "method", "surface")] == ["customer", "sms_reply", source]


def test_who_never_agreed_is_suppressed_all_the_same(world: World) -> None:
    customer = agreed(world)
    assert reply(world, "\u9000\u8ba2") == "stopped"
    assert head(world, customer).suppressed_at == world.adapters.clock.at
    assert world.ringfence.history(customer.id) == []
    assert answers(world) == [STOPPED]
    # What the wallet brings afterwards does not undo what came from the phone itself.
    world.say(customer, purpose="marketing", channels=("sms",))
    assert head(world, customer).suppressed_at is not None


def test_the_same_sms_again_changes_nothing_and_is_not_answered(world: World) -> None:
    customer = agreed(world, *ADVERTISING)
    reply(world)
    sent_at, commits = world.adapters.clock.at, len(world.store.commits)
    world.later(hours=30)
    assert reply(world, sent_at=sent_at) == "stopped_before"
    assert reply(world) == "stopped_before"
    assert len(world.store.commits) == commits
    assert len(answers(world)) == 1
    assert len(world.ringfence.history(customer.id)) == 4


@pytest.mark.parametrize("purpose", ADVERTISING)
def test_a_yes_in_person_sets_nothing_free_that_the_wallet_brought(world: World, page: Page, purpose: str) -> None:
    (other,) = set(ADVERTISING) - {purpose}
    customer = agreed(world, "order_notice")
    reply(world)
    world.later(seconds=1)
    for each in ADVERTISING:
        world.say(customer, purpose=each, channels=("sms", "call"))
    world.later(seconds=1)
    before = len(world.store.commits)
    page.choose(page.by_wallet(customer), "app", purpose=purpose)
    now = head(world, customer)
    assert (now.suppressed_at, now.consents[purpose].channels) == (None, ("app",))
    assert decisions(world, customer) == {purpose: "given", other: "withdrawn", "order_notice": "given"}
    given, event = world.ringfence.history(customer.id)[-2:]
    assert (given.purpose, given.event_type, given.actor_role) == (purpose, "given", "customer")
    assert (event.purpose, event.event_type, event.method, event.surface) == (
        other, "withdrawn", given.method, given.surface
    )  # fmt: skip
    assert (event.actor, event.actor_role, event.event_time) == ("customer", "system", given.event_time)
    written = [each for each in world.store.commits[before:]
               if any(isinstance(getattr(write, "record", None), LedgerEvent) for write in each)]  # fmt: skip
    assert [sum(isinstance(getattr(write, "record", None), LedgerEvent) for write in each) for each in written] == [2]
    assert world.damage(customer) is None
    # What they agree to from here on is theirs again, and takes nothing else away.
    page.choose(page.by_wallet(customer), "app", purpose=other, key="tap-two-0123456789")
    assert decisions(world, customer) == dict.fromkeys((*ADVERTISING, "order_notice"), "given")


def test_a_yes_that_takes_others_back_is_answered_with_itself_each_time(world: World) -> None:
    customer = agreed(world)
    reply(world)
    world.say(customer, purpose="satisfaction_survey", channels=("sms",))
    me = caller("customer", "wallet-app", customer.id)
    yes = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "app")
    first, again = (world.ringfence.record_consent(me, customer.id, yes, keyed(KEY)) for _ in range(2))
    assert (first.purpose, first.event_type) == ("marketing", "given")
    assert first == again == world.ringfence.history(customer.id)[-2]


def test_a_purpose_that_the_policy_no_longer_has_does_not_stand_in_the_way_of_a_yes(world: World, page: Page) -> None:
    customer = agreed(world, "order_notice")
    reply(world)
    now = head(world, customer)
    consents = {**now.consents, "retired_offers": now.consents["order_notice"]}
    world.store.rows[Customer, (customer.id,)] = replace(now, consents=consents)
    page.choose(page.by_wallet(customer), "sms")
    assert head(world, customer).suppressed_at is None
    assert decisions(world, customer) == {"order_notice": "given", "retired_offers": "given", "marketing": "given"}


def test_what_the_wallet_brought_after_a_no_is_taken_back_by_the_next_which_is_answered(world: World) -> None:
    customer = agreed(world)
    reply(world)
    world.later(seconds=1)
    world.say(customer, purpose="marketing", channels=("sms",))
    assert reply(world) == "stopped"
    assert decisions(world, customer) == {"marketing": "withdrawn"}
    assert answers(world) == [STOPPED] * 2


def test_what_has_ended_by_itself_is_not_withdrawn_by_a_yes(world: World, page: Page) -> None:
    customer = agreed(world)
    reply(world)
    world.say(customer, purpose="satisfaction_survey", channels=("sms",))
    world.later(days=400)
    page.choose(page.by_wallet(customer), "sms")
    assert [event.event_type for event in world.ringfence.history(customer.id)] == ["given", "given"]


def test_a_late_no_errs_towards_the_no_until_the_customer_says_yes_again(world: World, page: Page) -> None:
    customer = agreed(world)
    sent_at = world.adapters.clock.at
    world.later(hours=1)
    page.choose(page.by_wallet(customer), "sms")
    world.later(hours=1)
    assert reply(world, sent_at=sent_at) == "stopped"
    assert decisions(world, customer) == {"marketing": "given"}
    assert head(world, customer).suppressed_at == sent_at
    page.choose(page.by_wallet(customer), "sms", key="tap-two-0123456789")
    assert head(world, customer).suppressed_at is None


def test_a_number_with_no_customer_is_kept_by_tag_and_not_answered(world: World) -> None:
    assert reply(world) == "stopped"
    assert row(world) is not None
    assert answers(world) == []
    assert NUMBER[1:] not in str(world.store.rows)
    customer = world.customer()
    assert customer.suppressed_at == head(world, customer).suppressed_at == row(world).since  # type: ignore[union-attr]


def test_a_closed_account_s_number_is_kept_by_tag(world: World) -> None:
    customer = agreed(world, "marketing")
    closed = world.close(customer)
    assert reply(world) == "stopped"
    assert head(world, customer) == closed
    assert world.customer().suppressed_at is not None


def test_start_restores_nothing_and_shows_the_way_once_a_day(world: World) -> None:
    customer = agreed(world, "marketing")
    reply(world)
    world.sender.sent.clear()
    before = head(world, customer)
    for _ in range(3):
        assert reply(world, "Start!") == "start"
    assert head(world, customer) == before
    (text,) = answers(world)
    assert world.policy.rules.processing.preferences_url in text
    world.later(hours=24)
    reply(world, "START")
    assert len(answers(world)) == 2


def test_what_counts_the_answers_is_erased_with_the_customer(world: World) -> None:
    customer = agreed(world)
    reply(world, "START")
    answered = [log.key for log in world.rows(ThrottleLog) if log.name == "answers"]
    assert len(answered) == 1
    world.close(customer)
    world.later(days=31)
    world.purge()
    assert not [log.key for log in world.rows(ThrottleLog) if log.key in answered]


def test_start_of_a_stranger_is_not_paid_for(world: World) -> None:
    assert reply(world, "START") == "start"
    assert answers(world) == []
    assert world.rows(ThrottleLog) == []


def test_anything_else_is_left_alone(world: World) -> None:
    customer = agreed(world, "marketing")
    before, commits = head(world, customer), len(world.store.commits)
    assert reply(world, "thank you") == "other"
    assert (head(world, customer), len(world.store.commits), answers(world)) == (before, commits, [])


def test_another_customer_is_not_touched(world: World) -> None:
    agreed(world, "marketing")
    other = agreed(world, "marketing", number=OTHER_NUMBER)
    before = head(world, other)
    reply(world)
    assert head(world, other) == before


def test_the_answer_is_in_the_customer_s_language(world: World) -> None:
    proof = world.start(locale="zh-CN")
    world.bind(world.check(proof, world.sender.last_code))
    world.sender.sent.clear()
    reply(world, "R")
    (text,) = answers(world)
    assert "\u9000\u8ba2" in text


def test_without_money_it_counts_and_is_not_answered(world: World) -> None:
    customer = agreed(world, "marketing")
    world.later(seconds=1)
    for _ in range(3000):
        with suppress(SpendLimitReached):
            world.ringfence.spending.reserve("GB", "one part", world.adapters.clock.at)
    assert reply(world, sent_at=world.adapters.clock.at) == "stopped"
    assert decisions(world, customer) == {"marketing": "withdrawn"}
    assert answers(world) == []


def test_an_answer_that_the_carrier_refuses_costs_nothing(world: World) -> None:
    agreed(world)
    before = sum(spent.hour_cost for spent in world.rows(Spent))
    world.sender.outcome = "opted_out"
    assert reply(world) == "stopped"
    assert sum(spent.hour_cost for spent in world.rows(Spent)) == before
    world.sender.outcome = "accepted"


@pytest.mark.parametrize("applies", [True, False])
def test_what_fails_is_heard_again(staged: World, applies: bool) -> None:
    customer = agreed(staged, "marketing")
    staged.later(seconds=1)
    at, store = staged.adapters.clock.at, staged.store
    store.fails_at, store.applies = store.asked, applies  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        reply(staged, sent_at=at)
    assert reply(staged, sent_at=at) == ("stopped_before" if applies else "stopped")
    assert decisions(staged, customer) == {"marketing": "withdrawn"}
    assert len(answers(staged)) == (0 if applies else 1)


def test_a_customer_without_consents_needs_no_ledger_key(world: World) -> None:
    customer = agreed(world)
    del world.store.rows[WrappedKey, (customer.id, LEDGER_KEY)]
    assert reply(world) == "stopped"
    assert head(world, customer).suppressed_at is not None
