"""Times of day, days and places, as the policy and people name them."""

import re
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def within(begins: str, ends: str, local: datetime) -> bool:
    """True if it is between these times of day by that local time; the end is outside.

    What begins later than it ends goes on over midnight.
    """
    clock = local.strftime("%H:%M")
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def is_day(text: str) -> bool:
    """True if the text is a day like `2027-01-01`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_time_zone(name: str) -> bool:
    """True if the name is a time zone: a place's, one of Etc/, or UTC.

    Source: IANA Time Zone Database.
    """
    # "right/" and "posix/" are forms of the database that not every machine has.
    is_place = "/" in name and not name.startswith(("right/", "posix/"))
    # What is no name may be no path either, or lead out of the database's folder.
    with suppress(ValueError, OSError, ZoneInfoNotFoundError):
        return (is_place or name == "UTC") and ZoneInfo(name) is not None
    return False
