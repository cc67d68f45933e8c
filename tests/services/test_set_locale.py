"""A customer corrects the language in which they are spoken to."""

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CustomerRestricted, FieldInvalid, NotFound
from tests.services.world import KEY, World, keyed


def test_the_next_code_is_in_it(world: World) -> None:
    customer = world.customer()
    assert customer.locale == "en"
    assert world.ringfence.set_locale(customer.id, "zh-CN", None).locale == "zh-CN"
    assert world.start(None, purpose="step_up", customer_id=customer.id).locale == "zh-CN"


@pytest.mark.parametrize(("said", "noted"), [("ZH", "zh-CN"), ("en-AU", "en")])
def test_it_is_the_nearest_that_an_sms_speaks(world: World, said: str, noted: str) -> None:
    customer = world.customer()
    world.ringfence.set_locale(customer.id, "ja", None)
    assert world.ringfence.set_locale(customer.id, said, None).locale == noted


def test_what_was_agreed_to_stays_in_the_language_that_it_was_read_in(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    world.ringfence.set_locale(customer.id, "zh-CN", None)
    assert world.row(Customer, customer.id).consents["order_notice"].locale == "en"


def test_it_is_set_once_for_one_key(world: World) -> None:
    customer = world.customer()
    for _ in range(2):
        assert world.ringfence.set_locale(customer.id, "zh-CN", keyed(KEY, b"zh-CN", "locale")).locale == "zh-CN"
    world.ringfence.set_locale(customer.id, "en", None)
    assert world.ringfence.set_locale(customer.id, "zh-CN", keyed(KEY, b"zh-CN", "locale")).locale == "en"


def test_what_it_is_already_is_not_written_again(world: World) -> None:
    customer = world.customer()
    assert world.ringfence.set_locale(customer.id, customer.locale, keyed(KEY, b"en", "locale")) == customer
    assert world.row(Customer, customer.id).version == customer.version


def test_what_nobody_speaks_changes_nothing(world: World) -> None:
    customer = world.customer()
    with pytest.raises(FieldInvalid):
        world.ringfence.set_locale(customer.id, "tlh", None)
    assert world.row(Customer, customer.id) == customer


def test_it_is_kept_for_open_customers_only(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.set_locale("cus_of_nobody", "en", None)
    customer = world.customer()
    world.close(customer)
    with pytest.raises(CustomerRestricted):
        world.ringfence.set_locale(customer.id, "zh-CN", None)
