"""What is due is erased, whatever fails beside it, and what belongs to somebody else is not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.due import bucket
from chalicelib.domain.errors import CustomerPurged, NotFound, Throttled, Unavailable
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.purge_shard import Shard
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, World, at_once, only


def times(count: int) -> Callable[[], bool]:
    """Time for this many items."""
    left = iter([True] * count)
    return lambda: next(left, False)


def purging_at_once(world: World) -> None:
    """The policy keeps nothing of a closed customer, so that all its traces are still fresh."""
    rules = world.policy.rules
    retention = replace(rules.retention, lapsed_basis_days=0)
    world.adapters.policy = replace(world.policy, rules=replace(rules, retention=retention))


def test_nothing_is_taken_before_its_time(world: World) -> None:
    world.start()
    world.customer(OTHER_NUMBER)
    world.later(hours=24, microseconds=-1)
    before = dict(world.store.rows)
    run = world.purge()
    assert (run.erased, run.failures, run.complete, run.oldest_lateness_seconds) == ({}, {}, True, 0)
    also = {PurgeRun, LedgerEvent, Shard}
    assert {place for place in world.store.rows if place[0] not in also} == set(before)


def test_the_report_counts_by_reason_and_is_kept(world: World) -> None:
    world.start()
    world.start()
    closed = world.customer(OTHER_NUMBER)
    world.close(closed)
    world.later(hours=25)
    run = world.purge()
    assert run.erased == {"unverified_number": 2, "finished_verification": 1}
    assert run.oldest_lateness_seconds == 3600
    world.later(days=30)
    second = world.purge()
    assert second.erased == {"account_closed": 1}
    world.later(days=1095)
    third = world.purge()
    assert third.erased == {"ledger_retention_ended": 1}
    world.later(seconds=1)
    assert world.purge().erased == {}
    kept = world.store.history(PurgeRun, "run", newest_first=True)
    assert [row.id for row in kept][1:] == [third.id, second.id, run.id]
    assert run.id.startswith("run_20261122T130000Z_")


def test_an_unverified_number_is_erased_after_a_day(world: World) -> None:
    verification = world.start()
    world.later(hours=24)
    world.purge()
    assert not world.rows(Verification)
    with pytest.raises(NotFound):
        world.resend(verification)


def test_a_run_that_has_no_time_is_continued_by_the_next(world: World) -> None:
    for number in range(7):
        world.start(f"+1201555{number:04d}")
    world.later(days=1)
    first = world.purge(times(70))
    assert not first.complete
    assert len(world.rows(Verification)) < 7
    second = world.purge()
    assert second.complete
    # What was put back was reported before the new run looked for more.
    assert world.row(PurgeRun, "run", first.id).complete
    erased = [world.row(PurgeRun, "run", run.id).erased.get("unverified_number", 0) for run in (first, second)]
    assert sum(erased) == 7
    assert not world.rows(Verification)


def test_a_run_whose_time_is_up_looks_for_nothing_more() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    for number in range(20):
        world.start(f"+1201555{number:04d}")
    world.later(days=1)
    looked: list[int] = []

    def time_left() -> bool:
        looked.append(adapters.store.looked)
        return False

    assert not world.purge(time_left).complete
    assert adapters.store.looked == 0
    assert len(adapters.purges.waiting) == len(looked) == 64


def test_nothing_but_the_consents_is_left_of_a_closed_customer(world: World) -> None:
    purging_at_once(world)
    verification = world.start(key=KEY)
    world.check(verification, world.sender.last_code, key=KEY)
    customer = world.bind(verification, key=KEY)
    world.say(customer, key=KEY)
    world.close(customer)
    assert {type(row) for row in world.store.rows.values()} >= {Verification, Claim, ThrottleLog}
    tag = world.tag()
    assert world.purge().erased == {"account_closed": 1}
    assert not world.rows(Verification)
    assert not world.rows(Claim)
    assert not world.rows(TagHolder)
    assert not [log for log in world.rows(ThrottleLog) if log.key.startswith("number#")]
    assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]
    head = world.row(Customer, customer.id)
    assert (head.status, head.tag, head.masked, head.number) == ("purged", None, None, None)
    kept = repr(world.store.rows)
    assert tag not in kept
    assert NUMBER[-9:] not in kept
    assert str(customer.masked) not in kept


def test_the_consents_outlive_the_number_and_then_become_unreadable(world: World) -> None:
    customer = world.customer()
    said = [world.say(customer), world.say(customer, "withdrawn")]
    world.close(customer)
    world.later(days=30)
    world.purge()
    assert world.ringfence.history(customer.id) == said
    assert world.damage(customer) is None
    world.later(days=1095, microseconds=-1)
    world.purge()
    assert world.ringfence.history(customer.id) == said
    world.later(microseconds=1)
    world.purge()
    assert not world.rows(WrappedKey)
    assert world.ringfence.history(customer.id) == []
    assert len(world.store.history(LedgerEvent, customer.id)) == 2
    assert world.damage(customer) is None
    with pytest.raises((CustomerPurged, NotFound)):
        world.say(customer)


def test_the_next_holder_of_a_number_keeps_everything(world: World) -> None:
    purging_at_once(world)
    old = world.customer()
    world.close(old)
    world.later(seconds=1)
    verification = world.start(key=KEY)
    code = world.sender.last_code
    world.check(verification, code, key=KEY)
    new = world.bind(verification, key=KEY)
    kinds = (Claim, ThrottleLog, TagHolder)
    theirs = {place: row for place, row in world.store.rows.items() if place[0] in kinds}
    assert world.purge().erased == {"account_closed": 1}
    assert {place: row for place, row in world.store.rows.items() if place[0] in kinds} == theirs
    assert [row.customer_id for row in world.rows(Verification)] == [new.id]
    assert world.row(Customer, new.id) == new
    assert {key.customer_id for key in world.rows(WrappedKey) if key.key_id != LEDGER_KEY} == {new.id}
    assert world.start(key=KEY).id == verification.id
    assert world.check(verification, code, key=KEY).verified_at
    assert world.bind(verification, key=KEY) == new


def test_whoever_is_proving_the_number_meanwhile_can_go_on(world: World) -> None:
    purging_at_once(world)
    world.close(world.customer())
    world.later(seconds=1)
    verification = world.start(key=KEY)
    world.purge()
    assert world.start(key=KEY).id == verification.id
    proof = world.check(verification, world.sender.last_code)
    assert world.bind(proof).tag == world.tag()


def test_a_purge_gives_nobody_fresh_sends_to_the_number(world: World) -> None:
    purging_at_once(world)
    world.close(world.customer())
    world.later(seconds=1)
    for _ in range(4):
        world.start()
    world.purge()
    with pytest.raises(Throttled):
        world.start()


def test_who_binds_the_number_while_it_is_purged_keeps_it() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    purging_at_once(world)
    old = world.customer()
    world.close(old)
    world.later(seconds=1)
    proof = world.proved()
    bound: list[Customer] = []
    adapters.store.before(Verification, lambda: bound.append(world.bind(proof, key=KEY)))
    world.purge()
    world.purge()
    assert world.row(Customer, old.id).status == "purged"
    assert world.holder() == bound[0].id
    assert world.row(Verification, proof.id).customer_id == bound[0].id
    assert world.bind(proof, key=KEY) == bound[0]


def test_what_fails_once_is_tried_again_at_once() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    for number in range(5):
        world.start(f"+1201555{number:04d}")
    world.later(days=1)

    def fail() -> None:
        raise Unavailable("staged")

    adapters.store.before(Verification, fail)
    run = world.purge()
    assert (run.erased, run.failures, run.complete) == ({"unverified_number": 5}, {}, True)


def test_an_index_that_is_behind_takes_nothing_that_is_not_due() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification, customer = world.start(), world.customer(OTHER_NUMBER)
    adapters.store.stale = [verification.id, customer.id, "vrf_erased_long_ago"]
    run = world.purge()
    assert (run.erased, run.failures) == ({}, {})
    assert world.row(Verification, verification.id) == verification
    assert world.row(Customer, customer.id) == customer


def test_a_bucket_that_cannot_be_read_stops_nothing_else() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verifications = [world.start(f"+1201555{number:04d}") for number in range(12)]
    world.later(days=1)
    unreadable = bucket(verifications[0].id)
    adapters.store.unreadable = {unreadable}
    run = world.purge()
    assert {bucket(row.id) for row in world.rows(Verification)} == {unreadable}
    assert run.failures
    assert [row.id for row in world.store.history(PurgeRun, "run")] == [run.id]


def test_what_changes_meanwhile_is_looked_at_again() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    world.say(customer)
    world.close(customer)
    world.later(days=30)
    adapters.store.before(Customer, lambda: world.say(customer, "withdrawn"))
    run = world.purge()
    assert (run.erased["account_closed"], run.failures) == (1, {})
    assert [event.event_type for event in world.ringfence.history(customer.id)] == ["given", "withdrawn"]


def test_a_verification_that_is_used_at_the_last_moment_is_not_taken() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    proof = world.proved()
    adapters.store.rows[Verification, (proof.id,)] = replace(proof, due_at=world.adapters.clock.at)
    adapters.store.before(Verification, lambda: world.bind(proof))
    run = world.purge()
    assert (run.erased, run.failures) == ({}, {})
    assert world.row(Verification, proof.id).status == "spent"


def test_runs_at_once_erase_everything(world: World) -> None:
    for number in range(20):
        world.start(f"+1201555{number:04d}")
    world.later(days=1)
    assert len(only(at_once(lambda _: world.purge(), 5), PurgeRun)) == 5
    # What one put back, since another was at it, comes again.
    world.purge()
    runs = world.rows(PurgeRun)
    assert [run.complete for run in runs] == [True] * 6
    assert sum(run.erased.get("unverified_number", 0) for run in runs) == 20
    assert not world.rows(Verification)
