"""The attacks: each a list of sends that somebody wants to be paid for, from the first second to the last."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

from infra.local.simulate.countries import MARKETS, UNSEEN, Market, neighbour, new_mobile
from infra.local.simulate.population import HOUR, new_device, new_ip

# Starts an hour: fast enough that no budget lasts, 28,800 in a day.
FAST = 1200
# Of the starts of an attacker who feeds the guard with SIMs of their own.
PAID_FOR = 0.1


@dataclass(frozen=True, repr=False)
class Target:
    """One start of an attack. Whatever is admitted is resent as often and as soon as the policy allows.

    Attributes:
        at: seconds after the attack began.
        proves: the attacker holds this number, and types the code in instead.
    """

    at: float
    region: str
    number: str
    ip: str
    device: str
    proves: bool = False


@dataclass(frozen=True)
class Attack:
    """A way to pump.

    Attributes:
        name: as the command takes it.
        title: as the table shows it.
        regions: whose numbers it uses.
        aim: its starts, for ever.
        hourly: how many of them in an hour.
        asked_for: False if it stands beside those that the target is set for.
    """

    name: str
    title: str
    regions: tuple[str, ...]
    aim: "Aim"
    hourly: int
    asked_for: bool = True

    def targets(self, rng: Random, until: float) -> list[Target]:
        """Its starts until then.

        Args:
            until: seconds after it began.
        """
        found: list[Target] = []
        for target in self.aim(self, rng):
            if target.at >= until:
                break
            found.append(target)
        return found

    def instants(self, rng: Random) -> Iterator[float]:
        """Its pace, without the regularity of a clock."""
        at = 0.0
        while True:
            yield at
            at += rng.uniform(0.5, 1.5) * HOUR / self.hourly


Aim = Callable[[Attack, Random], Iterator[Target]]


def _ranges(prefixes: int, addresses: int | None) -> Aim:
    """Numbers of ranges whose traffic somebody is paid for; from so many addresses, or from a new one each time."""

    def aim(attack: Attack, rng: Random) -> Iterator[Target]:
        (market,) = _markets(attack)
        found: dict[str, str] = {}
        while len(found) < prefixes:
            number = new_mobile(market, rng)
            found[number[:-3]] = number
        ranges = list(found.values())
        networks = [new_ip(rng) for _ in range(addresses or 0)]
        for at in attack.instants(rng):
            ip = rng.choice(networks) if networks else new_ip(rng)
            yield Target(at, market.region, neighbour(rng.choice(ranges), rng), ip, new_device(rng))

    return aim


def _anywhere(proved: float = 0.0) -> Aim:
    """Any numbers of its countries by turns, each from a new address and device; so many of them its own SIMs."""

    def aim(attack: Attack, rng: Random) -> Iterator[Target]:
        for at, market in zip(attack.instants(rng), cycle(_markets(attack)), strict=False):
            number, proves = new_mobile(market, rng), rng.random() < proved
            yield Target(at, market.region, number, new_ip(rng), new_device(rng), proves)

    return aim


def _markets(attack: Attack) -> list[Market]:
    return [MARKETS.get(region, UNSEEN) for region in attack.regions]


ATTACKS = {
    attack.name: attack
    for attack in (
        Attack("one-prefix", "one prefix, 20 IPs", ("EG",), _ranges(1, 20), FAST),
        Attack("fifty-prefixes", "50 prefixes, 500 IPs", ("NG",), _ranges(50, 500), FAST),
        Attack("slow-drip", "slow drip, 20 starts an hour, 20 prefixes", ("PK",), _ranges(20, None), 20),
        Attack("rotating", "new IP and device each time, 200 prefixes", ("IN",), _ranges(200, None), FAST),
        Attack("unseen", "a country never seen", (UNSEEN.region,), _anywhere(), FAST),
        Attack("any-number", "any number of the largest country", ("IN",), _anywhere(), FAST, asked_for=False),
        Attack("everywhere", "any number of all 40 countries", tuple(MARKETS), _anywhere(), FAST, asked_for=False),
        Attack("feeding", "any number, 10 % own SIMs that prove", ("ID",), _anywhere(PAID_FOR), FAST, asked_for=False),
    )
}
