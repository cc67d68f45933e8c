"""policy.toml: what is usual when numbers are shown, and what happens when it is not."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.identifiers import reads_as_number
from chalicelib.domain.local_time import TIME_OF_DAY, is_time_zone, within
from chalicelib.domain.mistake import demand
from chalicelib.domain.throttle_rules import MOST_ADMITTED

# What is unusual: too many in an hour, at night, customers of one prefix, a colleague.
KINDS = ("rate", "night", "prefix", "colleague")
TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9#/_.-]{0,63}")
# Shorter runs are years, dates and counters; ours.
NUMBER_IN_TICKET = re.compile("[0-9]{10}")
# A row remembers as many reveals of a person as a throttle may admit in a day.
MOST_REMEMBERED = MOST_ADMITTED
# A week, so that somebody looks into it meanwhile; ours.
LONGEST_PAUSE_MINUTES = 10_080


@dataclass(frozen=True)
class WorkingHours:
    """When people of the company show numbers to themselves.

    Attributes:
        begins, ends: by the clock in `time_zone` (an IANA name), e.g. `07:00` and `21:00`; `ends` itself is outside.
    """

    begins: str
    ends: str
    time_zone: str

    def __post_init__(self) -> None:
        for name in ("begins", "ends"):
            demand(
                TIME_OF_DAY.fullmatch(getattr(self, name)) is not None,
                name,
                "must be a time of day like 07:00 or 21:30",
            )
        demand(self.begins != self.ends, "ends", "must not be begins")
        demand(is_time_zone(self.time_zone), "time_zone", "must be an IANA time zone like Asia/Shanghai")

    def include(self, at: datetime) -> bool:
        """True if the instant is within them; hours that begin in the evening go on over midnight."""
        return within(self.begins, self.ends, at.astimezone(ZoneInfo(self.time_zone)))


@dataclass(frozen=True)
class RevealRules:
    """What a reveal needs, what of it is unusual, and what pauses a person.

    Attributes:
        ticket_pattern: the form of the company's tickets, as a regular expression for the whole of one. Once there is
            one, no reveal goes without such a ticket. Only a form admits tickets with ten digits in a row.
        rate_per_hour: so many reveals by one person in an hour are unusual.
        customers_per_prefix: so many customers within the same 1 000 numbers, shown to one person in a day, too.
        colleagues: ids of the customers who work for the company.
        pause_on: the kinds of anomaly that pause the person, some of KINDS.
        working_hours: None if no hour is unusual.
    """

    ticket_pattern: str
    rate_per_hour: int
    customers_per_prefix: int
    colleagues: tuple[str, ...]
    pause_on: tuple[str, ...]
    pause_minutes: int
    working_hours: WorkingHours | None = None

    def __post_init__(self) -> None:
        demand(_is_pattern(self.ticket_pattern), "ticket_pattern", "must be a regular expression")
        demand(2 <= self.rate_per_hour <= MOST_REMEMBERED, "rate_per_hour", f"must be 2 to {MOST_REMEMBERED}")
        demand(
            2 <= self.customers_per_prefix <= MOST_REMEMBERED,
            "customers_per_prefix",
            f"must be 2 to {MOST_REMEMBERED}",
        )
        demand(
            all(re.fullmatch("[A-Za-z0-9_-]{8,64}", each) for each in self.colleagues),
            "colleagues",
            "must hold ids of customers",
        )
        demand(set(self.pause_on) <= set(KINDS), "pause_on", f"must be some of {', '.join(KINDS)}")
        demand(
            1 <= self.pause_minutes <= LONGEST_PAUSE_MINUTES,
            "pause_minutes",
            f"must be 1 to {LONGEST_PAUSE_MINUTES}",
        )

    def require_ticket(self, ticket: str | None) -> None:
        """Returns if the ticket has the company's form, or there is neither a ticket nor a form.

        Raises:
            FieldInvalid: it has not, or it reads as a phone number, or one is needed.
        """
        if ticket is None:
            if self.ticket_pattern:
                raise FieldInvalid("/ticket", "is needed")
            return
        # It lands in the access log, for good.
        if TICKET.fullmatch(ticket) is None or reads_as_number(ticket):
            raise FieldInvalid("/ticket", "must be 1 to 64 letters, digits or #/_.- and not read as a phone number")
        if self.ticket_pattern:
            if re.fullmatch(self.ticket_pattern, ticket) is None:
                raise FieldInvalid("/ticket", "does not have the form of the company's tickets")
        elif NUMBER_IN_TICKET.search(ticket):
            raise FieldInvalid("/ticket", "must not hold ten digits in a row: policy.toml does not name such tickets")


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True
