"""Puts another key of the index in the place of the one in use, step by step, as docs/rotation.md has it."""

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.settlement import Settlement
from chalicelib.services.judging import SHARES
from chalicelib.services.retag_numbers import RetagReport
from tests.services.world import World

OLD, NEW = "1", "2"
BEFORE, KNOWN, USED, AFTER = (OLD,), (OLD, NEW), (NEW, OLD), (NEW,)


def step(world: World, versions: tuple[str, ...]) -> None:
    """Every function is told these keys."""
    world.adapters.keys.versions = versions


def retag(world: World) -> list[RetagReport]:
    """Every share was asked for once."""
    return [world.ringfence.retag_numbers(share, lambda: True) for share in range(SHARES)]


def former(reports: list[RetagReport]) -> dict[str, int]:
    """How many rows of each kind stand under the old key."""
    kinds = reports[0].former
    return {kind: sum(report.former[kind].get(OLD, 0) for report in reports) for kind in kinds}


def openings_logged(world: World) -> bool:
    """Every number that was opened stands in the access log, and KMS's answer with it."""
    entries, settled = world.rows(AccessLogEntry), world.rows(Settlement)
    opened = world.adapters.sealer.opened
    return len(opened) == len(entries) == len(settled) == len({it.entry_id for it in settled})


def consistent(world: World) -> bool:
    """Nobody holds a number that is not their own, and each of an open customer's numbers is held once."""
    rows = {row.tag: row.customer_id for row in world.rows(TagHolder)}
    heads = {head.id: head for head in world.rows(Customer)}
    return rows == {tag: head.id for head in heads.values() for tag in head.tags}
