"""Receipts find their send, late, twice, in any order, and while others write."""

from datetime import timedelta
from itertools import permutations

import pytest

from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.receipt import Receipt
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Insert, Remove
from tests.domain.samples import NOON, a_verification
from tests.services.staged_store import StagedAdapters
from tests.services.world import World, at_once

MESSAGE = "message-of-this-test"
DELIVERED = Receipt(MESSAGE, "delivered")
FAILED = Receipt(MESSAGE, "failed", "unreachable")
BY_CARRIER = Receipt(MESSAGE, "delivered", "by_carrier")


def kept(world: World, send: Send) -> Verification:
    """A verification with this one send."""
    insert = Insert(a_verification(sends=(send,)))
    world.store.commit(insert)
    return insert.record


def dispatched(world: World) -> Verification:
    """One whose send was accepted, and the dispatch that leads to it."""
    verification = kept(world, Send(NOON, "accepted", "sns", MESSAGE))
    world.store.commit(Insert(Dispatch(MESSAGE, verification.id, NOON + timedelta(hours=72))))
    return verification


def shown(world: World, verification: Verification) -> tuple[str, str | None]:
    send = world.row(Verification, verification.id).sends[-1]
    return send.delivery, send.reason


@pytest.mark.parametrize("receipt", [DELIVERED, FAILED, BY_CARRIER, Receipt(MESSAGE, "opted_out", "opted_out")])
def test_the_send_knows_what_its_receipt_tells(world: World, receipt: Receipt) -> None:
    verification = dispatched(world)
    assert world.ringfence.record_receipt(receipt)
    assert shown(world, verification) == (receipt.delivery, receipt.reason)
    assert world.row(Verification, verification.id).sends[0].message_id == MESSAGE


def test_nothing_is_claimed_without_a_receipt(world: World) -> None:
    verification = dispatched(world)
    world.later(minutes=9)
    assert shown(world, verification) == ("accepted", None)


def test_the_same_receipt_again_writes_nothing(world: World) -> None:
    verification = dispatched(world)
    assert world.ringfence.record_receipt(DELIVERED)
    before = world.row(Verification, verification.id)
    assert world.ringfence.record_receipt(DELIVERED)
    assert world.row(Verification, verification.id).version == before.version


@pytest.mark.parametrize("order", list(permutations([DELIVERED, FAILED, BY_CARRIER, DELIVERED])))
def test_in_whatever_order_they_come_the_best_is_known(world: World, order: tuple[Receipt, ...]) -> None:
    verification = dispatched(world)
    for receipt in order:
        assert world.ringfence.record_receipt(receipt)
    assert shown(world, verification) == ("delivered", None)


def test_of_many_at_once_the_best_is_known(world: World) -> None:
    verification = dispatched(world)
    receipts = [DELIVERED, FAILED, BY_CARRIER]
    assert all(at_once(lambda number: world.ringfence.record_receipt(receipts[number % 3]), 30))
    assert shown(world, verification) == ("delivered", None)


def test_who_writes_at_the_same_time_loses_nothing_and_neither_does_the_receipt() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = dispatched(world)
    adapters.store.before(Verification, lambda: world.cancel(verification.id))
    assert world.ringfence.record_receipt(DELIVERED)
    assert world.row(Verification, verification.id).status == "cancelled"
    assert shown(world, verification) == ("delivered", None)


def test_a_verification_that_is_over_still_learns(world: World) -> None:
    verification = dispatched(world)
    world.cancel(verification.id)
    assert world.ringfence.record_receipt(DELIVERED)
    assert world.row(Verification, verification.id).status == "cancelled"
    assert shown(world, verification) == ("delivered", None)


def test_a_receipt_of_somebody_else_s_sms_is_nothing(world: World) -> None:
    verification = dispatched(world)
    assert not world.ringfence.record_receipt(Receipt("message-of-another", "delivered"))
    assert not world.ringfence.record_receipt(Receipt("message-of-another", "delivered", None, "vrf_of_another"))
    assert shown(world, verification) == ("accepted", None)


def test_a_verification_that_is_gone_stays_gone(world: World) -> None:
    verification = dispatched(world)
    world.store.commit(Remove(verification))
    assert not world.ringfence.record_receipt(DELIVERED)
    assert world.rows(Verification) == []


def test_one_that_is_purged_meanwhile_stays_gone() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = dispatched(world)
    adapters.store.before(Verification, lambda: adapters.store.commit(Remove(verification)))
    assert not world.ringfence.record_receipt(DELIVERED)
    assert world.rows(Verification) == []


def test_a_dispatch_outlived_by_its_receipt_leads_nowhere(world: World) -> None:
    dispatched(world)
    world.later(hours=73)
    assert not world.ringfence.record_receipt(DELIVERED)


def test_a_lost_outcome_is_found_by_the_context(world: World) -> None:
    verification = kept(world, Send(NOON, "intended"))
    assert world.ringfence.record_receipt(Receipt(MESSAGE, "accepted", None, verification.id))
    (send,) = world.row(Verification, verification.id).sends
    assert send == Send(NOON, "accepted", "end_user_messaging", MESSAGE)
    # So its carrier is told what became of the code.
    world.later(minutes=10)
    assert world.ringfence.give_feedback(verification.id) == 1


def test_what_comes_after_a_found_outcome_is_known_too(world: World) -> None:
    verification = kept(world, Send(NOON, "intended"))
    for receipt in (
        Receipt(MESSAGE, "accepted", None, verification.id),
        Receipt(MESSAGE, "delivered", None, verification.id),
    ):
        assert world.ringfence.record_receipt(receipt)
    assert shown(world, verification) == ("delivered", None)


@pytest.mark.parametrize("applies", [False, True])
def test_a_store_that_does_not_answer_is_told_and_asked_again(applies: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = dispatched(world)
    adapters.store.fails_at, adapters.store.applies = adapters.store.asked, applies
    with pytest.raises(Unavailable):
        world.ringfence.record_receipt(DELIVERED)
    assert world.ringfence.record_receipt(DELIVERED)
    assert shown(world, verification) == ("delivered", None)
