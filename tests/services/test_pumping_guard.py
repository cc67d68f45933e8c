"""Sends that nobody verifies run dry, by country, by prefix and by IP; those who verify are left alone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.accounts import CountriesOfIp
from chalicelib.domain.errors import Throttled
from chalicelib.domain.sending_rules import Country
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import Verification
from chalicelib.services.pumping_guard import DAILY_OF_A_ROW, PumpingGuard
from tests.fakes import MemoryAdapters, memory_ringfence
from tests.services.policies import MANY, PACKAGED, adapters_with, world_with
from tests.services.world import KEY, World, at_once, only

OPEN = {"number": MANY, "caller": MANY, "ip": MANY, "device": MANY}
BUDGET = replace(
    PACKAGED.rules.guard.country, hour_floor=2, day_floor=4, flight_floor=6, sends_per_hour=40, sends_per_day=60
)
WIDE = replace(BUDGET, hour_floor=1000, day_floor=1000, flight_floor=1000, sends_per_hour=1000, sends_per_day=1000)
COUNTRIES = {"GB": Country("0.05"), "CN": Country("0.03"), "US": Country("0.01"), "FR": Country("0.07")}
# Of four countries, each from libphonenumber's examples.
FOUR = {"GB": "+447400123456", "CN": "+8613123456789", "US": "+12015550123", "FR": "+33612345678"}


def guarded(**changes: Any) -> World:
    guard = {"country": BUDGET, "prefix": WIDE, **changes}
    return world_with(throttles=OPEN, guard=guard, countries=COUNTRIES)


def british(position: int) -> str:
    """A number of a prefix of its own."""
    return f"+447400{position:03d}456"


def start(world: World, number: str, **request: Any) -> str:
    """The verification's id, or the scope that was refused."""
    try:
        return world.start(number, **request).id
    except Throttled as refusal:
        return refusal.limit


def starts(world: World, times: int, first: int = 0, **request: Any) -> int:
    """How many of so many starts were admitted, each of a prefix of its own."""
    return sum(start(world, british(first + turn), **request).startswith("vrf") for turn in range(times))


def traffic(world: World, key: str = "GB#0") -> Traffic:
    return world.row(Traffic, key)


def notes(world: World) -> list[dict[str, Any]]:
    return [figures for event, figures in world.adapters.journal.notes if event == "guard"]


def test_a_country_is_shut_when_too_much_is_in_flight() -> None:
    world = guarded()
    assert starts(world, 20) == 6
    assert world.sent == 6
    assert len(world.rows(Verification)) == 6
    assert start(world, FOUR["CN"]).startswith("vrf")


def test_unverified_sends_shut_a_country_for_an_hour_and_for_a_day() -> None:
    world = guarded()
    assert starts(world, 2) == 2
    world.later(minutes=15)
    # Two are unverified: the hour's budget is used up.
    assert starts(world, 3) == 0
    world.later(minutes=60)
    assert starts(world, 2) == 2
    world.later(minutes=75)
    # By now four: the day's is.
    assert starts(world, 3) == 0
    world.later(hours=22)
    assert starts(world, 1) == 0
    world.later(hours=2)
    assert starts(world, 2) == 2


def test_who_verifies_is_left_alone_and_makes_room_for_more() -> None:
    world = guarded()
    for position in range(30):
        verification = world.start(british(position))
        world.check(verification, world.sender.last_code)
        world.later(seconds=20)
    assert traffic(world).in_flight == 0
    # A fifth of the thirty of the last hour.
    assert starts(world, 30) == 6
    world.later(hours=1)
    assert traffic(world).days[0] + traffic(world).verified == 30


def test_a_right_code_credits_once_and_every_send_of_it() -> None:
    world = guarded()
    verification = world.start()
    for wait in (30, 60, 120, 240):
        world.later(seconds=wait)
        world.resend(verification)
    assert traffic(world).in_flight == 5
    world.check(verification, world.sender.last_code)
    for row in world.rows(Traffic):
        assert row.in_flight == 0
        assert row.verified == 1
        assert row.sent + row.past_sent.last_hour == 5


def test_a_resend_counts_and_may_be_refused() -> None:
    world = guarded()
    verification = world.start()
    assert starts(world, 5, first=100) == 5
    world.later(seconds=30)
    with pytest.raises(Throttled) as refusal:
        world.resend(verification)
    assert refusal.value.limit == "country"
    assert len(world.row(Verification, verification.id).sends) == 1
    assert world.sent == 6


def test_fifty_right_codes_at_once_are_credited_once() -> None:
    world = guarded()
    verification = world.start()
    code = world.sender.last_code
    results = at_once(lambda _: world.check(verification, code))
    assert len(only(results, Verification)) == 1
    for row in world.rows(Traffic):
        assert (row.verified, row.in_flight) == (1, 0)


def test_a_repeated_check_is_credited_once() -> None:
    world = guarded()
    verification = world.start()
    for _ in range(3):
        world.check(verification, world.sender.last_code, key=KEY)
    assert [(row.verified, row.in_flight) for row in world.rows(Traffic)] == [(1, 0)] * 2


def test_a_prefix_has_a_budget_of_its_own() -> None:
    world = guarded(country=WIDE, prefix=BUDGET)
    assert [start(world, f"+447400123{last:03d}") for last in range(0, 1000, 150)][-1] == "prefix"
    assert world.sent == 6
    assert starts(world, 3, first=200) == 3
    # The country's row has what the refused one had taken back.
    assert (traffic(world).sent, traffic(world).in_flight) == (9, 9)


@pytest.mark.parametrize(("mode", "admitted"), [("off", 20), ("observe", 20), ("enforce", 6)])
def test_the_mode_says_what_becomes_of_a_refusal(mode: str, admitted: int) -> None:
    world = guarded(mode=mode)
    assert starts(world, 20) == admitted
    decisions = {note["decision"] for note in notes(world)}
    assert decisions == {"off": set(), "observe": {"would refuse"}, "enforce": {"refused"}}[mode]
    # Observed, it counts on: the figures are those that enforcing would have met at first.
    assert len(world.rows(Traffic)) == {"off": 0, "observe": 21, "enforce": 21}[mode]
    if mode == "observe":
        assert traffic(world).sent == 20


def test_a_guard_that_was_off_at_the_start_credits_nothing() -> None:
    world = guarded(mode="off")
    verification = world.start()
    world.later(seconds=30)
    world.resend(verification)
    assert world.check(verification, world.sender.last_code).verified_at
    assert not world.rows(Traffic)


def test_a_refusal_is_explained_by_rule_and_figures_and_names_no_number() -> None:
    world = guarded()
    starts(world, 7)
    (note,) = notes(world)
    assert note == {
        "decision": "refused",
        "scope": "country",
        "rule": "in_flight",
        "region": "GB",
        "count": 6,
        "limit": 6,
        "window_seconds": 600,
        "retry_after_seconds": 300,
    }
    assert "456" not in repr(world.adapters.journal.notes)


def test_an_ip_reaches_three_countries_that_it_does_not_verify() -> None:
    world = guarded()
    assert [start(world, number, ip="192.0.2.1")[:3] for number in FOUR.values()] == ["vrf", "vrf", "vrf", "ip"]
    assert notes(world)[-1] | {"retry_after_seconds": 0} == {
        "decision": "refused",
        "scope": "ip",
        "rule": "countries_by_ip",
        "region": "FR",
        "count": 3,
        "limit": 3,
        "window_seconds": 86400,
        "retry_after_seconds": 0,
    }
    assert "192.0.2.1" not in repr(world.adapters.journal.notes) + repr(world.rows(CountriesOfIp))
    # Another IP, or one of the three again, or no IP at all.
    assert start(world, FOUR["FR"], ip="192.0.2.2").startswith("vrf")
    assert start(world, FOUR["US"], ip="192.0.2.1").startswith("vrf")
    assert start(world, FOUR["FR"], device_id="device").startswith("vrf")


def test_a_right_code_takes_its_country_off_the_ip() -> None:
    world = guarded()
    for region in ("GB", "CN", "US"):
        verification = world.start(FOUR[region], ip="192.0.2.1")
    assert start(world, FOUR["FR"], ip="192.0.2.1") == "ip"
    world.check(verification, world.sender.last_code)
    assert start(world, FOUR["FR"], ip="192.0.2.1").startswith("vrf")


def test_a_country_counts_for_its_ip_until_a_day_after_its_last_send() -> None:
    world = guarded()
    start(world, FOUR["GB"], ip="192.0.2.1")
    world.later(hours=23)
    for region in ("GB", "CN", "US"):
        start(world, FOUR[region], ip="192.0.2.1")
    world.later(hours=2)
    # The first send to GB is older than a day, the last one is not.
    assert start(world, FOUR["FR"], ip="192.0.2.1") == "ip"
    world.later(hours=22)
    assert start(world, FOUR["FR"], ip="192.0.2.1").startswith("vrf")


def test_many_at_once_from_one_ip_reach_three_countries() -> None:
    world = guarded(country=WIDE)
    numbers = list(FOUR.values())
    results = at_once(lambda turn: start(world, numbers[turn % 4], ip="192.0.2.1"), 20)
    (row,) = world.rows(CountriesOfIp)
    assert len(row.since) == 3
    assert results.count("ip") == 5


def test_observing_an_ip_lets_it_reach_more() -> None:
    world = guarded(mode="observe")
    assert [start(world, number, ip="192.0.2.1")[:3] for number in FOUR.values()] == ["vrf"] * 4
    assert notes(world)[-1]["decision"] == "would refuse"


def test_what_is_expected_admits_a_launch_and_fades_after_fourteen_days() -> None:
    countries = {"GB": Country("0.05", expected_daily=3000)}
    budget = replace(BUDGET, sends_per_hour=1000, sends_per_day=1000)
    world = world_with(throttles=OPEN, guard={"country": budget, "prefix": WIDE}, countries=countries)
    # Two percent of the best day.
    assert starts(world, 80) == 60
    world.later(days=12)
    assert starts(world, 80) == 60
    world.later(days=2)
    assert starts(world, 80) == 6


def test_a_busy_country_is_spread_over_rows_and_a_full_one_asks_another() -> None:
    countries = {"GB": Country("0.05", expected_daily=3 * DAILY_OF_A_ROW)}
    budget = replace(BUDGET, flight_percent_of_best_day=0)
    adapters = adapters_with(throttles=OPEN, guard={"country": budget}, countries=countries)
    guard: PumpingGuard = memory_ringfence(adapters).guard
    admitted = list[str]()
    refused = 0
    for _ in range(200):
        try:
            admitted.append(guard.admit_country("GB", adapters.clock.at).row)
        except Throttled:
            refused += 1
    # Four rows of a quarter each: two of six, rounded up.
    assert {row: admitted.count(row) for row in set(admitted)} == {f"GB#{shard}": 2 for shard in range(4)}
    assert refused == 192
    row = adapters.store.get(Traffic, "GB#1")
    assert row is not None
    assert (row.shards, max(row.days)) == (4, 3 * DAILY_OF_A_ROW // 4)


def test_a_prefix_is_counted_anew_under_the_next_month_s_key_and_its_country_is_not() -> None:
    adapters: MemoryAdapters = adapters_with(throttles=OPEN, guard={"country": WIDE, "prefix": BUDGET})
    world = World(adapters)
    adapters.clock.at = datetime(2026, 11, 30, 23, 57, tzinfo=UTC)
    verification = world.start()
    world.later(minutes=4)
    world.resend(verification)
    world.check(verification, world.sender.last_code)
    # The code came under the new key, and found the rows of its start.
    assert all(row.verified == 1 and row.in_flight == 0 for row in world.rows(Traffic))
    assert len(world.rows(Traffic)) == 2
    world.start()
    assert len(world.rows(Traffic)) == 3
    assert traffic(world).past_sent.last_hour + traffic(world).sent == 3
