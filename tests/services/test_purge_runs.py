"""What a run of the purge says: signed, in a chain that the anchors cover, and honest about what never reported."""

import json
from dataclasses import replace

import jwt

from chalicelib.domain.jws import payload_of
from chalicelib.domain.ledger import GENESIS, LedgerEvent, first_break
from chalicelib.domain.purge_run import CHAIN, HEADER_TYPE, PurgeRun, link_of
from tests.services.world import World


def test_a_complete_run_is_signed_and_bound_to_the_one_before(world: World) -> None:
    world.start()
    world.later(days=1)
    runs = [world.purge()]
    world.later(hours=1)
    runs.append(world.purge())
    (key,) = world.adapters.signer.public_keys()
    links = world.store.history(LedgerEvent, CHAIN)
    assert first_break(CHAIN, links, 2, links[-1].hash) is None
    for run, link, previous in zip(runs, links, (GENESIS, links[0].hash), strict=True):
        assert run.signed is not None
        assert jwt.get_unverified_header(run.signed)["typ"] == HEADER_TYPE
        said = jwt.decode(run.signed, jwt.PyJWK(dict(key)), algorithms=["ES256"])
        assert (said["run_id"], said["previous"], said["erased"]) == (run.id, previous, dict(run.erased))
        assert payload_of(run.signed) == run.statement()
        assert replace(link_of(run.statement()), version=link.version) == link
        assert said["capacity_half_units"] > 0


def test_a_run_that_says_something_else_breaks_the_chain(world: World) -> None:
    run = world.purge()
    said = json.loads(run.statement())
    (link,) = world.store.history(LedgerEvent, CHAIN)
    others = {"erased": {"account_closed": 1}, "previous": "1" * 64, "finished_at": "2026-11-21T12:00:01+00:00"}
    for name, other in others.items():
        changed = json.dumps({**said, name: other}, sort_keys=True, separators=(",", ":")).encode()
        assert link_of(changed).hash != link.hash


def test_a_run_is_anchored_and_announced_to_nobody(world: World) -> None:
    world.purge()
    (link,) = world.store.history(LedgerEvent, CHAIN)
    world.later(hours=1)
    assert world.ringfence.anchor_ledger(lambda: True).heads == 1
    assert any(link.hash in content.decode() for content in world.adapters.archive.objects.values())
    assert [it.name for it in world.ringfence.announce_events([(CHAIN, 1)])] == ["none"]


def test_a_run_whose_shards_never_reported_is_seen_as_such(world: World) -> None:
    run = world.ringfence.plan_purge()
    world.adapters.purges.waiting.clear()
    world.later(hours=1)
    assert world.purge().complete
    left = world.row(PurgeRun, "run", run.id)
    assert (left.complete, left.signed, len(left.shards_left)) == (False, None, 64)
