"""A whole rotation of the index's key under live traffic: no wrong answer, nobody lost or bound twice, each no kept."""

import random
import threading
from pathlib import Path

import pytest

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.customer import Customer
from chalicelib.domain.number_tag import version_of
from chalicelib.services.judging import SHARES
from tests.fakes import MemoryAdapters
from tests.services.rotating import AFTER, BEFORE, KNOWN, USED, consistent, former, openings_logged
from tests.services.traffic import Function, Person, Traffic
from tests.services.world import at_once, only
from tests.worlds import widened_policy

PEOPLE = 4
# Which orders of the keys are live at once: before, while and after each deployment.
DEPLOYMENTS = [(BEFORE,), (BEFORE, KNOWN), (KNOWN,), (KNOWN, USED), (USED,)]


def rounds(traffic: Traffic, people: list[Person], meanwhile: object = None) -> None:
    """Everybody is there at once for a round at least, and until what happens meanwhile has ended."""
    done = threading.Event()

    def work(nth: int) -> object:
        if nth == len(people):
            try:
                return meanwhile() if callable(meanwhile) else None
            finally:
                done.set()
        traffic.round(people[nth])
        while not done.is_set():
            traffic.round(people[nth])
        return None

    refused = only(at_once(work, times=len(people) + 1), Exception)
    assert refused == []


def contest(traffic: Traffic, number: str) -> None:
    """Of many who proved one number, whatever order of the keys their functions have, one has it."""
    proofs = [(it, it.prove(number)) for it in (*traffic.live, *traffic.live)]
    outcomes = at_once(lambda nth: proofs[nth][0].bind(proofs[nth][1]), times=len(proofs))
    assert len(only(outcomes, Customer)) == 1


def two_days(traffic: Traffic) -> None:
    world = traffic.live[0]
    world.later(days=2)
    world.purge()


@pytest.mark.parametrize("seed", range(5))
def test_the_whole_of_it(seed: int, tmp_path: Path) -> None:
    adapters = MemoryAdapters(policy=read_policy(widened_policy(tmp_path)))
    traffic = Traffic(random.Random(seed))
    people = [Person(f"+86138001380{nth:02}", f"+86138001381{nth:02}") for nth in range(PEOPLE)]
    for phase, live in enumerate(DEPLOYMENTS):
        traffic.live = [Function(adapters, versions) for versions in live]
        rounds(traffic, people)
        contest(traffic, f"+86138001382{phase:02}")
        traffic.demand_sound(people)
        two_days(traffic)
    world = traffic.live[0]

    def retag() -> list[object]:
        return [world.ringfence.retag_numbers(share, lambda: True) for share in range(SHARES)]

    opened = len(adapters.sealer.opened)
    rounds(traffic, people, retag)
    traffic.demand_sound(people)
    assert len(adapters.sealer.opened) > opened
    two_days(traffic)
    # Whoever has said no and has no customer keeps the former key alive, until they have one.
    for person in people:
        for number in person.noes:
            if traffic.holder(number) is None:
                traffic.move_in(person, number)
    retag()
    two_days(traffic)
    reports = [world.ringfence.retag_numbers(share, lambda: True) for share in range(SHARES)]
    assert all(it.complete and not it.failures and not it.retagged for it in reports)
    assert not any(former(reports).values())
    traffic.live = [Function(adapters, USED), Function(adapters, AFTER)]
    rounds(traffic, people)
    traffic.live = [Function(adapters, AFTER)]
    rounds(traffic, people)
    contest(traffic, "+8613800138399")
    traffic.demand_sound(people)
    assert consistent(world)
    assert openings_logged(world)
    assert {version_of(tag) for head in world.rows(Customer) for tag in head.tags} == set(AFTER)
