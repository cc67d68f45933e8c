"""Replays a crowd and an attack against a line, event by event in order of time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from heapq import heapify, heappop, heapreplace
from random import Random

from chalicelib.domain.sending_rules import micro_usd
from infra.local.simulate.attacks import ATTACKS, Attack, Target
from infra.local.simulate.countries import MARKETS, UNSEEN
from infra.local.simulate.lines import Line, OneLimit, Services
from infra.local.simulate.population import DAY, HOUR, Person, crowd
from infra.local.simulate.stories import Fate, pump, sign_up

# The attack begins in the morning of Europe and Africa, when the crowd is large.
BEGINS = 8 * HOUR
# An attack is held while no hour brings it as many sends as this.
HELD_BELOW = 10
OURS = "Ringfence"
# The names are the table's.
LINES: dict[str, Callable[[int, float], Line]] = {
    OURS: Services,
    "3 a day for a number": lambda *_: OneLimit(3, DAY, by_number=True),
    "30 an hour for all": lambda *_: OneLimit(30, HOUR, by_number=False),
}


@dataclass(frozen=True)
class Scene:
    """What is replayed.

    Attributes:
        days: how long the attack lasts.
        scale: of the crowd; 1 is about 28,000 sign-ups a day.
    """

    seed: int
    days: int = 1
    scale: float = 1.0

    @property
    def until(self) -> float:
        """The end, in seconds from midnight."""
        return BEGINS + self.days * DAY

    def rng(self, part: str) -> Random:
        """Chance for one part of the scene, which no other part disturbs."""
        return Random(f"{self.seed} {part}")


@dataclass(frozen=True)
class Outcome:
    """What one line let through.

    Attributes:
        sends: when the attack's SMS reached the carrier, in seconds after it began.
        micro_usd: what those of the first 24 hours cost, by the policy's prices.
        people: who signed up during the attack; `refused` of them once or more, `shut_out` for good.
        people_there, refused_there: the same in the attacked countries.
        rules: which rules refused ordinary people, how often.
    """

    attack: str | None
    line: str
    seed: int
    attempts: int
    sends: tuple[float, ...]
    micro_usd: int
    people: int
    refused: int
    shut_out: int
    people_there: int
    refused_there: int
    rules: tuple[tuple[str, int], ...]

    def sends_until(self, seconds: float) -> int:
        """How many of the attack's SMS were sent before that."""
        return sum(at < seconds for at in self.sends)

    @property
    def held_after(self) -> float | None:
        """From when on no hour of the first day brings HELD_BELOW sends, in seconds; None if that is not seen."""
        sends = [at for at in self.sends if at < DAY]
        late = [first for first, last in zip(sends, sends[HELD_BELOW - 1 :], strict=False) if last - first < HOUR]
        after = max(late, default=0.0)
        return after if after < DAY - HOUR else None


@cache
def _crowd(scene: Scene) -> list[Person]:
    return crowd(scene.rng("crowd"), scene.until, scene.scale)


def outcomes_of(scene: Scene, attack_name: str | None) -> list[Outcome]:
    """One outcome for each line, of the same crowd and the same attack.

    Args:
        attack_name: None for an ordinary day.
    """
    attack = ATTACKS[attack_name] if attack_name else None
    people = _crowd(scene)
    targets = attack.targets(scene.rng(attack.name), scene.days * DAY) if attack else []
    return [
        _outcome(attack, name, scene.seed, *replay(people, targets, line(scene.seed, scene.scale)))
        for name, line in LINES.items()
    ]


def replay(people: list[Person], targets: list[Target], line: Line) -> tuple[list[Fate], list[Fate]]:
    """What became of each person and of each start of the attack, in their order."""
    crowd_fates = [Fate(person.region, person.at) for person in people]
    attack_fates = [Fate(target.region, BEGINS + target.at) for target in targets]
    stories = [sign_up(person, line, fate) for person, fate in zip(people, crowd_fates, strict=True)]
    stories += [pump(target, line, fate) for target, fate in zip(targets, attack_fates, strict=True)]
    fates = crowd_fates + attack_fates
    # At the same instant the crowd goes first.
    due = [(fate.at, place) for place, fate in enumerate(fates)]
    heapify(due)
    while due:
        at, place = due[0]
        before = line.sent
        next_at = next(stories[place], None)
        fates[place].sends += [at] * (line.sent - before)
        if next_at is None:
            heappop(due)
        else:
            heapreplace(due, (next_at, place))
    return crowd_fates, attack_fates


def _outcome(attack: Attack | None, line: str, seed: int, crowd_fates: list[Fate], attack_fates: list[Fate]) -> Outcome:
    during = [fate for fate in crowd_fates if fate.at >= BEGINS]
    there = [fate for fate in during if attack and fate.region in attack.regions]
    sends = [(at - BEGINS, fate.region) for fate in attack_fates for at in fate.sends]
    return Outcome(
        attack=attack.name if attack else None,
        line=line,
        seed=seed,
        attempts=len(attack_fates),
        sends=tuple(sorted(at for at, _ in sends)),
        micro_usd=sum(micro_usd(MARKETS.get(region, UNSEEN).price_usd) for at, region in sends if at < DAY),
        people=len(during),
        refused=sum(bool(fate.turned_away) for fate in during),
        shut_out=sum(fate.shut_out for fate in during),
        people_there=len(there),
        refused_there=sum(bool(fate.turned_away) for fate in there),
        rules=tuple(Counter(rule for fate in during for rule in fate.turned_away).most_common()),
    )
