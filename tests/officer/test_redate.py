"""`redate`: what it says, and that it asks before it does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from chalicelib.bootstrap import install
from chalicelib.domain.customer import Customer
from infra.officer.commands import commands
from tests.services.staged_store import StagedAdapters
from tests.services.world import World


@pytest.fixture
def world() -> World:
    """Somebody of whom nothing was heard for 400 days, and a new policy by which that is too long."""
    world = World(StagedAdapters())
    world.customer()
    world.later(days=400)
    rules = world.policy.rules
    world.adapters.policy = replace(
        world.policy, rules=replace(rules, retention=replace(rules.retention, inactive_days=365))
    )
    vars(world).pop("ringfence")
    install(world.ringfence)
    return world


def redated(*words: str) -> Result:
    return CliRunner().invoke(commands, ["redate", *words])


def test_it_says_what_would_be_and_does_it_when_told(world: World) -> None:
    looked, done, again = redated(), redated("--go"), redated("--go")
    assert [ran.exit_code for ran in (looked, done, again)] == [0, 0, 0]
    assert (looked.stdout, done.stdout, again.stdout) == (*["due at once\tinactive\t1\n"] * 2, "")
    assert "1 customers judged, 1 dated anew (nothing was changed)" in looked.stderr
    assert "1 customers judged, 1 dated anew\n" in done.stderr
    (head,) = world.rows(Customer)
    assert head.due_at == head.created_at + timedelta(days=365)


def test_what_could_not_be_judged_ends_with_1(world: World) -> None:
    (head,) = world.rows(Customer)
    vars(world.store)["broken"] = {(head.id,)}
    ran = redated("--go")
    assert ran.exit_code == 1
    assert "Not all could be judged (1 KeyError): begin again." in ran.stderr
