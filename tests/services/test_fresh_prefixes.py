"""When a country's budget is used up, those go on being served in whose prefix nobody else stays unverified."""

from dataclasses import replace

import pytest

from chalicelib.domain.errors import Throttled
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import Verification
from tests.services.policies import MANY, PACKAGED, world_with
from tests.services.world import World

OPEN = {"number": MANY, "caller": MANY, "ip": MANY, "device": MANY}
# Of the thousand that are expected in GB.
COUNTRY = replace(PACKAGED.rules.guard.country, flight_floor=1, flight_percent_of_best_day=1)


@pytest.fixture
def world() -> World:
    return world_with(throttles=OPEN, guard={"country": COUNTRY, "fresh_prefix_percent": 300})


def pumped(world: World, prefix: str = "+447400100") -> None:
    """The country's budget is used up, by numbers of one prefix."""
    for number in range(10):
        world.start(f"{prefix}{number:03d}", device_id="pump")


def in_flight(world: World) -> int:
    return next(row.in_flight for row in world.rows(Traffic) if row.key == "GB#0")


def test_a_prefix_with_unverified_sends_is_refused_for_the_country(world: World) -> None:
    pumped(world)
    before = in_flight(world)
    with pytest.raises(Throttled) as refused:
        world.start("+447400100900")
    assert refused.value.limit == "country"
    assert in_flight(world) == before
    assert len(world.rows(Verification)) == 10
    (told,) = [figures for event, figures in world.adapters.journal.notes if event == "guard"]
    assert (told["scope"], told["rule"], told["decision"]) == ("country", "in_flight", "refused")


def test_a_fresh_prefix_is_served(world: World) -> None:
    pumped(world)
    verification = world.start("+447400200000")
    assert world.check(verification, world.sender.last_code).status == "verified"
    assert not [event for event, _ in world.adapters.journal.notes if event == "guard"]


def test_one_other_unverified_send_leaves_a_prefix_fresh_and_two_do_not(world: World) -> None:
    pumped(world)
    world.start("+447400200000")
    world.start("+447400200001")
    with pytest.raises(Throttled):
        world.start("+447400200002")


def test_who_was_served_may_ask_again(world: World) -> None:
    pumped(world)
    verification = world.start("+447400200000")
    for wait in (30, 60, 120, 240):
        world.later(seconds=wait)
        verification = world.resend(verification)
    assert len(verification.sends) == 5


def test_there_is_an_end_to_it(world: World) -> None:
    pumped(world)
    for prefix in range(20):
        world.start(f"+4474003{prefix:02d}000")
    assert in_flight(world) == 30
    with pytest.raises(Throttled) as refused:
        world.start("+447400400000")
    assert refused.value.limit == "country"


def test_what_stayed_unverified_a_day_ago_leaves_a_prefix_fresh(world: World) -> None:
    pumped(world)
    world.later(hours=23)
    pumped(world, "+447400500")
    with pytest.raises(Throttled):
        world.start("+447400100900")
    world.later(hours=3)
    pumped(world, "+447400600")
    assert world.start("+447400100900").status == "pending"


def test_a_hundred_percent_turns_it_off() -> None:
    world = world_with(throttles=OPEN, guard={"country": COUNTRY, "fresh_prefix_percent": 100})
    pumped(world)
    with pytest.raises(Throttled):
        world.start("+447400200000")


def test_a_country_where_nobody_was_verified_has_its_floor_and_no_more() -> None:
    country = replace(COUNTRY, flight_floor=4)
    world = world_with(throttles=OPEN, guard={"country": country, "fresh_prefix_percent": 300})
    for prefix in range(4):
        world.start(f"+37633{prefix}000")
    with pytest.raises(Throttled) as refused:
        world.start("+376339000")
    assert refused.value.limit == "country"
