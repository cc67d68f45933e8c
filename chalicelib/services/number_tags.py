"""Knows a number by its tag under every live key of the index."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from chalicelib.domain.customer import TagHolder
from chalicelib.domain.number_tag import under
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.suppression import Suppression, place_of
from chalicelib.domain.writes import Absent, Expect, R
from chalicelib.ports import NumberIndex, Store
from chalicelib.services.concurrently import together_by_name


def tag_calls(index: NumberIndex, number: PhoneNumber) -> Mapping[str, Callable[[], str]]:
    """The calls that make the number's tags, by version, that in use first: for whoever makes other calls with them."""
    return {version: partial(index.tag, number, version) for version in index.versions}


def tags_of(index: NumberIndex, number: PhoneNumber, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The number's tags under every live key, that in use first.

    Args:
        known: tags of the same number, which cost nothing; they may be from before a rotation began.
    """
    return under(index.versions, known) or tuple(together_by_name(tag_calls(index, number)).values())


def holder_of(store: Store, tags: Sequence[str]) -> TagHolder | None:
    """Who holds the number that has these tags; None if nobody does."""
    return next(iter(_found(store, TagHolder, [(tag,) for tag in tags])), None)


def suppressions_of(store: Store, tags: Sequence[str]) -> tuple[Suppression, ...]:
    """The rows of the number that has these tags: one at most, but for noes that came under two keys at once."""
    return _found(store, Suppression, [place_of(tag) for tag in tags])


def unheld(tags: Sequence[str]) -> list[Absent]:
    """Conditions that nobody holds the number."""
    return [Absent(TagHolder, (tag,)) for tag in tags]


def unchanged(rows: Sequence[Suppression], tags: Sequence[str]) -> list[Expect | Absent]:
    """Conditions that the number's rows are these, and no others under any tag."""
    found = {row.tag: row for row in rows}
    return [Expect(found[tag]) if tag in found else Absent(Suppression, place_of(tag)) for tag in tags]


def _found(store: Store, kind: type[R], keys: Sequence[tuple[str, ...]]) -> tuple[R, ...]:
    # A row that is re-tagged while we look may leave the one place after the other was seen empty, and does so once.
    for _ in range(1 if len(keys) == 1 else 2):
        records = (store.get(kind, *key) for key in keys)
        if found := tuple(record for record in records if record is not None):
            return found
    return ()
