"""A day of sweeping, and what a half-done write or a restored backup leaves to be swept."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.writes import Insert, Remove
from chalicelib.services.judging import SHARES
from chalicelib.services.sweep_keys import SweepReport
from tests.services.world import NUMBER, World


@dataclass
class Day:
    """What the runs of one day reported, hour by hour."""

    reports: list[SweepReport] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(getattr(report, name) for report in self.reports)

    @property
    def failures(self) -> dict[str, int]:
        return dict(sum((Counter(report.failures) for report in self.reports), Counter[str]()))

    @property
    def complete(self) -> bool:
        return all(report.complete for report in self.reports)


def sweep(world: World, time_left: Callable[[], bool] = lambda: True) -> Day:
    """Every run of a day; the clock stands still in between but for the hour of the run."""
    day, at = Day(), world.adapters.clock.at
    for hour in range(SHARES):
        world.adapters.clock.at = at.replace(hour=hour)
        day.reports.append(world.ringfence.sweep_keys(time_left, day.told.append))
    world.adapters.clock.at = at
    return day


def keep(world: World, customer_id: str, key_id: str) -> WrappedKey:
    """A key, as a half-done write or a restored backup leaves it."""
    write = Insert(WrappedKey(customer_id, key_id, b"wrapped"))
    world.store.commit(write)
    return write.record


def lose(world: World, customer: Customer, *key_ids: str) -> None:
    for key_id in key_ids:
        world.store.commit(Remove(world.row(WrappedKey, customer.id, key_id)))


def number_key(customer: Customer) -> str:
    assert customer.number is not None
    return customer.number.key_id


def purged(world: World, number: str = NUMBER) -> Customer:
    customer = world.customer(number)
    world.say(customer)
    world.close(customer)
    world.later(days=30)
    world.purge()
    return world.row(Customer, customer.id)


def forgotten(world: World) -> Customer:
    """A customer whose ledger's retention has ended, too."""
    customer = purged(world)
    world.later(days=1095)
    world.purge()
    return world.row(Customer, customer.id)
