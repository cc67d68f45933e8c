"""A customer of another system becomes ours once, unproved, with the words that came along."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import CustomerExists, NumberInUse, Unavailable
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.import_row import read_row
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.origin import Provenance
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.schedule import CONSENT_EXPIRED, NEVER_PROVED
from chalicelib.domain.suppression import BY_SMS, Suppression
from chalicelib.domain.writes import Insert
from tests.importing import BATCH, row, word
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, OTHER_NUMBER, STAFF, World, at_once


@pytest.fixture
def world() -> World:
    return World(StagedAdapters())


def brought(world: World, number: str = NUMBER, of: Provenance = BATCH, **members: object) -> str:
    read = read_row(row(number, **members), world.policy, world.adapters.clock.now())
    return world.ringfence.import_customer(read, of)


def reason(world: World, purpose: str, channel: str = "sms") -> str:
    return world.ringfence.decide_contact(STAFF, ContactQuestion("wallet-7", purpose, channel), None).decision.reason


def test_the_customer_is_there_with_a_number_that_nobody_has_proved(world: World) -> None:
    assert brought(world, consents=[]) == "imported"
    customer = world.row(Customer, "wallet-7")
    assert (customer.status, customer.verified_at, customer.provenance) == ("imported", None, "crm/2026-11")
    assert world.holder() == "wallet-7"
    assert customer.number is not None
    key = world.row(WrappedKey, customer.id, customer.number.key_id)
    assert world.adapters.opener.open(customer.id, customer.number, key).number.e164 == NUMBER
    assert world.damage(customer) is None
    assert customer.due_reason == NEVER_PROVED


def test_the_gate_allows_what_the_policy_lets_unproved_numbers_be_used_for(world: World) -> None:
    brought(world)
    assert reason(world, "account_security") == "contract"
    assert reason(world, "marketing") == "number_unproved"


def test_what_was_said_elsewhere_is_in_the_chain_with_its_own_time(world: World) -> None:
    brought(world, consents=[word(), word(purpose="order_notice", decision="refused", channels=None)])
    events = world.ringfence.history("wallet-7")
    assert [(it.purpose, it.event_type) for it in events] == [("marketing", "given"), ("order_notice", "refused")]
    assert {it.origin.said_at for it in events if it.origin} == {"2026-08-01T08:00:00+00:00"}
    assert {it.event_time for it in world.rows(LedgerEvent)} == {world.adapters.clock.at}


def test_a_yes_that_has_run_out_ends_with_the_next_purge(world: World) -> None:
    brought(world, consents=[word(said_at="2025-01-01T00:00:00Z")])
    assert world.row(Customer, "wallet-7").due_reason == CONSENT_EXPIRED
    world.purge()
    assert [it.event_type for it in world.ringfence.history("wallet-7")] == ["given", "expired"]
    assert world.row(Customer, "wallet-7").status == "imported"


def test_the_day_of_unverified_numbers_is_not_theirs_and_the_policy_s_year_is(world: World) -> None:
    brought(world, consents=[])
    world.later(days=364)
    world.purge()
    assert world.row(Customer, "wallet-7").status == "imported"
    world.later(days=2)
    world.purge()
    world.purge()
    assert world.row(Customer, "wallet-7").status == "purged"


def test_the_same_row_twice_changes_nothing(world: World) -> None:
    brought(world)
    before = dict(world.store.rows)
    assert brought(world) == "present"
    assert brought(world, OTHER_NUMBER, locale="zh-CN") == "present"
    assert world.store.rows == before


def test_nobody_is_overwritten(world: World) -> None:
    ours = world.customer(customer_id="wallet-7")
    before = dict(world.store.rows)
    with pytest.raises(CustomerExists):
        brought(world)
    with pytest.raises(CustomerExists):
        brought(world, of=replace(BATCH, batch="2026-12"))
    with pytest.raises(NumberInUse):
        brought(world, customer_id="wallet-8")
    assert world.store.rows == before
    assert world.row(Customer, "wallet-7") == ours


def test_who_was_erased_does_not_come_back(world: World) -> None:
    brought(world)
    world.close(world.row(Customer, "wallet-7"))
    assert brought(world) == "present"
    world.later(days=31)
    world.purge()
    with pytest.raises(CustomerExists):
        brought(world)
    assert world.row(Customer, "wallet-7").number is None


def test_a_number_that_wants_no_advertising_gets_none(world: World) -> None:
    world.store.commit(Insert(Suppression(world.tag(), world.adapters.clock.at - timedelta(days=9), BY_SMS)))
    brought(world)
    assert world.row(Customer, "wallet-7").suppressed_at is not None


def test_a_stop_in_the_moment_of_the_commit_is_heard(world: World) -> None:
    stop = Suppression(world.tag(), world.adapters.clock.at, BY_SMS)
    world.adapters.store.before(Customer, lambda: world.store.commit(Insert(stop)))  # type: ignore[attr-defined]
    assert brought(world) == "imported"
    assert world.row(Customer, "wallet-7").suppressed_at == stop.since


def test_fifty_runs_at_once_make_one_customer(world: World) -> None:
    outcomes = at_once(lambda _: brought(world))
    assert sorted(map(str, outcomes)) == ["imported", *["present"] * 49]
    assert len(world.rows(TagHolder)) == 1
    assert {it.key_id for it in world.rows(WrappedKey)} == world.row(Customer, "wallet-7").key_ids


def test_fifty_customers_with_one_number_are_one_customer(world: World) -> None:
    outcomes = at_once(lambda which: brought(world, customer_id=f"wallet-{which}xx"))
    assert [it for it in outcomes if isinstance(it, str)] == ["imported"]
    assert sum(isinstance(it, NumberInUse) for it in outcomes) == 49


@pytest.mark.parametrize("applies", [False, True])
def test_a_commit_whose_answer_is_lost_is_found_by_the_next_run(world: World, applies: bool) -> None:
    store = world.adapters.store
    store.fails_at, store.applies = 0, applies  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        brought(world)
    assert brought(world) == ("present" if applies else "imported")
    assert len(world.rows(Customer)) == 1
    assert world.row(WrappedKey, "wallet-7", LEDGER_KEY)


def test_an_imported_number_is_proved_by_nothing_but_its_owner(world: World) -> None:
    brought(world)
    assert parse_phone_number(NUMBER).masked == world.row(Customer, "wallet-7").masked
    with pytest.raises(NumberInUse):
        world.customer(customer_id="wallet-9")
