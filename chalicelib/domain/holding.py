"""A law that forbids erasing, as it applies to one customer."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Holding:
    """One law that forbids erasing.

    Attributes:
        name: the policy's.
        law: as people read it.
        until: when it ends by itself.
    """

    name: str
    law: str
    until: datetime
