"""Whoever listens hears that a customer goes and is gone, whoever ended it, and never of a number."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import HoldActive
from tests.fakes import NOON, caller
from tests.services.world import KEY, NUMBER, World, keyed


def told(world: World) -> list[dict[str, Any]]:
    return [json.loads(it.detail()) for it in world.adapters.bus.told if it.name == "CustomerEnding"]


def test_the_clock_s_ending_is_told_with_its_reason_and_its_date(world: World) -> None:
    rules = world.policy.rules
    kept = replace(rules.retention, inactive_days=90)
    world.adapters.policy = replace(world.policy, rules=replace(rules, retention=kept))
    customer = world.customer()
    world.later(days=90)
    world.purge()
    ended = NOON + timedelta(days=90)
    assert told(world) == [
        {
            "event_id": f"{customer.id}.restricted",
            "step": "restricted",
            "customer_id": customer.id,
            "reason": "inactive",
            "at": ended.isoformat(),
            "purge_at": (ended + timedelta(days=30)).isoformat(),
        }
    ]
    world.later(days=30)
    world.purge()
    at = world.row(Customer, customer.id).purged_at
    assert at is not None
    erased = told(world)[1:]
    assert [(it["step"], it["reason"], it["at"], it["purge_at"]) for it in erased] == [
        ("erased", "inactive", at.isoformat(), at.isoformat())
    ]
    assert NUMBER[3:] not in json.dumps(told(world))


def test_an_erasing_is_told_and_a_repeat_is_not_told_again(world: World) -> None:
    customer = world.customer()
    for _ in range(2):
        world.ringfence.erase_customer(caller("customer"), customer.id, False, keyed(KEY))
        world.ringfence.erase_customer(caller("customer"), customer.id, False, None)
    assert [(it["step"], it["reason"]) for it in told(world)] == [
        ("restricted", "erasure_asked"),
        ("erased", "erasure_asked"),
    ]


def test_a_closing_is_told_once_and_a_law_moves_its_date(world: World) -> None:
    rules = world.policy.rules
    on = {name: replace(hold, on=name == "e_commerce") for name, hold in rules.holds.items()}
    world.adapters.policy = replace(world.policy, rules=replace(rules, holds=on))
    customer = world.customer()
    world.close(customer)
    world.close(customer)
    with pytest.raises(HoldActive):
        world.ringfence.erase_customer(caller("officer"), customer.id, False, None)
    (said,) = told(world)
    assert said["purge_at"] == (NOON + timedelta(days=1096)).isoformat()


def test_what_the_bus_does_not_take_happens_all_the_same_and_rings(world: World) -> None:
    customer = world.customer()
    world.adapters.bus.is_down = True
    world.ringfence.erase_customer(caller("customer"), customer.id, False, None)
    assert world.row(Customer, customer.id).status == "purged"
    untold = [figures for event, figures in world.adapters.journal.notes if event == "news_untold"]
    assert untold == [
        {"news": "CustomerEnding", "event_id": f"{customer.id}.{step}"} for step in ("restricted", "erased")
    ]
