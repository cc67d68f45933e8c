"""What a send takes of shared budgets is kept if it goes out, and given back if it surely did not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.errors import RingfenceError, Throttled, Unavailable
from chalicelib.domain.meter import Meter
from chalicelib.domain.one_time_code import derive_code
from chalicelib.domain.spent import Spent
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Replace
from tests.services.policies import MANY, PACKAGED, world_with
from tests.services.staged_store import StagedStore
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, World, at_once, only, wrong

OPEN = {"number": MANY, "caller": MANY, "ip": MANY, "device": MANY}
NARROW = replace(PACKAGED.rules.guard.country, flight_floor=1, flight_percent_of_best_day=0)


def taken(world: World) -> dict[str, int]:
    """What stands in every shared budget, money in thousandths of a dollar."""
    return {
        "in flight": sum(row.in_flight for row in world.rows(Traffic)),
        "sent": sum(row.sent for row in world.rows(Traffic)),
        "verified": sum(row.verified for row in world.rows(Traffic)),
        "starts": sum(row.count for row in world.rows(Meter)),
        **{
            name: sum(getattr(row, f"{name}_cost") for row in world.rows(Spent)) // 1000
            for name in ("hour", "day", "month")
        },
    }


# Country and prefix count one each; an SMS to Britain costs 5 cents.
ONE_START = {"in flight": 2, "sent": 2, "verified": 0, "starts": 1, "hour": 50, "day": 50, "month": 50}
NOTHING = dict.fromkeys(ONE_START, 0)


def test_a_start_takes_of_each_budget_once(world: World) -> None:
    world.start(ip="192.0.2.1", device_id="device")
    assert taken(world) == ONE_START


@pytest.mark.parametrize(
    ("outcome", "kept"), [("accepted", ONE_START), ("unknown", ONE_START), ("failed", NOTHING), ("opted_out", NOTHING)]
)
def test_what_was_surely_not_sent_is_given_back(world: World, outcome: str, kept: dict[str, int]) -> None:
    world.sender.outcome = outcome
    world.start()
    assert taken(world) == kept


def test_twins_with_one_key_take_as_much_as_one_start(world: World) -> None:
    results = at_once(lambda _: world.start(key=KEY, ip="192.0.2.1"), 20)
    assert len(only(results, Verification)) == 20
    assert world.sent == 1
    assert taken(world) == ONE_START


def test_twins_of_a_resend_take_as_much_as_one_resend(world: World) -> None:
    verification = world.start()
    world.later(seconds=30)
    results = at_once(lambda _: world.resend(verification, key=KEY), 20)
    assert len(only(results, Verification)) == 20
    assert world.sent == 2
    assert taken(world) == {**{name: 2 * count for name, count in ONE_START.items()}, "starts": taken(world)["starts"]}


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        ({"throttles": {**OPEN, "number": PACKAGED.rules.throttles.number}}, "number"),
        ({"throttles": {**OPEN, "ip": PACKAGED.rules.throttles.device}}, "ip"),
        ({"throttles": OPEN, "guard": {"country": replace(NARROW, flight_floor=5)}}, "country"),
        ({"throttles": OPEN, "guard": {"prefix": replace(NARROW, flight_floor=5)}}, "prefix"),
        ({"throttles": OPEN, "guard": {"prefix": replace(NARROW, flight_floor=9, sends_per_hour=5)}}, "prefix"),
    ],
)
def test_a_refused_start_gives_everything_back(changes: dict[str, Any], scope: str) -> None:
    world = world_with(**changes)
    refusals = list[str]()
    before = NOTHING
    for _ in range(14):
        try:
            world.start(ip="192.0.2.1")
        except Throttled as refusal:
            refusals.append(refusal.limit)
            assert taken(world) == before
        before = taken(world)
    assert set(refusals) == {scope}
    assert before == {name: world.sent * count for name, count in ONE_START.items()}


def test_a_refused_resend_gives_everything_back() -> None:
    world = world_with(throttles=OPEN, guard={"prefix": replace(NARROW, flight_floor=1)})
    verification = world.start()
    world.later(seconds=30)
    with pytest.raises(Throttled):
        world.resend(verification)
    assert taken(world) == {**ONE_START, "starts": taken(world)["starts"]}
    assert world.sent == 1


def test_resends_at_once_take_as_much_as_the_one_that_goes_out(world: World) -> None:
    verification = world.start()
    before = taken(world)
    world.later(seconds=30)
    at_once(lambda _: world.resend(verification), 20)
    assert world.sent == 2
    assert {name: taken(world)[name] - before[name] for name in ("in flight", "hour")} == {"in flight": 2, "hour": 50}


def test_a_send_that_was_given_back_is_not_credited_again(world: World) -> None:
    world.start("+447400999456")
    world.sender.outcome = "failed"
    verification = world.start()
    world.sender.outcome = "accepted"
    world.later(seconds=30)
    world.resend(verification)
    assert taken(world)["in flight"] == 4
    world.check(verification, world.sender.last_code)
    # The other number's send is in flight as before.
    assert taken(world)["in flight"] == 2
    assert taken(world)["verified"] == 2


def test_a_code_whose_every_send_failed_proves_and_credits_nothing(world: World) -> None:
    world.sender.outcome = "failed"
    verification = world.start()
    secret = world.adapters.codes.secret(*verification.code_subject(None))
    assert world.check(verification, derive_code(secret)).verified_at
    assert taken(world) == NOTHING


def test_a_delivery_that_a_receipt_denies_is_credited_all_the_same(world: World) -> None:
    verification = world.start()
    world.later(seconds=30)
    sent = world.resend(verification)
    denied = replace(sent.sends[0], delivery="failed", reason="by_carrier")
    world.store.commit(Replace(sent, replace(sent, sends=(denied, sent.sends[1]))))
    world.check(verification, world.sender.last_code)
    assert taken(world)["in flight"] == 0


def test_a_wrong_code_credits_nothing(world: World) -> None:
    verification = world.start()
    with pytest.raises(RingfenceError):
        world.check(verification, wrong(world.sender.last_code))
    assert taken(world) == ONE_START


def test_a_proof_that_does_not_come_about_takes_its_credit_back() -> None:
    world = world_with(staged=True)
    store: Any = world.store
    verification = world.start()
    before = taken(world)

    def cancelled() -> None:
        store.before(Verification, lambda: world.cancel(verification.id))

    store.before(Verification, cancelled)
    with pytest.raises(RingfenceError):
        world.check(verification, world.sender.last_code)
    assert taken(world) == before


def test_a_customer_s_own_number_is_no_pumping(world: World) -> None:
    customer = world.customer()
    before = taken(world)
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    assert taken(world) == {**before, "starts": 2, "hour": 100, "day": 100, "month": 100}
    world.check(verification, world.sender.last_code)
    assert taken(world)["verified"] == before["verified"]


Act = Callable[[World], object]


def start(world: World) -> object:
    return world.start(ip="192.0.2.1")


def resend(world: World) -> object:
    return world.resend(world.rows(Verification)[-1])


def check(world: World) -> object:
    return world.check(world.rows(Verification)[-1], world.sender.last_code)


def waiting(world: World) -> None:
    """Rows of every shard are there, so that additions are made, and a code waits to be entered."""
    world.start(OTHER_NUMBER)
    world.start(NUMBER, ip="192.0.2.1")
    world.later(seconds=30)


@pytest.mark.parametrize("applies", [False, True], ids=["not applied", "answer lost"])
@pytest.mark.parametrize("act", [start, resend, check])
def test_a_fault_anywhere_leaves_budgets_too_strict_and_never_too_loose(act: Act, applies: bool) -> None:
    smooth = world_with(staged=True, throttles=OPEN)
    waiting(smooth)
    store: Any = smooth.store
    commits, adds = store.asked, store.added
    act(smooth)
    turns = [("fails_at", turn) for turn in range(store.asked - commits)]
    turns += [("adds_fail_at", turn) for turn in range(store.added - adds)]
    assert len(turns) > 3
    for counter, turn in turns:
        world = world_with(staged=True, throttles=OPEN)
        waiting(world)
        staged: StagedStore = world.store  # type: ignore[assignment]
        setattr(staged, counter, turn + (staged.asked if counter == "fails_at" else staged.added))
        staged.applies = applies
        rows = len(world.rows(Verification))
        try:
            act(world)
        except Unavailable:
            assert world.sent == 2
        # Of every SMS that went out each budget knows, unless its number was proved.
        proved = sum(len(row.sends) for row in world.rows(Verification) if row.verified_at)
        found = taken(world)
        assert found["in flight"] >= 2 * (world.sent - proved), (counter, turn)
        assert found["month"] >= 30 + 50 * (world.sent - 1), (counter, turn)
        assert found["verified"] <= 2 * len([row for row in world.rows(Verification) if row.verified_at]) + 2 * applies
        # Nothing is half written: an intent without an SMS is a verification like any other.
        assert len(world.rows(Verification)) in (rows, rows + 1)
