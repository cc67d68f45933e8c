"""The ordinary people of the simulation: who signs up when, and what goes wrong for them.

Whatever befalls a person is drawn beforehand, so that every defence meets the very same crowd.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from random import Random

from infra.local.simulate.countries import MARKETS, Market, neighbour, new_mobile

HOUR = 3600.0
DAY = 24 * HOUR

# Of a hundred sign-ups in a day, how many begin in each hour of the local clock.
BY_HOUR = (1.2, 0.7, 0.4, 0.3, 0.4, 0.8, 2, 4, 6, 7, 7, 6.5, 6, 5.5, 5, 5, 5, 5.5, 6, 6.5, 6.5, 6, 4.5, 2.2)

# The first SMS does not come, or too late.
LOST = 0.12
# What comes of each further SMS for somebody who lost the first.
LOST_AGAIN = 0.5
ASKS_AGAIN = 0.6
MISTYPES_CODE = 0.08
# Types a stranger's number first, and waits for an SMS there.
MISTYPES_NUMBER = 0.02
# The SMS comes, and nobody types the code in.
LOSES_INTEREST = 0.03
# Turned away, tries again.
TRIES_AGAIN = 0.7

IN_OFFICES = 0.03
OFFICE = (5, 60)
OFFICE_MINUTES = 15
IN_FAMILIES = 0.05
FAMILY = (2, 4)
FAMILY_MINUTES = 60
# The policy's own number of sends for one verification; nobody asks for all of them.
MOST_SENDS = 5


@dataclass(frozen=True, repr=False)
class Person:
    """Somebody who signs up.

    Attributes:
        at: when, in seconds of the simulation.
        stranger: the number that is typed in by mistake first.
        comes: of each of the five sends, whether its SMS comes.
        asks_again: how often at most the person asks for another SMS when none comes.
        mistakes: wrong codes before the right one.
        loses_interest: gets the SMS and types nothing in.
        tries_again: how often at most the person tries again after being turned away.
        waits: seconds until the code is typed in after its SMS came; until another SMS is asked for; and beyond what
            a refusal asks for, until the next try.
    """

    at: float
    region: str
    number: str
    ip: str
    device: str
    stranger: str | None
    comes: tuple[bool, ...]
    asks_again: int
    mistakes: int
    loses_interest: bool
    tries_again: int
    waits: tuple[float, float, float]


def crowd(rng: Random, until: float, scale: float) -> list[Person]:
    """Everybody who signs up from 0, which is midnight UTC, to `until`, in order of time.

    Args:
        until: seconds.
        scale: of the countries' volumes.
    """
    people = [person for market in MARKETS.values() for person in _of(market, until, scale, rng)]
    return sorted(people, key=lambda person: person.at)


def new_ip(rng: Random) -> str:
    """An address that nobody else is likely to have."""
    return f"{rng.randrange(1, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def new_device(rng: Random) -> str:
    """A device that nobody else is likely to have."""
    return f"device-{rng.getrandbits(64):016x}"


def _of(market: Market, until: float, scale: float, rng: Random) -> Iterator[Person]:
    instants = list(_instants(market, until, scale, rng))
    rng.shuffle(instants)
    kinds = {
        "office": IN_OFFICES / ((OFFICE[1] - OFFICE[0]) / log(OFFICE[1] / OFFICE[0])),
        "family": IN_FAMILIES / (sum(FAMILY) / 2),
        "alone": 1 - IN_OFFICES - IN_FAMILIES,
    }
    while instants:
        # Whoever is in a group signs up when the first of them does, and not at an hour of their own.
        first, ip, device = instants.pop(), new_ip(rng), new_device(rng)
        kind = rng.choices(list(kinds), list(kinds.values()))[0]
        size, minutes = 1, 0.0
        if kind == "office":
            size, minutes = round(exp(rng.uniform(log(OFFICE[0]), log(OFFICE[1])))), OFFICE_MINUTES
        elif kind == "family":
            size, minutes = rng.randint(*FAMILY), FAMILY_MINUTES
        yield _person(market, first, ip, device, rng)
        for _ in range(min(size - 1, len(instants))):
            instants.pop()
            at = min(first + rng.uniform(0, 60 * minutes), until)
            yield _person(market, at, ip, device if kind == "family" else new_device(rng), rng)


def _instants(market: Market, until: float, scale: float, rng: Random) -> Iterator[float]:
    hour = 0.0
    while hour < until:
        share = BY_HOUR[int(hour / HOUR + market.hours_from_utc) % 24] / 100
        at = hour
        while (at := at + rng.expovariate(market.daily * scale * share / HOUR)) < min(hour + HOUR, until):
            yield at
        hour += HOUR


def _person(market: Market, at: float, ip: str, device: str, rng: Random) -> Person:
    number = new_mobile(market, rng)
    lost = rng.random() < LOST
    return Person(
        at=at,
        region=market.region,
        number=number,
        ip=ip,
        device=device,
        stranger=neighbour(number, rng) if rng.random() < MISTYPES_NUMBER else None,
        comes=(not lost, *(rng.random() >= LOST_AGAIN for _ in range(MOST_SENDS - 1))),
        asks_again=_times(ASKS_AGAIN, MOST_SENDS - 2, rng),
        mistakes=_times(MISTYPES_CODE, 3, rng),
        loses_interest=rng.random() < LOSES_INTEREST,
        tries_again=_times(TRIES_AGAIN, 3, rng),
        waits=(min(rng.lognormvariate(log(25), 0.7), 240.0), rng.uniform(40, 100), rng.uniform(5, 120)),
    )


def _times(chance: float, most: int, rng: Random) -> int:
    times = 0
    while times < most and rng.random() < chance:
        times += 1
    return times
