"""Customers who reply to an SMS, and how they stand then."""

from datetime import datetime

from chalicelib.domain.customer import Customer
from chalicelib.domain.inbound import InboundSms
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.suppression import Suppression, place_of
from tests.services.world import NUMBER, World

STOPPED = "Example Wallet: you get no more advertising from us. Codes and security notices still come."
ADVERTISING = ("marketing", "satisfaction_survey")


def reply(world: World, text: str = "STOP", number: str = NUMBER, sent_at: datetime | None = None) -> str:
    """An SMS came in, a moment after whatever was before it; what became of it."""
    if sent_at is None:
        world.later(seconds=1)
    sms = InboundSms(parse_phone_number(number), text, sent_at or world.adapters.clock.at)
    return world.ringfence.hear_reply(sms)


def agreed(world: World, *purposes: str, number: str = NUMBER) -> Customer:
    """A customer who has agreed to these, and whose phone has received nothing since."""
    customer = world.customer(number)
    for purpose in purposes:
        world.say(customer, purpose=purpose, channels=("sms", "call"))
    world.sender.sent.clear()
    return customer


def head(world: World, customer: Customer) -> Customer:
    return world.row(Customer, customer.id)


def row(world: World, number: str = NUMBER) -> Suppression | None:
    return world.store.get(Suppression, *place_of(world.tag(number)))


def decisions(world: World, customer: Customer) -> dict[str, str]:
    return {purpose: state.decision for purpose, state in head(world, customer).consents.items()}


def answers(world: World) -> list[str]:
    return [sms.body for sms in world.sender.sent]
