"""A carrier hears of its codes once they are over: received if one was entered, failed otherwise."""

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Remove
from tests.services.routed import through_end_user_messaging
from tests.services.world import World


@pytest.fixture
def sent(world: World) -> Verification:
    """A verification whose code went through End User Messaging."""
    through_end_user_messaging(world)
    return world.start()


def tell(world: World, verification: Verification) -> int:
    return world.ringfence.give_feedback(verification.id)


def test_a_code_that_was_entered_was_received(world: World, sent: Verification) -> None:
    world.check(sent, world.sender.last_code)
    world.later(minutes=10)
    assert tell(world, sent) == 1
    assert world.adapters.told.told == {"message-1": True}


def test_it_stays_received_when_the_proof_is_used_or_taken_back(world: World, sent: Verification) -> None:
    proof = world.check(sent, world.sender.last_code)
    world.bind(proof)
    world.later(minutes=10)
    tell(world, sent)
    other = world.start("+8613123456789")
    world.cancel(world.check(other, world.sender.last_code).id)
    world.later(minutes=10)
    tell(world, other)
    assert world.adapters.told.told == {"message-1": True, "message-2": True}


def test_a_code_that_nobody_entered_in_time_has_failed(world: World, sent: Verification) -> None:
    world.later(minutes=10)
    assert tell(world, sent) == 1
    assert world.adapters.told.told == {"message-1": False}


def test_a_cancelled_one_has_failed(world: World, sent: Verification) -> None:
    world.cancel(sent.id)
    world.later(minutes=10)
    tell(world, sent)
    assert world.adapters.told.told == {"message-1": False}


def test_nothing_is_said_while_the_code_may_still_be_entered(world: World, sent: Verification) -> None:
    world.later(minutes=9, seconds=59)
    assert tell(world, sent) == 0
    assert world.adapters.told.told == {}


def test_one_right_code_is_one_receipt_the_last_before_it(world: World, sent: Verification) -> None:
    world.later(seconds=30)
    world.resend(sent)
    world.check(sent, world.sender.last_code)
    world.later(minutes=10)
    assert tell(world, sent) == 2
    assert world.adapters.told.told == {"message-1": False, "message-2": True}


def test_a_resend_that_was_not_taken_does_not_count(world: World, sent: Verification) -> None:
    code = world.sender.last_code
    world.sender.outcome = "failed"
    world.later(seconds=30)
    world.resend(sent)
    world.check(sent, code)
    world.later(minutes=10)
    assert tell(world, sent) == 1
    assert world.adapters.told.told == {"message-1": True}


def test_telling_again_tells_the_same(world: World, sent: Verification) -> None:
    world.later(minutes=10)
    assert [tell(world, sent) for _ in range(3)] == [1, 1, 1]
    assert world.adapters.told.told == {"message-1": False}


def test_sns_wants_no_feedback(world: World) -> None:
    verification = world.start()
    world.later(minutes=10)
    assert tell(world, verification) == 0
    assert world.adapters.told.told == {}


def test_one_that_is_gone_is_nobody_s(world: World, sent: Verification) -> None:
    world.later(minutes=10)
    world.store.commit(Remove(world.row(Verification, sent.id)))
    assert tell(world, sent) == 0


def test_a_carrier_that_does_not_answer_is_an_error(world: World, sent: Verification) -> None:
    def failing(message_id: str, *, received: bool) -> None:
        raise Unavailable("staged")

    world.adapters.told.tell = failing  # type: ignore[method-assign]
    world.later(minutes=10)
    with pytest.raises(Unavailable):
        tell(world, sent)
