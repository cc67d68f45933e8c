"""Numbers get their tags under the new key: once, logged, whatever fails and whoever is at work."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import NumberInUse
from chalicelib.domain.number_tag import version_of
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.writes import Insert, Replace
from chalicelib.services.tag_holder import active_holder
from tests.fakes import NOON
from tests.services.fault_cases import Staged
from tests.services.moving import moving
from tests.services.replying import reply
from tests.services.rotating import AFTER, NEW, USED, consistent, former, openings_logged, retag, step
from tests.services.world import NUMBER, OTHER_NUMBER, World, at_once, only


def customers(world: World) -> list[Customer]:
    return [world.customer(), world.customer(OTHER_NUMBER)]


def test_every_open_customer_gets_the_tag_in_use_and_each_number_is_opened_once(world: World) -> None:
    before = customers(world)
    step(world, USED)
    assert sum(report.retagged for report in retag(world)) == 2
    heads = {head.id: head for head in world.rows(Customer)}
    for customer, number in zip(before, (NUMBER, OTHER_NUMBER), strict=True):
        assert heads[customer.id].known_tags == world.tags(number)
        # Nothing else of the head is different.
        like = {"tag": customer.tag, "other_tags": (), "version": customer.version}
        assert replace(heads[customer.id], **like) == customer  # type: ignore[arg-type]
    assert consistent(world)
    assert sorted(world.adapters.sealer.opened) == sorted(heads)
    assert openings_logged(world)
    assert {(it.action, it.purpose, it.role) for it in world.rows(AccessLogEntry)} == {
        ("retag", "key_rotation", "system")
    }
    kept = timedelta(days=world.policy.rules.retention.access_log_days)
    assert {it.lapses_at and it.lapses_at - it.at for it in world.rows(AccessLogEntry)} == {kept}
    again = retag(world)
    assert sum(report.retagged for report in again) == 0
    assert len(world.adapters.sealer.opened) == 2


def test_where_one_key_lives_nothing_is_opened_or_written(world: World) -> None:
    customers(world)
    rows = dict(world.store.rows)
    assert sum(report.seen for report in retag(world)) == 2
    assert world.store.rows == rows
    assert world.adapters.sealer.opened == []


def test_a_restricted_number_moves_and_nothing_else_becomes_of_it(world: World) -> None:
    closed, _ = customers(world)
    before = world.close(closed)
    step(world, USED)
    retag(world)
    after = world.row(Customer, closed.id)
    assert after.known_tags == world.tags()
    assert replace(after, tag=before.tag, other_tags=(), version=before.version) == before
    assert openings_logged(world)
    assert world.holder() is None
    world.customer()
    assert consistent(world)


def test_a_number_that_a_closed_customer_had_moves_with_whoever_has_it_now(world: World) -> None:
    for _ in range(8):
        world.close(world.customer())
        world.later(hours=1)
    now = world.customer()
    reply(world)
    step(world, USED)
    retag(world)
    found = active_holder(world.store, world.tags())
    assert found is not None
    assert (found.id, found.known_tags) == (now.id, world.tags())
    assert consistent(world)
    assert [row.tag for row in world.rows(Suppression)] == [world.tag()]


def test_a_stop_from_a_number_that_waits_is_not_left_behind() -> None:
    world = Staged()
    moving(world)
    step(world, USED)
    world.staged.store.before(TagHolder, lambda: reply(world, number=OTHER_NUMBER))
    reports = retag(world)
    assert not any(report.failures for report in reports)
    [row] = world.rows(Suppression)
    assert row.tag == world.tag(OTHER_NUMBER)
    # However often the commit is lost, each number is opened once.
    assert len(world.adapters.sealer.opened) == 2


def test_a_row_of_nobody_s_who_has_a_number_is_counted_for_itself(world: World) -> None:
    world.store.commit(Insert(TagHolder(world.tag(), "nobody")))
    step(world, USED)
    assert former(retag(world))["holders"] == 1


def test_a_number_that_is_being_erased_is_not_opened_and_is_counted(world: World) -> None:
    closed, _ = customers(world)
    restricted = world.close(closed)
    world.store.commit(Replace(restricted, replace(restricted, shredded_at=NOON)))
    step(world, USED)
    assert former(retag(world))["customers"] == 1
    assert closed.id not in world.adapters.sealer.opened


@pytest.mark.parametrize("effective", [False, True])
def test_both_numbers_of_a_change_that_is_not_over_get_new_tags(world: World, effective: bool) -> None:
    customer = moving(world, effective=effective)
    step(world, USED)
    retag(world)
    now = world.row(Customer, customer.id)
    assert now.change is not None
    numbers = (now.held, now.change.other) if not effective else (now.change.other, now.held)
    assert [number and number.tags for number in numbers] == [world.tags(), world.tags(OTHER_NUMBER)]
    assert consistent(world)


def test_what_a_number_wants_of_advertising_moves_with_it_and_what_nobody_holds_stays(world: World) -> None:
    world.customer()
    reply(world)
    reply(world, number=OTHER_NUMBER)
    step(world, USED)
    retag(world)
    reports = retag(world)
    assert {row.tag for row in world.rows(Suppression)} == {world.tags()[0], world.tags(OTHER_NUMBER)[1]}
    assert former(reports)["suppressions"] == 1
    assert all(row.stands for row in world.rows(Suppression))


def test_a_verification_keeps_the_former_key_alive_as_long_as_it_lives(world: World) -> None:
    world.start()
    step(world, USED)
    world.start(OTHER_NUMBER)
    assert former(retag(world))["verifications"] == 1
    world.later(days=3)
    assert former(retag(world))["verifications"] == 0


def test_when_nothing_is_left_under_the_former_key_it_can_go(world: World) -> None:
    made = customers(world)
    step(world, USED)
    retag(world)
    world.later(days=3)
    assert not any(former(retag(world)).values())
    step(world, AFTER)
    for customer, number in zip(made, (NUMBER, OTHER_NUMBER), strict=True):
        found = active_holder(world.store, world.tags(number))
        assert found is not None
        assert found.id == customer.id
        with pytest.raises(NumberInUse):
            world.bind(world.proved(number))


def test_a_run_that_has_no_time_says_that_it_is_not_complete(world: World) -> None:
    customers(world)
    step(world, USED)
    reports = [world.ringfence.retag_numbers(share, lambda: False) for share in range(24)]
    assert not any(report.complete and report.seen for report in reports)
    assert world.adapters.sealer.opened == []


@pytest.mark.parametrize("applies", [False, True])
@pytest.mark.parametrize("commit", range(3))
def test_killed_at_any_commit_it_goes_on(commit: int, applies: bool) -> None:
    world = Staged()
    customer = world.customer()
    reply(world)
    step(world, USED)
    world.fail(commit, applies)
    reports = retag(world)
    assert sum(len(report.failures) for report in reports) == 1
    assert consistent(world)
    found = active_holder(world.store, world.tags())
    assert found is not None
    assert found.suppressed_at is not None
    assert all(not report.failures for report in retag(world))
    assert world.row(Customer, customer.id).known_tags == world.tags()
    assert consistent(world)
    assert [row.tag for row in world.rows(Suppression)] == [world.tags()[0]]
    # Whatever was opened stands in the log.
    assert len(world.adapters.sealer.opened) <= len(world.rows(AccessLogEntry)) <= 2


def test_a_closing_in_between_wins(world: World) -> None:
    world = Staged()
    customer = world.customer()
    step(world, USED)
    world.staged.store.before(Customer, lambda: world.close(customer))
    retag(world)
    assert (world.row(Customer, customer.id).status, world.rows(TagHolder)) == ("restricted", [])
    assert world.row(Customer, customer.id).known_tags == world.tags()
    assert len(world.adapters.sealer.opened) == 1


def test_a_number_that_is_retagged_between_two_looks_is_found() -> None:
    world = Staged()
    customer = world.customer()
    step(world, USED)
    new, old = world.tags()
    # Under the new key there is nothing yet, and under the old one not any more.
    seen: list[str] = []

    class Between(type(world.staged.store)):  # type: ignore[misc]
        def get(self, kind, *key, **rest):  # type: ignore[no-untyped-def]
            if kind is TagHolder:
                seen.append(key[0])
                if seen == [new, old]:
                    retag(world)
            return super().get(kind, *key, **rest)

    world.staged.store.__class__ = Between
    found = active_holder(world.store, (new, old))
    assert found is not None
    assert found.id == customer.id
    assert seen[:2] == [new, old]


@pytest.mark.parametrize("rounds", range(3))
def test_under_traffic_nobody_is_lost_or_bound_twice(world: World, rounds: int) -> None:
    numbers = [f"+86138001380{nth:02}" for nth in range(10)]
    made = {number: world.customer(number) for number in numbers}
    world.later(hours=1)
    strangers = [world.proved(number) for number in numbers]
    step(world, USED)
    done = threading.Event()
    lost: list[str] = []

    def look(nth: int) -> bool:
        while not done.is_set():
            for number in numbers[nth::3]:
                found = active_holder(world.store, world.tags(number))
                if found is None or found.id != made[number].id:
                    lost.append(number)
        return True

    def work(nth: int) -> object:
        if nth == 0:
            try:
                return retag(world)
            finally:
                done.set()
        if nth < 4:
            return look(nth - 1)
        return world.bind(strangers[nth - 4])

    outcomes = at_once(work, times=14)
    assert lost == []
    assert len(only(outcomes, NumberInUse)) == 10
    assert consistent(world)
    assert {version_of(row.tag) for row in world.rows(TagHolder)} == {NEW}
    assert openings_logged(world)
