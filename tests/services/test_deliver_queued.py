"""What waited in the queue is sent at most once, while its code lives, and by one worker only."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CodeIncorrect, Contended, Unavailable
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Remove
from tests.services.page import Page
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, World, at_once, wrong


@pytest.fixture
def queued(world: World) -> Verification:
    """A verification whose first send waits; the carrier has time again."""
    return queue_up(world)


def queue_up(world: World) -> Verification:
    world.sender.outcome = "throttled"
    verification = world.start()
    world.sender.outcome = "accepted"
    return verification


def deliver(world: World, verification: Verification) -> str | None:
    return world.ringfence.deliver_queued(verification.id)


def test_it_is_sent_and_its_code_is_right(world: World, queued: Verification) -> None:
    assert deliver(world, queued) == "accepted"
    assert [sms.number for sms in world.sender.sent] == [NUMBER]
    kept = world.row(Verification, queued.id)
    assert (kept.sends[-1].delivery, kept.sends[-1].message_id) == ("accepted", "message-1")
    assert world.check(queued, world.sender.last_code).verified_at


def test_a_message_that_comes_twice_sends_once(world: World, queued: Verification) -> None:
    assert [deliver(world, queued) for _ in range(3)] == ["accepted", None, None]
    assert world.sent == 1


def test_of_many_workers_one_sends(world: World, queued: Verification) -> None:
    results = at_once(lambda _: deliver(world, queued), 20)
    assert results.count("accepted") == 1
    assert all(it in ("accepted", None) or isinstance(it, Contended) for it in results)
    assert world.sent == 1


def test_a_worker_that_died_while_sending_is_not_followed_by_another() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = queue_up(world)
    # The send is taken, and of what follows nothing is known.
    adapters.store.fails_at = adapters.store.asked + 1
    assert deliver(world, verification) == "accepted"
    adapters.store.fails_at = None
    assert world.row(Verification, verification.id).sends[-1].delivery == "opening"
    assert deliver(world, verification) is None
    assert world.sent == 1


@pytest.mark.parametrize("applies", [False, True])
def test_what_cannot_be_taken_is_not_sent(applies: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = queue_up(world)
    adapters.store.fails_at, adapters.store.applies = adapters.store.asked, applies
    with pytest.raises(Unavailable):
        deliver(world, verification)
    assert world.sent == 0
    adapters.store.fails_at = None
    assert deliver(world, verification) == (None if applies else "accepted")


def test_an_expired_code_is_dropped(world: World, queued: Verification) -> None:
    world.later(minutes=10)
    assert deliver(world, queued) is None
    assert world.sent == 0


def test_an_expired_code_opens_no_key_and_reserves_nothing(world: World, page: Page, customer: Customer) -> None:
    page.start()
    world.later(minutes=10)
    asked: list[str] = []
    keys = world.adapters.keys
    secret, unwrap = keys.secret, keys.unwrap
    keys.secret = lambda *subject: asked.append("secret") or secret(*subject)  # type: ignore[method-assign,func-returns-value]
    keys.unwrap = lambda *sealed: asked.append("unwrap") or unwrap(*sealed)  # type: ignore[method-assign,func-returns-value]
    before = dict(world.store.rows)
    assert page.work() == [None]
    assert asked == []
    assert world.store.rows == before


def test_at_the_last_moment_it_is_still_sent(world: World, queued: Verification) -> None:
    world.later(minutes=9, seconds=59)
    assert deliver(world, queued) == "accepted"


def test_a_cancelled_one_is_dropped(world: World, queued: Verification) -> None:
    world.cancel(queued.id)
    assert deliver(world, queued) is None
    assert world.sent == 0


def test_a_cancel_while_the_number_is_opened_wins() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = queue_up(world)
    adapters.store.before(Verification, lambda: world.cancel(verification.id))
    assert deliver(world, verification) is None
    assert world.sent == 0


def test_a_locked_one_is_dropped(world: World, queued: Verification) -> None:
    world.later(seconds=30)
    world.resend(queued)
    code = world.sender.last_code
    for _ in range(5):
        with pytest.raises(CodeIncorrect):
            world.check(queued, wrong(code))
    sent = world.sent
    row = world.row(Verification, queued.id)
    world.store.commit(Remove(row))
    world.store.commit(Insert(replace(row, version="", sends=queued.sends)))
    assert deliver(world, queued) is None
    assert world.sent == sent


def test_a_verified_one_is_dropped(world: World, queued: Verification) -> None:
    world.later(seconds=30)
    assert world.resend(queued).sends[-1].delivery == "accepted"
    world.check(queued, world.sender.last_code)
    assert deliver(world, queued) is None
    assert world.sent == 1


def test_one_that_is_gone_is_dropped(world: World, queued: Verification) -> None:
    world.store.commit(Remove(world.row(Verification, queued.id)))
    assert deliver(world, queued) is None
    assert world.ringfence.deliver_queued("vrf_never") is None


def test_a_newer_send_takes_the_place_of_an_older_one(world: World, queued: Verification) -> None:
    world.later(seconds=30)
    assert [send.delivery for send in world.resend(queued).sends] == ["queued", "accepted"]
    assert deliver(world, queued) is None
    assert world.sent == 1


def test_two_sends_that_wait_are_one_sms(world: World, queued: Verification) -> None:
    world.sender.outcome = "throttled"
    world.later(seconds=30)
    world.resend(queued)
    world.sender.outcome = "accepted"
    assert [it for it, _ in world.adapters.queue.waiting] == [queued.id] * 2
    assert [deliver(world, queued) for _ in range(2)] == ["accepted", None]
    assert world.sent == 1


def test_while_the_carrier_is_busy_the_pauses_grow_until_the_code_is_over(world: World, queued: Verification) -> None:
    world.sender.outcome = "throttled"
    waited = 0
    for turn in range(100):
        verification_id, pause = world.adapters.queue.waiting[turn]
        assert verification_id == queued.id
        world.later(seconds=pause)
        waited += pause
        if deliver(world, queued) == "failed":
            break
    pauses = [pause for _, pause in world.adapters.queue.waiting]
    assert pauses == sorted(pauses)
    assert pauses[:6] == [2, 2, 4, 8, 16, 32]
    assert max(pauses) == 60
    assert 540 <= waited < 600
    last = world.row(Verification, queued.id).sends[-1]
    assert (last.delivery, last.reason) == ("failed", "throttled")
    assert deliver(world, queued) is None
    assert world.sent == 0


@pytest.mark.parametrize("outcome", ["failed", "unknown", "opted_out"])
def test_any_other_outcome_is_the_end_of_it(world: World, queued: Verification, outcome: str) -> None:
    world.sender.outcome = outcome
    waiting = len(world.adapters.queue.waiting)
    assert deliver(world, queued) == outcome
    assert world.row(Verification, queued.id).sends[-1].delivery == outcome
    assert len(world.adapters.queue.waiting) == waiting
    assert deliver(world, queued) is None


def test_a_key_that_does_not_answer_costs_nothing(world: World, queued: Verification) -> None:
    secret = world.adapters.keys.secret

    def failing(*_: Any) -> bytes:
        raise Unavailable("staged")

    world.adapters.keys.secret = failing  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable):
        deliver(world, queued)
    assert world.row(Verification, queued.id).sends[-1].delivery == "queued"
    world.adapters.keys.secret = secret  # type: ignore[method-assign]
    assert deliver(world, queued) == "accepted"


def test_a_customer_s_own_number_is_never_sent_to_from_here(world: World) -> None:
    customer = world.customer()
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    sent = world.sent
    queued = replace(verification.sends[-1], delivery="queued")
    world.store.commit(Insert(replace(verification, id="vrf_planted", version="", sends=(queued,))))
    assert world.ringfence.deliver_queued("vrf_planted") is None
    assert world.sent == sent
