"""A number leaves the strongroom once its entry is settled, and not before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended, Unavailable
from chalicelib.domain.settlement import Settlement
from chalicelib.domain.throttle import OpeningLog, ThrottleLog
from chalicelib.domain.writes import Remove
from tests.fakes import bearer
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, STAFF, World

READY = {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"}


def agreed(world: World) -> Customer:
    customer = world.customer()
    world.say(customer)
    return customer


def code(world: World, customer: Customer) -> object:
    return world.start(None, purpose="step_up", customer_id=customer.id)


def message(world: World, customer: Customer) -> object:
    token = world.token(customer, "sms")
    return world.ringfence.strongroom.send_message(bearer(STAFF), token, "order_ready", READY, None)


def reveal(world: World, customer: Customer) -> object:
    token = world.token(customer, "call")
    reason = "the customer asked to be called back"
    return world.ringfence.reveal_number(STAFF, token, reason, ticket=None, keyed=None)


USES = [code, message, reveal]


@pytest.mark.parametrize("use", USES)
def test_each_use_of_a_number_is_settled_under_the_request_that_opened_it(
    world: World, use: Callable[[World, Customer], object]
) -> None:
    customer = agreed(world)
    requests: list[str] = []
    opener: Any = world.adapters.opener
    opened = opener.open

    def listen(*asked: Any) -> Any:
        made = replace(opened(*asked), retries=2)
        requests.append(made.request_id)
        world.later(seconds=2)
        return made

    opener.open = listen
    use(world, customer)
    (entry,) = world.rows(AccessLogEntry)
    (settlement,) = world.rows(Settlement)
    now = world.adapters.clock.now()
    assert settlement.version
    said = requests[0], 2, now, entry.lapses_at, settlement.version
    written = Settlement(customer.id, entry.id, entry.at, *said)
    assert entry.lapses_at == entry.at + timedelta(days=1095)
    assert (settlement, now - entry.at) == (written, timedelta(seconds=2))
    assert settlement.place == f"{entry.at.isoformat()}#{entry.id}"


@pytest.mark.parametrize("applies", [False, True])
@pytest.mark.parametrize("use", USES)
def test_what_cannot_be_settled_is_neither_sent_nor_shown(
    use: Callable[[World, Customer], object], applies: bool
) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    sent = world.sent
    adapters.store.damaged, adapters.store.applies = {Settlement}, applies
    with pytest.raises(Unavailable):
        use(world, customer)
    assert world.sent == sent
    assert len(world.adapters.opener.opened) == len(world.rows(AccessLogEntry)) == 1
    assert len(world.rows(Settlement)) == applies
    assert all((row.delivery, row.reason) == ("failed", "not_opened") for row in world.rows(Message))


def test_the_budget_of_openings_stands_where_the_api_function_cannot_write(world: World) -> None:
    message(world, agreed(world))
    assert {row.name for row in world.rows(OpeningLog)} == {"opening_by_staff"}
    assert not [row for row in world.rows(ThrottleLog) if row.name.startswith("opening")]


def test_an_entry_opens_one_number_once(world: World) -> None:
    customer = agreed(world)
    reveal(world, customer)
    (entry,) = world.rows(AccessLogEntry)
    with pytest.raises(Contended):
        world.ringfence.opening.open(world.row(Customer, customer.id).number, entry)
    (settlement,) = world.rows(Settlement)
    world.store.commit(Remove(settlement))
    assert world.ringfence.opening.open(world.row(Customer, customer.id).number, entry).e164 == NUMBER
