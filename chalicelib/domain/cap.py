"""Frequency caps: how often a customer may be contacted for a purpose in a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# However one counts a month, no longer window of it has more. Source: MIIT Order 31 (2015) art. 18 (frequency).
MONTH = timedelta(days=31)


@dataclass(frozen=True)
class Share:
    """One share of a cap: reserved by a token while it lives, then used for a month or given back.

    Attributes:
        token: the token's digest.
        counts_until: when it is free again.
        ground: what the token rests on, with which its reservation dies; None once it is used.
    """

    token: str
    counts_until: datetime
    ground: str | None = None


def living(shares: Sequence[Share], at: datetime, ground: str, token: str = "") -> tuple[Share, ...]:
    """The shares that count at `at` for a customer of this ground, the one of `token` aside."""
    return tuple(
        each for each in shares if each.counts_until > at and each.ground in (None, ground) and each.token != token
    )


def free_at(shares: Sequence[Share], most: int, at: datetime) -> datetime:
    """When there is room for one more contact: `at` if there is some already.

    Args:
        shares: those that count.
        most: contacts in a month, 1 or more.
    """
    ends = sorted(each.counts_until for each in shares if each.counts_until > at)
    return at if len(ends) < most else ends[len(ends) - most]
