"""Only an active customer who holds the number is found by it."""

from dataclasses import replace

from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.writes import Insert, Replace
from chalicelib.services.tag_holder import active_holder
from tests.services.world import OTHER_NUMBER, World


def test_who_holds_the_number_is_found_and_nobody_by_another(world: World, customer: Customer) -> None:
    found = active_holder(world.store, world.tags())
    assert found is not None
    assert found.id == customer.id
    assert active_holder(world.store, world.tags(OTHER_NUMBER)) is None


def test_a_closed_customer_is_nobody_even_while_the_row_names_them(world: World, customer: Customer) -> None:
    world.close(customer)
    world.store.commit(Insert(TagHolder(world.tag(), customer.id)))
    left = world.row(Customer, customer.id)
    assert (left.status, left.tag, world.holder()) == ("restricted", world.tag(), customer.id)
    assert active_holder(world.store, world.tags()) is None


def test_a_customer_with_another_number_by_now_is_nobody_by_the_former(world: World, customer: Customer) -> None:
    left = world.row(Customer, customer.id)
    world.store.commit(Replace(left, replace(left, tag=world.tag(OTHER_NUMBER))))
    assert world.holder() == customer.id
    assert active_holder(world.store, world.tags()) is None
