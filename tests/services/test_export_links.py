"""A link to everything that is held: once, and for ten minutes."""

from datetime import timedelta

import pytest

from chalicelib.domain.errors import NotFound, NotReplayable, Unavailable
from chalicelib.domain.export_link import ExportLink
from tests.fakes import NOON, MemoryAdapters
from tests.services.staged_store import StagedStore
from tests.services.world import KEY, World, at_once, keyed, only


def test_it_is_good_once(world: World) -> None:
    customer = world.customer()
    link = world.ringfence.issue_export_link(customer.id, "page", None)
    assert link.expires_at == NOON + timedelta(minutes=10)
    form, export = world.ringfence.export_by_link(link.token)
    assert (form, export.customer.id) == ("page", customer.id)
    with pytest.raises(NotFound):
        world.ringfence.export_by_link(link.token)
    assert all(str(link.token) not in repr(row) for row in world.rows(ExportLink))


def test_of_many_visitors_one_has_it(world: World) -> None:
    link = world.ringfence.issue_export_link(world.customer().id, "json", None)
    seen = at_once(lambda _: world.ringfence.export_by_link(link.token), 20)
    assert (len(only(seen, tuple)), len(only(seen, NotFound))) == (1, 19)


def test_its_time_ends_to_the_second(world: World) -> None:
    customer = world.customer()
    early, late = (world.ringfence.issue_export_link(customer.id, "page", None) for _ in range(2))
    world.later(minutes=10, seconds=-1)
    world.ringfence.export_by_link(early.token)
    world.later(seconds=1)
    with pytest.raises(NotFound):
        world.ringfence.export_by_link(late.token)


def test_a_link_to_the_preference_centre_is_none(world: World) -> None:
    customer = world.customer()
    with pytest.raises(NotFound):
        world.ringfence.export_by_link(world.ringfence.issue_link(customer.id, None).token)


def test_a_closed_customer_still_has_the_right(world: World) -> None:
    customer = world.close(world.customer())
    for days in (0, 31):
        world.later(days=days)
        world.purge()
        link = world.ringfence.issue_export_link(customer.id, "json", None)
        status = world.ringfence.export_by_link(link.token)[1].customer.status
        assert status == ("purged" if days else "restricted")


def test_it_is_given_out_once_for_a_key(world: World) -> None:
    customer = world.customer()
    world.ringfence.issue_export_link(customer.id, "page", keyed(KEY))
    with pytest.raises(NotReplayable):
        world.ringfence.issue_export_link(customer.id, "page", keyed(KEY))
    with pytest.raises(NotFound):
        world.ringfence.issue_export_link("cus_nobody", "page", None)


def test_what_fails_leaves_it_good() -> None:
    adapters = MemoryAdapters()
    store = StagedStore(adapters.clock)
    adapters.__dict__["store"] = store
    world = World(adapters)
    link = world.ringfence.issue_export_link(world.customer().id, "page", None)
    store.asked, store.fails_at = 0, 0
    with pytest.raises(Unavailable):
        world.ringfence.export_by_link(link.token)
    store.fails_at = None
    assert world.ringfence.export_by_link(link.token)
