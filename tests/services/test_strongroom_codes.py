"""The strongroom sends a code once for an intent, to the number it was made for, for the client that started it."""

from dataclasses import replace

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    Contended,
    CustomerRestricted,
    NotFound,
    NotPermitted,
    Throttled,
    VerificationExpired,
)
from chalicelib.domain.throttle import OpeningLog
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Insert
from tests.fakes import bearer, caller
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, NUMBER, OTHER_WALLET, WALLET, World, at_once, only


def stepping_up(world: World) -> Verification:
    """A send that is intended and not yet made."""
    customer = world.customer()
    verification = world.start(None, purpose="step_up", customer_id=customer.id)
    intended = replace(verification, id="vrf_intended", sends=(replace(verification.sends[0], delivery="intended"),))
    insert = Insert(replace(intended, version=""))
    world.store.commit(insert)
    return insert.record


def test_an_intent_is_one_sms_however_often_it_is_asked_for(world: World) -> None:
    verification = stepping_up(world)
    sent = world.sent
    results = at_once(lambda _: world.ringfence.strongroom.send_code(bearer(WALLET), verification.id), 20)
    assert [send.delivery for send in only(results, Send)] == ["accepted"]
    assert len(only(results, Contended)) == 19
    assert world.sent == sent + 1


def test_only_the_client_that_started_it_has_a_code_sent(world: World) -> None:
    verification = stepping_up(world)
    opened = len(world.adapters.opener.opened)
    with pytest.raises(NotFound):
        world.ringfence.strongroom.send_code(bearer(OTHER_WALLET), verification.id)
    for role in ("staff", "customer", "officer"):
        with pytest.raises(NotPermitted):
            world.ringfence.strongroom.send_code(bearer(caller(role)), verification.id)
    assert len(world.adapters.opener.opened) == opened
    assert world.row(Verification, verification.id) == verification


def test_a_code_goes_only_to_the_number_that_it_was_made_for(world: World) -> None:
    verification = stepping_up(world)
    sent = world.sent
    for number, changes in enumerate(({"tag": "1.other"}, {"customer_id": None}, {"customer_id": "cus_x"})):
        row = replace(verification, id=f"vrf_{number}", version="", **changes)  # type: ignore[arg-type]
        world.store.commit(Insert(row))
        with pytest.raises(NotFound):
            world.ringfence.strongroom.send_code(bearer(WALLET), row.id)
    assert world.sent == sent


def test_a_restricted_customer_gets_no_code(world: World) -> None:
    verification = stepping_up(world)
    world.close(world.rows(Customer)[0])
    sent = world.sent
    with pytest.raises(CustomerRestricted):
        world.ringfence.strongroom.send_code(bearer(WALLET), verification.id)
    assert world.sent == sent


def test_a_code_is_logged_like_every_opening(world: World) -> None:
    verification = stepping_up(world)
    world.ringfence.strongroom.send_code(bearer(WALLET), verification.id)
    entry = next(entry for entry in world.rows(AccessLogEntry) if entry.evidence == (verification.id,))
    assert (entry.action, entry.purpose, entry.channel, entry.client_id) == ("code", "step_up", "sms", "wallet-app")
    assert world.sender.sent[-1].number == NUMBER
    assert len(world.rows(AccessLogEntry)) == len(world.adapters.opener.opened)


def test_a_code_that_is_over_is_not_sent(world: World) -> None:
    verification = stepping_up(world)
    world.later(minutes=10)
    sent = world.sent
    with pytest.raises(VerificationExpired):
        world.ringfence.strongroom.send_code(bearer(WALLET), verification.id)
    assert world.sent == sent


def test_a_refused_opening_is_made_good_by_the_repeat(world: World) -> None:
    customer = world.customer()
    openings = world.policy.rules.throttles.opening_by_wallet[0]
    for _ in range(openings.limit):
        throttle, at = world.ringfence.throttle, world.adapters.clock.now()
        throttle.admit(throttle.keys("opening_by_wallet", WALLET.person, at), at, kind=OpeningLog)
    sent = world.sent
    with pytest.raises(Throttled):
        world.start(None, purpose="step_up", customer_id=customer.id, key=KEY)
    assert world.sent == sent
    world.later(seconds=openings.window_seconds)
    for _ in range(3):
        again = world.start(None, purpose="step_up", customer_id=customer.id, key=KEY)
        assert again.sends[-1].delivery == "accepted"
    assert world.sent == sent + 1


def test_no_code_goes_out_once_a_closure_was_answered() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    sent = world.sent
    adapters.store.before(AccessLogEntry, lambda: world.close(customer))
    with pytest.raises(CustomerRestricted):
        world.start(None, purpose="step_up", customer_id=customer.id)
    assert world.sent == sent
    assert not world.rows(AccessLogEntry)


def test_a_consent_that_comes_between_does_not_stop_a_code() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    adapters.store.before(AccessLogEntry, lambda: world.say(customer))
    assert world.start(None, purpose="step_up", customer_id=customer.id).sends[-1].delivery == "accepted"
