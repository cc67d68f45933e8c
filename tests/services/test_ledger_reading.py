"""Head and chain of one moment, whoever is adding; and no link goes missing in silence."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended, LedgerDamaged, NotFound
from chalicelib.domain.ledger import LedgerEvent, position
from chalicelib.domain.writes import Insert, Remove
from chalicelib.services.consent_history import ConsentHistory
from chalicelib.services.export_customer import ExportCustomer
from chalicelib.services.ledger_reading import MOST_ROUNDS, head_and_chain
from tests.services.world import World


@dataclass
class Interrupted:
    """A store; before each read of a head or a chain, something happens so many times."""

    part: Any
    act: Callable[[], object]
    times: dict[type[Any], int]
    reads: list[type[Any]] = field(default_factory=list)

    def get(self, kind: Any, *key: str) -> Any:
        return self._read(kind, lambda: self.part.get(kind, *key))

    def history(self, kind: Any, partition: str) -> Any:
        return self._read(kind, lambda: self.part.history(kind, partition))

    def _read(self, kind: type[Any], read: Callable[[], Any]) -> Any:
        self.reads.append(kind)
        if self.times.get(kind, 0) > 0:
            self.times[kind] -= 1
            self.act()
        return read()


def reading(world: World, customer: Customer, events: int = 0, heads: int = 0) -> Interrupted:
    """The customer speaks before so many reads of the chain, and of the head."""
    return Interrupted(world.store, lambda: world.say(customer, "withdrawn"), {LedgerEvent: events, Customer: heads})


def speaker(world: World) -> Customer:
    """A customer who has spoken once."""
    customer = world.customer()
    world.say(customer)
    return world.row(Customer, customer.id)


def test_of_a_chain_at_rest_one_read_is_enough(world: World) -> None:
    customer = speaker(world)
    store: Any = reading(world, customer)
    head, links = head_and_chain(store, customer)
    assert (head, [link.hash for link in links]) == (customer, [customer.ledger_hash])
    assert store.reads == [LedgerEvent]


@pytest.mark.parametrize("heads", range(MOST_ROUNDS))
@pytest.mark.parametrize("events", range(1, MOST_ROUNDS + 1))
def test_what_is_said_meanwhile_is_in_both(world: World, events: int, heads: int) -> None:
    customer = speaker(world)
    store: Any = reading(world, customer, events, heads)
    head, links = head_and_chain(store, customer)
    assert head.ledger_sequence == len(links)
    assert head.ledger_hash == links[-1].hash
    assert len(links) > 1


def test_a_chain_that_grows_without_pause_is_not_called_damaged(world: World) -> None:
    customer = speaker(world)
    with pytest.raises(Contended):
        head_and_chain(reading(world, customer, 99, 99), customer)  # type: ignore[arg-type]
    for kind in (ConsentHistory, ExportCustomer):
        service: Any = world.ringfence.wired(kind)
        with pytest.raises(Contended):
            replace(service, store=reading(world, customer, 99, 99))(customer.id)


def rewind(world: World, customer: Customer) -> None:
    """Somebody who can write heads makes it that the last word was never said."""
    world.say(customer, "withdrawn")
    world.store.rows[Customer, (customer.id,)] = customer


def drop_last(world: World, customer: Customer) -> None:
    world.say(customer, "withdrawn")
    world.store.commit(Remove(world.rows(LedgerEvent)[-1]))


def add_stray(world: World, customer: Customer) -> None:
    (link,) = world.rows(LedgerEvent)
    world.store.commit(Insert(replace(link, sequence=999, version="")))


@pytest.mark.parametrize("harm", [rewind, drop_last, add_stray])
def test_what_does_not_fit_although_nobody_adds_is_damage(
    world: World, harm: Callable[[World, Customer], None]
) -> None:
    customer = speaker(world)
    harm(world, customer)
    with pytest.raises(LedgerDamaged):
        world.ringfence.history(customer.id)
    with pytest.raises(LedgerDamaged):
        world.ringfence.issue_receipt(customer.id, "order_notice")
    made = world.ringfence.export_customer(customer.id)
    assert [it.link for it in made.links] == world.store.history(LedgerEvent, customer.id)
    assert made.customer.ledger_sequence != len(made.links)


def test_a_head_that_is_behind_for_a_moment_is_no_damage(world: World) -> None:
    customer = speaker(world)
    ahead = world.row(Customer, customer.id)
    rewind(world, customer)
    after = replace(ahead, ledger_sequence=2, ledger_hash=world.store.history(LedgerEvent, customer.id)[1].hash)
    calls = iter([customer, customer, customer])

    class Late:
        """One commit that reaches the two tables one after the other."""

        def get(self, kind: Any, *key: str) -> Any:
            return next(calls, after)

        def history(self, kind: Any, partition: str) -> Any:
            return world.store.history(kind, partition)

    store: Any = Late()
    assert head_and_chain(store, customer)[0] == after


def test_a_customer_who_is_gone_meanwhile_is_not_found(world: World) -> None:
    customer = speaker(world)
    del world.store.rows[Customer, (customer.id,)]
    del world.store.rows[LedgerEvent, (customer.id, position(1))]
    with pytest.raises(NotFound):
        head_and_chain(world.store, customer)
