"""One proof makes one customer, and a number has one holder."""

import pytest

from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import (
    CustomerExists,
    FieldInvalid,
    IdempotencyKeyReused,
    NotFound,
    NumberInUse,
    VerificationCancelled,
    VerificationExpired,
    VerificationNotProved,
    VerificationPurposeMismatch,
    VerificationSpent,
)
from chalicelib.domain.sent import Sent
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Remove, Replace
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, OTHER_WALLET, World, at_once, only


def test_the_number_moves_from_the_proof_to_the_customer(world: World) -> None:
    proof = world.proved()
    customer = world.bind(proof, "wallet-id-1")
    spent = world.row(Verification, proof.id)
    assert (spent.status, spent.pending_number, spent.customer_id) == ("spent", None, "wallet-id-1")
    assert customer == world.row(Customer, "wallet-id-1")
    assert (customer.tag, customer.masked, customer.verified_at) == (proof.tag, proof.masked, proof.verified_at)
    assert world.holder() == "wallet-id-1"
    assert customer.number is not None
    assert world.row(WrappedKey, customer.id, LEDGER_KEY)
    key = world.row(WrappedKey, customer.id, customer.number.key_id)
    assert world.adapters.opener.open(customer.id, customer.number, key).number.e164 == NUMBER


def test_a_number_belongs_to_one_customer(world: World) -> None:
    world.customer()
    proof = world.proved()
    with pytest.raises(NumberInUse):
        world.bind(proof)
    assert world.row(Verification, proof.id) == proof
    assert len(world.rows(Customer)) == 1


def test_an_id_belongs_to_one_customer(world: World) -> None:
    world.customer(customer_id="wallet-id-1")
    proof = world.proved(OTHER_NUMBER)
    with pytest.raises(CustomerExists):
        world.bind(proof, "wallet-id-1")
    assert world.holder(OTHER_NUMBER) is None
    assert world.bind(proof, "wallet-id-2").id == "wallet-id-2"


def test_fifty_binds_of_one_proof_make_one_customer(world: World) -> None:
    proof = world.proved()
    results = at_once(lambda _: world.bind(proof))
    assert len(only(results, Customer)) == 1
    assert len(only(results, VerificationSpent)) == 49
    assert len(world.rows(Customer)) == len(world.rows(TagHolder)) == 1
    assert len(world.rows(WrappedKey)) == 2


def test_of_many_proofs_of_one_number_one_binds(world: World) -> None:
    proofs = [world.proved() for _ in range(5)]
    results = at_once(lambda number: world.bind(proofs[number]), 5)
    assert len(only(results, Customer)) == 1
    assert len(only(results, NumberInUse)) == 4
    assert len(world.rows(Customer)) == 1


def test_fifty_repeats_with_one_key_give_the_same_customer(world: World) -> None:
    proof = world.proved()
    results = at_once(lambda _: world.bind(proof, key=KEY))
    assert {customer.id for customer in only(results, Customer)} == {world.rows(Customer)[0].id}
    assert len(only(results, Customer)) == 50


def test_a_repeat_with_its_key_is_answered_and_another_body_is_not(world: World) -> None:
    proof = world.proved()
    customer = world.bind(proof, key=KEY)
    assert world.bind(proof, key=KEY) == customer
    with pytest.raises(IdempotencyKeyReused):
        world.bind(proof, "wallet-id-1", key=KEY)
    with pytest.raises(VerificationSpent):
        world.bind(proof)


def test_who_comes_second_with_a_proof_does_not_learn_who_holds_the_number(world: World) -> None:
    proof = world.proved()
    world.bind(proof, "wallet-id-1")
    with pytest.raises(VerificationSpent):
        world.bind(proof, "wallet-id-1")


def test_a_bind_that_loses_the_race_is_told_of_the_proof_first() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    proof = world.proved()
    adapters.store.before(Customer, lambda: world.bind(proof, "wallet-id-1"))
    with pytest.raises(VerificationSpent):
        world.bind(proof, "wallet-id-1")
    assert len(world.rows(Customer)) == 1


def test_a_cancel_that_wins_the_race_leaves_no_customer() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    proof = world.proved()
    adapters.store.before(Customer, lambda: world.cancel(proof.id))
    with pytest.raises(VerificationCancelled):
        world.bind(proof)
    assert not world.rows(Customer)
    assert not world.rows(WrappedKey)
    assert world.holder() is None


def test_an_outcome_that_arrives_meanwhile_does_not_hinder() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    proof = world.proved()
    adapters.store.before(Customer, lambda: world.store.commit(Replace(proof, proof.with_delivery(1, Sent("unknown")))))
    customer = world.bind(proof)
    spent = world.row(Verification, proof.id)
    assert (spent.status, spent.customer_id, spent.sends[0].delivery) == ("spent", customer.id, "unknown")


def test_a_proof_that_is_erased_meanwhile_binds_nobody() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    proof = world.proved()
    adapters.store.before(Customer, lambda: world.store.commit(Remove(proof)))
    with pytest.raises(NotFound):
        world.bind(proof)
    assert not world.rows(Customer)


def test_what_is_no_proof_binds_nobody(world: World) -> None:
    with pytest.raises(VerificationNotProved):
        world.bind(world.start())
    proof = world.proved(OTHER_NUMBER)
    with pytest.raises(NotFound):
        world.bind(proof, by=OTHER_WALLET)
    world.later(days=1)
    with pytest.raises(VerificationExpired):
        world.bind(proof)
    assert not world.rows(Customer)


@pytest.mark.parametrize("purpose", ["number_change", "step_up", "preferences"])
def test_a_proof_made_for_something_else_binds_nobody(world: World, purpose: str) -> None:
    customer = world.customer()
    number = OTHER_NUMBER if purpose == "number_change" else None
    verification = world.start(number, purpose=purpose, customer_id=customer.id)
    world.check(verification, world.sender.last_code)
    with pytest.raises(VerificationPurposeMismatch):
        world.bind(verification)
    assert len(world.rows(Customer)) == 1


def test_a_closed_customer_s_number_can_be_bound_by_whoever_proves_it(world: World) -> None:
    old = world.customer()
    world.close(old)
    new = world.customer()
    assert new.id != old.id
    assert world.holder() == new.id
    assert new.consents == {}
    assert world.row(Customer, old.id).number is not None


@pytest.mark.parametrize("customer_id", ["u8613800138000", "cus_13800138000", "138-0013-8000-wallet"])
def test_an_id_with_the_number_in_it_is_refused(world: World, customer_id: str) -> None:
    verification = world.proved("+8613800138000")
    with pytest.raises(FieldInvalid) as refused:
        world.bind(verification, customer_id)
    assert refused.value.pointer == "/customer_id"
    assert not world.rows(Customer)
    assert world.bind(verification, "u8613800138001").id == "u8613800138001"
