"""Another carrier stops the very contact that found it, where the policy wants a fresh number; a failure stops none."""

import pytest

from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import ContactTokenInvalid, NumberStale
from chalicelib.domain.freshness import CARRIER_CHANGED
from chalicelib.domain.spent import Spent
from chalicelib.domain.wording import placeholders
from tests.fakes import bearer
from tests.services.porting import SAFETY, agreed_to_calls, looking_up
from tests.services.staged_store import StagedAdapters
from tests.services.world import NUMBER, STAFF, World

# Before it: the caller's budgets, the use of the token, the settlement of the opening.
LOOKED_UP = 4


@pytest.fixture
def customer(world: World) -> Customer:
    """Whose number is looked up from now on."""
    looking_up(world)
    return agreed_to_calls(world)


def head(world: World, customer: Customer) -> Customer:
    return world.row(Customer, customer.id)


def reveal(world: World, customer: Customer, purpose: str = SAFETY) -> str:
    token = world.token(customer, "call", purpose)
    return world.ringfence.strongroom.reveal(bearer(STAFF), token, "Customer asked for a call back", None).e164


def send(world: World, customer: Customer, purpose: str = "order_notice") -> Message:
    template, text = next(iter(world.policy.texts["en"].contact[purpose].items()))
    parameters = dict.fromkeys(set(placeholders(text)) - {"company"}, "A-1")
    token = world.token(customer, "sms", purpose)
    return world.ringfence.strongroom.send_message(bearer(STAFF), token, template, parameters, None)


def ported(world: World, customer: Customer) -> None:
    """Known with one carrier, the number is with another, and the word of the first is too old."""
    assert reveal(world, customer) == NUMBER
    world.adapters.lookup.now = "Carrier Two"
    world.later(days=30)


def test_nobody_is_asked_unless_the_policy_says_so(world: World) -> None:
    assert reveal(world, agreed_to_calls(world)) == NUMBER
    assert world.adapters.lookup.asked == []


def test_the_first_word_is_noted_and_holds_for_the_policy_s_days(world: World, customer: Customer) -> None:
    reveal(world, customer)
    noted = head(world, customer)
    assert (noted.carrier, noted.looked_up_at, noted.doubt) == ("Carrier One", world.adapters.clock.at, None)
    world.later(days=29)
    reveal(world, customer)
    assert world.adapters.lookup.asked == [NUMBER]
    world.later(days=1)
    reveal(world, customer)
    assert world.adapters.lookup.asked == [NUMBER] * 2
    assert head(world, customer).doubt is None


def test_a_reveal_that_finds_another_carrier_shows_nothing(world: World, customer: Customer) -> None:
    ported(world, customer)
    with pytest.raises(NumberStale):
        reveal(world, customer)
    after = head(world, customer)
    assert (after.carrier, after.doubt, after.doubted_at) == ("Carrier Two", CARRIER_CHANGED, world.adapters.clock.at)
    # And from now on nobody opens it for that.
    with pytest.raises(AssertionError):
        world.token(customer, "call", SAFETY)


def test_a_message_that_finds_another_carrier_is_not_sent_and_not_paid_for(world: World, customer: Customer) -> None:
    ported(world, customer)
    sent = world.sent
    message = send(world, customer, SAFETY)
    assert (message.delivery, message.reason, message.cost) == ("failed", "number_stale", 0)
    # What was sent before was of another month, and one of its rows may have become this month's.
    of_this_month = [row.month_cost for row in world.rows(Spent) if row.month == f"{world.adapters.clock.at:%Y-%m}"]
    assert (world.sent, of_this_month) == (sent, [0])
    assert head(world, customer).failed_deliveries == 0


def test_what_the_policy_does_not_mark_goes_on_and_the_doubt_is_noted(world: World, customer: Customer) -> None:
    ported(world, customer)
    assert send(world, customer).delivery == "accepted"
    assert head(world, customer).doubt == CARRIER_CHANGED


def test_a_token_of_before_dies_with_the_doubt(world: World, customer: Customer) -> None:
    ported(world, customer)
    token = world.token(customer, "call", SAFETY)
    send(world, customer)
    with pytest.raises(ContactTokenInvalid):
        world.ringfence.strongroom.reveal(bearer(STAFF), token, "Customer asked for a call back", None)


@pytest.mark.parametrize("trouble", ["is_down", "silent"])
def test_a_look_up_that_fails_or_says_nothing_stops_nothing(world: World, customer: Customer, trouble: str) -> None:
    ported(world, customer)
    world.adapters.lookup.is_down, world.adapters.lookup.now = trouble == "is_down", None
    assert reveal(world, customer) == NUMBER
    after = head(world, customer)
    assert (after.carrier, after.doubt) == ("Carrier One", None)
    # Who did not answer is asked again by the next contact.
    reveal(world, customer)
    assert len(world.adapters.lookup.asked) == (3 if trouble == "is_down" else 2)


def test_what_could_not_be_written_stops_the_contact_all_the_same() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    looking_up(world)
    customer = agreed_to_calls(world)
    ported(world, customer)
    token = world.token(customer, "call", SAFETY)
    adapters.store.fails_at = adapters.store.asked + LOOKED_UP
    with pytest.raises(NumberStale):
        world.ringfence.strongroom.reveal(bearer(STAFF), token, "Customer asked for a call back", None)
    assert head(world, customer).doubt is None


def test_a_code_is_not_looked_up_since_it_is_the_proof_itself(world: World, customer: Customer) -> None:
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    world.check(verification, world.sender.last_code)
    assert world.adapters.lookup.asked == []


def test_the_journal_knows_how_it_went_and_names_neither_number_nor_carrier(world: World, customer: Customer) -> None:
    ported(world, customer)
    send(world, customer)
    told = [figures for event, figures in world.adapters.journal.notes if event == "carrier_lookup"]
    assert told == [{"outcome": "known"}, {"outcome": "other"}]
