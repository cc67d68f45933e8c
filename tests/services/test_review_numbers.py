"""Test numbers, for app review and CI: a known code, no SMS, and nothing of it for anybody else."""

from dataclasses import replace

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import CodeIncorrect, PhoneNumberInvalid, Throttled
from chalicelib.domain.fiction import TestNumber
from chalicelib.domain.spent import Spent
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.traffic import Traffic
from tests.fakes import MemoryAdapters, caller
from tests.services.world import WALLET, World

FICTION = "+447700900123"
CODE = "135790"
REVIEW = caller(client_id="wallet-review")


@pytest.fixture
def world() -> World:
    adapters = MemoryAdapters()
    rules = adapters.policy.rules
    numbers = {"app_review": TestNumber(FICTION, CODE, REVIEW.client_id, "2027-03-01")}
    adapters.policy = replace(adapters.policy, rules=replace(rules, test_numbers=numbers))
    return World(adapters)


def test_it_is_proved_by_its_code_without_an_sms(world: World) -> None:
    verification = world.start(FICTION, by=REVIEW)
    assert verification.sends[-1].delivery == "accepted"
    assert not world.sent
    assert world.check(verification, CODE, by=REVIEW).status == "verified"


def test_another_code_is_wrong_and_counts(world: World) -> None:
    verification = world.start(FICTION, by=REVIEW)
    with pytest.raises(CodeIncorrect) as wrong:
        world.check(verification, "000000", by=REVIEW)
    assert wrong.value.attempts_remaining == 4


def test_a_resend_sends_nothing_either(world: World) -> None:
    verification = world.start(FICTION, by=REVIEW)
    world.later(seconds=30)
    assert len(world.resend(verification, by=REVIEW).sends) == 2
    assert not world.sent


def test_for_another_client_it_is_no_number(world: World) -> None:
    with pytest.raises(PhoneNumberInvalid):
        world.start(FICTION, by=WALLET)


def test_after_its_day_it_is_no_number_and_its_code_no_code(world: World) -> None:
    world.adapters.clock.at = world.adapters.clock.at.replace(year=2027, month=2, day=28, hour=23, minute=55)
    verification = world.start(FICTION, by=REVIEW)
    world.later(minutes=6)
    with pytest.raises(CodeIncorrect):
        world.check(verification, CODE, by=REVIEW)
    with pytest.raises(PhoneNumberInvalid):
        world.start(FICTION, by=REVIEW)


def test_an_ordinary_number_of_that_client_has_no_known_code(world: World) -> None:
    verification = world.start(by=REVIEW)
    assert world.sent == 1
    if world.sender.last_code != CODE:
        with pytest.raises(CodeIncorrect):
            world.check(verification, CODE, by=REVIEW)


def test_it_has_a_quota_of_its_own_and_uses_nobody_else_s(world: World) -> None:
    for _ in range(50):
        world.start(FICTION, by=REVIEW, ip="192.0.2.1", device_id="ci")
    assert not world.rows(Traffic)
    assert not world.rows(Spent)
    assert {log.key.partition("#")[0] for log in world.rows(ThrottleLog)} == {"test_number"}
    with pytest.raises(Throttled) as refused:
        world.start(FICTION, by=REVIEW)
    assert refused.value.limit == "test_number"


@pytest.mark.parametrize("served", ["other", "CN"])
def test_its_customer_steps_up_with_the_same_code_and_gets_no_message(world: World, served: str) -> None:
    # No region is the range's own, so a policy without `other` serves none that it could be in.
    rules = world.policy.rules
    countries = {served: rules.countries[served]}
    world.adapters.policy = replace(world.policy, rules=replace(rules, countries=countries))
    customer = world.bind(world.check(world.start(FICTION, by=REVIEW), CODE, by=REVIEW), by=REVIEW)
    assert world.row(Customer, customer.id).test_number == "app_review"
    step_up = world.start(None, by=REVIEW, purpose="step_up", customer_id=customer.id)
    assert world.check(step_up, CODE, by=REVIEW).status == "verified"
    world.say(customer)
    token = world.token(customer)
    parameters = {"order_reference": "A1", "carrier_name": "Post", "delivery_date": "Monday"}
    world.ringfence.strongroom.send_message("Bearer call-centre/ann/staff", token, "order_shipped", parameters, None)
    assert not world.sent
    assert not world.rows(Spent)


def test_once_it_is_no_test_number_its_customer_s_sms_are_paid_for(world: World) -> None:
    customer = world.bind(world.check(world.start(FICTION, by=REVIEW), CODE, by=REVIEW), by=REVIEW)
    world.adapters.policy = replace(world.policy, rules=replace(world.policy.rules, test_numbers={}))
    later = World(world.adapters)
    later.start(None, by=REVIEW, purpose="step_up", customer_id=customer.id)
    assert (later.sent, len(later.rows(Spent))) == (1, 1)


def test_every_use_is_told_without_number_or_code(world: World) -> None:
    verification = world.start(FICTION, by=REVIEW)
    world.check(verification, CODE, by=REVIEW)
    told = [figures for event, figures in world.adapters.journal.notes if event == "test_number"]
    assert [figures["step"] for figures in told] == ["start", "check"]
    assert all(figures["name"] == "app_review" for figures in told)
    assert "7700" not in repr(told)
    assert CODE not in repr(told)
