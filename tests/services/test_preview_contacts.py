"""A preview says what the gate would say, and leaves a count."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.access import DecisionLogEntry
from chalicelib.domain.contact import ContactToken
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import FieldInvalid, NotFound
from chalicelib.domain.previews import Previews, no_previews, preview_keys
from tests.services.staged_store import StagedAdapters
from tests.services.world import STAFF, WALLET, World, at_once


def test_a_preview_takes_nothing(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    head = world.row(Customer, customer.id)
    for _ in range(9):
        found = world.ringfence.preview_contacts(STAFF, [customer.id], "marketing", "sms")
        assert found[customer.id].permitted  # type: ignore[union-attr]
    assert world.row(Customer, customer.id) == head
    assert (world.rows(ContactToken), world.rows(DecisionLogEntry)) == ([], [])


def test_previews_are_counted_by_role(world: World) -> None:
    customer = world.customer()
    at_once(lambda _: world.ringfence.preview_contacts(STAFF, [customer.id], "marketing", "sms"), 12)
    world.ringfence.preview_contacts(WALLET, [customer.id], "order_notice", "sms")
    (counted,) = world.ringfence.read_access_log(customer.id).previews
    assert (counted.month, counted.staff, counted.wallet) == ("2026-11", 12, 1)


def test_the_first_of_a_month_who_comes_second_is_counted_too() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()

    def look() -> None:
        world.ringfence.preview_contacts(STAFF, [customer.id], "marketing", "sms")

    adapters.store.before(Previews, look)
    look()
    assert [it.staff for it in world.rows(Previews)] == [2]


def test_many_are_asked_for_at_once_and_each_is_answered_once(world: World) -> None:
    willing = world.customer()
    world.say(willing)
    unwilling = world.customer("+447400123499")
    ids = [willing.id, "cus_of_nobody", unwilling.id, willing.id]
    found = world.ringfence.preview_contacts(STAFF, ids, "order_notice", "sms")
    reasons = {customer_id: decision.reason if decision else None for customer_id, decision in found.items()}
    assert reasons == {willing.id: "consent_given", "cus_of_nobody": None, unwilling.id: "consent_missing"}
    assert len(world.rows(Previews)) == 2


def test_an_unknown_purpose_is_refused_before_anybody_is_looked_at(world: World) -> None:
    customer = world.customer()
    with pytest.raises(FieldInvalid):
        world.ringfence.preview_contacts(STAFF, [customer.id], "unheard_of", "sms")
    assert world.rows(Previews) == []


def test_counts_of_the_last_month_are_shown_and_older_ones_forgotten(world: World) -> None:
    customer = world.customer()
    world.ringfence.preview_contacts(STAFF, [customer.id], "marketing", "sms")
    world.adapters.clock.at = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    world.ringfence.preview_contacts(STAFF, [customer.id], "marketing", "sms")
    assert [it.month for it in world.ringfence.read_access_log(customer.id).previews] == ["2026-12", "2026-11"]
    world.later(seconds=1)
    assert [it.month for it in world.ringfence.read_access_log(customer.id).previews] == ["2026-12"]


@pytest.mark.parametrize("at", [datetime(2027, 1, 31, 23, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)])
def test_a_month_lives_until_the_next_is_over(at: datetime) -> None:
    row = no_previews("cus_1", at)
    assert row.lapses_at in {datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)}
    assert row.key == preview_keys("cus_1", at)[0] == preview_keys("cus_1", row.lapses_at - timedelta(days=1))[1]


def test_nobody_reads_the_log_of_nobody(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.read_access_log("cus_of_nobody")
