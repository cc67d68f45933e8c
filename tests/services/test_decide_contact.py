"""The answer is as of now; a token is made only when it is yes."""

from datetime import timedelta

import pytest

from chalicelib.domain.access import DecisionLogEntry
from chalicelib.domain.contact import ContactToken, token_digest
from chalicelib.domain.errors import FieldInvalid, IdempotencyKeyReused, NotFound, NotReplayable
from chalicelib.domain.gate import ContactQuestion
from chalicelib.services.decide_contact import ContactAnswer
from tests.services.world import KEY, STAFF, World, at_once, keyed, only


def ask(world: World, customer_id: str, purpose: str = "order_notice", key: str | None = None) -> ContactAnswer:
    question = ContactQuestion(customer_id, purpose, "sms")
    return world.ringfence.decide_contact(STAFF, question, keyed(key, repr(question).encode(), "ask"))


def test_yes_comes_with_a_token_for_this_caller_and_question(world: World) -> None:
    customer = world.customer()
    event = world.say(customer)
    answer = ask(world, customer.id)
    assert answer.token is not None
    assert answer.decision.evidence == (event.event_id,)
    assert answer.expires_at == world.adapters.clock.at + timedelta(minutes=5)
    row = world.row(ContactToken, token_digest(answer.token))
    assert (row.client_id, row.subject, row.question) == (
        STAFF.client_id,
        STAFF.subject,
        ContactQuestion(customer.id, "order_notice", "sms"),
    )
    assert answer.token not in repr(world.store.rows)
    assert answer.token not in repr(answer)


def test_no_comes_without_one_and_leaves_a_line_in_the_log(world: World) -> None:
    customer = world.customer()
    before = dict(world.store.rows)
    answer = ask(world, customer.id)
    assert (answer.decision.reason, answer.token, answer.expires_at) == ("consent_missing", None, None)
    assert {kind for kind, _ in world.store.rows.keys() - before.keys()} == {DecisionLogEntry}


def test_every_answer_is_logged_with_who_asked(world: World) -> None:
    customer = world.customer()
    ask(world, customer.id)
    event = world.say(customer)
    world.later(seconds=1)
    ask(world, customer.id)
    logged = world.ringfence.read_access_log(customer.id).decisions
    assert [(it.reason, it.evidence) for it in logged] == [
        ("consent_given", (event.event_id,)),
        ("consent_missing", ()),
    ]
    assert {(it.role, it.client_id, it.subject) for it in logged} == {("staff", STAFF.client_id, STAFF.subject)}
    assert {(it.purpose, it.channel) for it in logged} == {("order_notice", "sms")}


def test_a_withdrawal_counts_for_the_very_next_question(world: World) -> None:
    customer = world.customer()
    reasons = []
    for decision in ("given", "withdrawn", "given", "refused"):
        world.say(customer, decision)
        reasons.append(ask(world, customer.id).decision.reason)
    assert reasons == ["consent_given", "consent_withdrawn", "consent_given", "consent_refused"]


def test_an_answer_is_never_given_twice(world: World) -> None:
    customer = world.customer()
    world.say(customer)
    results = at_once(lambda _: ask(world, customer.id, key=KEY), 20)
    assert len(only(results, ContactAnswer)) == 1
    assert len(only(results, NotReplayable)) == 19
    assert len(world.rows(ContactToken)) == 1
    with pytest.raises(IdempotencyKeyReused):
        ask(world, customer.id, "marketing", key=KEY)


def test_a_no_is_not_replayed_either(world: World) -> None:
    customer = world.customer()
    ask(world, customer.id, key=KEY)
    world.say(customer)
    with pytest.raises(NotReplayable):
        ask(world, customer.id, key=KEY)


def test_what_does_not_exist_is_not_decided(world: World) -> None:
    with pytest.raises(NotFound):
        ask(world, "cus_of_nobody")
    with pytest.raises(FieldInvalid):
        ask(world, world.customer().id, "unheard_of")
