"""A start sends one SMS at most, and leaves nothing when it is refused."""

from typing import Any

import pytest

from chalicelib.domain.claim import Claim
from chalicelib.domain.errors import (
    CustomerPurged,
    CustomerRestricted,
    IdempotencyKeyReused,
    NotFound,
    PhoneNumberInvalid,
    PhoneNumberRefused,
    Throttled,
)
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, OTHER_WALLET, WALLET, World, at_once, only


def test_the_code_goes_to_the_number_and_nowhere_else(world: World) -> None:
    verification = world.start(ip="192.0.2.1", device_id="device", key=KEY)
    assert [sms.number for sms in world.sender.sent] == [NUMBER]
    assert verification == world.row(Verification, verification.id)
    assert verification.sends[-1].delivery == "accepted"
    kept = repr(world.store.rows)
    for secret in (NUMBER[1:], NUMBER[3:], world.sender.last_code, "192.0.2.1", "'device'"):
        assert secret not in kept


def test_the_intent_stands_before_the_sms_is_sent(world: World) -> None:
    seen: list[str] = []
    attempt = world.sender.attempt

    def watching(*message: Any) -> str:
        seen.extend(row.sends[-1].delivery for row in world.rows(Verification))
        return attempt(*message)

    world.sender.attempt = watching  # type: ignore[method-assign, assignment]
    world.start()
    assert seen == ["intended"]


@pytest.mark.parametrize("outcome", ["failed", "unknown", "accepted"])
def test_the_outcome_is_told_and_kept(world: World, outcome: str) -> None:
    world.sender.outcome = outcome
    verification = world.start(key=KEY)
    assert verification.sends[-1].delivery == outcome
    assert world.row(Verification, verification.id).sends[-1].delivery == outcome
    assert world.start(key=KEY).sends[-1].delivery == outcome
    assert world.sent == (outcome != "failed")


@pytest.mark.parametrize("applies", [False, True])
def test_an_outcome_that_cannot_be_kept_is_told_all_the_same(applies: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    # After caller, wallet, country, prefix, money and the intent.
    adapters.store.fails_at, adapters.store.applies = 6, applies
    verification = world.start()
    assert adapters.store.asked == 7
    assert verification.sends[-1].delivery == "accepted"
    kept = world.row(Verification, verification.id).sends[-1].delivery
    assert kept == ("accepted" if applies else "intended")


def test_twins_with_one_key_send_one_sms(world: World) -> None:
    results = at_once(lambda _: world.start(key=KEY, ip="192.0.2.1"), 20)
    assert len({verification.id for verification in only(results, Verification)}) == 1
    assert len(only(results, Verification)) == 20
    assert (world.sent, len(world.rows(Verification)), len(world.rows(Claim))) == (1, 1, 1)
    (log,) = (log for log in world.rows(ThrottleLog) if log.key.startswith("number#"))
    assert len(log.admitted) == 1


def test_a_key_with_another_body_is_refused(world: World) -> None:
    world.start(key=KEY)
    with pytest.raises(IdempotencyKeyReused):
        world.start(OTHER_NUMBER, key=KEY)
    assert (world.sent, len(world.rows(Verification))) == (1, 1)


def test_a_key_counts_for_one_client_only(world: World) -> None:
    mine, theirs = world.start(key=KEY), world.start(key=KEY, by=OTHER_WALLET)
    assert (mine.client_id, theirs.client_id) == (WALLET.client_id, OTHER_WALLET.client_id)
    assert mine.id != theirs.id


def test_without_a_key_every_start_is_another(world: World) -> None:
    first, second = world.start(), world.start()
    assert first.id != second.id
    assert world.sender.sent[0].body != world.sender.sent[1].body


@pytest.mark.parametrize("key", [None, KEY])
def test_a_throttled_start_leaves_nothing_and_sends_nothing(world: World, key: str | None) -> None:
    for _ in range(5):
        world.start()
    before = dict(world.store.rows)
    with pytest.raises(Throttled) as refused:
        world.start(key=key)
    assert refused.value.limit == "number"
    assert world.sent == 5
    kinds = (Verification, Claim)
    assert {place for place in world.store.rows if place[0] in kinds} == {
        place for place in before if place[0] in kinds
    }


def test_a_start_that_the_ip_may_not_make_does_not_count_for_the_number(world: World) -> None:
    for number in range(25):
        world.start(f"+1201555{number:04d}", ip="192.0.2.1")
    with pytest.raises(Throttled) as refused:
        world.start(ip="192.0.2.1")
    assert refused.value.limit == "ip"
    assert len(only(at_once(lambda _: world.start(ip="192.0.2.2"), 8), Verification)) == 5


def test_a_repeat_is_answered_even_when_the_throttle_is_full(world: World) -> None:
    first = world.start(key=KEY)
    for _ in range(4):
        world.start()
    assert world.start(key=KEY).id == first.id


def test_many_starts_at_once_stay_within_the_limit(world: World) -> None:
    results = at_once(lambda number: world.start(ip=f"192.0.2.{number}"))
    assert len(only(results, Verification)) == world.sent == 5
    assert len(only(results, Throttled)) == 45


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_an_ip_is_throttled_by_what_one_subscriber_has(world: World, one: str, other: str, shared: bool) -> None:
    world.start(ip=one)
    world.start(OTHER_NUMBER, ip=other)
    logs = [log for log in world.rows(ThrottleLog) if log.key.startswith("ip#")]
    assert len(logs) == (1 if shared else 2)


def test_a_device_is_throttled_whatever_number_it_asks_for(world: World) -> None:
    for number in range(10):
        world.start(f"+1201555{number:04d}", device_id="device")
    with pytest.raises(Throttled) as refused:
        world.start(OTHER_NUMBER, device_id="device")
    assert refused.value.limit == "device"
    world.start(OTHER_NUMBER, device_id="another")


def test_without_client_data_the_caller_is_throttled(world: World) -> None:
    for number in range(60):
        world.start(f"+1201555{number:04d}")
    with pytest.raises(Throttled) as refused:
        world.start()
    assert refused.value.limit == "caller"
    world.start(device_id="device")


@pytest.mark.parametrize(("number", "refusal"), [("+44123", PhoneNumberInvalid), ("+18002345678", PhoneNumberRefused)])
def test_a_number_that_may_not_be_sent_to_costs_nothing(world: World, number: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        world.start(number)
    assert not world.store.rows
    assert not world.sent


def test_a_known_customer_gets_the_code_without_bringing_the_number(world: World) -> None:
    customer = world.customer()
    verification = world.start(None, purpose="step_up", customer_id=customer.id, key=KEY)
    assert world.sender.sent[-1].number == NUMBER
    assert (verification.pending_number, verification.masked) == (None, customer.masked)
    assert verification.sends[-1].delivery == "accepted"
    assert world.row(Verification, verification.id).sends == verification.sends
    sent = world.sent
    assert world.start(None, purpose="step_up", customer_id=customer.id, key=KEY).id == verification.id
    assert world.sent == sent
    assert world.check(verification, world.sender.last_code).verified_at


def test_nobody_is_written_to_without_an_active_contract(world: World) -> None:
    customer = world.customer()
    for purpose, number in (("step_up", None), ("number_change", OTHER_NUMBER)):
        with pytest.raises(NotFound):
            world.start(number, purpose=purpose, customer_id="cus_of_nobody")
    world.close(customer)
    sent = world.sent
    with pytest.raises(CustomerRestricted):
        world.start(None, purpose="step_up", customer_id=customer.id)
    world.later(days=30)
    world.purge()
    with pytest.raises(CustomerPurged):
        world.start(None, purpose="step_up", customer_id=customer.id)
    assert world.sent == sent
