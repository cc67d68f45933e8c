"""While one key of the index takes another's place, nobody is lost, bound twice, or given a new budget."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import FieldInvalid, NumberInUse, Throttled
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.session import CLIENT
from chalicelib.domain.suppression import Suppression
from chalicelib.services.tag_holder import active_holder
from tests.fakes import NOON
from tests.memory_keys import MemoryKeys
from tests.services.page import Page
from tests.services.replying import agreed, head, reply
from tests.services.rotating import AFTER, BEFORE, KNOWN, USED, consistent, retag, step
from tests.services.world import NUMBER, STAFF, WALLET, World, at_once, only

STEPS = [(BEFORE, KNOWN), (KNOWN, USED), (USED, KNOWN), (BEFORE, USED), (USED, USED)]


@pytest.mark.parametrize(("first", "then"), STEPS)
def test_a_number_that_is_held_under_either_key_is_held(
    world: World, first: tuple[str, ...], then: tuple[str, ...]
) -> None:
    step(world, first)
    customer = world.customer()
    step(world, then)
    with pytest.raises(NumberInUse):
        world.bind(world.proved())
    found = active_holder(world.store, world.tags())
    assert found is not None
    assert found.id == customer.id
    assert consistent(world)


def test_a_proof_from_before_the_rotation_binds_nothing_that_is_held_under_the_new_key(world: World) -> None:
    early = world.proved()
    step(world, USED)
    world.customer()
    with pytest.raises(NumberInUse):
        world.bind(early)
    assert len(world.rows(TagHolder)) == 1


def test_of_many_who_bind_under_other_orders_of_the_keys_one_has_the_number(world: World) -> None:
    class Unsettled(MemoryKeys):
        """As functions see it while a deployment is under way: some the one order, some the other."""

        def tag(self, number: PhoneNumber, version: str) -> str:
            self.versions = self.versions[::-1]
            return super().tag(number, version)

    step(world, KNOWN)
    proofs = [world.proved() for _ in range(3)]
    world.adapters.keys = Unsettled(world.adapters.keys.master, KNOWN)
    outcomes = at_once(lambda nth: world.bind(proofs[nth]), times=3)
    assert len(only(outcomes, Customer)) == 1
    assert len(only(outcomes, NumberInUse)) == 2
    assert len(world.rows(TagHolder)) == 1


@pytest.mark.parametrize("versions", [KNOWN, USED])
def test_a_rotation_gives_a_number_no_new_budget(world: World, versions: tuple[str, ...]) -> None:
    for known in (BEFORE, KNOWN, versions, versions, versions):
        step(world, known)
        world.start()
    with pytest.raises(Throttled) as full:
        world.start()
    assert full.value.limit == "number"


def test_what_was_counted_while_both_keys_lived_counts_under_the_new_one_alone(world: World) -> None:
    step(world, KNOWN)
    for _ in range(5):
        world.start()
    step(world, AFTER)
    with pytest.raises(Throttled):
        world.start()


@pytest.mark.parametrize(("said", "bound"), STEPS)
def test_a_no_that_came_with_a_number_holds_for_whoever_binds_it(
    world: World, said: tuple[str, ...], bound: tuple[str, ...]
) -> None:
    step(world, said)
    reply(world)
    step(world, bound)
    assert world.customer().suppressed_at is not None
    reply(world)
    assert len(world.rows(Suppression)) == 1


@pytest.mark.parametrize("said", [BEFORE, KNOWN, USED])
def test_a_no_reaches_its_customer_and_is_taken_back(world: World, said: tuple[str, ...]) -> None:
    customer = agreed(world, "marketing")
    step(world, said)
    reply(world)
    assert head(world, customer).consents["marketing"].decision == "withdrawn"
    step(world, USED)
    retag(world)
    by = Caller(CLIENT, customer.id, frozenset({"customer"}), NOON + timedelta(days=1))
    yes = ConsentChoice("marketing", "given", 1, "en", None, ("sms",), "preference_centre")
    world.ringfence.record_consent(by, customer.id, yes, None)
    assert head(world, customer).suppressed_at is None
    assert [row.stands for row in world.rows(Suppression)] == [False]


def test_who_began_to_sign_in_before_the_number_was_retagged_comes_in_and_stays(world: World, page: Page) -> None:
    world.customer()
    step(world, KNOWN)
    early = page.by_sms()
    started = page.start(ip="198.51.100.7")
    page.work()
    code = world.sender.last_code
    step(world, USED)
    retag(world)
    late = page.check(started, code)
    assert page.visit(early).customer.tag == page.visit(late).customer.tag == world.tags()[0]
    step(world, AFTER)
    assert page.visit(late).customer.tag == world.tag()


def test_what_was_begun_for_a_customer_goes_on_after_the_retagging(world: World) -> None:
    customer = world.customer()
    started = world.start(None, purpose="step_up", customer_id=customer.id)
    world.say(customer)
    token = world.token(customer)
    step(world, USED)
    retag(world)
    world.later(seconds=40)
    assert world.resend(started).sends[-1].delivery == "accepted"
    assert world.check(started, world.sender.last_code).status == "verified"
    world.ringfence.contact_use.admitted(STAFF, token, "sms", world.adapters.clock.at)


@pytest.mark.parametrize(("bound", "proved"), STEPS)
def test_nobody_is_a_guardian_by_the_child_s_own_number(
    world: World, bound: tuple[str, ...], proved: tuple[str, ...]
) -> None:
    step(world, bound)
    child = world.ringfence.bind_customer(WALLET, world.proved().id, None, None, under_14=True)
    step(world, proved)
    started = world.start(NUMBER, purpose="guardian", customer_id=child.id)
    world.check(started, world.sender.last_code)
    choice = ConsentChoice("order_notice", "given", 1, "en", None, ("sms",), "signup_screen")
    with pytest.raises(FieldInvalid):
        world.ringfence.record_consent(WALLET, child.id, replace(choice, guardian_verification_id=started.id), None)
