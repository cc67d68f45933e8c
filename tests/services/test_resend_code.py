"""A resend is the same code once more, on the policy's schedule."""

import pytest

from chalicelib.domain.errors import (
    CodeIncorrect,
    CustomerRestricted,
    NotFound,
    ResendTooSoon,
    SendsExhausted,
    VerificationCancelled,
    VerificationExpired,
    VerificationLocked,
    VerificationSpent,
)
from chalicelib.domain.verification import Verification
from tests.services.world import KEY, OTHER_WALLET, World, at_once, only, wrong

WAITS = (30, 60, 120, 240)


def test_every_send_carries_the_same_code_and_no_longer_life(world: World) -> None:
    verification = world.start()
    for wait in WAITS:
        world.later(seconds=wait)
        again = world.resend(verification)
        assert again.code_expires_at == verification.code_expires_at
    world.later(seconds=100)
    with pytest.raises(SendsExhausted):
        world.resend(verification)
    assert len({sms.body for sms in world.sender.sent}) == 1
    assert {sms.number for sms in world.sender.sent} == {world.sender.sent[0].number}
    assert [send.delivery for send in world.row(Verification, verification.id).sends] == ["accepted"] * 5


def test_a_resend_before_its_time_sends_nothing(world: World) -> None:
    verification = world.start()
    world.later(seconds=29)
    with pytest.raises(ResendTooSoon) as refused:
        world.resend(verification)
    assert refused.value.retry_after_seconds == 1
    assert world.sent == 1


def test_resends_at_once_send_one_sms(world: World) -> None:
    verification = world.start()
    world.later(seconds=30)
    results = at_once(lambda _: world.resend(verification), 20)
    assert len(only(results, Verification)) == 1
    assert len(only(results, ResendTooSoon)) == 19
    assert world.sent == 2


def test_twins_with_one_key_send_one_sms(world: World) -> None:
    verification = world.start()
    world.later(seconds=30)
    results = at_once(lambda _: world.resend(verification, key=KEY), 20)
    assert {len(result.sends) for result in only(results, Verification)} == {2}
    assert len(only(results, Verification)) == 20
    assert world.sent == 2


def test_a_repeat_with_its_key_is_answered_and_sends_nothing(world: World) -> None:
    verification = world.start()
    world.later(seconds=30)
    world.resend(verification, key=KEY)
    world.later(hours=1)
    assert len(world.resend(verification, key=KEY).sends) == 2
    assert world.sent == 2


def test_wrong_codes_count_on_after_a_resend(world: World) -> None:
    verification = world.start()
    code = world.sender.last_code
    for attempt in range(4):
        with pytest.raises(CodeIncorrect):
            world.check(verification, wrong(code))
        assert world.row(Verification, verification.id).attempts == attempt + 1
    world.later(seconds=30)
    assert world.resend(verification).attempts == 4


def test_there_is_nothing_to_send_for_what_is_over(world: World) -> None:
    spent, cancelled, locked, late = (world.start() for _ in range(4))
    codes = [sms.body[-6:] for sms in world.sender.sent]
    world.check(spent, codes[0])
    world.cancel(cancelled.id)
    for _ in range(5):
        with pytest.raises(CodeIncorrect):
            world.check(locked, wrong(codes[2]))
    world.later(seconds=30)
    for verification, refusal in (
        (spent, VerificationSpent),
        (cancelled, VerificationCancelled),
        (locked, VerificationLocked),
    ):
        with pytest.raises(refusal):
            world.resend(verification)
    world.later(minutes=10)
    with pytest.raises(VerificationExpired):
        world.resend(late)
    assert world.sent == 4


def test_another_client_s_verification_does_not_exist(world: World) -> None:
    verification = world.start()
    world.later(seconds=30)
    with pytest.raises(NotFound):
        world.resend(verification, by=OTHER_WALLET)


def test_a_known_customer_gets_the_same_code_again(world: World) -> None:
    customer = world.customer()
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    world.later(seconds=30)
    again = world.resend(verification, key=KEY)
    assert [send.delivery for send in again.sends] == ["accepted", "accepted"]
    assert world.sender.sent[-1] == world.sender.sent[-2]
    assert world.row(Verification, verification.id).sends == again.sends
    world.close(customer)
    world.later(seconds=60)
    with pytest.raises(CustomerRestricted):
        world.resend(verification)


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_a_resend_cures_what_did_not_arrive(world: World, outcome: str) -> None:
    world.sender.outcome = outcome
    verification = world.start()
    world.sender.outcome = "accepted"
    world.later(seconds=30)
    assert [send.delivery for send in world.resend(verification).sends] == [outcome, "accepted"]
