"""A number is proved again by a right code, and put in doubt by what becomes of its SMS."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import ContactTokenInvalid, CustomerRestricted, NotFound, Unavailable
from chalicelib.domain.freshness import DELIVERY_FAILURES, OPT_OUT, doubted
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.receipt import Receipt
from chalicelib.domain.schedule import dated
from chalicelib.domain.suppression import BY_PROVIDER, BY_SMS
from chalicelib.domain.verification import TransactionContext, Verification
from chalicelib.domain.writes import Replace
from tests.fakes import bearer
from tests.services.page import Page
from tests.services.staged_store import StagedAdapters
from tests.services.test_messages import agreed, receipt, send
from tests.services.world import KEY, NUMBER, STAFF, World, at_once, keyed

CONTEXT = TransactionContext("1.00", "EUR", "Ada")


def head(world: World, customer: Customer) -> Customer:
    return world.row(Customer, customer.id)


def doubt(world: World, customer: Customer) -> Customer:
    """Something speaks against the number since now."""
    before = head(world, customer)
    after = dated(doubted(before, OPT_OUT, world.adapters.clock.at), world.policy.rules)
    world.store.commit(Replace(before, after))
    world.later(seconds=1)
    return head(world, customer)


def stepped_up(world: World, customer: Customer, purpose: str = "step_up", key: str | None = None) -> Verification:
    context = CONTEXT if purpose == "transaction" else None
    verification = world.start(None, purpose=purpose, customer_id=customer.id, context=context)
    return world.check(verification, world.sender.last_code, context=context, key=key)


@pytest.mark.parametrize("purpose", ["step_up", "transaction", "preferences"])
def test_a_right_code_for_the_own_number_proves_it_again(world: World, purpose: str) -> None:
    customer = doubt(world, world.customer())
    proved = stepped_up(world, customer, purpose)
    after = head(world, customer)
    assert (after.verified_at, after.seen_at) == (proved.verified_at, customer.seen_at)
    assert (after.doubted_at, after.doubt, after.reverify_reason) == (None, None, "age")
    assert after.reverify_at == proved.verified_at + timedelta(days=365)  # type: ignore[operator]


def test_proof_and_head_are_one_commit(world: World) -> None:
    customer = doubt(world, world.customer())
    stepped_up(world, customer)
    replaced = [[it.before for it in commit if isinstance(it, Replace)] for commit in world.store.commits]
    (proof,) = (before for before in replaced if customer in before)
    assert [type(before) for before in proof] == [Verification, Customer]


def test_a_code_of_the_same_day_costs_the_head_no_write(world: World) -> None:
    customer = world.customer()
    world.later(hours=23)
    stepped_up(world, customer)
    assert head(world, customer) == customer
    world.later(hours=1)
    assert stepped_up(world, customer).verified_at == head(world, customer).verified_at


def test_a_wrong_code_and_a_code_for_another_number_prove_nothing(world: World) -> None:
    customer = doubt(world, world.customer())
    started = world.start("+8613123456789", purpose="number_change", customer_id=customer.id)
    world.check(started, world.sender.last_code)
    assert head(world, customer) == customer


def test_a_sign_in_by_sms_vouches_for_nobody(world: World, page: Page) -> None:
    # Whoever has a recycled number or a stolen SIM can do as much.
    customer = doubt(world, world.customer())
    page.by_sms()
    assert head(world, customer) == customer


def test_a_repeated_check_does_not_prove_the_number_of_today(world: World) -> None:
    customer = doubt(world, world.customer())
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    code = world.sender.last_code
    proved = world.check(verification, code, key=KEY)
    world.later(hours=20)
    again = doubt(world, customer)
    world.check(verification, code, key=KEY)
    assert head(world, customer) == again
    assert again.verified_at == proved.verified_at


def test_who_changes_the_head_meanwhile_loses_nothing_and_the_proof_counts() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = doubt(world, world.customer())
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    adapters.store.before(Customer, lambda: world.ringfence.note_age(customer.id, True, None))
    world.check(verification, world.sender.last_code)
    after = head(world, customer)
    assert (after.under_14, after.doubt) == (True, None)


def test_a_closing_that_was_quicker_stays_and_the_code_is_right_all_the_same() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = doubt(world, world.customer())
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    adapters.store.before(Customer, lambda: world.close(customer))
    assert world.check(verification, world.sender.last_code).status == "verified"
    assert head(world, customer).status == "restricted"


def failing(world: World, customer: Customer, reason: str = "unreachable") -> Message:
    message = send(world, customer)
    assert world.ringfence.record_receipt(receipt(message, "failed", reason))
    return message


def test_receipts_of_failures_in_a_row_put_the_number_in_doubt_and_name_it_to_the_wallet(world: World) -> None:
    customer = agreed(world)
    world.later(minutes=1)
    for _ in range(3):
        assert head(world, customer).doubt is None
        failing(world, customer)
    after = head(world, customer)
    assert (after.doubt, after.doubted_at) == (DELIVERY_FAILURES, world.adapters.clock.at)
    assert (after.reverify_at, after.reverify_reason) == (after.doubted_at, DELIVERY_FAILURES)


def test_a_receipt_that_comes_twice_or_many_times_at_once_counts_once(world: World) -> None:
    customer = agreed(world)
    message = send(world, customer)
    assert all(at_once(lambda _: world.ringfence.record_receipt(receipt(message, "failed", "unreachable")), 20))
    assert head(world, customer).failed_deliveries == 1


def test_receipts_of_many_messages_at_once_all_count(world: World) -> None:
    customer = agreed(world)
    messages = [send(world, customer) for _ in range(2)]
    at_once(lambda each: world.ringfence.record_receipt(receipt(messages[each % 2], "failed", "unreachable")), 20)
    assert head(world, customer).failed_deliveries == 2


def test_what_was_lost_after_a_failure_was_written_and_is_told_again_counts_once() -> None:
    for applies in (False, True):
        adapters = StagedAdapters()
        world = World(adapters)
        customer = agreed(world)
        message = send(world, customer)
        adapters.store.fails_at, adapters.store.applies = adapters.store.asked, applies
        with pytest.raises(Unavailable):
            world.ringfence.record_receipt(receipt(message, "failed", "unreachable"))
        assert world.ringfence.record_receipt(receipt(message, "failed", "unreachable"))
        assert head(world, customer).failed_deliveries == 1


def test_who_changes_the_head_while_a_failure_is_noted_loses_nothing_and_it_counts_once() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = agreed(world)
    message = send(world, customer)
    adapters.store.before(Customer, lambda: world.ringfence.note_age(customer.id, True, None))
    assert world.ringfence.record_receipt(receipt(message, "failed", "unreachable"))
    assert (head(world, customer).under_14, head(world, customer).failed_deliveries) == (True, 1)
    assert world.row(Message, message.id).delivery == "failed"


def test_one_that_arrives_after_all_ends_the_row(world: World) -> None:
    customer = agreed(world)
    message = failing(world, customer)
    failing(world, customer)
    assert head(world, customer).failed_deliveries == 2
    assert world.ringfence.record_receipt(receipt(message, "delivered"))
    assert head(world, customer).failed_deliveries == 0


def test_the_receipt_of_a_code_counts_too_and_is_over_once_the_code_was_right(world: World) -> None:
    customer = world.customer()
    world.later(minutes=1)
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    (sent,) = world.row(Verification, verification.id).sends
    assert sent.message_id is not None
    assert world.ringfence.record_receipt(Receipt(sent.message_id, "failed", "expired"))
    assert head(world, customer).failed_deliveries == 1
    world.check(verification, world.sender.last_code)
    assert head(world, customer).failed_deliveries == 0


def test_what_the_carrier_refuses_at_once_because_of_an_opt_out_is_a_doubt(world: World) -> None:
    customer = agreed(world)
    world.sender.outcome = "opted_out"
    assert send(world, customer).delivery == "opted_out"
    assert head(world, customer).doubt == OPT_OUT


def test_what_is_no_fault_of_the_number_is_none(world: World) -> None:
    customer = agreed(world)
    before = head(world, customer)
    world.sender.outcome = "failed"
    send(world, customer)
    assert head(world, customer) == before


@pytest.mark.parametrize(("source", "expected"), [(BY_PROVIDER, OPT_OUT), (BY_SMS, None)])
def test_the_provider_s_list_is_a_doubt_and_the_customer_s_own_word_is_none(
    world: World, source: str, expected: str | None
) -> None:
    customer = world.customer()
    world.later(minutes=1)
    world.ringfence.stop_advertising(world.tags(), source, world.adapters.clock.at)
    after = head(world, customer)
    assert (after.doubt, after.suppressed_at) == (expected, world.adapters.clock.at)


def test_a_doubt_refuses_what_the_policy_marks_and_nothing_else(world: World) -> None:
    customer = agreed(world, purpose="transaction_safety_call")
    world.say(customer)
    world.later(seconds=1)
    doubt(world, customer)

    def answer(purpose: str) -> str:
        question = ContactQuestion(customer.id, purpose, "sms")
        return world.ringfence.decide_contact(STAFF, question, None).decision.reason

    assert (answer("transaction_safety_call"), answer("order_notice")) == ("number_stale", "consent_given")
    stepped_up(world, customer)
    assert answer("transaction_safety_call") == "consent_given"


def test_a_doubt_kills_the_tokens_of_before_it(world: World) -> None:
    customer = agreed(world, purpose="transaction_safety_call")
    token = world.token(customer, purpose="transaction_safety_call", channel="call")
    doubt(world, customer)
    with pytest.raises(ContactTokenInvalid):
        world.ringfence.strongroom.reveal(bearer(STAFF), token, "Customer asked for a call back", None)


def test_a_sign_of_life_is_one_write_a_day(world: World) -> None:
    customer = world.customer()
    world.later(days=2)
    assert world.ringfence.note_activity(customer.id, None).seen_at == world.adapters.clock.at
    written = head(world, customer)
    world.later(hours=23)
    world.ringfence.note_activity(customer.id, keyed(KEY))
    assert head(world, customer) == written


def test_a_sign_of_life_puts_the_end_of_an_idle_account_off(world: World) -> None:
    rules = replace(world.policy.rules, retention=replace(world.policy.rules.retention, inactive_days=90))
    world.adapters.policy = replace(world.policy, rules=rules)
    customer = world.customer()
    assert customer.due_at == world.adapters.clock.at + timedelta(days=90)
    world.later(days=50)
    assert world.ringfence.note_activity(customer.id, None).due_at == world.adapters.clock.at + timedelta(days=90)


def test_nothing_is_noted_of_who_is_gone(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.note_activity("customer-nobody", None)
    customer = world.close(world.customer(NUMBER))
    with pytest.raises(CustomerRestricted):
        world.ringfence.note_activity(customer.id, None)
