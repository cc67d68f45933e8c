"""The pumping simulator: the same seed is the same day, and what it counts is what happened."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from infra.local.commands import commands
from infra.local.simulate.attacks import ATTACKS
from infra.local.simulate.countries import MARKETS, PROVED, UNSEEN, new_mobile
from infra.local.simulate.lines import Line, OneLimit, Services, TurnedAway, wallet_policy
from infra.local.simulate.population import DAY, HOUR, MOST_SENDS, crowd
from infra.local.simulate.report import BEGIN, END, MOST_IN_FIRST_HOUR, page_part, rows, verdicts, write_page
from infra.local.simulate.run import BEGINS, HELD_BELOW, LINES, OURS, Outcome, Scene, outcomes_of, replay
from infra.local.simulate.stories import Fate
from tests.fakes import MemoryAdapters

PAGE = Path(__file__).parents[2] / "docs" / "pumping.md"
SMALL = Scene(seed=7, scale=0.01)


class TestOneLimit:
    @given(
        gaps=st.lists(st.integers(0, 40), max_size=60),
        most=st.integers(1, 5),
        by_number=st.booleans(),
        number=st.integers(1, 3),
    )
    def test_never_sends_more_in_any_window(self, gaps: list[int], most: int, by_number: bool, number: int) -> None:
        line, at = OneLimit(most, 60.0, by_number=by_number), 0.0
        sent: dict[str, list[float]] = defaultdict(list)
        waits: list[float] = []
        for turn, gap in enumerate(gaps):
            at += gap
            to = str(turn % number)
            try:
                line.start(at, to, "", "")
            except TurnedAway as refusal:
                waits.append(refusal.wait_seconds)
            else:
                sent[to if by_number else ""].append(at)
        assert line.sent == sum(map(len, sent.values())) == len(gaps) - len(waits)
        assert all(0 < wait <= 60 for wait in waits)
        for instants in sent.values():
            assert all(later - first >= 60 for first, later in zip(instants, instants[most:], strict=False))
        if gaps:
            assert line.sent >= min(most, len(gaps))

    def test_admits_again_when_the_window_is_over(self) -> None:
        line = OneLimit(1, 60.0, by_number=True)
        line.start(0.0, "a", "", "")
        with pytest.raises(TurnedAway):
            line.resend(59.9, "a")
        line.start(1.0, "b", "", "")
        line.resend(60.0, "a")
        assert line.sent == 3


class TestServices:
    NUMBER = "+447400123456"

    def test_a_right_code_proves_and_a_wrong_one_does_not(self) -> None:
        line = Services(1, 1.0)
        verification = line.start(0.0, self.NUMBER, "192.0.2.1", "device")
        assert not line.enter(5.0, verification, right=False)
        assert line.enter(6.0, verification, right=True)

    def test_a_late_code_proves_nothing(self) -> None:
        line = Services(1, 1.0)
        verification = line.start(0.0, self.NUMBER, "192.0.2.1", "device")
        assert not line.enter(601.0, verification, right=True)

    def test_counts_what_the_carrier_took_and_tells_what_refuses(self) -> None:
        line = Services(1, 1.0)
        verification = line.start(0.0, self.NUMBER, "192.0.2.1", "device")
        line.resend(30.0, verification)
        assert line.sent == 2
        for second in range(31, 35):
            line.start(float(second), self.NUMBER, "192.0.2.2", "other")
        with pytest.raises(TurnedAway) as refused:
            line.start(35.0, self.NUMBER, "192.0.2.2", "other")
        assert refused.value.rule == "number"
        assert refused.value.wait_seconds == 565
        assert line.sent == 6

    def test_the_guard_is_named_by_its_rule(self) -> None:
        line, rng = Services(1, 1.0), Random(1)
        most = MemoryAdapters().policy.rules.guard.country.flight_floor
        for second in range(most):
            line.start(float(second), new_mobile(UNSEEN, rng), f"198.51.100.{second}", f"device-{second}")
        with pytest.raises(TurnedAway) as refused:
            line.start(most, new_mobile(UNSEEN, rng), "203.0.113.1", "device")
        assert refused.value.rule == "country in_flight"

    def test_the_policy_is_the_packaged_one_but_for_countries_and_money(self) -> None:
        packaged = MemoryAdapters().policy
        rules = wallet_policy(packaged, 1.0).rules
        assert set(rules.countries) == {*MARKETS, "other"}
        assert rules.country("IN").expected_daily == round(5200 * PROVED)  # type: ignore[union-attr]
        assert rules.country(UNSEEN.region).expected_daily == 0  # type: ignore[union-attr]
        assert replace(rules, countries=packaged.rules.countries, spending=packaged.rules.spending) == packaged.rules


def first_hour(name: str, line: Line) -> list[Fate]:
    """The fates of an attack's starts in its first hour, nobody else being there."""
    _, fates = replay([], ATTACKS[name].targets(Random(1), HOUR), line)
    return fates


@cache
def first_outcomes(name: str | None) -> list[Outcome]:
    """What the small run came to, once for all tests."""
    return outcomes_of(SMALL, name)


class TestReplay:
    @pytest.mark.parametrize("name", [None, "slow-drip"])
    def test_a_seed_has_one_outcome(self, name: str | None) -> None:
        assert outcomes_of(SMALL, name) == first_outcomes(name)

    def test_the_services_decide_the_same_again(self) -> None:
        assert first_hour("feeding", Services(1, 0.5)) == first_hour("feeding", Services(1, 0.5))

    @pytest.mark.parametrize("name", ATTACKS)
    def test_what_is_counted_happened(self, name: str) -> None:
        attack = ATTACKS[name]
        targets = attack.targets(Random(1), HOUR / 2)
        people = [person for person in crowd(Random(2), BEGINS + HOUR / 2, 0.05) if person.at > BEGINS - HOUR / 2]
        for line in (make(1, 0.02) for make in LINES.values()):
            crowd_fates, attack_fates = replay(people, targets, line)
            assert [fate.at for fate in crowd_fates] == [person.at for person in people]
            assert sum(len(fate.sends) for fate in crowd_fates + attack_fates) == line.sent
            for fate in crowd_fates + attack_fates:
                assert len(fate.sends) <= MOST_SENDS * 5
                assert fate.sends == sorted(fate.sends)
                assert all(at >= fate.at for at in fate.sends)
                assert bool(fate.sends) or fate.turned_away

    def test_every_line_meets_the_same_crowd_and_attack(self) -> None:
        outcomes = first_outcomes("slow-drip")
        assert [outcome.line for outcome in outcomes] == list(LINES)
        assert len({(outcome.people, outcome.attempts, outcome.people_there) for outcome in outcomes}) == 1
        for outcome in outcomes:
            assert 0 <= outcome.shut_out <= outcome.refused <= outcome.people
            assert outcome.refused_there <= outcome.refused
            assert (
                outcome.sends_until(HOUR) <= outcome.sends_until(DAY) == len([at for at in outcome.sends if at < DAY])
            )

    def test_thirty_an_hour_are_thirty(self) -> None:
        line = LINES["30 an hour for all"](1, 1.0)
        first_hour("one-prefix", line)
        assert line.sent == 30

    def test_the_services_hold_a_prefix_that_one_limit_does_not(self) -> None:
        ours, by_number = Services(1, 1.0), LINES["3 a day for a number"](1, 1.0)
        first_hour("one-prefix", ours)
        assert 0 < ours.sent < MOST_IN_FIRST_HOUR
        first_hour("one-prefix", by_number)
        assert by_number.sent > 3 * MOST_IN_FIRST_HOUR

    @pytest.mark.parametrize("name", ATTACKS)
    def test_an_attack_keeps_to_its_pace_and_its_countries(self, name: str) -> None:
        attack = ATTACKS[name]
        targets = attack.targets(Random(1), 3 * HOUR)
        assert targets == attack.targets(Random(1), 3 * HOUR)
        assert len(targets) == pytest.approx(3 * attack.hourly, rel=0.1)
        assert all(target.at < 3 * HOUR for target in targets)
        assert {target.region for target in targets} <= set(attack.regions)

    @pytest.mark.parametrize(("name", "prefixes"), [("one-prefix", 1), ("fifty-prefixes", 50), ("rotating", 200)])
    def test_ranges_are_as_many_as_the_title_says(self, name: str, prefixes: int) -> None:
        targets = ATTACKS[name].targets(Random(1), 4 * HOUR)
        assert len({target.number[:-3] for target in targets}) == prefixes

    def test_rotating_means_never_the_same_client_twice(self) -> None:
        targets = ATTACKS["rotating"].targets(Random(1), HOUR)
        assert len({target.ip for target in targets}) > 0.99 * len(targets)
        assert len({target.device for target in targets}) == len(targets)


def pixels(file: Path) -> Any:
    """Of the picture: height, width, and colours from 0 to 1."""
    from matplotlib.image import imread

    return imread(file)


def outcome(**changes: object) -> Outcome:
    plain = Outcome("rotating", OURS, 1, 1000, (), 0, 1000, 0, 0, 100, 0, ())
    return replace(plain, **changes)  # type: ignore[arg-type]


class TestReport:
    @pytest.mark.parametrize(
        ("sends", "after"),
        [
            ((), 0.0),
            (tuple(float(at) for at in range(HELD_BELOW - 1)), 0.0),
            (tuple(float(at) for at in range(100, 100 + HELD_BELOW)), 100.0),
            (tuple(300.0 * at for at in range(300)), None),
            (tuple(400.0 * at for at in range(250)), 0.0),
            (tuple(DAY + at for at in range(100)), 0.0),
        ],
    )
    def test_held_is_when_no_hour_has_ten_any_more(self, sends: tuple[float, ...], after: float | None) -> None:
        assert outcome(sends=sends).held_after == after

    def test_a_missed_target_is_told_with_its_figure(self) -> None:
        enough = tuple(float(at) for at in range(MOST_IN_FIRST_HOUR - 1))
        assert verdicts([outcome(sends=enough, refused=4)]) == []
        assert len(verdicts([outcome(sends=(*enough, HOUR))])) == 0
        (missed,) = verdicts([outcome(sends=(*enough, 3599.0))])
        assert "150 SMS" in missed
        (missed,) = verdicts([outcome(refused=5)])
        assert "0.50 %" in missed
        assert verdicts([outcome(line="30 an hour for all", refused=900)]) == []

    def test_of_several_seeds_the_worst_is_shown(self) -> None:
        three = [outcome(line=line, seed=seed, refused=seed) for seed in (1, 3, 2) for line in LINES]
        assert [row[6] for row in rows(three)] == ["0.30 %"] * 3
        part = page_part(three, "command", "picture.png")
        assert part.count("0.30 %") == 3
        assert "`command`" in part
        assert "](picture.png)" in part

    def test_the_page_keeps_what_is_not_generated(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
        write_page(page, "new")
        assert page.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
        page.write_text("no marks")
        with pytest.raises(ValueError, match=r"page\.md"):
            write_page(page, "new")

    def test_the_page_tells_of_every_attack(self) -> None:
        text = PAGE.read_text()
        shown = [line.split("|")[1].strip() for line in text.splitlines() if f"| {OURS} |" in line]
        assert shown == ["no attack", *(attack.title for attack in ATTACKS.values())]
        assert pixels(PAGE.parent / "images" / "pumping.png").shape[1] == 1200


class TestCommand:
    def test_prints_the_table_and_draws(self, tmp_path: Path) -> None:
        file = tmp_path / "new" / "picture.png"
        command = ["simulate", "pumping", "--seed", "7", "--seed", "8", "--scale", "0.002", "--attack", "slow-drip"]
        told = CliRunner().invoke(commands, [*command, "--out", str(file)], env={"COLUMNS": "200"})
        assert told.exit_code == 0, told.output
        assert "slow drip" in told.output
        seen = pixels(file)
        assert seen.shape[1] == 1200
        # A white ground, and something on it.
        assert 0.8 < (seen[:, :, :3] == 1).all(axis=2).mean() < 0.99

    @pytest.mark.parametrize(
        "arguments", [["--attack", "none-such"], ["--attack", "unseen", "--write"], ["--days", "0"]]
    )
    def test_refuses_what_it_cannot_do(self, arguments: list[str]) -> None:
        assert CliRunner().invoke(commands, ["simulate", "pumping", *arguments]).exit_code == 2
