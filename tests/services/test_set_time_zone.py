"""Where a customer is by their own word."""

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import ContactTokenInvalid, CustomerRestricted, FieldInvalid, NotFound
from tests.services.test_strongroom import agreed, send
from tests.services.world import KEY, STAFF, World, keyed


def test_quiet_hours_go_by_it_at_once(world: World) -> None:
    customer = agreed(world)
    assert "Europe/London" in customer.zones
    token = world.token(customer)
    world.ringfence.set_time_zone(customer.id, "Pacific/Auckland", None)
    # 01:00 there. What was permitted before is not.
    with pytest.raises(ContactTokenInvalid):
        send(world, token)
    found = world.ringfence.preview_contacts(STAFF, [customer.id], "order_notice", "sms")[customer.id]
    assert found is not None
    assert found.reason == "quiet_hours"
    world.ringfence.set_time_zone(customer.id, None, None)
    assert world.row(Customer, customer.id).zones == customer.zones
    world.token(customer)


def test_it_is_set_once_for_one_key(world: World) -> None:
    customer = agreed(world)
    for _ in range(2):
        request = keyed(KEY, b"Europe/Paris", "zone")
        assert world.ringfence.set_time_zone(customer.id, "Europe/Paris", request).own_time_zone == "Europe/Paris"


def test_what_is_none_changes_nothing(world: World) -> None:
    customer = agreed(world)
    with pytest.raises(FieldInvalid):
        world.ringfence.set_time_zone(customer.id, "Europe/Nowhere", None)
    assert world.row(Customer, customer.id) == customer


def test_it_is_kept_for_active_customers_only(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.set_time_zone("cus_of_nobody", "Europe/Paris", None)
    customer = agreed(world)
    world.close(customer)
    with pytest.raises(CustomerRestricted):
        world.ringfence.set_time_zone(customer.id, "Europe/Paris", None)
