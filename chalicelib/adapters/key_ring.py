"""Keys of one part that live at the same time while one takes the other's place."""

import hashlib
from dataclasses import dataclass

# Of SHA-256 in hex. With the few keys of a part a collision is out of the question, and one is refused.
NAME_LENGTH = 8


@dataclass(frozen=True)
class KeyRing:
    """KMS keys in order, that in use first.

    Each has a name that is derived from what the settings call the key: nobody can mix names up, and the same key has
    the same name wherever it stands in the order.
    """

    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.keys or len(set(self.names)) < len(self.keys):
            raise ValueError("a part has one key at least, and none twice")

    @classmethod
    def read(cls, setting: str) -> "KeyRing":
        """The keys that a setting lists, with spaces between.

        Raises:
            ValueError: there is none, or one twice.
        """
        return cls(tuple(setting.split()))

    @property
    def names(self) -> tuple[str, ...]:
        """Of each key, in order."""
        return tuple(hashlib.sha256(key.encode()).hexdigest()[:NAME_LENGTH] for key in self.keys)

    @property
    def current(self) -> str:
        """The key in use."""
        return self.keys[0]

    def key(self, name: str) -> str:
        """The key of this name.

        Raises:
            KeyError: it is not in the ring, or not any more.
        """
        return dict(zip(self.names, self.keys, strict=True))[name]
