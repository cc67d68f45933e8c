"""What the wallet takes back is worth nothing, and the pending number is gone."""

from dataclasses import replace

import pytest

from chalicelib.domain.errors import NotFound, VerificationCancelled, VerificationSpent
from chalicelib.domain.verification import Verification
from tests.services.staged_store import StagedAdapters
from tests.services.world import OTHER_WALLET, WALLET, World, at_once, only


def test_the_pending_number_is_erased_and_the_code_is_dead(world: World) -> None:
    verification = world.start()
    world.cancel(verification.id)
    assert world.row(Verification, verification.id).pending_number is None
    with pytest.raises(VerificationCancelled):
        world.check(verification, world.sender.last_code)


def test_a_proof_that_is_taken_back_binds_nobody(world: World) -> None:
    proof = world.proved()
    world.cancel(proof.id)
    with pytest.raises(VerificationCancelled):
        world.bind(proof)


def test_doing_it_again_changes_nothing(world: World) -> None:
    verification = world.start()
    world.cancel(verification.id)
    before = world.row(Verification, verification.id)
    world.later(hours=1)
    assert at_once(lambda _: world.cancel(verification.id), 10) == [None] * 10
    assert replace(world.row(Verification, verification.id), version=before.version) == before


def test_a_used_proof_cannot_be_taken_back(world: World) -> None:
    proof = world.proved()
    world.bind(proof)
    with pytest.raises(VerificationSpent):
        world.cancel(proof.id)


def test_another_client_s_verification_does_not_exist(world: World) -> None:
    verification = world.start()
    for caller, identifier in ((OTHER_WALLET, verification.id), (WALLET, "vrf_unknown")):
        with pytest.raises(NotFound):
            world.ringfence.cancel_verification(caller, identifier, None)
    assert world.row(Verification, verification.id) == verification


def test_of_a_check_and_a_cancel_at_once_the_record_knows_both_or_one(world: World) -> None:
    verification = world.start()
    results = at_once(
        lambda number: (
            world.check(verification, world.sender.last_code) if number % 2 else world.cancel(verification.id)
        ),
        10,
    )
    found = world.row(Verification, verification.id)
    assert (found.status, found.pending_number) == ("cancelled", None)
    assert len(only(results, Verification)) <= 1


def test_a_cancel_while_the_sms_is_on_its_way_stays() -> None:
    adapters = StagedAdapters()
    world = World(adapters)

    def cancel_after_the_intent() -> None:
        adapters.store.before(
            Verification,
            lambda: world.cancel(world.rows(Verification)[0].id),
        )

    adapters.store.before(Verification, cancel_after_the_intent)
    verification = world.start()
    found = world.row(Verification, verification.id)
    assert (found.status, found.pending_number) == ("cancelled", None)
    assert found.sends[-1].delivery == "accepted"
