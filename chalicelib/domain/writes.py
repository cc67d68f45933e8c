"""What a commit consists of: guarded writes of records."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from chalicelib.domain.errors import Contended


class Record(Protocol):
    """A frozen dataclass that the store keeps.

    Its version is a nonce that every write renews: never twice the same, so that an old copy is always known as old,
    and a write that is repeated because its answer was lost recognises its own work.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def version(self) -> str: ...


R = TypeVar("R", bound=Record)


def _renewed(record: R) -> R:
    return replace(record, version=secrets.token_hex(8))


@dataclass(frozen=True)
class Insert(Generic[R]):
    """The record comes into being; refused if it exists and has not lapsed."""

    record: R

    def __post_init__(self) -> None:
        if not self.record.version:
            object.__setattr__(self, "record", _renewed(self.record))


@dataclass(frozen=True)
class Replace(Generic[R]):
    """`after` stands where `before` stood; refused if `before` no longer stands there."""

    before: R
    after: R

    def __post_init__(self) -> None:
        object.__setattr__(self, "after", _renewed(self.after))


@dataclass(frozen=True)
class Remove:
    """The record is gone; refused if another version stands there. What is gone already stays gone."""

    record: Record


@dataclass(frozen=True)
class Expect:
    """The record is still what was read; refused otherwise."""

    record: Record


@dataclass(frozen=True)
class Absent:
    """Nothing stands under this key; refused otherwise."""

    kind: type[Record]
    key: tuple[str, ...]


Write = Insert[Any] | Replace[Any] | Remove | Expect | Absent


def kind_of(write: Write) -> type[Record]:
    """The kind of record that the write is about."""
    if isinstance(write, Absent):
        return write.kind
    return type(write.after if isinstance(write, Replace) else write.record)


class Conflict(Contended):
    """A commit was refused and wrote nothing. Says what stands where its refused writes should have gone."""

    def __init__(self, refused: Sequence[tuple[type[Record], Record | None]]) -> None:
        super().__init__()
        self.refused = refused

    def only(self, kind: type[Record]) -> bool:
        """True if nothing but writes of this kind of record was refused."""
        return all(refused is kind for refused, _ in self.refused)

    def hit(self, kind: type[R]) -> bool:
        """True if a write of this kind of record was refused."""
        return any(refused is kind for refused, _ in self.refused)

    def current(self, kind: type[R]) -> R | None:
        """What stands there now, or None if nothing does."""
        return next((record for refused, record in self.refused if refused is kind), None)  # type: ignore[return-value]
