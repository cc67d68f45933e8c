"""The simulation's figures as rows, for the terminal and for docs/pumping.md."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.table import Table

from infra.local.simulate.attacks import ATTACKS
from infra.local.simulate.population import DAY, HOUR
from infra.local.simulate.run import LINES, OURS, Outcome

# Issue 4: fewer of each attack in its first hour, and a smaller share of ordinary people refused.
MOST_IN_FIRST_HOUR = 150
MOST_REFUSED_PERCENT = 0.5

HEAD = ("attack", "against", "1st hour", "24 hours", "cost", "held after", "refused", "shut out", "refused there")
BEGIN, END = "<!-- made by `simulate pumping --write`: begin -->", "<!-- end -->"


def rows(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    """A row for each attack and line; of several seeds each figure is the worst."""
    for attack in _attacks(outcomes):
        for line in LINES:
            of = [outcome for outcome in outcomes if (outcome.attack, outcome.line) == (attack, line)]
            yield (title(attack) if line == OURS else "", line, *_figures(attack, of))


def table(outcomes: Sequence[Outcome]) -> Table:
    """For a terminal."""
    drawn = Table(*HEAD)
    for column in drawn.columns[2:]:
        column.justify = "right"
    for row in rows(outcomes):
        drawn.add_row(*row, end_section=row[1] == list(LINES)[-1])
    return drawn


def verdicts(outcomes: Iterable[Outcome]) -> list[str]:
    """Where Ringfence misses a target, in which seed, and by how much."""
    return [
        f"{title(outcome.attack)}, seed {outcome.seed}: {missed}"
        for outcome in outcomes
        if outcome.line == OURS
        for missed in _missed(outcome)
    ]


def page_part(outcomes: Sequence[Outcome], command: str, picture: str) -> str:
    """The generated part of the page.

    Args:
        command: what was typed.
        picture: its path from the page.
    """
    missed = verdicts(outcomes)
    lines = [
        f"By `{command}`:",
        "",
        f"| {' | '.join(HEAD)} |",
        f"| --- | --- |{' ---: |' * (len(HEAD) - 2)}",
        *(f"| {' | '.join(row)} |" for row in rows(outcomes)),
        "",
        f"![SMS of each attack by the hour, and the share of ordinary people who were refused]({picture})",
        "",
        "Targets missed:" if missed else "No target is missed.",
        *(["", *(f"- {line}" for line in missed)] if missed else []),
        "",
        "What refused ordinary people, and how often, on the way through Ringfence:",
        "",
        *_refusals(outcomes),
    ]
    return "\n".join(lines)


def write_page(page: Path, part: str) -> None:
    """The page has this part between its marks, and is otherwise as it was.

    Raises:
        ValueError: the page has no marks.
    """
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} has no marks to write between")
    page.write_text(f"{before}{BEGIN}\n{part}\n{END}{after}", encoding="utf-8")


def title(attack: str | None) -> str:
    """What the table calls it."""
    return ATTACKS[attack].title if attack else "no attack"


def refused_percent(outcome: Outcome) -> float:
    """Of the ordinary people, who were refused once or more."""
    return _percent(outcome.refused, outcome.people)


def _attacks(outcomes: Iterable[Outcome]) -> list[str | None]:
    return list(dict.fromkeys(outcome.attack for outcome in outcomes))


def _figures(attack: str | None, of: Sequence[Outcome]) -> tuple[str, ...]:
    refused = f"{max(map(refused_percent, of)):.2f} %"
    shut_out = f"{max(_percent(one.shut_out, one.people) for one in of):.2f} %"
    if attack is None:
        return ("", "", "", "", refused, shut_out, "")
    held = [one.held_after for one in of]
    return (
        f"{max(one.sends_until(HOUR) for one in of):,}",
        f"{max(one.sends_until(DAY) for one in of):,}",
        f"${max(one.micro_usd for one in of) / 1_000_000:,.2f}",
        _duration(max(after for after in held if after is not None)) if None not in held else "not",
        refused,
        shut_out,
        f"{max(_percent(one.refused_there, one.people_there) for one in of):.2f} %"
        if any(one.people_there for one in of)
        else "",
    )


def _missed(outcome: Outcome) -> Iterator[str]:
    first_hour, percent = outcome.sends_until(HOUR), refused_percent(outcome)
    if first_hour >= MOST_IN_FIRST_HOUR:
        yield f"{first_hour} SMS in the first hour, where fewer than {MOST_IN_FIRST_HOUR} are the target"
    if percent >= MOST_REFUSED_PERCENT:
        yield f"{percent:.2f} % of ordinary people refused, where less than {MOST_REFUSED_PERCENT} % is the target"


def _refusals(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for attack in _attacks(outcomes):
        of = [outcome for outcome in outcomes if (outcome.attack, outcome.line) == (attack, OURS)]
        rules = dict.fromkeys(rule for one in of for rule, _ in one.rules)
        counted = ", ".join(f"`{rule}` {max(dict(one.rules).get(rule, 0) for one in of)}" for rule in rules)
        yield f"- {title(attack)}: {counted or 'none'}"


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
