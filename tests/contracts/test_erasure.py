"""What was erased does not open again; `make prove` asks with copies, other holders and old customers too."""

from datetime import timedelta

from tests.prove.api import Api
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
