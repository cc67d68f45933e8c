"""What customers wait for, page by page, and how many wait for too long."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.due import bucket
from chalicelib.domain.months import months_after
from chalicelib.domain.rights import RightsRequest, answered, extended, received
from chalicelib.domain.writes import Insert, Replace
from chalicelib.services.count_rights_requests import RightsCount
from chalicelib.services.list_rights_requests import ROWS_A_PAGE, Position
from tests.domain.samples import a_customer
from tests.fakes import NOON, MemoryAdapters, caller
from tests.services.staged_store import StagedStore
from tests.services.world import World

OFFICER = caller("officer", "privacy-office", "ann")
EVER = NOON + timedelta(days=4000)


def waiting(world: World, at: datetime = NOON) -> RightsRequest:
    write = Insert(received(a_customer(), "access", None, OFFICER, at, world.policy.rules))
    world.store.commit(write)
    return write.record


def pages(world: World, until: datetime = EVER, status: str | None = None) -> list[list[RightsRequest]]:
    found, position = [], None
    while True:
        page = world.ringfence.list_rights_requests(until, status, position)
        found.append(page.requests)
        if page.following is None:
            return found
        position = page.following


def test_every_open_request_comes_once_in_pages_of_a_hundred(world: World) -> None:
    made = {waiting(world).id for _ in range(3 * ROWS_A_PAGE + 1)}
    found = pages(world)
    assert [len(it) for it in found] == [ROWS_A_PAGE] * 3 + [1]
    assert sorted(it.id for page in found for it in page) == sorted(made)


def test_a_page_begins_with_the_most_urgent(world: World) -> None:
    made = [waiting(world, NOON - timedelta(days=day)) for day in range(9)]
    (page,) = pages(world)
    assert [it.id for it in page] == [it.id for it in reversed(made)]


def test_only_what_is_due_by_then_and_of_that_status(world: World) -> None:
    first, second, third = (waiting(world, NOON + timedelta(days=day)) for day in range(3))
    longer = extended(second, "complex", second.received_at, world.policy.rules)
    world.store.commit(Replace(second, longer))
    world.store.commit(Replace(third, answered(third, third.received_at, world.policy.rules)))
    assert pages(world, first.answer_by - timedelta(seconds=1)) == [[]]
    assert [it.id for it in pages(world, first.answer_by)[0]] == [first.id]
    assert [it.id for it in pages(world)[0]] == [first.id, second.id]
    assert [it.id for it in pages(world, status="extended")[0]] == [second.id]
    assert [it.id for it in pages(world, status="open")[0]] == [first.id]


@pytest.mark.parametrize("is_answered", [True, False])
def test_what_an_officer_does_between_two_pages_hides_nothing(world: World, is_answered: bool) -> None:
    ids = [it for it in map("rr_{}".format, range(20_000)) if bucket(it) == "07"][: 2 * ROWS_A_PAGE]
    for day, each in enumerate(ids):
        request = received(a_customer(), "access", None, OFFICER, NOON + timedelta(hours=day), world.policy.rules)
        world.store.commit(Insert(replace(request, id=each, version="")))
    page = world.ringfence.list_rights_requests(EVER, None, None)
    last, rules = page.requests[-1], world.policy.rules
    after = answered(last, NOON, rules) if is_answered else extended(last, "complex", NOON, rules)
    world.store.commit(Replace(last, after))
    seen = {it.id for it in page.requests}
    while page.following is not None:
        page = world.ringfence.list_rights_requests(EVER, None, page.following)
        seen |= {it.id for it in page.requests}
    assert seen == set(ids)


def test_what_the_index_has_still_and_the_table_not_is_left_out() -> None:
    adapters = MemoryAdapters()
    store = StagedStore(adapters.clock)
    adapters.__dict__["store"] = store
    world = World(adapters)
    request, other = waiting(world), waiting(world)
    store.commit(Replace(request, answered(request, NOON, world.policy.rules)))
    store.stale = [request.id]
    assert {it.id for page in pages(world) for it in page} == {other.id}


def test_a_position_at_the_end_is_the_end(world: World) -> None:
    waiting(world)
    assert world.ringfence.list_rights_requests(EVER, None, Position("63", "9999")).following is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-60, 60), max_size=12))
def test_the_count_is_right_to_the_instant(days: list[int]) -> None:
    world = World()
    at = world.adapters.clock.at
    made = [waiting(world, at + timedelta(days=it)) for it in days]
    soon = timedelta(days=world.policy.rules.rights.warning_days)
    assert all(it.due_at == months_after(it.received_at, 1) for it in made)
    assert world.ringfence.count_rights_requests() == RightsCount(
        overdue=sum(it.answer_by <= at for it in made),
        due_soon=sum(at < it.answer_by <= at + soon for it in made),
    )


def test_what_is_closed_counts_for_nothing(world: World) -> None:
    request = waiting(world, NOON - timedelta(days=90))
    assert world.ringfence.count_rights_requests() == RightsCount(1, 0)
    world.store.commit(Replace(request, answered(request, NOON, world.policy.rules)))
    assert world.ringfence.count_rights_requests() == RightsCount(0, 0)
