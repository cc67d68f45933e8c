"""What was erased does not open again; `make prove` asks with copies, other holders and old customers too."""

from datetime import datetime, timedelta

from tests.prove.api import OFFICER, Api
from tests.prove.attack import attack, fields_with, pointers_to
from tests.prove.erasure import Backups, close, live, live_tables, merged, purge


def test_an_erased_number_does_not_open(direct: Api) -> None:
    world, backups = direct.world, Backups(direct.world)
    life = live(direct)
    backups.note()
    pointers = pointers_to(world, life.number, life.said, [world.clock.now()])
    assert attack(live_tables(world)).tells(life.number)
    assert fields_with(live_tables(world), pointers)
    close(direct, life)
    world.clock.at += timedelta(days=31)
    purge(world)
    backups.note()
    world.clock.at += timedelta(days=1)
    assert not attack(merged(live_tables(world), backups.within_reach())).tells(life.number)
    assert fields_with(live_tables(world), pointers) == []


def test_the_certificate_says_from_when_on_no_backup_opens_the_number(direct: Api) -> None:
    world, backups = direct.world, Backups(direct.world)
    life = live(direct)
    backups.note()
    reply = direct.call(OFFICER, "DELETE", f"/v1/customers/{life.customer}")
    assert reply.status == 200
    backups.note()
    until = datetime.fromisoformat(reply.body["unrecoverable_at"])
    assert not attack(live_tables(world)).tells(life.number)
    world.clock.at = until - timedelta(seconds=1)
    assert attack(merged(live_tables(world), backups.within_reach())).tells(life.number)
    world.clock.at = until
    assert not attack(merged(live_tables(world), backups.within_reach())).tells(life.number)
