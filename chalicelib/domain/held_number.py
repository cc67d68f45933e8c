"""A number as a customer holds it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class SealedNumber:
    """A number under AES-256-GCM. `key_id` names its wrapped data key, which stands in a table of its own."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class HeldNumber:
    """A number as a customer holds it: its tag, what may be seen of it, and the sealed number itself.

    Attributes:
        other_tags: under the other keys of the index that lived when the tag was made.
    """

    tag: str
    masked: str
    region: str
    number: SealedNumber
    verified_at: datetime | None
    test_number: str | None = None
    time_zones: tuple[str, ...] = ()
    other_tags: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """All that are known of the number, that of its holder's row first."""
        return (self.tag, *self.other_tags)

    def has_tag(self, tags: Iterable[str]) -> bool:
        """True if these tags, of one number, are this number's: while one key takes another's place it has several."""
        return not set(self.tags).isdisjoint(tags)

    def known_by(self, tags: Sequence[str]) -> "HeldNumber":
        """The number, known by these tags of it, too; they go first if one of them is new."""
        if set(tags) <= set(self.tags):
            return self
        tag, *others = dict.fromkeys((*tags, *self.tags))
        return replace(self, tag=tag, other_tags=tuple(others))
