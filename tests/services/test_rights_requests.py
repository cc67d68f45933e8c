"""What customers ask for by right: taken down first, done where no person is needed, decided once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.caller import Caller
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.consent import ConsentEvent
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import FieldInvalid, IdempotencyKeyReused, NotFound, RightsRequestClosed, Unavailable
from chalicelib.domain.holds import CaseHold
from chalicelib.domain.rights import RightsRequest
from chalicelib.domain.suppression import Suppression, place_of
from chalicelib.domain.writes import Replace
from tests.fakes import NOON, MemoryAdapters, caller
from tests.services.staged_store import StagedStore
from tests.services.world import KEY, NUMBER, WALLET, World, at_once, keyed, only

OFFICER = caller("officer", "privacy-office", "ann")


def asked(
    world: World,
    customer: Customer,
    kind: str = "access",
    by: Caller | None = None,
    details: str | None = None,
    key: str | None = None,
) -> RightsRequest:
    by = by or caller("customer", "wallet-app", customer.id)
    request = keyed(key, f"{customer.id} {kind} {details}".encode(), "ask", by)
    return world.ringfence.receive_rights_request(by, customer.id, kind, details, request)


def staged() -> tuple[World, StagedStore]:
    adapters = MemoryAdapters()
    store = StagedStore(adapters.clock)
    adapters.__dict__["store"] = store
    return World(adapters), store


def turned_on(world: World) -> None:
    """The anti-money-laundering law binds this company."""
    rules = world.policy.rules
    on = {name: replace(hold, on=name == "anti_money_laundering") for name, hold in rules.holds.items()}
    world.adapters.policy = replace(world.policy, rules=replace(rules, holds=on))


@pytest.mark.parametrize("kind", ["access", "portability", "explanation"])
def test_what_is_there_anyway_is_answered_at_once(world: World, kind: str) -> None:
    customer = world.customer()
    request = asked(world, customer, kind)
    assert (request.status, request.closed_at, request.closed_by, request.due_at) == ("answered", NOON, None, None)
    assert world.row(RightsRequest, request.id) == request
    assert world.row(Customer, customer.id) == customer


@pytest.mark.parametrize("by", [WALLET, OFFICER], ids=["wallet", "officer"])
def test_what_needs_a_person_waits_for_one(world: World, by: Caller) -> None:
    customer = world.customer()
    for kind, details in (("correction", None), ("erasure", None), ("access", "the calls of May")):
        request = asked(world, customer, kind, by, details)
        assert (request.status, request.asked_by) == ("open", by.role)
        assert request.due_at == NOON.replace(month=12)
    assert world.row(Customer, customer.id) == customer


def test_an_objection_ends_every_use_that_is_not_the_contract_s(world: World) -> None:
    customer = world.customer()
    world.say(customer, purpose="marketing")
    world.say(customer)
    world.later(hours=1)
    request = asked(world, customer, "objection")
    assert request.status == "answered"
    head = world.row(Customer, customer.id)
    optional = {name for name, it in world.policy.rules.purposes.items() if not it.essential}
    assert {name: it.decision for name, it in head.consents.items()} == {
        name: "withdrawn" if name in ("marketing", "order_notice") else "refused" for name in optional
    }
    row = world.row(Suppression, *place_of(world.tag()))
    assert (row.source, row.since, head.suppressed_at) == ("objection", NOON + timedelta(hours=1), row.since)
    assert world.damage(customer) is None
    events: list[ConsentEvent] = world.ringfence.history(customer.id)
    assert {it.surface for it in events[2:]} == {"rights_request"}


def test_an_objection_again_changes_nothing(world: World) -> None:
    customer = world.customer()
    asked(world, customer, "objection")
    head = world.row(Customer, customer.id)
    world.later(days=1)
    assert asked(world, customer, "objection").status == "answered"
    assert world.row(Customer, customer.id) == head


def test_somebody_without_a_number_objects_too(world: World) -> None:
    customer = world.customer()
    world.store.commit(Replace(customer, replace(customer.having(None), status="unreachable")))
    assert asked(world, customer, "objection").status == "answered"
    assert world.rows(Suppression) == []
    assert world.row(Customer, customer.id).consents["marketing"].decision == "refused"


def test_of_a_closed_customer_nothing_is_used_and_nothing_said(world: World) -> None:
    customer = world.close(world.customer())
    assert asked(world, customer, "objection").status == "answered"
    assert world.row(Customer, customer.id) == customer
    assert world.rows(Suppression) == []


def test_erasure_is_done_and_certified(world: World) -> None:
    customer = world.customer()
    assert asked(world, customer, "erasure").status == "answered"
    assert world.row(Customer, customer.id).status == "purged"
    assert world.row(ErasureCertificate, customer.id).asked_by == "customer"
    # The proof of the answer stays.
    assert len(world.rows(RightsRequest)) == 1


def test_a_law_that_holds_is_told_and_the_customer_restricted(world: World) -> None:
    turned_on(world)
    customer = world.customer()
    request = asked(world, customer, "erasure")
    assert (request.status, request.refused_for, request.closed_by) == ("refused", "hold_active", None)
    assert world.row(Customer, customer.id).status == "restricted"
    world.purge()
    assert world.row(Customer, customer.id).number is not None


def test_a_case_holds_too_and_no_law_is_said_to(world: World) -> None:
    customer = world.customer()
    hold = CaseHold("hold_1", "ann", "a dispute", NOON, NOON + timedelta(days=9))
    world.store.commit(Replace(customer, replace(customer, cases=(hold,))))
    assert asked(world, customer, "erasure").refused_for == "legal_claims"


@pytest.mark.parametrize("kind", ["access", "objection", "correction", "erasure"])
def test_one_key_is_one_request(world: World, kind: str) -> None:
    customer = world.customer()
    first = asked(world, customer, kind, key=KEY)
    assert asked(world, customer, kind, key=KEY) == first
    assert world.rows(RightsRequest) == [first]
    with pytest.raises(IdempotencyKeyReused):
        asked(world, customer, "portability", key=KEY)


@pytest.mark.parametrize("applies", [False, True])
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_what_fails_is_never_forgotten_and_a_repeat_finishes_it(nth: int, applies: bool) -> None:
    world, store = staged()
    customer = world.customer()
    store.asked, store.fails_at, store.applies = 0, nth, applies
    with pytest.raises(Unavailable):
        asked(world, customer, "objection", key=KEY)
    store.fails_at = None
    if nth > 0:
        # It was taken down before anything else, and the clock would tell.
        assert world.rows(RightsRequest)
    assert asked(world, customer, "objection", key=KEY).status == "answered"
    assert len(world.rows(RightsRequest)) == 1
    assert world.row(Customer, customer.id).consents["marketing"].decision == "refused"
    assert world.damage(customer) is None


def test_nobody_asks_for_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        world.ringfence.receive_rights_request(OFFICER, "cus_nobody", "access", None, None)
    with pytest.raises(FieldInvalid):
        asked(world, world.customer(), details=f"call {NUMBER}")
    assert world.rows(RightsRequest) == []


def test_of_two_officers_one_decides() -> None:
    world = World()
    request = asked(world, world.customer(), "correction")
    decide = world.ringfence.decide_rights_request

    def word(number: int) -> RightsRequest:
        if number % 2:
            return decide.answer(OFFICER, request.id, "corrected", None)
        return decide.refuse(OFFICER, request.id, "accurate", None)

    said = at_once(word, 20)
    (decided,) = only(said, RightsRequest)
    assert len(only(said, RightsRequestClosed)) == 19
    assert world.row(RightsRequest, request.id) == decided


def test_an_officer_s_word_is_said_once_for_one_key(world: World) -> None:
    request = asked(world, world.customer(), "correction")
    decide = world.ringfence.decide_rights_request
    for _ in range(2):
        longer = decide.extend(request.id, "complex", keyed(KEY, b"complex", "extend", OFFICER))
        assert (longer.status, longer.answer_by) == ("extended", NOON.replace(year=2027, month=2))
    for _ in range(2):
        done = decide.answer(OFFICER, request.id, "corrected", keyed(KEY, b"corrected", "answer", OFFICER))
        assert (done.status, done.closed_by, done.note) == ("answered", "ann", "corrected")
    with pytest.raises(NotFound):
        decide.refuse(OFFICER, "rr_nothing", "accurate", None)


def test_what_is_closed_is_kept_for_the_policy_s_years(world: World) -> None:
    customer = world.customer()
    closed, waiting = asked(world, customer), asked(world, customer, "correction")
    world.later(days=world.policy.rules.retention.case_days)
    assert world.store.get(RightsRequest, closed.id) is None
    # However long it waits, a request that nobody answered is not forgotten.
    assert world.row(RightsRequest, waiting.id) == waiting
