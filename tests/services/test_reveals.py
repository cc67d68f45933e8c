"""What a person needs to be shown a number, and what becomes of one who is shown many."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import ContactToken
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    ContactTokenInvalid,
    FieldInvalid,
    PersonPaused,
    Throttled,
    Unavailable,
)
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.reveal_rules import WorkingHours
from chalicelib.domain.reveals import DAY, RevealAnomaly, Watch, new_watch, person
from chalicelib.domain.throttle import OpeningLog
from chalicelib.domain.writes import Insert
from tests.fakes import bearer, caller
from tests.services.staged_store import StagedAdapters
from tests.services.test_strongroom import agreed, untouched
from tests.services.world import STAFF, World, at_once, keyed, only

REASON = "the customer asked to be called"
BOB = caller("staff", "call-centre", "bob")
NEIGHBOURS = [f"+4474001234{nth:02d}" for nth in range(10, 60)]


def rule(world: World, **changes: Any) -> None:
    """The policy's [reveals] say so from now on."""
    rules = world.policy.rules
    world.adapters.policy = replace(world.policy, rules=replace(rules, reveals=replace(rules.reveals, **changes)))
    world.__dict__.pop("ringfence", None)


def reveal(
    world: World,
    token: str,
    by: Caller = STAFF,
    reason: str = REASON,
    ticket: str | None = None,
    key: str | None = None,
) -> PhoneNumber:
    body = f"{token} {reason} {ticket}".encode()
    return world.ringfence.strongroom.reveal(bearer(by), token, reason, keyed(key, body, "reveal", by), ticket)


def shown(world: World, customer: Customer, by: Caller = STAFF) -> PhoneNumber:
    # By contract, so that no quiet hours are in the way.
    return reveal(world, world.token(customer, "call", "account_security", by), by)


def customers(world: World, count: int, numbers: list[str] = NEIGHBOURS) -> list[Customer]:
    return [world.customer(number) for number in numbers[:count]]


def rung(world: World) -> list[str]:
    return [figures["kind"] for event, figures in world.adapters.journal.notes if event == "reveal_anomaly"]


def heard(world: World) -> list[RevealAnomaly]:
    return [each for each in world.adapters.bus.told if isinstance(each, RevealAnomaly)]


@pytest.mark.parametrize("reason", ["", "because", "call call call call call", "call +44 7400 123 456 back please"])
def test_without_a_reason_nothing_is_even_looked_up(world: World, reason: str) -> None:
    token = world.token(agreed(world), "call")
    with pytest.raises(FieldInvalid) as refused:
        reveal(world, token, reason=reason)
    assert refused.value.pointer == "/justification"
    assert untouched(world)
    assert not world.used(token)
    assert not world.rows(OpeningLog)


def test_a_ticket_is_logged_and_asked_for_once_it_has_a_form(world: World) -> None:
    customer = agreed(world)
    reveal(world, world.token(customer, "call"), ticket="CASE-7")
    reveal(world, world.token(customer, "call"))
    rule(world, ticket_pattern="CASE-[0-9]{1,7}")
    for ticket in (None, "TASK-7"):
        with pytest.raises(FieldInvalid) as refused:
            reveal(world, world.token(customer, "call"), ticket=ticket)
        assert refused.value.pointer == "/ticket"
    reveal(world, world.token(customer, "call"), ticket="CASE-8")
    assert sorted(str(entry.ticket) for entry in world.rows(AccessLogEntry)) == ["CASE-7", "CASE-8", "None"]


@pytest.mark.parametrize("nth", [0, 1], ids=["hourly", "daily"])
def test_each_person_has_a_budget_of_reveals(world: World, nth: int) -> None:
    limits = world.policy.rules.throttles.reveals_by_person
    assert [(it.limit, it.window_seconds) for it in limits] == [(20, 3600), (60, 86_400)]
    limit, pause = limits[nth], limits[nth].window_seconds / limits[nth].limit / (1 if nth else 2)
    rule(world, pause_on=())
    customer = agreed(world)
    for _ in range(limit.limit):
        shown(world, customer)
        world.later(seconds=pause)
    world.later(seconds=-pause)
    token = world.token(customer, "call", "account_security")
    with pytest.raises(Throttled) as refused:
        reveal(world, token)
    assert (refused.value.limit, refused.value.quota) == ("reveals_by_person", limit.limit)
    assert not world.used(token)
    assert len(world.rows(AccessLogEntry)) == limit.limit
    shown(world, customer, BOB)
    world.later(seconds=refused.value.retry_after_seconds)
    shown(world, customer)


def test_guessing_uses_the_budget_up(world: World) -> None:
    customer = agreed(world)
    for _ in range(20):
        with pytest.raises(ContactTokenInvalid):
            reveal(world, "ct_" + "A" * 43)
    with pytest.raises(Throttled):
        shown(world, customer)
    assert untouched(world)


def test_many_reveals_in_an_hour_ring_and_do_not_pause(world: World) -> None:
    customer = agreed(world)
    for _ in range(9):
        shown(world, customer)
    assert rung(world) == []
    shown(world, customer)
    assert rung(world) == ["rate"]
    shown(world, customer, BOB)
    assert rung(world) == ["rate"]
    world.later(hours=1)
    shown(world, customer)
    assert rung(world) == ["rate"]


def test_a_reveal_at_night_rings(world: World) -> None:
    rule(world, working_hours=WorkingHours("07:00", "21:00", "Asia/Shanghai"))
    # Noon in UTC is eight in the evening there.
    customer = agreed(world)
    shown(world, customer)
    assert rung(world) == []
    world.later(hours=1)
    shown(world, customer)
    assert rung(world) == ["night"]


def test_a_colleague_s_number_rings_and_pauses_if_the_policy_says_so(world: World) -> None:
    colleague, other = customers(world, 2)
    rule(world, colleagues=(colleague.id,), pause_on=("colleague",), pause_minutes=30)
    shown(world, other)
    assert rung(world) == []
    assert shown(world, colleague).e164 == NEIGHBOURS[0]
    assert rung(world) == ["colleague"]
    with pytest.raises(PersonPaused) as refused:
        shown(world, other)
    assert refused.value.retry_after_seconds == 1800


def test_many_customers_of_one_prefix_pause_the_person(world: World) -> None:
    made = customers(world, 6)
    for each in made[:5]:
        shown(world, each)
        world.later(minutes=1)
    assert rung(world) == ["prefix"]
    (said,) = heard(world)
    (entry,) = [it for it in world.rows(AccessLogEntry) if it.id == said.entry_id]
    assert (said.kind, said.client_id, said.subject, said.customer_id) == ("prefix", "call-centre", "ann", made[4].id)
    token = world.token(made[5], "call", "account_security")
    opened = len(world.adapters.opener.opened)
    with pytest.raises(PersonPaused) as refused:
        reveal(world, token)
    until = refused.value.paused_until
    assert (until, until.isoformat()) == (entry.at + timedelta(minutes=60), said.paused_until)
    assert not world.used(token)
    assert len(world.adapters.opener.opened) == opened
    shown(world, made[5], BOB)
    world.later(minutes=58, seconds=59)
    with pytest.raises(PersonPaused):
        shown(world, made[5])
    world.later(seconds=1)
    shown(world, made[5])


def test_customers_of_many_prefixes_and_one_customer_again_and_again_pause_nobody(world: World) -> None:
    far = [f"+4474001{nth:02d}456" for nth in range(10, 18)]
    for each in customers(world, 8, far):
        shown(world, each)
    assert rung(world) == []
    rule(world, rate_per_hour=19)
    (customer,) = customers(world, 1)
    for _ in range(8):
        shown(world, customer)
    assert rung(world) == []


def test_a_spree_over_the_month_s_end_is_one(world: World) -> None:
    made = customers(world, 5)
    world.adapters.clock.at = world.adapters.clock.at.replace(month=11, day=30, hour=23, minute=50)
    for each in made[:3]:
        shown(world, each)
    world.later(minutes=20)
    for each in made[3:]:
        shown(world, each)
    assert rung(world) == ["prefix"]


def test_neither_number_nor_prefix_is_kept_in_clear(world: World) -> None:
    made = customers(world, 2)
    for each in made:
        shown(world, each)
    (watch,) = world.rows(Watch)
    assert [each.customer_id for each in watch.shown] == [each.id for each in made]
    assert len({each.prefix for each in watch.shown}) == 1
    assert NEIGHBOURS[0][:-3] not in repr(watch)
    assert NEIGHBOURS[0][-9:-3] not in repr((watch, world.adapters.journal.notes))


def test_no_number_is_shown_that_could_not_be_counted() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    token = world.token(customer, "call")
    adapters.store.damaged.add(Watch)
    with pytest.raises(Unavailable):
        reveal(world, token)
    assert world.used(token)
    assert rung(world) == []


def test_a_pause_that_comes_while_a_number_is_open_keeps_it_back() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    token = world.token(customer, "call")
    at = adapters.clock.now()
    paused = new_watch(person(STAFF), at).paused(at + DAY)
    adapters.store.before(Watch, lambda: world.store.commit(Insert(paused)))
    with pytest.raises(PersonPaused):
        reveal(world, token)
    assert len(adapters.opener.opened) == 1


def test_of_many_at_once_only_as_many_are_shown_as_end_in_a_pause(world: World) -> None:
    made = customers(world, 15)
    tokens = [world.token(each, "call", "account_security") for each in made]
    results = at_once(lambda nth: reveal(world, tokens[nth]), len(tokens))
    assert len(only(results, PhoneNumber)) == 5
    assert len(only(results, PersonPaused)) == 10
    assert rung(world) == ["prefix"]
    (watch,) = world.rows(Watch)
    assert len(watch.shown) == 5


def test_as_many_as_come_at_once_are_all_counted(world: World) -> None:
    rule(world, pause_on=())
    customer = agreed(world)
    tokens = [world.token(customer, "call", "account_security") for _ in range(19)]
    results = at_once(lambda nth: reveal(world, tokens[nth]), len(tokens))
    assert len(only(results, PhoneNumber)) == 19
    (watch,) = world.rows(Watch)
    assert len(watch.shown) == 19
    assert rung(world).count("rate") == 10
    assert all(it.used_at is not None for it in world.rows(ContactToken))
