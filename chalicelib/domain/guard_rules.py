"""policy.toml: how many SMS may go out unverified before somebody is pumping."""

from dataclasses import dataclass

from chalicelib.domain.mistake import demand

MODES = ("off", "observe", "enforce")


@dataclass(frozen=True)
class UnverifiedBudget:
    """How many sends may stay without a right code. A budget is the largest of its three numbers.

    Attributes:
        day_floor, day_percent_of_best_day, day_percent_of_last_day: in 24 hours, as a number, and in percent of what
            was verified on the best of the last 14 days, and in the last 24 hours.
        hour_floor, hour_percent_of_best_day, hour_percent_of_last_hour: in an hour; of the best day a sixth counts.
        flight_floor, flight_percent_of_best_day, flight_percent_of_last_hour: younger than ten minutes, which may still
            be verified.
        sends_per_hour, sends_per_day: verified or not; in percent of the same budgets there is none.

    Source: the budgets of Authgear's fraud protection; the cap in flight is ours.
    """

    day_floor: int
    day_percent_of_best_day: int
    day_percent_of_last_day: int
    hour_floor: int
    hour_percent_of_best_day: int
    hour_percent_of_last_hour: int
    flight_floor: int
    flight_percent_of_best_day: int
    flight_percent_of_last_hour: int
    sends_per_hour: int
    sends_per_day: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            demand(0 <= value <= 100_000_000, name, "must be 0 to 100000000")
        demand(1 <= self.hour_floor <= self.day_floor, "hour_floor", "must be 1 to day_floor")
        demand(self.flight_floor >= 1, "flight_floor", "must be 1 or more")
        demand(1 <= self.sends_per_hour <= self.sends_per_day, "sends_per_hour", "must be 1 to sends_per_day")


@dataclass(frozen=True)
class GuardRules:
    """The pumping guard.

    Attributes:
        mode: off; observe, which says what it would refuse; or enforce.
        countries_by_ip: countries to which one IP may have unverified sends within a day.
        fresh_prefix_percent: of what a country's verified numbers allow, for a prefix with one other unverified send.
            Who pumps has few prefixes, and soon none that is fresh: what he uses up is not taken from everybody.
    """

    mode: str
    countries_by_ip: int
    fresh_prefix_percent: int
    country: UnverifiedBudget
    prefix: UnverifiedBudget

    def __post_init__(self) -> None:
        demand(self.mode in MODES, "mode", f"must be one of {', '.join(MODES)}")
        demand(100 <= self.fresh_prefix_percent <= 1000, "fresh_prefix_percent", "must be 100 to 1000")
        demand(1 <= self.countries_by_ip <= 50, "countries_by_ip", "must be 1 to 50")
