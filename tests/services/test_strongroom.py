"""The strongroom trusts a verified token and the store, writes before it opens, and opens once."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import (
    ContactTokenInvalid,
    Contended,
    FieldInvalid,
    IdempotencyKeyReused,
    NotReplayable,
    Throttled,
)
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.writes import Remove
from tests.fakes import bearer, caller
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, STAFF, World, at_once, keyed, only

READY = {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"}


def send(
    world: World,
    token: str,
    template: str = "order_ready",
    parameters: Mapping[str, str] = READY,
    by: Caller = STAFF,
    key: str | None = None,
) -> Message:
    request = keyed(key, f"{token} {template}".encode(), "message", by)
    return world.ringfence.strongroom.send_message(bearer(by), token, template, parameters, request)


def reveal(world: World, token: str, by: Caller = STAFF, key: str | None = None) -> PhoneNumber:
    return world.ringfence.strongroom.reveal(
        bearer(by), token, "the customer asked to be called", keyed(key, token.encode(), "reveal", by)
    )


def agreed(world: World) -> Customer:
    customer = world.customer()
    world.say(customer)
    return world.row(Customer, customer.id)


def untouched(world: World) -> bool:
    return not world.adapters.opener.opened and not world.rows(AccessLogEntry)


def test_a_message_is_sent_once_and_logged(world: World) -> None:
    customer = agreed(world)
    token = world.token(customer)
    message = send(world, token)
    assert world.sender.sent[-1].number == NUMBER
    assert "order A-1 is ready" in world.sender.sent[-1].body
    assert message == world.row(Message, message.id)
    assert message.delivery == "accepted"
    (entry,) = world.store.history(AccessLogEntry, customer.id)
    assert (entry.action, entry.role, entry.client_id, entry.subject) == ("message", "staff", "call-centre", "ann")
    assert entry.evidence == (customer.consents["order_notice"].event_id,)
    assert world.used(token)
    assert NUMBER not in repr((message, entry))


def test_a_number_is_shown_once_and_logged_with_its_reason(world: World) -> None:
    customer = agreed(world)
    token = world.token(customer, "call")
    assert reveal(world, token).e164 == NUMBER
    (entry,) = world.store.history(AccessLogEntry, customer.id)
    assert (entry.action, entry.justification) == ("reveal", "the customer asked to be called")
    with pytest.raises(ContactTokenInvalid):
        reveal(world, token)
    assert len(world.adapters.opener.opened) == 1


def test_a_token_is_used_once_however_many_try(world: World) -> None:
    customer, sent = agreed(world), world.sent
    token = world.token(customer)
    results = at_once(lambda _: send(world, token), 20)
    assert len(only(results, Message)) == 1
    assert len(only(results, ContactTokenInvalid)) == 19
    assert world.sent == sent + 1
    assert len(world.rows(AccessLogEntry)) == 1


def test_twins_with_one_key_send_one_message(world: World) -> None:
    customer, sent = agreed(world), world.sent
    token = world.token(customer)
    results = at_once(lambda _: send(world, token, key=KEY), 20)
    assert len({message.id for message in only(results, Message)}) == 1
    assert len(only(results, Message)) == 20
    assert world.sent == sent + 1
    with pytest.raises(IdempotencyKeyReused):
        send(world, world.token(customer), key=KEY)


def test_a_reveal_is_never_repeated(world: World) -> None:
    token = world.token(agreed(world), "call")
    results = at_once(lambda _: reveal(world, token, key=KEY), 20)
    assert len(only(results, PhoneNumber)) == 1
    assert len(only(results, NotReplayable)) == 19
    assert len(world.adapters.opener.opened) == 1


@pytest.mark.parametrize(
    "by",
    [
        caller("staff", "call-centre", "bob"),
        caller("staff", "marketing", "ann"),
        caller("wallet", "wallet-app", "ann"),
    ],
    ids=["other person", "other system", "other role"],
)
def test_a_token_is_worth_nothing_to_anybody_else(world: World, by: Caller) -> None:
    token = world.token(agreed(world))
    with pytest.raises(ContactTokenInvalid):
        send(world, token, by=by)
    assert untouched(world)
    assert not world.used(token)
    send(world, token)


def test_a_token_is_for_one_channel(world: World) -> None:
    customer = agreed(world)
    by_sms, by_call = world.token(customer, "sms"), world.token(customer, "call")
    in_app = world.token(customer, "app", "account_security")
    for token in (by_call, in_app):
        with pytest.raises(ContactTokenInvalid):
            send(world, token, "number_changed", {})
    for token in (by_sms, in_app):
        with pytest.raises(ContactTokenInvalid):
            reveal(world, token)
    assert untouched(world)


def test_a_token_lives_five_minutes(world: World) -> None:
    token = world.token(agreed(world))
    world.later(minutes=5)
    with pytest.raises(ContactTokenInvalid):
        send(world, token)
    assert untouched(world)


def test_a_token_that_nobody_made_is_nothing(world: World) -> None:
    agreed(world)
    with pytest.raises(ContactTokenInvalid):
        send(world, "ct_" + "A" * 43)
    assert untouched(world)


@pytest.mark.parametrize("decision", ["withdrawn", "refused", "given"])
def test_any_new_word_of_the_customer_kills_the_token(world: World, decision: str) -> None:
    customer = agreed(world)
    token = world.token(customer)
    world.say(customer, decision)
    with pytest.raises(ContactTokenInvalid):
        send(world, token)
    assert untouched(world)


def test_closing_kills_the_token(world: World) -> None:
    customer = agreed(world)
    tokens = world.token(customer), world.token(customer, "call", "account_security")
    world.close(customer)
    with pytest.raises(ContactTokenInvalid):
        send(world, tokens[0])
    with pytest.raises(ContactTokenInvalid):
        reveal(world, tokens[1])
    assert untouched(world)


@pytest.mark.parametrize("act", ["send", "reveal"])
def test_a_withdrawal_between_the_decision_and_the_opening_wins(act: str) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    token = world.token(customer, "sms" if act == "send" else "call")
    sent = world.sent
    adapters.store.before(AccessLogEntry, lambda: world.say(customer, "withdrawn"))
    with pytest.raises(ContactTokenInvalid):
        send(world, token) if act == "send" else reveal(world, token)
    assert untouched(world)
    assert world.sent == sent


@pytest.mark.parametrize(
    ("template", "parameters", "pointer"),
    [
        ("offer", READY, "/template"),
        ("unheard_of", {}, "/template"),
        ("order_ready", {}, "/parameters"),
        ("order_ready", {**READY, "company": "Evil"}, "/parameters"),
        ("order_ready", {**READY, "pickup_place": "a\nb"}, "/parameters/pickup_place"),
    ],
)
def test_a_text_that_does_not_fit_opens_nothing_and_keeps_the_token(
    world: World, template: str, parameters: dict[str, str], pointer: str
) -> None:
    token, sent = world.token(agreed(world)), world.sent
    with pytest.raises(FieldInvalid) as refused:
        send(world, token, template, parameters, key=KEY)
    assert refused.value.pointer == pointer
    assert untouched(world)
    assert not world.used(token)
    send(world, token)
    assert world.sent == sent + 1


def test_a_number_that_is_erased_meanwhile_is_not_sent_to() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    token, sent = world.token(customer), world.sent
    assert customer.number is not None
    key = world.row(WrappedKey, customer.id, customer.number.key_id)
    adapters.store.before(AccessLogEntry, lambda: world.store.commit(Remove(key)))
    with pytest.raises(Contended):
        send(world, token, key=KEY)
    again = send(world, token, key=KEY)
    assert (again.delivery, again.reason, again.cost) == ("failed", "not_opened", 0)
    assert world.sent == sent


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_a_message_s_outcome_is_told_and_never_tried_again(world: World, outcome: str) -> None:
    token = world.token(agreed(world))
    world.sender.outcome = outcome
    assert send(world, token, key=KEY).delivery == outcome
    world.sender.outcome = "accepted"
    assert send(world, token, key=KEY).delivery == outcome


def test_each_caller_has_a_budget_of_openings(world: World) -> None:
    small = replace(world.policy.rules.throttles.opening_by_staff[0], limit=3)
    throttles = replace(world.policy.rules.throttles, opening_by_staff=(small,))
    world.adapters.policy = replace(world.policy, rules=replace(world.policy.rules, throttles=throttles))
    customer = agreed(world)
    for _ in range(3):
        send(world, world.token(customer))
    token = world.token(customer)
    with pytest.raises(Throttled) as refused:
        send(world, token)
    assert refused.value.limit == "opening_by_staff"
    assert not world.used(token)
    assert len(world.rows(AccessLogEntry)) == 3
    other = caller("staff", "call-centre", "bob")
    send(world, world.token(customer, by=other), by=other)
    world.later(hours=1)
    send(world, world.token(customer))
