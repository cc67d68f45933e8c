"""Customers whose number changes, as the store has them."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.held_number import HeldNumber
from chalicelib.domain.number_change import BOTH, NEW_ONLY, NumberChange
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.writes import Insert, Replace
from tests.fakes import NOON
from tests.services.world import NUMBER, OTHER_NUMBER, World

HOLD = timedelta(hours=24)


def other(world: World, customer: Customer, number: str = OTHER_NUMBER) -> HeldNumber:
    """Another number of the customer's, sealed under a key of its own, that nobody else can bind."""
    known = parse_phone_number(number)
    envelope = world.adapters.sealer.envelope(customer.id)
    world.store.commit(Insert(envelope.key), Insert(TagHolder(world.tag(number), customer.id)))
    return HeldNumber(world.tag(number), known.masked, known.region, envelope.seal(known), NOON)


def moving(world: World, *, effective: bool = False, locale: str = "en", number: str = NUMBER) -> Customer:
    """A customer whose number is to change from this one, or has changed and can be brought back."""
    return begun(world, world.customer(number), effective=effective, locale=locale)


def begun(world: World, customer: Customer, *, effective: bool = False, locale: str = "en") -> Customer:
    """The same, of a customer who is there."""
    own, new = customer.held, other(world, customer)
    assert own is not None
    after = replace(customer.having(new) if effective else customer, locale=locale)
    kind, at = BOTH if effective else NEW_ONLY, world.adapters.clock.now()
    change = NumberChange("chg_1", kind, own if effective else new, effective, at, at + HOLD)
    world.store.commit(Replace(world.row(Customer, customer.id), replace(after, change=change)))
    return world.row(Customer, customer.id)
