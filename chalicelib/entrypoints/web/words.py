"""The page's own words, a file for each locale, and how it says when."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.bootstrap import ringfence
from chalicelib.domain.locales import nearest_locale

FOLDER = Path(__file__).with_name("words")


@cache
def words(locale: str) -> Mapping[str, Any]:
    """What the page says in a locale that has a file."""
    return tomllib.loads((FOLDER / f"{locale}.toml").read_text(encoding="utf-8"))


@cache
def locales() -> tuple[str, ...]:
    """Those of the policy's locales that the page speaks, in the policy's order."""
    rules = ringfence().policy.rules
    return tuple(locale for locale in rules.locales if (FOLDER / f"{locale}.toml").is_file())


def spoken_locale(wanted: Iterable[str | None]) -> str:
    """The first of the wanted languages that the page speaks, or the policy's default."""
    spoken, default = locales(), ringfence().policy.rules.default_locale
    for tag in wanted:
        # Whatever is not spoken would give the default at once, so it is asked without one.
        if tag and (found := nearest_locale(tag, spoken, "")):
            return found
    return default


def day(at: datetime, locale: str) -> str:
    """The date as people write it, e.g. `22 Nov 2026`."""
    # A day without a time says no zone, and is what it says.
    utc = at.astimezone(UTC) if at.tzinfo else at
    form = words(locale)["form"]
    return str(form["day"]).format(year=utc.year, month=form["months"][utc.month - 1], day=utc.day)


def month(number: str, locale: str) -> str:
    """The month, e.g. `Nov 2026`.

    Args:
        number: such as `2026-11`.
    """
    year, _, nth = number.partition("-")
    form = words(locale)["form"]
    return str(form["month"]).format(year=year, month=form["months"][int(nth) - 1])


def clock(at: datetime) -> str:
    """The time of day, e.g. `14:05 UTC`; the page's script turns it into the reader's own."""
    return f"{at.astimezone(UTC):%H:%M} UTC"


def moment(at: datetime, locale: str) -> str:
    """The day and the time of day."""
    return f"{day(at, locale)} {clock(at)}"


def span(days: int, locale: str) -> str:
    """A length of time: whole years as years."""
    form = words(locale)["form"]
    return str(form["years"]).format(count=days // 365) if days % 365 == 0 else str(form["days"]).format(count=days)
