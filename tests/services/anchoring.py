"""What tests of the anchors ask again and again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.anchor import (
    Anchor,
    next_anchor,
    read_leaves,
    read_statement,
)
from chalicelib.domain.jws import payload_of
from chalicelib.domain.ledger import GENESIS
from chalicelib.services.anchor_ledger import AnchorRun
from tests.fakes import NOON
from tests.services.world import World

HOUR = timedelta(hours=1)


def always() -> bool:
    return True


def times(count: int) -> Callable[[], bool]:
    left = iter([True] * count)
    return lambda: next(left, False)


def run(world: World, time_left: Callable[[], bool] = always) -> AnchorRun:
    return world.ringfence.anchor_ledger(time_left)


def kept(world: World) -> list[Anchor]:
    return world.store.history(Anchor, "anchor")


def leaves(world: World, anchor: Anchor) -> dict[str, int]:
    heads = read_leaves(world.adapters.archive.objects[anchor.leaves_name])
    assert next_anchor(None, NOON, heads).root == anchor.root
    assert len(heads) == anchor.heads
    return {head.blinded: head.sequence for head in heads}


def require_whole(world: World) -> None:
    """The table's chain and the bucket's are one and hold, and each anchor has its leaves."""
    previous = GENESIS
    for sequence, anchor in enumerate(kept(world), start=1):
        assert (anchor.sequence, anchor.previous) == (sequence, previous)
        statement = payload_of(world.adapters.archive.objects[anchor.name].decode())
        assert read_statement(statement) == replace(anchor, signed="", version="")
        leaves(world, anchor)
        previous = anchor.digest()
    published = {name for name in world.adapters.archive.objects if name.endswith(".jws")}
    assert published == {anchor.name for anchor in kept(world)}
