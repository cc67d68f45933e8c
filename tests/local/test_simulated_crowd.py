"""The crowd that the pumping simulator draws, and what a person and an attacker do next."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

import pytest

from chalicelib.domain.phone_number import parse_phone_number, require_accepted
from infra.local.simulate.attacks import Target
from infra.local.simulate.countries import MARKETS, PROVED, UNSEEN, Market, neighbour, new_mobile
from infra.local.simulate.lines import TurnedAway
from infra.local.simulate.population import (
    DAY,
    HOUR,
    IN_OFFICES,
    LOST,
    MISTYPES_CODE,
    MOST_SENDS,
    OFFICE,
    Person,
    crowd,
)
from infra.local.simulate.run import replay
from infra.local.simulate.stories import LONGEST_PATIENCE, RESEND_AFTER, Fate, pump, sign_up
from tests.fakes import MemoryAdapters


@dataclass
class Script:
    """A line that says what the test wants and remembers what it was asked."""

    refusals: list[float] = field(default_factory=list)
    asked: list[tuple[str, float]] = field(default_factory=list)
    sent: int = 0

    def start(self, at: float, number: str, _ip: str, _device: str) -> str:
        self._ask(f"start {number}", at)
        return number

    def resend(self, at: float, _verification: str) -> None:
        self._ask("resend", at)

    def enter(self, at: float, _verification: str, *, right: bool) -> bool:
        self.asked.append((f"enter {'right' if right else 'wrong'}", at))
        return right

    def _ask(self, what: str, at: float) -> None:
        self.asked.append((what, at))
        if self.refusals and (wait := self.refusals.pop(0)):
            raise TurnedAway("script", wait)
        self.sent += 1

    @property
    def words(self) -> list[str]:
        return [what.split()[0] if what.startswith("start") else what for what, _ in self.asked]


SOMEBODY = Person(
    at=100.0,
    region="GB",
    number="mine",
    ip="192.0.2.1",
    device="device",
    stranger=None,
    comes=(True,) * MOST_SENDS,
    asks_again=0,
    mistakes=0,
    loses_interest=False,
    tries_again=0,
    waits=(20.0, 50.0, 5.0),
)


def lived(person: Person, *refusals: float) -> tuple[Script, Fate]:
    line, fate = Script(list(refusals)), Fate(person.region, person.at)
    for _ in sign_up(person, line, fate):
        pass
    return line, fate


@pytest.fixture(scope="module")
def day() -> list[Person]:
    return crowd(Random(1), DAY, 1.0)


class TestCrowd:
    def test_a_seed_is_a_crowd(self) -> None:
        assert crowd(Random(3), DAY, 0.01) == crowd(Random(3), DAY, 0.01)
        assert crowd(Random(3), DAY, 0.01) != crowd(Random(4), DAY, 0.01)

    def test_every_country_has_its_volume(self, day: list[Person]) -> None:
        counted = Counter(person.region for person in day)
        assert len(MARKETS) == 40
        for region, market in MARKETS.items():
            assert abs(counted[region] - market.daily) <= 5 * market.daily**0.5
        assert max(counted.values()) > 5000
        assert min(counted.values()) < 20

    def test_comes_in_order_and_within_the_time(self, day: list[Person]) -> None:
        assert all(first.at <= second.at for first, second in pairwise(day))
        assert day[0].at >= 0
        assert day[-1].at <= DAY

    def test_is_up_in_the_morning_of_its_own_clock(self, day: list[Person]) -> None:
        for region in ("IN", "BR"):
            clock = MARKETS[region].hours_from_utc
            local = Counter(int(person.at / HOUR + clock) % 24 for person in day if person.region == region)
            assert local[9] > 5 * local[3]

    @pytest.mark.parametrize("market", [*MARKETS.values(), UNSEEN], ids=lambda market: market.region)
    def test_numbers_are_mobiles_that_the_policy_accepts(self, market: Market) -> None:
        rules, rng = MemoryAdapters().policy.rules.numbers, Random(5)
        for _ in range(20):
            number = new_mobile(market, rng)
            for text in (number, neighbour(number, rng)):
                parsed = parse_phone_number(text)
                require_accepted(parsed, rules.refused_regions, rules.refused_line_types)
                assert parsed.region == market.region
                assert text[:-3] == number[:-3]

    def test_misfortunes_have_their_shares(self, day: list[Person]) -> None:
        def share(has: Callable[[Person], bool]) -> float:
            return sum(map(has, day)) / len(day)

        assert share(lambda person: not person.comes[0]) == pytest.approx(LOST, abs=0.01)
        assert share(lambda person: person.mistakes > 0) == pytest.approx(MISTYPES_CODE, abs=0.01)

    def test_offices_share_an_address_and_families_a_device(self, day: list[Person]) -> None:
        by_ip: dict[str, list[Person]] = defaultdict(list)
        for person in day:
            by_ip[person.ip].append(person)
        offices = [people for people in by_ip.values() if len(people) >= OFFICE[0]]
        families = [people for people in by_ip.values() if 1 < len(people) < OFFICE[0]]
        assert sum(map(len, offices)) / len(day) == pytest.approx(IN_OFFICES, abs=0.015)
        assert max(map(len, offices)) <= OFFICE[1]
        assert max(map(len, offices)) > 40
        assert all(people[-1].at - people[0].at <= HOUR for people in offices)
        assert all(len({person.device for person in people}) == len(people) for people in offices)
        assert families
        assert all(len({person.device for person in people}) == 1 for people in families if len(people) > 1)


class TestStories:
    def test_most_prove_their_number(self) -> None:
        line, fate = lived(SOMEBODY)
        assert line.asked == [("start mine", 100.0), ("enter right", 120.0)]
        assert fate.came
        assert not fate.shut_out

    def test_a_lost_sms_is_asked_for_again_no_sooner_than_the_policy_says(self) -> None:
        unlucky = replace(SOMEBODY, comes=(False,) * 3 + (True, True), asks_again=3, waits=(20.0, 50.0, 5.0))
        line, fate = lived(unlucky)
        assert line.asked == [
            ("start mine", 100.0),
            ("resend", 150.0),
            ("resend", 210.0),
            ("resend", 330.0),
            ("enter right", 350.0),
        ]
        assert fate.came

    def test_who_never_gets_one_is_not_shut_out_by_us(self) -> None:
        line, fate = lived(replace(SOMEBODY, comes=(False,) * 5, asks_again=1))
        assert line.words == ["start", "resend"]
        assert not fate.came
        assert not fate.shut_out

    def test_a_strangers_number_is_sent_to_first(self) -> None:
        line, _ = lived(replace(SOMEBODY, stranger="theirs"))
        assert line.asked == [("start theirs", 100.0), ("start mine", 150.0), ("enter right", 170.0)]

    def test_mistakes_come_before_the_right_code(self) -> None:
        assert lived(replace(SOMEBODY, mistakes=2))[0].words == ["start", "enter wrong", "enter wrong", "enter right"]

    def test_who_loses_interest_types_nothing(self) -> None:
        assert lived(replace(SOMEBODY, loses_interest=True))[0].words == ["start"]

    def test_who_is_turned_away_tries_again_so_often_and_no_more(self) -> None:
        line, fate = lived(replace(SOMEBODY, tries_again=2), 60.0, 60.0, 60.0, 60.0)
        assert line.words == ["start"] * 3
        assert fate.shut_out

    def test_who_is_turned_away_waits_and_begins_anew(self) -> None:
        line, fate = lived(replace(SOMEBODY, tries_again=1), 60.0)
        assert line.asked == [("start mine", 100.0), ("start mine", 165.0), ("enter right", 185.0)]
        assert fate.turned_away == ["script"]
        assert not fate.shut_out

    @pytest.mark.parametrize(("tries", "wait"), [(0, 60.0), (3, LONGEST_PATIENCE + 1)])
    def test_who_does_not_wait_is_shut_out(self, tries: int, wait: float) -> None:
        line, fate = lived(replace(SOMEBODY, tries_again=tries), wait)
        assert line.words == ["start"]
        assert fate.shut_out

    def test_an_attacker_resends_as_often_and_as_soon_as_the_policy_allows(self) -> None:
        target, line, fate = Target(0.0, "GB", "theirs", "192.0.2.1", "device"), Script(), Fate("GB", 0.0)
        assert list(pump(target, line, fate)) == [30.0, 90.0, 210.0, 450.0]
        assert line.words == ["start", *["resend"] * 4]
        rules = MemoryAdapters().policy.rules.verification
        assert rules.resend_after_seconds == RESEND_AFTER
        assert rules.sends == MOST_SENDS

    def test_an_attacker_proves_its_own_sims(self) -> None:
        target, line, fate = Target(0.0, "GB", "own", "192.0.2.1", "device", proves=True), Script(), Fate("GB", 0.0)
        list(pump(target, line, fate))
        assert line.words == ["start", "enter right"]

    def test_without_any_limit_so_many_prove_as_the_policy_is_told_to_expect(self) -> None:
        line = Script()
        people = crowd(Random(2), DAY, 0.1)
        fates, _ = replay(people, [], line)
        proved = line.words.count("enter right")
        assert proved / len(people) == pytest.approx(PROVED, abs=0.01)
        assert not any(fate.turned_away for fate in fates)
