"""What a person has been shown of late, and what of it is unusual."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.errors import PersonPaused
from chalicelib.domain.reveal_rules import MOST_REMEMBERED, RevealRules

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shown:
    """A number that was shown.

    Attributes:
        prefix: of the thousand numbers around it, blinded.
    """

    at: datetime
    customer_id: str
    prefix: str


@dataclass(frozen=True)
class Watch:
    """What one person was shown in a day, and until when they are shown nothing.

    Attributes:
        key: digest of the client and the person.
        shown: oldest first, MOST_REMEMBERED at most. None was older than a day when the last was shown.
        lapses_at: a day after that, or the pause's end if that is later.
    """

    key: str
    shown: tuple[Shown, ...]
    lapses_at: datetime
    paused_until: datetime | None = None
    version: str = ""

    def require_unpaused(self, at: datetime) -> None:
        """Returns if the person is not paused.

        Raises:
            PersonPaused: they are.
        """
        if self.paused_until is not None and at < self.paused_until:
            seconds = ceil((self.paused_until - at) / timedelta(seconds=1))
            raise PersonPaused(self.paused_until, max(1, seconds))

    def one_more(self, shown: Shown) -> "Watch":
        """The person was shown this one, too; what is older than a day, and a pause that is over, are forgotten."""
        kept = tuple(each for each in self.shown if each.at > shown.at - DAY)
        until = self.paused_until if self.paused_until is not None and self.paused_until > shown.at else None
        ends = max(self.lapses_at, shown.at + DAY)
        return replace(self, shown=(*kept, shown)[-MOST_REMEMBERED:], lapses_at=ends, paused_until=until)

    def paused(self, until: datetime) -> "Watch":
        """The person is shown nothing until then, or until later if that was so."""
        until = max(until, self.paused_until or until)
        return replace(self, paused_until=until, lapses_at=max(self.lapses_at, until))


def person(caller: Caller) -> str:
    """The key of the caller's watch. The same for always, unlike a blinded one: a pause outlasts the month."""
    return hashlib.sha256(caller.person.encode()).hexdigest()


def new_watch(key: str, at: datetime) -> Watch:
    """The watch of a person who has been shown nothing for a day."""
    return Watch(key, (), at + DAY)


def anomalies(watch: Watch, rules: RevealRules, prefixes: Collection[str]) -> tuple[str, ...]:
    """What is unusual about the last that was shown: some of KINDS, in their order.

    Args:
        prefixes: its number's prefix under each blinding key that was in use within the last day.
    """
    last = watch.shown[-1]
    in_an_hour = sum(each.at > last.at - HOUR for each in watch.shown)
    near = {each.customer_id for each in watch.shown if each.prefix in prefixes}
    found = {
        "rate": in_an_hour >= rules.rate_per_hour,
        "night": rules.working_hours is not None and not rules.working_hours.include(last.at),
        "prefix": len(near) >= rules.customers_per_prefix,
        "colleague": last.customer_id in rules.colleagues,
    }
    return tuple(kind for kind, is_so in found.items() if is_so)


@dataclass(frozen=True)
class RevealAnomaly:
    """What others are told of an unusual reveal. Never a number.

    Attributes:
        kind: one of KINDS.
        entry_id: of the access log.
        at, paused_until: RFC 3339 in UTC; `paused_until` is None if the person is not paused.
    """

    kind: str
    entry_id: str
    client_id: str
    subject: str
    customer_id: str
    at: str
    paused_until: str | None

    @property
    def name(self) -> str:
        """What it is called on the bus."""
        return "RevealAnomaly"

    @property
    def event_id(self) -> str:
        """The same for the same anomaly, however often it is said."""
        return f"{self.entry_id}.{self.kind}"

    def detail(self) -> str:
        """All that is said, as JSON."""
        return json.dumps({"event_id": self.event_id, **asdict(self)}, separators=(",", ":"))


def anomaly(kind: str, entry: AccessLogEntry, paused_until: datetime | None) -> RevealAnomaly:
    """What is said of a reveal that the access log has."""
    return RevealAnomaly(
        kind=kind,
        entry_id=entry.id,
        client_id=entry.client_id,
        subject=entry.subject,
        customer_id=entry.customer_id,
        at=entry.at.isoformat(),
        paused_until=paused_until.isoformat() if paused_until else None,
    )
