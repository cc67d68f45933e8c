"""A policy that has carriers looked up, and a customer who may be called about a payment."""

from dataclasses import replace

from chalicelib.domain.customer import Customer, TagHolder
from tests.services.world import World

SAFETY = "transaction_safety_call"


def looking_up(world: World, days: int = 30) -> None:
    """A word of who carries a number holds for so long."""
    rules = world.policy.rules
    world.adapters.policy = replace(
        world.policy, rules=replace(rules, freshness=replace(rules.freshness, lookup_days=days))
    )


def agreed_to_calls(world: World) -> Customer:
    """The customer of the usual number, who agreed to calls and messages about payments and orders."""
    holder = world.store.get(TagHolder, world.tag())
    customer = world.row(Customer, holder.customer_id) if holder else world.customer()
    for purpose in (SAFETY, "order_notice"):
        world.say(customer, purpose=purpose)
    return world.row(Customer, customer.id)
