"""Many threads at one record."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import TagHolder
from chalicelib.domain.errors import Contended
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Conflict, Insert, Remove, Replace, Write
from tests.contracts.records import a_claim, a_holder, a_verification, fresh
from tests.worlds import World

THREADS = 25


def at_once(world: World, *commits: tuple[Write, ...]) -> tuple[list[int], list[Conflict]]:
    """Every commit is tried by a thread of its own at the same moment; who won, and the conflicts of the others."""
    barrier = threading.Barrier(len(commits))

    def attempt(number: int) -> Conflict | None:
        barrier.wait()
        try:
            world.store.commit(*commits[number])
        except Conflict as conflict:
            return conflict
        return None

    with ThreadPoolExecutor(len(commits)) as pool:
        results = list(pool.map(attempt, range(len(commits))))
    return [number for number, result in enumerate(results) if result is None], [each for each in results if each]


def test_one_of_many_replaces_each_version(world: World) -> None:
    first = Insert(a_holder())
    world.store.commit(first)
    before = first.record
    for _ in range(6):
        writes = [Replace(before, replace(before, customer_id=str(number))) for number in range(THREADS)]
        winners, conflicts = at_once(world, *((write,) for write in writes))
        assert len(winners) == 1
        after = writes[winners[0]].after
        assert world.store.get(TagHolder, before.tag) == after
        # Each loser is told who won, so that it can go on without another read.
        assert [conflict.current(TagHolder) for conflict in conflicts] == [after] * (THREADS - 1)
        before = after


def test_one_of_many_inserts(world: World) -> None:
    key = fresh("claim")
    writes = [Insert(a_claim(key=key, resource=str(number))) for number in range(THREADS)]
    winners, conflicts = at_once(world, *((write,) for write in writes))
    assert len(winners) == 1
    winner = writes[winners[0]].record
    assert world.store.get(Claim, key) == winner
    assert [conflict.current(Claim) for conflict in conflicts] == [winner] * (THREADS - 1)


def test_one_of_many_transactions_holds_a_tag(world: World) -> None:
    # As fifty customers bind one number: each with a proof of its own, all with the same tag.
    tag = fresh("tag")
    proofs = [Insert(a_verification()) for _ in range(THREADS)]
    for proof in proofs:
        world.store.commit(proof)
    spends = [
        (Replace(proof.record, replace(proof.record, status="spent")), Insert(a_holder(str(number), tag)))
        for number, proof in enumerate(proofs)
    ]
    winners, conflicts = at_once(world, *spends)
    assert len(winners) == 1
    assert all(conflict.hit(TagHolder) and not conflict.hit(Verification) for conflict in conflicts)
    spent = [world.store.get(Verification, proof.record.id) for proof in proofs]
    assert Counter(each.status for each in spent if each) == {"spent": 1, "pending": THREADS - 1}


def test_one_of_a_remove_and_a_replace_happens(world: World) -> None:
    for _ in range(8):
        first = Insert(a_holder())
        world.store.commit(first)
        winners, _ = at_once(world, (Remove(first.record),), (Replace(first.record, first.record),))
        assert len(winners) == 1
        assert (world.store.get(TagHolder, first.record.tag) is None) == (winners == [0])


def test_sums_over_two_records_are_never_torn(world: World) -> None:
    # Each thread adds one to both records in one commit, as often as it takes.
    pair = [Insert(a_holder("0")), Insert(a_holder("0"))]
    for each in pair:
        world.store.commit(each)

    def add_one(_: int) -> None:
        while True:
            now = [world.store.get(TagHolder, each.record.tag) for each in pair]
            assert now[0] is not None
            assert now[1] is not None
            writes = [Replace(it, replace(it, customer_id=str(int(it.customer_id) + 1))) for it in now if it]
            try:
                world.store.commit(*writes)
                return
            except Contended:
                continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))
    sums = [world.store.get(TagHolder, each.record.tag) for each in pair]
    assert [each.customer_id for each in sums if each] == ["40", "40"]
