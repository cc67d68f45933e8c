"""Quiet hours: when a customer is left alone, by the clock where they are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.local_time import TIME_OF_DAY, is_day, is_time_zone, within
from chalicelib.domain.mistake import demand

# All offsets from UTC in force, all changes of them and all quiet hours fall on a quarter of an hour, so nothing begins
# or ends in between, whatever the clocks do that night.
QUARTER = timedelta(minutes=15)
# Longer than any row of holidays.
LOOK_AHEAD = timedelta(days=31)
# What of the quiet times a purpose may keep.
KEEPS = ("nothing", "hours", "hours_and_holidays")


@dataclass(frozen=True)
class QuietHours:
    """When people of a country are left alone.

    Attributes:
        begins, ends: by the clock there, e.g. `21:00` and `08:00`; the end itself is not quiet.
        holidays: whole days, e.g. `2027-01-01`.
    """

    begins: str
    ends: str
    holidays: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("begins", "ends"):
            demand(_is_quarter(getattr(self, name)), name, "must be a quarter of an hour like 21:00 or 07:45")
        demand(self.begins != self.ends, "ends", "must not be begins")
        demand(all(map(is_day, self.holidays)), "holidays", "must be days like 2027-01-01")

    def is_night(self, local: datetime) -> bool:
        """True if it is a quiet hour by that local time."""
        return within(self.begins, self.ends, local)

    def is_holiday(self, local: datetime) -> bool:
        """True if it is a holiday by that local time."""
        return local.date().isoformat() in self._days

    @cached_property
    def _days(self) -> frozenset[str]:
        return frozenset(self.holidays)


def quiet(rules: QuietHours, keeps: str, zones: tuple[str, ...], at: datetime) -> str | None:
    """What makes it quiet in some of the zones: `quiet_hours`, `public_holiday`, or None if it is so in none.

    Args:
        keeps: which of them counts, one of KEEPS.
        zones: where the customer may be, as IANA names.
    """
    if keeps == "nothing":
        return None
    # One after the other: a number of all of +1 may be in forty places, and a night asks many times.
    if any(rules.is_night(at.astimezone(ZoneInfo(zone))) for zone in zones):
        return "quiet_hours"
    if keeps == "hours_and_holidays" and any(rules.is_holiday(at.astimezone(ZoneInfo(zone))) for zone in zones):
        return "public_holiday"
    return None


def quiet_until(rules: QuietHours, keeps: str, zones: tuple[str, ...], at: datetime) -> datetime | None:
    """The first instant from `at` on that is quiet in none of the zones; None if there is none for LOOK_AHEAD."""
    if quiet(rules, keeps, zones, at) is None:
        return at
    since_epoch = at - datetime.min.replace(tzinfo=UTC)
    instant = at - since_epoch % QUARTER
    while instant < at + LOOK_AHEAD:
        instant += QUARTER
        if quiet(rules, keeps, zones, instant) is None:
            return instant
    return None


def require_time_zone(name: str) -> None:
    """Returns if there is such a time zone.

    Raises:
        FieldInvalid: there is not.
    """
    if not is_time_zone(name):
        raise FieldInvalid("/time_zone", "is not a time zone (IANA, like Europe/Paris)")


def _is_quarter(text: str) -> bool:
    return TIME_OF_DAY.fullmatch(text) is not None and int(text[-2:]) % 15 == 0
