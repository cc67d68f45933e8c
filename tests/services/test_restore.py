"""After an old copy of a table was put back and the replay has run, nobody is un-withdrawn or un-erased."""

from dataclasses import replace

import pytest

from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import CustomerExists, CustomerUnreachable, VerificationSpent
from chalicelib.domain.gate import PERMITTING
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.suppression import BY_SMS
from chalicelib.services.replay_customer import TABLES
from tests.services.restoring import copy, forgotten, found, put_back, reason, replayed
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, OTHER_NUMBER, World


@pytest.fixture
def world() -> World:
    return World(StagedAdapters())


def test_a_withdrawal_stays_one(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    assert forgotten(world, "customers", lambda: world.say(customer, "withdrawn")) == {"words": 1}
    assert reason(world, customer) == "consent_withdrawn"
    assert world.damage(customer) is None
    world.say(customer)
    assert reason(world, customer) == "consent_given"


def test_the_head_says_again_what_it_said(world: World) -> None:
    customer = world.customer()
    old = copy(world, "customers")
    for decision in ("given", "withdrawn", "given"):
        world.say(customer, decision)
        world.say(customer, decision, "marketing", ("sms",))
    expected = world.row(Customer, customer.id)
    put_back(world, "customers", old)
    found(world, "customers")
    assert replace(world.row(Customer, customer.id), version="") == replace(expected, version="")


def test_who_was_not_touched_since_is_not_touched_now(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.customer(OTHER_NUMBER)
    before = dict(world.store.rows)
    for table in TABLES:
        assert not found(world, table)
    assert world.store.rows == before


def test_an_erased_number_does_not_come_back(world: World) -> None:
    customer = world.customer()
    world.say(customer)

    def erase() -> None:
        world.close(customer)
        world.later(days=31)
        world.purge()

    assert forgotten(world, "customers", erase) == {"erased": 1}
    head = world.row(Customer, customer.id)
    assert (head.tag, head.number, head.masked) == (None, None, None)
    assert world.holder() is None
    assert reason(world, customer) == "customer_purged"
    assert world.row(ErasureCertificate, customer.id).erased_at == head.purged_at
    assert world.customer(NUMBER, "wallet-new-1").tag == customer.tag


def test_who_came_and_was_erased_since_is_a_tombstone(world: World) -> None:
    old = copy(world, "customers")
    customer = world.customer(customer_id="wallet-new-1")
    world.close(customer)
    world.later(days=31)
    world.purge()
    put_back(world, "customers", old)
    assert found(world, "customers") == {"head_lost": 1, "erased": 1}
    assert world.row(Customer, "wallet-new-1").status == "purged"
    with pytest.raises(CustomerExists):
        world.customer(customer_id="wallet-new-1")


def test_nor_does_the_number_of_a_closed_account(world: World) -> None:
    customer = world.customer()
    world.close(customer)
    old = copy(world, "customers")
    world.later(days=31)
    world.purge()
    put_back(world, "customers", old)
    assert found(world, "customers") == {"erased": 1}
    head = world.row(Customer, customer.id)
    assert (head.status, head.number, head.tag) == ("purged", None, None)


def test_nor_is_a_ledger_read_again_whose_key_is_gone(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.close(customer)
    world.later(days=31)
    world.purge()

    def forget() -> None:
        world.later(days=1096)
        world.purge()

    assert forgotten(world, "customers", forget) == {"erased": 1}
    head = world.row(Customer, customer.id)
    assert head.consents == {}
    assert head.ledger_erased_at is not None


def test_who_came_since_is_known_without_a_number_and_by_their_words(world: World) -> None:
    old = copy(world, "customers")
    customer = world.customer(customer_id="wallet-new-1")
    world.say(customer)
    world.say(customer, "withdrawn")
    put_back(world, "customers", old)
    assert found(world, "customers") == {"head_lost": 1, "words": 1}
    head = world.row(Customer, "wallet-new-1")
    assert (head.status, head.number, head.locale) == ("unreachable", None, "en")
    assert head.consents["order_notice"].decision == "withdrawn"
    assert reason(world, customer) == "customer_unreachable"
    with pytest.raises(CustomerUnreachable):
        head.require_reachable()
    world.say(customer)
    assert world.damage(customer) is None


def test_who_came_since_and_said_nothing_is_known_too(world: World) -> None:
    assert forgotten(world, "customers", lambda: world.customer(customer_id="wallet-new-1")) == {"head_lost": 1}


def test_a_key_that_the_head_knows_nothing_of_leaves_no_number(world: World) -> None:
    customer = world.customer()
    newer = WrappedKey(customer.id, "number_newer", b"wrapped", version="1")
    world.store.rows[WrappedKey, (customer.id, newer.key_id)] = newer
    assert found(world, "customers") == {"number_lost": 1}
    assert world.row(Customer, customer.id).status == "unreachable"
    # Whether the newer one is to go is for a person: it may be all that opens a better copy.
    assert world.row(WrappedKey, customer.id, newer.key_id)


def test_a_stop_stays_one(world: World) -> None:
    customer = world.customer()

    def stop() -> None:
        world.ringfence.stop_advertising((world.tag(),), BY_SMS, world.adapters.clock.at)

    forgotten(world, "customers", stop)
    assert world.row(Customer, customer.id).suppressed_at is not None


@pytest.mark.parametrize("how", ["damaged", "cut", "closed"])
def test_of_words_that_cannot_be_read_nothing_is_agreed_to(world: World, how: str) -> None:
    customer = world.customer()
    world.say(customer)
    old = copy(world, "customers")
    world.say(customer, "withdrawn")
    world.say(customer, "given", "marketing", ("sms",))
    put_back(world, "customers", old)
    second = (LedgerEvent, (customer.id, "000000000002"))
    if how == "damaged":
        world.store.rows[second] = replace(world.store.rows[second], sealed=b"x" * 60)
    elif how == "cut":
        del world.store.rows[second]
    else:
        del world.store.rows[WrappedKey, (customer.id, LEDGER_KEY)]
    assert found(world, "customers")["words_unreadable"] == 1
    head = world.row(Customer, customer.id)
    assert (head.consents, head.ledger_sequence) == ({}, 3)
    assert reason(world, customer) not in PERMITTING


def test_a_proof_that_was_consumed_stays_consumed(world: World) -> None:
    old = copy(world, "customers")
    proof = world.proved()
    world.bind(proof, "wallet-new-1")
    put_back(world, "customers", old)
    found(world, "customers")
    with pytest.raises(VerificationSpent):
        world.bind(proof, "wallet-new-2")
    assert not world.rows(TagHolder)


@pytest.mark.parametrize("applies", [False, True])
@pytest.mark.parametrize("fails_at", range(4))
def test_a_replay_that_stops_anywhere_is_begun_again(fails_at: int, applies: bool) -> None:
    world = World(StagedAdapters())
    customers = [world.customer(f"+86138{10_000_000 + it}") for it in range(3)]
    for customer in customers:
        world.say(customer)
    old = copy(world, "customers")
    for customer in customers:
        world.say(customer, "withdrawn")
    put_back(world, "customers", old)
    store = world.adapters.store
    store.asked, store.fails_at, store.applies = 0, fails_at, applies  # type: ignore[attr-defined]
    world.ringfence.restore("customers", True, lambda _customer, _finding: None)
    store.fails_at = None  # type: ignore[attr-defined]
    replayed(world, "customers")
    assert {reason(world, it) for it in customers} == {"consent_withdrawn"}
    assert not [it for it in customers if world.damage(it)]
