"""Two noes under two keys of the index, from functions of which some know the one first and some the other."""

from datetime import timedelta

import pytest

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.number_tag import version_of
from chalicelib.domain.session import CLIENT
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.writes import Replace
from tests.fakes import NOON
from tests.services.fault_cases import Staged
from tests.services.replying import head, reply
from tests.services.rotating import KNOWN, USED, step
from tests.services.world import WALLET, World


@pytest.fixture
def world() -> World:
    """Nobody's number has said no twice in one moment, and stands under both keys."""
    world = Staged()

    def second() -> None:
        step(world, USED)
        reply(world)

    step(world, KNOWN)
    world.staged.store.before(Suppression, second)
    reply(world)
    assert {version_of(row.tag) for row in world.rows(Suppression)} == set(USED)
    return world


def say_yes(world: World, customer: Customer) -> None:
    by = Caller(CLIENT, customer.id, frozenset({"customer"}), NOON + timedelta(days=1))
    yes = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "preference_centre")
    world.ringfence.record_consent(by, customer.id, yes, None)


def lift_one(world: World, version: str) -> None:
    [row] = [row for row in world.rows(Suppression) if version_of(row.tag) == version]
    world.store.commit(Replace(row, row.lifted(world.adapters.clock.at)))


@pytest.mark.parametrize("versions", [KNOWN, USED])
def test_whoever_has_the_number_is_told_no_until_one_yes_lifts_both(world: World, versions: tuple[str, ...]) -> None:
    step(world, versions)
    customer = world.customer()
    assert customer.suppressed_at is not None
    say_yes(world, customer)
    assert head(world, customer).suppressed_at is None
    assert not any(row.stands for row in world.rows(Suppression))
    # And the next no is heard again.
    reply(world)
    assert head(world, customer).suppressed_at is not None
    assert len(world.rows(Suppression)) == 2


@pytest.mark.parametrize("lifted", USED)
@pytest.mark.parametrize("versions", [KNOWN, USED])
def test_the_one_that_stands_decides(world: World, lifted: str, versions: tuple[str, ...]) -> None:
    lift_one(world, lifted)
    step(world, versions)
    assert world.customer().suppressed_at is not None


def test_a_second_no_while_somebody_binds_the_number_is_seen() -> None:
    world = Staged()
    step(world, KNOWN)
    proof = world.proved()
    reply(world)

    def second() -> None:
        lift_one(world, KNOWN[0])
        world.store.commit(*[Replace(row, row.stopped("sms", row.since + timedelta(days=1))) for row in rows()])

    def rows() -> list[Suppression]:
        return world.rows(Suppression)

    world.staged.store.before(Customer, second)
    assert world.ringfence.bind_customer(WALLET, proof.id, None, None).suppressed_at == rows()[0].since
