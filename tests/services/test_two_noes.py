"""Two noes under two keys of the index, from functions of which some know the one first and some the other."""

from datetime import timedelta

import pytest

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.number_tag import version_of
from chalicelib.domain.session import CLIENT
from chalicelib.domain.suppression import Suppression, deciding
from chalicelib.domain.writes import Replace
from tests.fakes import NOON
from tests.services.fault_cases import Staged
from tests.services.replying import head, reply
from tests.services.rotating import AFTER, KNOWN, NEW, USED, former, retag, step
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
    # And the next no is heard again, under the tag that is in use.
    reply(world)
    assert head(world, customer).suppressed_at is not None
    assert [row.tag for row in world.rows(Suppression) if row.stands] == [world.tag()]


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


@pytest.mark.parametrize("versions", [KNOWN, USED])
@pytest.mark.parametrize("lifted", [None, *USED])
def test_the_re_tagging_makes_one_row_of_them_once_somebody_has_the_number(
    world: World, versions: tuple[str, ...], lifted: str | None
) -> None:
    if lifted:
        lift_one(world, lifted)
    step(world, versions)
    customer = world.customer()
    step(world, USED)
    retag(world)
    [row] = world.rows(Suppression)
    assert (version_of(row.tag), row.stands) == (NEW, True)
    opened = list(world.adapters.sealer.opened)
    reports = retag(world)
    assert (former(reports)["suppressions"], sum(report.retagged for report in reports)) == (0, 0)
    assert world.adapters.sealer.opened == opened
    assert head(world, customer).suppressed_at is not None


def test_what_the_provider_s_lists_are_known_to_hold_is_kept(world: World) -> None:
    first, second = world.rows(Suppression)
    world.store.commit(Replace(first, first.with_listing("eu-west-1", NOON)))
    world.store.commit(Replace(second, second.with_listing("us-east-1", NOON).with_opt_in("ap-south-1", NOON)))
    world.customer()
    retag(world)
    [row] = world.rows(Suppression)
    assert row.listed.keys() == {"eu-west-1", "us-east-1"}
    assert row.opted_in.keys() == {"ap-south-1"}


def test_a_no_that_is_lifted_keeps_no_key_alive(world: World) -> None:
    lift_one(world, KNOWN[0])
    assert former(retag(world))["suppressions"] == 0
    found = deciding(world.rows(Suppression))
    assert found is not None
    assert found.stands


def test_a_no_that_comes_while_the_last_functions_with_the_former_key_go_is_not_lost_with_it() -> None:
    world = World()
    reply(world)
    [row] = world.rows(Suppression)
    world.store.commit(Replace(row, row.lifted(world.adapters.clock.at)))
    step(world, USED)
    # A lifted row keeps no key alive, so that this may be the moment of the last deployment.
    reply(world)
    step(world, AFTER)
    assert world.customer().suppressed_at is not None
