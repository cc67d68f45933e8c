"""What becomes of a send is written beside it, and what a carrier is too busy for waits in the queue."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.verification import Send, Verification
from tests.fakes import NOON
from tests.services.routed import through_end_user_messaging
from tests.services.staged_store import StagedAdapters
from tests.services.test_strongroom import agreed, send
from tests.services.world import KEY, World


def test_the_send_knows_who_carried_it_and_under_which_name(world: World) -> None:
    verification = world.start()
    assert verification.sends == (Send(NOON, "accepted", "sns", "message-1"),)
    assert world.row(Verification, verification.id) == verification


def test_a_receipt_finds_its_send_for_three_days(world: World) -> None:
    verification = world.start()
    world.later(seconds=30)
    world.resend(verification)
    found = [(it.message_id, it.reference) for it in world.rows(Dispatch)]
    assert found == [("message-1", verification.id), ("message-2", verification.id)]
    world.later(hours=72, seconds=-31)
    assert world.store.get(Dispatch, "message-1") is not None
    world.later(seconds=31)
    assert world.store.get(Dispatch, "message-1") is None


def test_what_was_not_taken_has_no_dispatch_and_says_why(world: World) -> None:
    for outcome in ("failed", "opted_out", "unknown"):
        world.sender.outcome = outcome
        (send,) = world.start().sends
        assert (send.delivery, send.sender, send.message_id) == (outcome, "sns", None)
        assert send.reason == (None if outcome == "unknown" else outcome)
    assert world.rows(Dispatch) == []


@pytest.mark.parametrize("applies", [False, True])
def test_outcome_and_dispatch_stand_together_or_not_at_all(applies: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    adapters.store.damaged, adapters.store.applies = {Dispatch}, applies
    verification = world.start()
    assert verification.sends[-1].delivery == "accepted"
    kept = world.row(Verification, verification.id).sends[-1].delivery
    assert (kept, len(world.rows(Dispatch))) == (("accepted", 1) if applies else ("intended", 0))


def test_what_the_carrier_is_too_busy_for_is_queued_by_its_id_alone(world: World) -> None:
    world.sender.outcome = "throttled"
    verification = world.start(key=KEY)
    assert verification.sends == (Send(NOON, "queued", "sns"),)
    assert world.row(Verification, verification.id) == verification
    assert world.adapters.queue.waiting == [(verification.id, 2)]
    assert world.start(key=KEY) == verification
    assert len(world.adapters.queue.waiting) == 1
    assert world.sent == 0


def test_a_customer_s_own_number_is_not_queued(world: World) -> None:
    customer = world.customer()
    world.sender.outcome = "throttled"
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    assert verification.sends[-1].delivery == "failed"
    (kept,) = world.row(Verification, verification.id).sends
    assert (kept.delivery, kept.reason) == ("failed", "throttled")
    assert world.adapters.queue.waiting == []


def test_without_the_queue_it_has_failed_and_a_resend_cures_it(world: World) -> None:
    world.sender.outcome, world.adapters.queue.is_down = "throttled", True
    verification = world.start()
    assert verification.sends == (Send(NOON, "failed", "sns", reason="throttled"),)
    assert world.row(Verification, verification.id) == verification
    world.sender.outcome = "accepted"
    world.later(seconds=30)
    assert world.resend(verification).sends[-1].delivery == "accepted"


@pytest.mark.parametrize("applies", [False, True])
def test_what_could_not_be_written_down_as_queued_is_not_queued(applies: bool) -> None:
    # A worker would find it intended, and drop it. If it was written after all, nobody would ever look for it.
    adapters = StagedAdapters()
    world = World(adapters)
    probe = World()
    probe.start()
    commits = len(probe.store.commits)
    world.sender.outcome = "throttled"
    adapters.store.fails_at, adapters.store.applies = commits - 1, applies
    verification = world.start()
    assert adapters.store.asked >= commits
    assert verification.sends[-1].delivery == "failed"
    assert world.row(Verification, verification.id).sends[-1].delivery == "failed"
    assert world.adapters.queue.waiting == []


def test_a_worker_that_was_quicker_than_the_answer_to_a_put_is_not_overruled() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    world.sender.outcome = "throttled"

    def put_and_lose_the_answer(verification_id: str, delay_seconds: int = 0) -> None:
        world.sender.outcome = "accepted"
        world.ringfence.deliver_queued(verification_id)
        adapters.queue.is_down = True
        type(adapters.queue).put(adapters.queue, verification_id, delay_seconds)

    adapters.queue.put = put_and_lose_the_answer  # type: ignore[method-assign]
    verification = world.start()
    assert world.sent == 1
    assert verification.sends[-1].delivery == "accepted"
    assert world.row(Verification, verification.id).sends[-1].delivery == "accepted"


def test_the_carrier_knows_how_long_the_code_lives(world: World) -> None:
    seen: list[int | None] = []
    attempt = world.sender.attempt

    def watching(*message: Any) -> str:
        seen.append(message[3])
        return attempt(*message)

    world.sender.attempt = watching  # type: ignore[method-assign, assignment]
    verification = world.start()
    world.adapters.clock.at += timedelta(seconds=42, milliseconds=500)
    world.resend(verification)
    send(world, world.token(agreed(world)))
    assert seen == [600, 558, 600, None]


def test_a_carrier_that_wants_feedback_is_told_when_the_code_is_over(world: World) -> None:
    through_end_user_messaging(world)
    verification = world.start()
    assert world.adapters.queue.waiting == [(verification.id, 600)]
    world.later(seconds=30)
    world.resend(verification)
    assert world.adapters.queue.waiting[1:] == [(verification.id, 570)]


def test_nobody_asks_for_feedback_on_what_was_not_taken(world: World) -> None:
    through_end_user_messaging(world)
    for outcome in ("failed", "unknown", "opted_out"):
        world.sender.outcome = outcome
        world.start()
    assert world.adapters.queue.waiting == []


def test_a_code_is_sent_whether_or_not_feedback_can_be_given(world: World) -> None:
    through_end_user_messaging(world)
    world.adapters.queue.is_down = True
    assert world.start().sends[-1].delivery == "accepted"
