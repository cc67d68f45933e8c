"""Periods that a law counts in months."""

from calendar import monthrange
from datetime import UTC, datetime


def months_after(at: datetime, months: int) -> datetime:
    """The same day and time of day so many months on; the last day of a month that has no such day.

    Source: Regulation (EEC, Euratom) 1182/71 art. 3(2)(c); 民法典 202.
    """
    utc = at.astimezone(UTC)
    years, month = divmod(utc.month - 1 + months, 12)
    year, month = utc.year + years, month + 1
    return utc.replace(year=year, month=month, day=min(utc.day, monthrange(year, month)[1]))
