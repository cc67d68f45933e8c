"""Where customers and words came from that were not proved or said here."""

import re
from dataclasses import dataclass

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.identifiers import contains_number

SOURCE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True)
class Provenance:
    """Where the rows of one run come from: the same for all of them, and for their repeats.

    Raises:
        FieldInvalid: a name is too long, has other signs, or holds a number.
    """

    system: str
    batch: str

    def __post_init__(self) -> None:
        for name in ("system", "batch"):
            value = getattr(self, name)
            if SOURCE.fullmatch(value) is None or contains_number(value):
                raise FieldInvalid(f"/{name}", "must be 1 to 40 of A-Z a-z 0-9 _ . - and hold no phone number")

    def __str__(self) -> str:
        return f"{self.system}/{self.batch}"


@dataclass(frozen=True)
class Origin:
    """What an imported word rests on.

    Attributes:
        system, batch: from where, and with which run, it was brought.
        said_at: when it was said there, RFC 3339 in UTC. The event's own time is when it was brought.
    """

    system: str
    batch: str
    said_at: str
