"""Erased means erased: what a number was sealed with is gone, so no copy of it opens, and nothing points to it."""

from datetime import timedelta

import pytest

from tests.fakes import NOON
from tests.prove.api import Api
from tests.prove.attack import attack, fields_with, pointers_to
from tests.prove.erasure import Backups, close, let_ttl_run, live, live_tables, merged, purge, recovery_days

DAY = timedelta(days=1)
# Where a number is pointed to while it is there: the search must find all of these.
POINTING = {
    "customers.pk",
    "customers.tag",
    "customers.masked",
    "verifications.tag",
    "verifications.masked",
    "throttles.pk",
    "claims.owner",
    "claims.body_mac",
}
# What copies of the customers table go on saying until they end: see the test.
IN_COPIES = {"customers.pk", "customers.tag", "customers.masked"}


def test_the_keys_have_the_shortest_memory() -> None:
    # What a certificate calls `unrecoverable_at` is the erasure and this one day.
    days = recovery_days()
    assert days["keys"] == 1
    assert days["verifications"] == days["throttles"] == days["claims"] == days["contacts"] == 0


@pytest.mark.parametrize("days_before_closing", [0, 75])
def test_what_was_erased_does_not_come_back(direct: Api, days_before_closing: int) -> None:
    world, clock = direct.world, direct.world.clock
    backups = Backups(world)
    life = live(direct)
    backups.note()

    # While the customer is there, the attack works: from the tables alone and from the copies alone.
    assert attack(live_tables(world)).tells(life.number)
    assert attack(backups.within_reach()).tells(life.number)
    pointers = pointers_to(world, life.number, life.said, [NOON])
    assert set(fields_with(live_tables(world), pointers)) >= POINTING

    clock.at = NOON + days_before_closing * DAY
    close(direct, life)
    backups.note()
    assert attack(live_tables(world)).tells(life.number), "restricted is stored, not erased"

    clock.at += 31 * DAY
    backups.note()
    purge(world)
    backups.note()
    assert not attack(live_tables(world)).tells(life.number)
    # Until the keys' own recovery ends, yesterday can be brought back: that is why a certificate names a later instant.
    assert attack(merged(live_tables(world), backups.within_reach())).tells(life.number)

    clock.at += DAY
    copies = backups.within_reach()
    assert copies["customers"], "the sealed number itself can still be brought back"
    loot = attack(merged(live_tables(world), copies))
    assert loot.plaintexts, "the ledger still opens, so the attack still works"
    assert not loot.tells(life.number)

    if days_before_closing:
        let_ttl_run(world)
    pointers |= pointers_to(world, life.number, life.said, [clock.at - 32 * DAY, clock.at])
    assert fields_with(live_tables(world), pointers) == []


def test_copies_point_to_a_number_until_they_end(direct: Api) -> None:
    # No copy opens, but the tag in one can still be compared with a guess by whoever may use the tag key.
    world, clock = direct.world, direct.world.clock
    backups = Backups(world)
    life = live(direct)
    pointers = pointers_to(world, life.number, life.said, [NOON])
    backups.note()
    close(direct, life)
    clock.at += 31 * DAY
    backups.note()
    purge(world)
    backups.note()
    clock.at += 34 * DAY
    assert set(fields_with(backups.within_reach(), pointers)) == IN_COPIES
    clock.at += 2 * DAY
    assert fields_with(backups.within_reach(), pointers) == []


def test_another_customer_of_the_same_number_keeps_what_is_theirs(direct: Api) -> None:
    world, clock = direct.world, direct.world.clock
    first = live(direct)
    close(direct, first)
    clock.at += DAY
    second = live(direct, first.number)
    clock.at += 30 * DAY
    purge(world)
    clock.at += DAY
    assert attack(live_tables(world)).tells(first.number), "the new holder's copy is theirs"
    rows = live_tables(world)
    mine = [row for row in rows["keys"] if row["pk"]["S"] == first.customer]
    assert [row["sk"]["S"] for row in mine] == ["ledger"]
    close(direct, second)
    clock.at += 31 * DAY
    purge(world)
    assert not attack(live_tables(world)).tells(first.number)
