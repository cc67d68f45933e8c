"""What a purge that is cut short has done already, and how it counts."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import erasure
from chalicelib.domain.certificate import ErasureCertificate
from chalicelib.domain.claim import Claim
from chalicelib.domain.closing import erasure_wished
from chalicelib.domain.customer import LEDGER_KEY, Customer, WrappedKey
from chalicelib.domain.erasure import ErasureWish
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Insert, Replace
from tests.fakes import bearer
from tests.services.purge_scene import Died, mortal, planned
from tests.services.staged_store import StagedAdapters
from tests.services.test_purge import purging_at_once
from tests.services.world import KEY, STAFF, World, keyed


def test_whatever_stops_a_purge_the_number_cannot_be_opened_any_more() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.bind(world.proved(), key=KEY)
    purging_at_once(world)
    world.close(customer)
    adapters.store.damaged = {Claim}
    assert world.purge().failures == {"Unavailable": 1}
    assert [key.key_id for key in world.rows(WrappedKey)] == [LEDGER_KEY]
    adapters.store.damaged = set()
    assert world.purge().erased == {"account_closed": 1}


def test_what_came_up_in_the_customer_s_own_name_after_the_closing_is_erased_too(world: World) -> None:
    purging_at_once(world)
    proof = world.proved()
    customer = world.bind(proof)
    world.close(customer)
    world.later(seconds=1)
    begun = replace(world.row(Verification, proof.id), id="vrf_late", started_at=world.adapters.clock.at, version="")
    world.store.commit(Insert(begun))
    world.close(customer, KEY)
    world.purge()
    assert not world.rows(Verification)
    assert not world.rows(Claim)


def test_no_key_of_a_request_about_the_customer_is_left(world: World) -> None:
    purging_at_once(world)
    customer, engine = world.customer(), world.ringfence
    question = ContactQuestion(customer.id, "account_security", "sms")
    engine.decide_contact(STAFF, question, keyed(KEY, route="decide", by=STAFF))
    engine.set_time_zone(customer.id, "Europe/Paris", keyed(KEY, route="zone"))
    engine.note_age(customer.id, False, keyed(KEY, route="age"))
    engine.issue_link(customer.id, keyed(KEY, route="link"))
    sms, call = (world.token(customer, channel, "account_security") for channel in ("sms", "call"))
    room, by_staff = engine.strongroom, bearer(STAFF)
    room.send_message(by_staff, sms, "account_locked", {}, keyed(KEY, route="message", by=STAFF))
    room.reveal(by_staff, call, "A call back was asked for", keyed(KEY, route="reveal", by=STAFF))
    world.close(customer)
    assert len(world.rows(Claim)) == 6
    world.purge()
    assert not world.rows(Claim)


def test_a_step_up_that_nobody_finished_is_no_unverified_number(world: World) -> None:
    customer = world.customer()
    world.start(None, purpose="step_up", customer_id=customer.id)
    world.later(days=1)
    assert world.purge().erased == {"finished_verification": 2}


@pytest.mark.parametrize("is_counted", [True, False])
def test_who_is_erased_by_somebody_else_in_the_same_moment_has_not_failed(is_counted: bool) -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    store, wish = adapters.store, ErasureWish("customer", adapters.clock.at + timedelta(days=31))
    customer = world.close(world.customer(customer_id="customer-one"))
    world.later(days=31)
    run_id, there = planned(world)
    # At its fourth call a worker writes down what it takes.
    with suppress(Died), mortal(world, 3, applied=is_counted):
        world.ringfence.purge_shard(run_id, there, lambda: True)
    erasing = world.ringfence.erase_customer.erase_number

    def head() -> Customer:
        return world.row(Customer, customer.id)

    def wished() -> None:
        store.commit(Replace(head(), erasure_wished(head(), wish, world.policy.rules)))
        store.before(Customer, shredded)

    def shredded() -> None:
        store.commit(Replace(head(), erasure.shredded(head(), wish.asked_at)))
        store.before(ErasureCertificate, lambda: erasing(head()))

    store.before(Customer, wished)
    assert world.ringfence.purge_shard(run_id, there, lambda: True).outcome == "reported"
    run = world.row(PurgeRun, "run", run_id)
    assert (run.erased.get("account_closed", 0), run.failures) == (int(is_counted), {})
    assert (adapters.purges.letters, head().status) == ([], "purged")
