"""What SMS cost never passes a ceiling, and what was not sent is not paid for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.claim import Claim
from chalicelib.domain.errors import PhoneNumberRefused, SpendLimitReached
from chalicelib.domain.sending_rules import Country
from chalicelib.domain.spent import SHARDS, Spent
from chalicelib.domain.verification import Verification
from chalicelib.services.spending import Spending
from tests.services.policies import MANY, world_with
from tests.services.world import KEY, World, at_once, only

CENT = 10_000
OPEN = {"number": MANY, "caller": MANY}
# Of one cent a part, so that the figures are numbers of SMS.
COUNTRIES = {"GB": Country("0.01"), "CN": Country("0.01")}


def frugal(hour: str, day: str = "500.00", month: str = "5000.00", **changes: Any) -> World:
    spending = {"hour_usd": hour, "day_usd": day, "month_usd": month}
    return world_with(spending=spending, countries=COUNTRIES, throttles=OPEN, guard={"mode": "off"}, **changes)


def reserve(world: World, region: str = "GB", text: str = "one part") -> bool:
    spending: Spending = world.ringfence.spending
    try:
        spending.reserve(region, text, world.adapters.clock.at)
    except SpendLimitReached:
        return False
    return True


def fill(world: World) -> int:
    """How many were admitted until surely none is any more."""
    admitted = refused = 0
    while refused < 150:
        admits = reserve(world)
        admitted, refused = admitted + admits, 0 if admits else refused + 1
    return admitted


def cost(world: World, window: str = "hour") -> int:
    """In cents, all shards together."""
    costs: list[int] = [getattr(row, f"{window}_cost") for row in world.rows(Spent)]
    return sum(costs) // CENT


@pytest.mark.parametrize("window", ["hour", "day", "month"])
def test_a_ceiling_is_exact(window: str) -> None:
    limits = {"hour": ("4.80", "500.00", "5000.00"), "day": ("4.80", "4.80", "5000.00"), "month": ("4.80",) * 3}
    world = frugal(*limits[window])
    at = world.adapters.clock.at
    assert fill(world) == 480
    assert cost(world, window) == 480
    ends = {
        "hour": at + timedelta(hours=1),
        "day": datetime(2026, 11, 22, tzinfo=at.tzinfo),
        "month": datetime(2026, 12, 1, tzinfo=at.tzinfo),
    }
    world.adapters.clock.at = ends[window] - timedelta(microseconds=1)
    assert not reserve(world)
    world.adapters.clock.at = ends[window]
    assert fill(world) == 480


def test_hours_add_up_to_a_day_and_days_to_a_month() -> None:
    world = frugal("1.60", "3.20", "4.80")
    spent = list[int]()
    for _ in range(4):
        for _ in range(24):
            spent.append(fill(world))
            world.later(hours=1)
    # Noon to midnight is half a day.
    assert sum(spent[:12]) == 320
    assert sum(spent) == cost(world, "month") == 480


def test_a_refusal_tells_the_window_and_when_it_ends() -> None:
    world = frugal("1.60", "1.60", "3.20")
    world.later(minutes=10)
    fill(world)
    for window, seconds in (("hour", 50 * 60), ("day", 12 * 3600 - 70 * 60)):
        with pytest.raises(SpendLimitReached) as refusal:
            world.ringfence.spending.reserve("GB", "one part", world.adapters.clock.at)
        assert (refusal.value.window, refusal.value.retry_after_seconds) == (window, seconds)
        world.later(hours=1)


def test_many_at_once_never_pass_the_ceiling() -> None:
    world = frugal("3.20")
    results = at_once(lambda _: [reserve(world) for _ in range(10)])
    assert sum(sum(each) for each in only(results, list)) == cost(world) <= 320
    assert all(row.hour_cost <= 20 * CENT for row in world.rows(Spent))


def test_a_price_counts_for_each_part_of_a_text() -> None:
    world = frugal("50.00")
    reserve(world, "GB", "x" * 160)
    assert cost(world) == 1
    reserve(world, "GB", "x" * 161)
    assert cost(world) == 3
    reserve(world, "CN", "码" * 71)
    assert cost(world) == 5
    assert cost(world, "day") == cost(world, "month") == 5


def test_what_no_country_has_a_price_for_is_refused() -> None:
    world = frugal("50.00")
    with pytest.raises(PhoneNumberRefused):
        reserve(world, "FR")
    assert not world.rows(Spent)


@pytest.mark.parametrize(("outcome", "paid"), [("accepted", 1), ("unknown", 1), ("failed", 0), ("opted_out", 0)])
def test_what_was_surely_not_sent_is_not_paid_for(outcome: str, paid: int) -> None:
    world = frugal("50.00")
    world.sender.outcome = outcome
    verification = world.start()
    assert cost(world) == paid
    world.later(seconds=30)
    world.resend(verification)
    assert (cost(world), cost(world, "month")) == (2 * paid, 2 * paid)


@pytest.mark.parametrize(("outcome", "paid"), [("accepted", 1), ("unknown", 1), ("failed", 0)])
def test_a_code_to_a_customer_is_paid_for_in_the_strongroom(outcome: str, paid: int) -> None:
    world = frugal("50.00")
    customer = world.customer()
    world.sender.outcome = outcome
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    assert cost(world) == 1 + paid
    world.later(seconds=30)
    world.resend(verification)
    assert cost(world) == 1 + 2 * paid


def test_what_is_given_back_late_leaves_the_hour_that_runs_alone() -> None:
    world = frugal("1.60")
    spending: Spending = world.ringfence.spending
    world.later(minutes=59)
    then = [spending.reserve("GB", "one part", world.adapters.clock.at) for _ in range(3)]
    world.later(minutes=2)
    fill(world)
    assert (cost(world), cost(world, "day")) == (160, 163)
    for reserved in then:
        spending.give_back(reserved)
    assert (cost(world), cost(world, "day")) == (160, 160)


@pytest.mark.parametrize("key", [None, KEY])
def test_a_reached_ceiling_sends_nothing_and_leaves_no_row(key: str | None) -> None:
    world = frugal("1.60", "1.60", "1.60")
    while cost(world) < 160:
        reserve(world)
    world.adapters.journal.notes.clear()
    with pytest.raises(SpendLimitReached):
        world.start(key=key)
    assert not world.sent
    assert not world.rows(Verification)
    assert not world.rows(Claim)
    ((event, figures),) = (note for note in world.adapters.journal.notes if note[1].get("decision") == "refused")
    assert event == "spending"
    assert figures == {"decision": "refused", "window": "hour", "percent": 100}


def test_a_resend_that_cannot_be_paid_for_is_not_intended() -> None:
    world = frugal("1.60", "1.60", "1.60")
    verification = world.start()
    while cost(world) < 160:
        reserve(world)
    world.later(seconds=30)
    with pytest.raises(SpendLimitReached):
        world.resend(verification)
    assert len(world.row(Verification, verification.id).sends) == 1
    assert world.sent == 1


def test_the_alarm_is_told_from_eighty_percent_on() -> None:
    world = frugal("1.60")
    told = list[tuple[int, int]]()
    while cost(world) < 160:
        before = len(world.adapters.journal.notes)
        reserve(world)
        notes = [figures for _, figures in world.adapters.journal.notes[before:] if figures["decision"] == "reserved"]
        fullest = max(row.hour_cost for row in world.rows(Spent)) // CENT
        told += [(int(note["percent"]), fullest) for note in notes]
    # A shard holds ten: each of the sixteen tells its eighth, ninth and tenth.
    assert [percent for percent, _ in told].count(80) == SHARDS
    assert len(told) == 3 * SHARDS
    assert min(percent for percent, _ in told) == 80
    assert max(percent for percent, _ in told) == 100


def test_no_shard_is_asked_for_ever() -> None:
    world = frugal("500.00")
    for _ in range(400):
        reserve(world)
    assert len(world.rows(Spent)) == SHARDS
    assert sorted(int(row.key) for row in world.rows(Spent)) == list(range(SHARDS))
