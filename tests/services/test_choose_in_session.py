"""A tap is recorded once, as the customer's own word, and only if the session is strong enough for it."""

from dataclasses import replace

import pytest

from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    FieldInvalid,
    GuardianRequired,
    IdempotencyKeyReused,
    NotAuthenticated,
    NotFound,
    NoticeMismatch,
    NotPermitted,
    PurposeNotSwitchable,
)
from chalicelib.domain.standing import Shown
from tests.services.page import TAP, Page
from tests.services.world import World, at_once, only

OPTIONAL = {"order_notice", "transaction_safety_call", "satisfaction_survey", "marketing", "support_follow_up"}


def said(page: Page, customer: Customer) -> list[ConsentEvent]:
    return page.ringfence.history(customer.id)


def test_a_tap_is_the_customer_s_own_word(page: Page, customer: Customer) -> None:
    page.choose(page.by_wallet(customer), "sms", "app")
    (event,) = said(page, customer)
    assert (event.event_type, event.channels, event.purpose) == ("given", ("sms", "app"), "marketing")
    assert (event.surface, event.method, event.actor) == ("preference_centre", "tap", "customer")
    assert (event.actor_role, event.actor_client, event.locale) == ("customer", "preferences", "en")
    assert event.notice_sha256 == page.world.policy.notices["marketing", 1, "en"].sha256
    assert event.valid_until is not None


def test_it_counts_at_once(world: World, page: Page, customer: Customer) -> None:
    token = page.by_wallet(customer)
    page.choose(token, "sms", purpose="order_notice")
    assert world.token(customer)
    page.choose(token, purpose="order_notice", key="tap-two-0123456789")
    assert world.row(Customer, customer.id).consents["order_notice"].decision == "withdrawn"
    assert world.damage(customer) is None


def test_a_double_tap_is_one_event(page: Page, customer: Customer) -> None:
    token = page.by_wallet(customer)
    page.choose(token, "sms")
    page.choose(token, "sms")
    assert len(said(page, customer)) == 1


def test_a_double_tap_on_no_is_one_event(page: Page, customer: Customer) -> None:
    # After the first one the second would be another no.
    token = page.by_wallet(customer)
    page.choose(token, "sms", key="tap-yes-0123456789")
    page.choose(token)
    page.choose(token)
    assert [event.event_type for event in said(page, customer)] == ["given", "withdrawn"]


def test_fifty_taps_at_once_are_one_event(page: Page, customer: Customer) -> None:
    token = page.by_wallet(customer)
    results = at_once(lambda _: page.choose(token, "sms"))
    assert only(results, Exception) == []
    assert len(said(page, customer)) == 1


def test_a_form_that_was_sent_before_does_not_say_something_else(page: Page, customer: Customer) -> None:
    token = page.by_wallet(customer)
    page.choose(token, "sms")
    with pytest.raises(IdempotencyKeyReused):
        page.choose(token, "sms", "call")
    assert len(said(page, customer)) == 1


def test_another_customer_s_form_is_nobody_else_s(world: World, page: Page, customer: Customer) -> None:
    other = world.customer("+8613123456789")
    page.choose(page.by_wallet(customer), "sms")
    with pytest.raises(IdempotencyKeyReused):
        page.choose(page.by_wallet(other), "sms")
    assert said(page, other) == []


@pytest.mark.parametrize("channels", [("sms",), ("sms", "call", "app")])
def test_by_sms_nothing_can_be_given(page: Page, customer: Customer, channels: tuple[str, ...]) -> None:
    with pytest.raises(NotPermitted):
        page.choose(page.by_sms(), *channels)
    assert said(page, customer) == []


def test_by_sms_not_even_fewer_channels(page: Page, customer: Customer) -> None:
    # It would be given anew, and for another year.
    page.choose(page.by_wallet(customer), "sms", "call")
    with pytest.raises(NotPermitted):
        page.choose(page.by_sms(), "sms", key="tap-two-0123456789")
    assert len(said(page, customer)) == 1


@pytest.mark.parametrize(("before", "no"), [((), "refused"), (("sms",), "withdrawn")])
def test_by_sms_a_no_is_heard(page: Page, customer: Customer, before: tuple[str, ...], no: str) -> None:
    if before:
        page.choose(page.by_wallet(customer), *before, key="tap-yes-0123456789")
    assert page.choose(page.by_sms()).decision == no
    assert said(page, customer)[-1].event_type == no


@pytest.mark.parametrize("strength", ["sms", "wallet"])
def test_everything_optional_is_refused_in_one_tap(world: World, page: Page, customer: Customer, strength: str) -> None:
    world.say(customer, purpose="marketing", channels=("sms",))
    world.say(customer, "refused", "satisfaction_survey")
    token = page.by_sms() if strength == "sms" else page.by_wallet(customer)
    commits = len(world.store.commits)
    assert set(page.refuse_optional(token)) == OPTIONAL - {"satisfaction_survey"}
    assert len(world.store.commits) == commits + 1
    states = world.row(Customer, customer.id).consents
    assert {name: state.decision for name, state in states.items()} == {
        **dict.fromkeys(OPTIONAL, "refused"),
        "marketing": "withdrawn",
    }
    assert page.refuse_optional(token) == []
    assert len(said(page, customer)) == 6
    assert {event.actor for event in said(page, customer)} == {"customer"}
    assert world.damage(customer) is None


def test_fifty_taps_on_no_to_everything_are_one_no_to_each(world: World, page: Page, customer: Customer) -> None:
    token = page.by_wallet(customer)
    results = at_once(lambda _: page.refuse_optional(token))
    assert only(results, Exception) == []
    assert sorted(event.purpose for event in said(page, customer)) == sorted(OPTIONAL)
    assert world.damage(customer) is None


def test_what_rests_on_the_contract_has_no_switch(page: Page, customer: Customer) -> None:
    with pytest.raises(PurposeNotSwitchable):
        page.choose(page.by_wallet(customer), purpose="account_security")


def test_another_text_than_was_shown_is_not_agreed_to(page: Page, customer: Customer) -> None:
    with pytest.raises(NoticeMismatch):
        page.choose(page.by_wallet(customer), "sms", sha256="0" * 64)


def test_another_text_than_was_shown_stops_no_refusal(page: Page, customer: Customer) -> None:
    page.choose(page.by_wallet(customer), sha256="0" * 64)
    (event,) = page.world.ringfence.history(customer.id)
    assert (event.event_type, event.notice_sha256) == ("refused", "")


def test_a_channel_that_the_purpose_does_not_use_is_refused(page: Page, customer: Customer) -> None:
    with pytest.raises(FieldInvalid):
        page.choose(page.by_wallet(customer), "app", purpose="order_notice")


def test_a_purpose_that_is_none_is_not_found(page: Page, customer: Customer) -> None:
    token = page.by_wallet(customer)
    choose = page.ringfence.choose_in_session.choose
    with pytest.raises(NotFound):
        choose(token, "nothing", (), Shown("en", 1, ""), TAP)


def test_a_child_may_say_no_and_not_yes(world: World, page: Page, customer: Customer) -> None:
    world.store.rows[Customer, (customer.id,)] = replace(world.row(Customer, customer.id), under_14=True)
    token = page.by_wallet(customer)
    with pytest.raises(GuardianRequired):
        page.choose(token, "sms")
    assert page.choose(token, key="tap-two-0123456789").decision == "refused"


@pytest.mark.parametrize("minutes", [15, 16])
def test_a_tap_after_the_session_s_end_is_not_heard(world: World, page: Page, customer: Customer, minutes: int) -> None:
    token = page.by_wallet(customer)
    world.later(minutes=minutes)
    for act in (lambda: page.choose(token), lambda: page.refuse_optional(token)):
        with pytest.raises(NotAuthenticated):
            act()
    assert said(page, customer) == []


def test_a_tap_after_the_account_s_end_is_not_heard(world: World, page: Page, customer: Customer) -> None:
    token = page.by_wallet(customer)
    world.close(customer)
    with pytest.raises(NotAuthenticated):
        page.choose(token, "sms")
    assert said(page, customer) == []
