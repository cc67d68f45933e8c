"""All starts of one wallet client together are bounded, whatever numbers and clients they are for."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.errors import NotFound, PhoneNumberRefused, Throttled
from chalicelib.domain.meter import Meter
from chalicelib.domain.throttle import Limit
from chalicelib.domain.verification import Verification
from chalicelib.services.wallet_throttle import SHARDS, WalletThrottle
from tests.fakes import NOON
from tests.services.policies import MANY, world_with
from tests.services.world import KEY, OTHER_WALLET, WALLET, World, at_once, only

LIMIT = Limit(160, 60)
OPEN = {"caller": MANY, "wallet": LIMIT}


@pytest.fixture
def world() -> World:
    return world_with(throttles=OPEN, guard={"mode": "off"})


def admit(world: World, client_id: str = "app") -> str | Throttled:
    wallet: WalletThrottle = world.ringfence.wallet
    try:
        return wallet.admit(client_id, world.adapters.clock.at)
    except Throttled as refusal:
        return refusal


def counted(world: World) -> int:
    return sum(row.count + sum(row.past) for row in world.rows(Meter))


def fill(world: World) -> int:
    return len([1 for _ in range(2000) if isinstance(admit(world), str)])


def test_no_window_holds_more_than_the_limit(world: World) -> None:
    admitted = list[datetime]()
    for turn in range(300):
        for _ in range(8):
            if isinstance(admit(world), str):
                admitted.append(world.adapters.clock.at)
        world.later(milliseconds=170 if turn % 3 else 730)
    for at in admitted:
        assert sum(at - timedelta(seconds=60) < each <= at for each in admitted) <= LIMIT.limit
    assert len(admitted) > LIMIT.limit


def test_the_whole_limit_is_admitted_before_anything_is_refused_for_good(world: World) -> None:
    assert fill(world) == LIMIT.limit
    assert len(world.rows(Meter)) == SHARDS
    world.later(seconds=64.999)
    assert fill(world) == 0
    world.later(milliseconds=1)
    assert fill(world) == LIMIT.limit


def test_a_refusal_tells_limit_and_wait(world: World) -> None:
    world.later(seconds=2)
    fill(world)
    refusal = admit(world)
    assert isinstance(refusal, Throttled)
    assert (refusal.limit, refusal.quota, refusal.window_seconds) == ("wallet", 160, 60)
    # All of it in this twelfth, which began two seconds ago, and which counts until it has left whole.
    assert refusal.retry_at == NOON + timedelta(seconds=65)
    assert refusal.retry_after_seconds == 63
    world.adapters.clock.at = refusal.retry_at
    assert isinstance(admit(world), str)


def test_another_client_has_a_limit_of_its_own(world: World) -> None:
    fill(world)
    assert isinstance(admit(world, "another"), str)


def test_many_at_once_are_never_too_many(world: World) -> None:
    results = at_once(lambda _: [admit(world) for _ in range(20)])
    admitted = [each for result in only(results, list) for each in result if isinstance(each, str)]
    assert len(admitted) == counted(world) <= LIMIT.limit


def test_what_is_given_back_is_free_again_within_its_twelfth(world: World) -> None:
    fill(world)
    row = world.rows(Meter)[0].key
    world.ringfence.wallet.give_back(row, world.adapters.clock.at)
    assert fill(world) == 1


def test_what_lies_in_the_past_stays_there(world: World) -> None:
    then = world.adapters.clock.at
    row = str(admit(world))
    world.later(seconds=5)
    while world.row(Meter, row).moves < 2:
        admit(world)
    before = counted(world)
    world.ringfence.wallet.give_back(row, then)
    assert counted(world) == before


def test_a_window_that_the_policy_changes_holds_at_once(world: World) -> None:
    fill(world)
    limits = replace(world.policy.rules.throttles, wallet=Limit(160, 3600))
    changed = WalletThrottle(world.ringfence.rows, limits)
    admitted = list[datetime]()
    for _ in range(70):
        for _ in range(8):
            try:
                changed.admit("app", world.adapters.clock.at)
            except Throttled:
                continue
            admitted.append(world.adapters.clock.at)
        world.later(seconds=60)
    for at in admitted:
        assert sum(at - timedelta(hours=1) < each <= at for each in admitted) <= 160


@pytest.mark.parametrize("known", [False, True], ids=["new number", "customer"])
def test_a_start_counts_and_is_refused_when_the_client_has_no_more(world: World, known: bool) -> None:
    customer = world.customer()
    before = counted(world)
    request: dict[str, Any] = {"purpose": "step_up", "customer_id": customer.id} if known else {"purpose": "signup"}
    number = None if known else "+447400123457"
    world.start(number, **request)
    assert counted(world) == before + 1
    while not isinstance(admit(world, WALLET.client_id), Throttled) or counted(world) < LIMIT.limit:
        continue
    sent, rows = world.sent, len(world.rows(Verification))
    with pytest.raises(Throttled) as refusal:
        world.start(number, **request)
    assert refusal.value.limit == "wallet"
    assert (world.sent, len(world.rows(Verification))) == (sent, rows)
    if not known:
        assert world.start(number, by=OTHER_WALLET, **request)


def test_a_start_that_is_refused_for_another_reason_is_given_back(world: World) -> None:
    world.start(key=KEY)
    assert counted(world) == 1
    world.start(key=KEY)
    assert counted(world) == 1
    for _ in range(4):
        world.start()
    with pytest.raises(Throttled) as refusal:
        world.start()
    assert refusal.value.limit == "number"
    assert counted(world) == 5
    with pytest.raises(PhoneNumberRefused):
        world.start("+18002345678")
    with pytest.raises(NotFound):
        world.start(None, purpose="step_up", customer_id="cus_of_nobody")
    assert counted(world) == 5


def test_only_a_send_that_surely_failed_is_given_back(world: World) -> None:
    world.sender.outcome = "failed"
    world.start()
    assert counted(world) == 0
    world.sender.outcome = "unknown"
    world.start()
    assert counted(world) == 1
