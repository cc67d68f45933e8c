"""Any commit may fail, before or after it happened: the client repeats its request, and nothing happens twice."""

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.verification import Verification
from tests.services.fault_cases import CASES, Case, Staged, message, purge_twice, the_customer
from tests.services.world import KEY

pytestmark = pytest.mark.usefixtures("few_buckets")


def commits(case: Case) -> int:
    world = Staged()
    case.prepare(world)
    before = world.staged.store.asked
    world.insist(lambda: case.ask(world))
    return world.staged.store.asked - before


@pytest.mark.parametrize("applies", [False, True], ids=["not applied", "answer lost"])
@pytest.mark.parametrize("name", CASES)
def test_a_fault_at_any_commit_is_repaired_by_repeating(name: str, applies: bool) -> None:
    case = CASES[name]
    for turn in range(commits(case)):
        world = Staged()
        case.prepare(world)
        world.fail(turn, applies)
        first = world.insist(lambda world=world: case.ask(world))  # type: ignore[misc]
        world.demand_sound()
        assert case.true_then(world, first), f"commit {turn}"
        again = world.insist(lambda world=world: case.ask(world))  # type: ignore[misc]
        world.demand_sound()
        if name not in ("decide", "reveal"):
            assert case.true_then(world, again), f"commit {turn}, asked again"


def journey(world: Staged) -> None:
    """From signup to the ledger's end, each step repeated until it is answered."""
    verification = world.insist(lambda: world.start(key=KEY, ip="192.0.2.1"))
    assert isinstance(verification, Verification)
    if not world.sent:
        world.later(seconds=30)
        world.insist(lambda: world.resend(verification, key=KEY))
    if not world.sent:
        world.later(seconds=60)
        world.insist(lambda: world.resend(verification))
    code = world.sender.last_code
    world.insist(lambda: world.check(verification, code, key=KEY))
    customer = world.insist(lambda: world.bind(verification, key=KEY))
    assert isinstance(customer, Customer)
    world.insist(lambda: world.say(customer, key=KEY))
    world.held = str(world.insist(lambda: world.token(customer)))
    world.insist(lambda: message(world))
    world.insist(lambda: world.say(customer, "withdrawn", key=KEY[::-1]))
    world.insist(lambda: world.close(customer, KEY))
    for days in (1, 30, 1095):
        world.later(days=days)
        world.insist(lambda: purge_twice(world))


@pytest.mark.parametrize("applies", [False, True], ids=["not applied", "answer lost"])
def test_a_fault_anywhere_in_a_customer_s_life_changes_nothing_of_it(applies: bool) -> None:
    smooth = Staged()
    journey(smooth)
    for turn in range(smooth.staged.store.asked):
        world = Staged()
        world.fail(turn, applies)
        journey(world)
        world.demand_sound()
        customer = the_customer(world)
        assert (customer.status, customer.due_at, customer.ledger_sequence) == ("purged", None, 2), f"commit {turn}"
        assert not world.rows(Verification)
        assert not world.rows(WrappedKey)
        assert not world.rows(TagHolder)
        assert not world.rows(Message)
        assert len(world.rows(AccessLogEntry)) == len(world.rows(ErasureCertificate)) == 1
