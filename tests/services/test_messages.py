"""A message is counted, and its delivery is followed by the rules of a code's."""

from dataclasses import replace
from itertools import permutations

import pytest

from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.errors import NotFound, Unavailable
from chalicelib.domain.fiction import TestNumber as FictionNumber
from chalicelib.domain.receipt import Receipt
from chalicelib.domain.spent import Spent
from chalicelib.domain.writes import Remove
from tests.fakes import bearer, caller
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, STAFF, World, at_once, keyed

MARKETING = caller("staff", "marketing", "ann")


def send(
    world: World,
    customer: Customer,
    place: str = "Main Street",
    by: Caller = STAFF,
    key: str | None = None,
    token: str | None = None,
) -> Message:
    parameters = {"order_reference": "A-1", "pickup_place": place, "pickup_until": "Friday"}
    request = keyed(key, place.encode(), "message", by)
    held = token or world.token(customer, by=by)
    return world.ringfence.strongroom.send_message(bearer(by), held, "order_ready", parameters, request)


def agreed(world: World, number: str = NUMBER, purpose: str = "order_notice") -> Customer:
    customer = world.customer(number)
    world.say(customer, purpose=purpose)
    return world.row(Customer, customer.id)


def spent(world: World) -> int:
    return sum(row.month_cost for row in world.rows(Spent))


def receipt(message: Message, delivery: str = "delivered", reason: str | None = None) -> Receipt:
    assert message.message_id is not None
    return Receipt(message.message_id, delivery, reason)


def known(world: World, message: Message) -> tuple[str, str | None]:
    kept = world.ringfence.own(STAFF, Message, message.id)
    return kept.delivery, kept.reason


# The packaged prices: 0.05 a part to GB and 0.03 to CN. 41 characters of GSM-7 stand around the place.
@pytest.mark.parametrize(
    ("number", "place", "parts", "cost"),
    [
        (NUMBER, "Main Street", 1, 50_000),
        (NUMBER, "字" * 40, 2, 100_000),
        (OTHER_NUMBER, "Main Street", 1, 30_000),
        (OTHER_NUMBER, "字" * 40, 2, 60_000),
    ],
)
def test_parts_and_cost_are_what_was_put_aside(world: World, number: str, place: str, parts: int, cost: int) -> None:
    customer, before = agreed(world, number), spent(world)
    message = send(world, customer, place)
    assert (message.parts, message.cost) == (parts, cost)
    assert spent(world) - before == cost
    assert message == world.row(Message, message.id)


def test_a_message_is_in_the_customer_s_language(world: World) -> None:
    proof = world.start(OTHER_NUMBER, locale="zh-CN")
    customer = world.bind(world.check(proof, world.sender.last_code))
    world.say(customer)
    send(world, customer)
    assert "\u8ba2\u5355A-1" in world.sender.sent[-1].body


@pytest.mark.parametrize("outcome", ["failed", "opted_out", "throttled"])
def test_what_was_surely_not_sent_costs_nothing(world: World, outcome: str) -> None:
    customer, before = agreed(world), spent(world)
    world.sender.outcome = outcome
    message = send(world, customer)
    assert (message.parts, message.cost) == (1, 0)
    assert message.delivery == ("opted_out" if outcome == "opted_out" else "failed")
    assert message.reason == outcome
    assert spent(world) == before
    assert world.rows(Message) == [message]
    # A carrier that refused names nothing that a receipt could come for.
    assert [it for it in world.rows(Dispatch) if it.reference == message.id] == []


def test_what_may_have_been_sent_is_paid_for(world: World) -> None:
    customer, before = agreed(world), spent(world)
    world.sender.outcome = "unknown"
    message = send(world, customer)
    assert (message.delivery, message.cost) == ("unknown", 50_000)
    assert spent(world) - before == 50_000


def test_a_message_to_a_test_number_costs_nothing(world: World) -> None:
    fiction = FictionNumber("+447700900123", "135790", "wallet-app", "2027-03-01")
    world.adapters.policy = replace(world.policy, rules=replace(world.policy.rules, test_numbers={"review": fiction}))
    customer = world.bind(world.check(world.start("+447700900123"), "135790"))
    world.say(customer)
    message = send(world, customer)
    assert (message.delivery, message.parts, message.cost, message.message_id) == ("accepted", 1, 0, None)


@pytest.mark.parametrize(
    "told",
    [("delivered", None), ("delivered", "by_carrier"), ("failed", "spam"), ("opted_out", "opted_out")],
)
def test_a_message_knows_what_its_receipt_tells(world: World, told: tuple[str, str | None]) -> None:
    message = send(world, agreed(world))
    assert known(world, message) == ("accepted", None)
    assert world.ringfence.record_receipt(receipt(message, *told))
    assert known(world, message) == told
    # And nothing else of it has changed.
    assert replace(world.row(Message, message.id), delivery="accepted", reason=None, version=message.version) == message


def test_a_receipt_again_writes_nothing(world: World) -> None:
    message = send(world, agreed(world))
    assert world.ringfence.record_receipt(receipt(message))
    before = world.row(Message, message.id)
    assert world.ringfence.record_receipt(receipt(message))
    assert world.row(Message, message.id).version == before.version


STEPS = [("delivered", None), ("failed", "unreachable"), ("delivered", "by_carrier"), ("accepted", None)]


@pytest.mark.parametrize("order", list(permutations(STEPS)))
def test_in_whatever_order_receipts_come_the_best_is_known(
    world: World, order: tuple[tuple[str, str | None], ...]
) -> None:
    message = send(world, agreed(world))
    for told in order:
        assert world.ringfence.record_receipt(receipt(message, *told))
    assert known(world, message) == ("delivered", None)


def test_of_many_at_once_the_best_is_known(world: World) -> None:
    message = send(world, agreed(world))
    assert all(at_once(lambda each: world.ringfence.record_receipt(receipt(message, *STEPS[each % 4])), 24))
    assert known(world, message) == ("delivered", None)


def test_each_receipt_finds_its_own_message_and_no_code(world: World) -> None:
    customer = agreed(world)
    first, second = send(world, customer), send(world, customer)
    assert world.ringfence.record_receipt(receipt(first, "failed", "spam"))
    assert known(world, first) == ("failed", "spam")
    assert known(world, second) == ("accepted", None)
    references = {it.reference for it in world.rows(Dispatch)}
    assert {first.id, second.id} < references
    assert len(references) == 3


def test_receipts_find_a_message_for_three_days(world: World) -> None:
    customer = agreed(world)
    early, late = send(world, customer), send(world, customer)
    world.later(hours=72, seconds=-1)
    assert world.ringfence.record_receipt(receipt(early))
    assert known(world, early) == ("delivered", None)
    world.later(seconds=1)
    assert not world.ringfence.record_receipt(receipt(late))
    with pytest.raises(NotFound):
        world.ringfence.own(STAFF, Message, early.id)


def test_a_repeated_request_is_told_what_is_known_by_then(world: World) -> None:
    customer = agreed(world)
    token = world.token(customer)
    message, sent = send(world, customer, key=KEY, token=token), world.sent
    world.ringfence.record_receipt(receipt(message))
    world.later(hours=23)
    again = send(world, customer, key=KEY, token=token)
    assert (again.id, again.delivery) == (message.id, "delivered")
    assert world.sent == sent


@pytest.mark.parametrize("applies", [False, True])
def test_a_lost_outcome_is_unknown_and_a_receipt_that_names_the_message_finds_it(applies: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    token = world.token(customer)
    # Which only the outcome brings along.
    adapters.store.damaged, adapters.store.applies = {Dispatch}, applies
    message = send(world, customer, token=token)
    adapters.store.damaged = set()
    assert message.delivery == "accepted"
    assert known(world, message) == (("accepted", None) if applies else ("unknown", None))
    assert world.ringfence.record_receipt(Receipt("message-2", "delivered", None, message.id))
    assert known(world, message) == ("delivered", None)
    kept = world.row(Message, message.id)
    assert (kept.message_id, kept.sender) == ("message-2", "sns" if applies else "end_user_messaging")


def test_a_receipt_that_is_quicker_than_the_outcome_is_kept() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    token = world.token(customer)

    def quick() -> None:
        (intended,) = world.rows(Message)
        assert world.ringfence.record_receipt(Receipt("message-2", "delivered", None, intended.id))

    adapters.store.before(Dispatch, quick)
    message = send(world, customer, token=token)
    assert (message.delivery, message.message_id) == ("delivered", "message-2")
    assert known(world, message) == ("delivered", None)
    assert world.ringfence.record_receipt(Receipt("message-2", "failed", "spam"))
    assert known(world, message) == ("delivered", None)


def test_a_message_that_is_gone_before_its_outcome_is_told_all_the_same() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    token = world.token(customer)
    adapters.store.before(Dispatch, lambda: adapters.store.commit(Remove(world.rows(Message)[0])))
    assert send(world, customer, token=token).delivery == "accepted"
    assert world.rows(Message) == []


def test_a_receipt_for_nobody_s_message_is_nothing(world: World) -> None:
    message = send(world, agreed(world))
    assert not world.ringfence.record_receipt(Receipt("message-of-another", "delivered", None, "msg_of_another"))
    assert not world.ringfence.record_receipt(Receipt("message-of-another", "delivered"))
    # The context names the message, the id another SMS, and the message's own outcome is known.
    assert world.ringfence.record_receipt(Receipt("message-of-another", "failed", "spam", message.id))
    assert known(world, message) == ("accepted", None)


@pytest.mark.parametrize("applies", [False, True])
def test_a_store_that_does_not_answer_is_told_and_asked_again(applies: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    message = send(world, agreed(world))
    adapters.store.fails_at, adapters.store.applies = adapters.store.asked, applies
    with pytest.raises(Unavailable):
        world.ringfence.record_receipt(receipt(message))
    assert world.ringfence.record_receipt(receipt(message))
    assert known(world, message) == ("delivered", None)


def test_a_message_is_shown_to_the_system_that_sent_it_alone(world: World) -> None:
    customer = agreed(world)
    message = send(world, customer)
    colleague, wallet = caller("staff", "call-centre", "bob"), caller("wallet", "wallet-app", "ann")
    assert world.ringfence.own(colleague, Message, message.id) == message
    for stranger in (MARKETING, wallet):
        with pytest.raises(NotFound):
            world.ringfence.own(stranger, Message, message.id)
    with pytest.raises(NotFound):
        world.ringfence.own(STAFF, Message, "msg_of_nobody")


@pytest.mark.parametrize(("number", "word"), [(OTHER_NUMBER, "R"), (NUMBER, "STOP")])
def test_advertising_in_english_ends_with_the_word_of_the_number_s_country(
    world: World, number: str, word: str
) -> None:
    customer = agreed(world, number, "marketing")
    assert customer.locale == "en"
    token = world.token(customer, purpose="marketing")
    parameters = {"feature_name": "split bills"}
    world.ringfence.strongroom.send_message(bearer(STAFF), token, "new_feature", parameters, None)
    assert world.sender.sent[-1].body.endswith(f": split bills.\nReply {word} to opt out")


def test_nothing_of_a_message_holds_number_or_text(world: World) -> None:
    message = send(world, agreed(world), "Main Street")
    assert NUMBER[3:] not in repr(message)
    assert "Main Street" not in repr(message)
