"""When a customer is left alone, to the second, whatever the clocks do that night."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.mistake import Mistake
from chalicelib.domain.quiet import KEEPS, LOOK_AHEAD, QUARTER, QuietHours, quiet, quiet_until, require_time_zone

# Where clocks change by an hour or by half of one, at all hours, or never, and where offsets are odd.
PLACES = (
    "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Shanghai", "Asia/Kathmandu",
    "Pacific/Chatham", "America/Santiago", "Africa/Casablanca", "Atlantic/Azores", "Asia/Beirut", "UTC",
)  # fmt: skip
QUARTERS = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 15, 30, 45)]
MINUTE = timedelta(minutes=1)
zones = st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True).map(tuple)
# Days on which clocks change somewhere, and the hours around them; and any other time.
CHANGES = [
    datetime(2027, month, day, tzinfo=UTC) for month, day in ((3, 14), (3, 28), (4, 3), (9, 25), (10, 31), (11, 7))
]
instants = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(
        lambda day, offset: day + timedelta(seconds=offset), st.sampled_from(CHANGES), st.integers(-86400, 172800)
    ),
)
hours = st.tuples(st.sampled_from(QUARTERS), st.sampled_from(QUARTERS)).filter(lambda it: it[0] != it[1])
# Days after the question's, 0 being its own by UTC.
holidays = st.sets(st.integers(-1, 3), max_size=3)


def some_rules(hours: tuple[str, str], holidays: set[int], at: datetime) -> QuietHours:
    return QuietHours(*hours, tuple(str((at + timedelta(days=each)).date()) for each in sorted(holidays)))


def is_quiet_somewhere(rules: QuietHours, keeps: str, places: tuple[str, ...], at: datetime) -> bool:
    """The same by minutes of the day."""
    if keeps == "nothing":
        return False
    begins, ends = (int(text[:2]) * 60 + int(text[3:]) for text in (rules.begins, rules.ends))
    quiet_minutes = {(begins + each) % 1440 for each in range((ends - begins) % 1440)}
    for place in places:
        clock = at.astimezone(ZoneInfo(place))
        if clock.hour * 60 + clock.minute in quiet_minutes:
            return True
        if keeps == "hours_and_holidays" and clock.strftime("%Y-%m-%d") in rules.holidays:
            return True
    return False


@given(hours, holidays, st.sampled_from(KEEPS), zones, instants)
def test_quiet_is_what_clocks_say(
    hours: tuple[str, str], holidays: set[int], keeps: str, places: tuple[str, ...], at: datetime
) -> None:
    rules = some_rules(hours, holidays, at)
    assert (quiet(rules, keeps, places, at) is not None) == is_quiet_somewhere(rules, keeps, places, at)


@given(hours, holidays, st.sampled_from(KEEPS), zones, instants)
def test_the_end_is_right_to_the_second(
    hours: tuple[str, str], holidays: set[int], keeps: str, places: tuple[str, ...], at: datetime
) -> None:
    rules = some_rules(hours, holidays, at)
    ends = quiet_until(rules, keeps, places, at)
    # Slowly: minute after minute for three days; the clocks of all places stand on whole minutes.
    instant, slowly = at, None
    while instant < at + timedelta(days=3):
        if not is_quiet_somewhere(rules, keeps, places, instant):
            slowly = instant
            break
        instant = (instant + MINUTE).replace(second=0, microsecond=0)
    assert ends == slowly or (slowly is None and (ends is None or ends >= at + timedelta(days=3)))


def test_every_clock_of_the_world_stands_on_quarters_of_an_hour() -> None:
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    for name in sorted(available_timezones() - {"localtime", "Factory"}):
        zone, instant, last = ZoneInfo(name), begin, None
        while instant < begin + timedelta(days=800):
            offset = instant.astimezone(zone).utcoffset()
            assert offset is not None
            assert offset % QUARTER == timedelta(0), name
            if last is not None and offset != last:
                assert changes_on_a_quarter(zone, instant - timedelta(hours=6), instant), name
            last, instant = offset, instant + timedelta(hours=6)


def changes_on_a_quarter(zone: ZoneInfo, before: datetime, after: datetime) -> bool:
    old = before.astimezone(zone).utcoffset()
    minutes = (before + each * MINUTE for each in range(1, int((after - before) / MINUTE) + 1))
    change = next(each for each in minutes if each.astimezone(zone).utcoffset() != old)
    return change.minute % 15 == 0


def test_a_night_that_the_clocks_cut_short_ends_when_they_jump() -> None:
    # In New York 02:00 became 03:00 on that day: 02:30 never was.
    rules = QuietHours("22:00", "02:30")
    at = datetime(2027, 3, 14, 5, tzinfo=UTC)
    assert quiet_until(rules, "hours", ("America/New_York",), at) == datetime(2027, 3, 14, 7, tzinfo=UTC)


def test_a_holiday_does_not_end_the_night() -> None:
    rules = QuietHours("21:00", "08:00", ("2027-01-01",))
    at = datetime(2027, 1, 1, 3, tzinfo=UTC)
    assert [quiet(rules, keeps, ("UTC",), at) for keeps in KEEPS] == [None, "quiet_hours", "quiet_hours"]
    assert quiet_until(rules, "hours", ("UTC",), at) == at.replace(hour=8)
    assert quiet_until(rules, "hours_and_holidays", ("UTC",), at) == datetime(2027, 1, 2, 8, tzinfo=UTC)


def test_every_zone_that_a_number_can_be_in_is_known() -> None:
    from phonenumbers.tzdata import TIMEZONE_DATA

    named = {each for zones in TIMEZONE_DATA.values() for each in zones} - {"Etc/Unknown"}
    assert len(named) > 200
    assert named <= available_timezones()


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    # In New York 01:00 to 02:00 came twice; the night ends at the first 01:30, and comes back for half an hour.
    rules = QuietHours("22:00", "01:30")
    first = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert quiet_until(rules, "hours", ("America/New_York",), first - MINUTE) == first
    assert quiet(rules, "hours", ("America/New_York",), first + timedelta(minutes=31)) == "quiet_hours"


def test_the_ends_of_the_night() -> None:
    rules = QuietHours("21:00", "08:00")
    day = datetime(2026, 11, 23, tzinfo=UTC)
    second = timedelta(seconds=1)
    for instant, expected in (
        (day.replace(hour=21) - second, None),
        (day.replace(hour=21), "quiet_hours"),
        (day.replace(hour=8) - second, "quiet_hours"),
        (day.replace(hour=8), None),
    ):
        assert quiet(rules, "hours", ("UTC",), instant) == expected


def test_where_it_never_ends_nothing_is_said() -> None:
    everywhere = ("Pacific/Auckland", "Europe/London", "America/New_York")
    assert quiet_until(QuietHours("12:00", "11:45"), "hours", everywhere, datetime(2027, 1, 1, tzinfo=UTC)) is None
    days = tuple(str(date(2027, 1, 1) + timedelta(days=each)) for each in range(40))
    holidays = QuietHours("21:00", "08:00", days)
    assert quiet_until(holidays, "hours_and_holidays", ("UTC",), datetime(2027, 1, 1, tzinfo=UTC)) is None
    assert timedelta(days=13) < LOOK_AHEAD


NO_TIMES = [("21:10", "08:00"), ("24:00", "08:00"), ("9:00", "08:00"), ("08:00", "08:00")]


@pytest.mark.parametrize(
    ("begins", "ends", "holidays"), [*((*it, ()) for it in NO_TIMES), ("21:00", "08:00", ("1.1.27",))]
)
def test_what_is_no_quiet_time_is_refused(begins: str, ends: str, holidays: tuple[str, ...]) -> None:
    with pytest.raises(Mistake):
        QuietHours(begins, ends, holidays)


def is_time_zone(name: str) -> bool:
    try:
        require_time_zone(name)
    except FieldInvalid:
        return False
    return True


def test_time_zones_are_known() -> None:
    # What has no place in it ("EST", "Japan") says no more, and may be gone with the next release.
    zones = {name for name in available_timezones() if "/" in name or name == "UTC"}
    assert {name for name in available_timezones() if is_time_zone(name)} == zones


NO_ZONES = [
    "Europe/Nowhere",
    "../../etc/passwd",
    "/etc/passwd",
    "CET/",
    "localtime",
    "right/Europe/Paris",
    "posix/Europe/Paris",
    "x" * 5000,
    "a\0/b",
    "",
]


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_time_zone_is_refused_without_its_name(name: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        require_time_zone(name)
    assert name == "" or name not in str(refused.value)
