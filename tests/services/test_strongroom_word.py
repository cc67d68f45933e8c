"""The old number of a change of number is told, once, by whoever may change it and as the change stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Message, word_id
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.errors import Contended, NotFound, NotPermitted, RingfenceError, Throttled, Unavailable
from chalicelib.domain.receipt import Receipt
from chalicelib.domain.settlement import Settlement
from chalicelib.domain.writes import Remove, Replace
from tests.fakes import NOON, bearer, caller
from tests.services.moving import moving
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, OTHER_NUMBER, WALLET, World, at_once, only


def tell(world: World, customer_id: str, authorization: str = bearer(WALLET)) -> Message:
    return world.ringfence.strongroom.tell_old_number(authorization, customer_id)


@pytest.mark.parametrize("effective", [False, True])
def test_the_old_number_is_told_and_the_new_one_is_not(world: World, effective: bool) -> None:
    customer, sent = moving(world, effective=effective), world.sent
    message = tell(world, customer.id)
    (sms,) = world.sender.sent[sent:]
    assert sms.number == NUMBER
    assert "2026-11-22 12:00 UTC" in sms.body
    assert world.policy.rules.processing.preferences_url in sms.body
    assert OTHER_NUMBER[-2:] not in sms.body
    assert message == world.row(Message, word_id("chg_1"))
    assert (message.delivery, message.purpose, message.template) == ("accepted", "number_change", "old_number")
    assert customer.leaving is not None
    assert message.key_id == customer.leaving.number.key_id
    (entry,) = world.store.history(AccessLogEntry, customer.id)
    assert (entry.action, entry.purpose, entry.role, entry.evidence) == ("word", "number_change", "wallet", ("chg_1",))
    assert [row.entry_id for row in world.rows(Settlement)] == [entry.id]
    assert NUMBER not in repr((message, entry))


@pytest.mark.parametrize(
    ("locale", "words"), [("zh-CN", "\u624b\u673a\u53f7\u7801"), ("fr", "your account"), ("es", "tu cuenta")]
)
def test_it_is_told_in_the_customer_s_language(world: World, locale: str, words: str) -> None:
    tell(world, moving(world, locale=locale).id)
    assert words in world.sender.sent[-1].body


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(days=2), timedelta(days=20)])
def test_it_is_told_once_however_often_and_by_how_many(world: World, wait: timedelta) -> None:
    customer, sent = moving(world), world.sent
    change = customer.change
    assert change is not None
    long = replace(customer, change=replace(change, until=NOON + timedelta(days=21)))
    world.store.commit(Replace(customer, long))
    results = at_once(lambda _: tell(world, customer.id), 10)
    assert len({it.id for it in only(results, Message)}) == 1
    assert not only(results, RingfenceError)
    # Long after a message of another kind would have lapsed.
    world.later(seconds=wait.total_seconds())
    assert tell(world, customer.id).id == word_id("chg_1")
    assert world.sent == sent + 1
    assert len(world.rows(AccessLogEntry)) == 1


def test_another_change_is_told_again(world: World) -> None:
    customer, sent = moving(world), world.sent
    tell(world, customer.id)
    head = world.row(Customer, customer.id)
    assert head.change is not None
    world.store.commit(Replace(head, replace(head, change=replace(head.change, id="chg_2"))))
    tell(world, customer.id)
    assert world.sent == sent + 2


@pytest.mark.parametrize("how", ["no change", "no number before", "closed"])
def test_there_is_nothing_to_tell(world: World, how: str) -> None:
    customer, sent = moving(world), world.sent
    if how == "closed":
        world.close(customer)
    elif how == "no change":
        world.store.commit(Replace(customer, replace(customer, change=None)))
    else:
        world.store.commit(Replace(customer, replace(customer.having(None), status="unreachable")))
    with pytest.raises(NotFound):
        tell(world, customer.id)
    assert (world.sent, world.rows(AccessLogEntry)) == (sent, [])


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        (caller("staff"), NotPermitted),
        (caller("officer"), NotPermitted),
        (caller("customer", "wallet-app", "cus_somebody"), NotFound),
    ],
    ids=["staff", "officer", "another customer"],
)
def test_who_may_not_change_a_number_has_nobody_told(world: World, by: Caller, refusal: type[RingfenceError]) -> None:
    customer, sent = moving(world), world.sent
    with pytest.raises(refusal):
        tell(world, customer.id, bearer(by))
    assert world.sent == sent


def test_a_customer_who_changes_their_own_number_has_the_old_one_told_within_a_budget_of_their_own(
    world: World,
) -> None:
    customer = moving(world)
    by = caller("customer", "wallet-app", customer.id)
    (limit,) = world.policy.rules.throttles.opening_by_customer
    for nth in range(limit.limit + 1):
        head = world.row(Customer, customer.id)
        assert head.change is not None
        world.store.commit(Replace(head, replace(head, change=replace(head.change, id=f"chg_{nth}"))))
        if nth < limit.limit:
            assert tell(world, customer.id, bearer(by)).delivery == "accepted"
    with pytest.raises(Throttled) as refused:
        tell(world, customer.id, bearer(by))
    assert refused.value.limit == "opening_by_customer"


def test_no_word_goes_out_once_a_stop_was_answered() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer, sent = moving(world), world.sent

    def stop() -> None:
        head = world.row(Customer, customer.id)
        world.store.commit(Replace(head, replace(head, change=None)))

    adapters.store.staged.append((Message, stop))
    with pytest.raises(NotFound):
        tell(world, customer.id)
    assert (world.sent, world.rows(Message), world.rows(AccessLogEntry)) == (sent, [], [])


@pytest.mark.parametrize("applies", [False, True])
def test_a_lost_outcome_is_never_told_again(applies: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer, sent = moving(world), world.sent
    adapters.store.damaged, adapters.store.applies = {Dispatch}, applies
    tell(world, customer.id)
    assert world.sent == sent + 1
    assert world.row(Message, word_id("chg_1")).delivery == ("accepted" if applies else "unknown")
    assert tell(world, customer.id).delivery == ("accepted" if applies else "unknown")
    assert world.sent == sent + 1


def test_what_could_not_be_opened_says_so(world: World) -> None:
    customer, sent = moving(world), world.sent
    assert customer.number is not None
    world.store.commit(Remove(world.row(WrappedKey, customer.id, customer.number.key_id)))
    with pytest.raises(Contended):
        tell(world, customer.id)
    assert world.sent == sent


def test_a_receipt_finds_it(world: World) -> None:
    message = tell(world, moving(world).id)
    assert message.message_id is not None
    assert world.ringfence.record_receipt(Receipt(message.message_id, "delivered"))
    assert world.row(Message, message.id).delivery == "delivered"


def test_whoever_began_the_change_never_hears_that_it_could_not_be_told(world: World) -> None:
    customer, sent = moving(world), world.sent
    broken: list[RingfenceError] = [Unavailable("Invoke: gone"), Throttled("x", 1, 1, NOON, 1), NotFound()]

    class Broken:
        def tell_old_number(self, *_: str) -> Message:
            raise broken.pop()

    tell_old_number = replace(world.ringfence.tell_old_number, strongroom=Broken())  # type: ignore[arg-type]
    for _ in range(3):
        tell_old_number(bearer(WALLET), customer)
    assert not broken
    assert [figures["error"] for event, figures in world.adapters.journal.notes if event == "old_number"] == [
        "NotFound",
        "Throttled",
        "Unavailable",
    ]
    world.ringfence.tell_old_number(bearer(WALLET), customer)
    assert world.sent == sent + 1
    world.ringfence.tell_old_number("Bearer none", replace(customer, change=None))
