"""Refusing what is optional blocks nothing else: every combination, through the whole of a signup. PIPL 16."""

from itertools import combinations

import pytest

from chalicelib.domain.customer import Customer
from tests.services.policies import PACKAGED
from tests.services.world import World

PURPOSES = PACKAGED.rules.purposes
OPTIONAL = [name for name, purpose in PURPOSES.items() if not purpose.essential]
REFUSALS = [set(each) for size in range(len(OPTIONAL) + 1) for each in combinations(OPTIONAL, size)]


def services(world: World, customer: Customer) -> list[str]:
    """What the customer can do and get, beside what was refused."""
    done = []
    for purpose in ("step_up", "preferences"):
        verification = world.start(None, purpose=purpose, customer_id=customer.id)
        done.append(f"{purpose} {world.check(verification, world.sender.last_code).status}")
    done += [f"security by {channel}: {bool(world.token(customer, channel, 'account_security'))}"
             for channel in PURPOSES["account_security"].channels]  # fmt: skip
    world.close(customer)
    return done


def test_all_of_them_are_walked() -> None:
    assert len(REFUSALS) == 2 ** len(OPTIONAL) == 32


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: f"without {len(refused)}")
def test_whatever_is_refused_the_rest_is_there(world: World, refused: set[str]) -> None:
    customer = world.customer()
    for purpose in OPTIONAL:
        world.say(customer, "refused" if purpose in refused else "given", purpose, ("sms",))
    states = world.row(Customer, customer.id).consents
    assert {purpose for purpose, state in states.items() if state.decision == "refused"} == refused
    other = World()
    assert services(world, customer) == services(other, other.customer())
