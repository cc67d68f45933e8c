"""Reads what must exist, and changes it by a rule, whoever else is changing it."""

from collections.abc import Callable, Iterable
from typing import Protocol

from chalicelib.domain.errors import NotFound
from chalicelib.domain.writes import Conflict, R, Replace, Write
from chalicelib.ports import Store


class Commits(Protocol):
    """A store, as far as it is asked for commits; or what adds writes of its own to them."""

    def commit(self, *writes: Write) -> None:
        """All the writes have happened, or none."""
        ...


def existing(store: Store, kind: type[R], *key: str) -> R:
    """The record under this key.

    Raises:
        NotFound: there is none.
    """
    record = store.get(kind, *key)
    if record is None:
        raise NotFound
    return record


def changed(
    store: Commits, record: R, rule: Callable[[R], R], also: Callable[[R], Iterable[Write]] = lambda _: ()
) -> R:
    """The record as the rule makes it of what stands there at the commit.

    Every round that is lost was won by somebody else, and the rule ends the race: it refuses, or it is committed.

    Args:
        rule: pure; it is asked again after each lost round. What it leaves as it is costs no write.
        also: what belongs into the same commit, given the changed record.

    Raises:
        NotFound: the record is gone.
        Conflict: none but the other writes was refused.
        Refused: what the rule raises.
    """
    kind = type(record)
    while True:
        after = rule(record)
        write = Replace(record, after)
        others = tuple(also(write.after))
        try:
            if after is not record:
                store.commit(write, *others)
                return write.after
            if others:
                store.commit(*others)
            return record
        except Conflict as conflict:
            if not conflict.hit(kind):
                raise
            current = conflict.current(kind)
            if current is None:
                raise NotFound from None
            record = current
