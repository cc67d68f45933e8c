"""Who gets nothing out of the strongroom: wrong roles, no token, forged rows."""

from dataclasses import replace

import pytest

from chalicelib.domain.contact import ContactToken, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    ContactTokenInvalid,
    NotAuthenticated,
    NotPermitted,
)
from chalicelib.domain.writes import Insert
from tests.fakes import caller
from tests.services.test_strongroom import READY, agreed, reveal, send, untouched
from tests.services.world import STAFF, World


@pytest.mark.parametrize("role", ["wallet", "customer", "officer"])
def test_only_staff_sees_a_number(world: World, role: str) -> None:
    by = caller(role, "call-centre", "ann")
    token = world.token(agreed(world), "call", by=by)
    with pytest.raises(NotPermitted):
        reveal(world, token, by=by)
    assert untouched(world)
    assert not world.used(token)


@pytest.mark.parametrize("role", ["customer", "officer"])
def test_customers_and_officers_send_no_messages(world: World, role: str) -> None:
    by = caller(role, "call-centre", "ann")
    token = world.token(agreed(world), by=by)
    with pytest.raises(NotPermitted):
        send(world, token, by=by)
    assert untouched(world)


def test_no_door_opens_without_a_verified_token(world: World) -> None:
    strongroom, customer = world.ringfence.strongroom, agreed(world)
    for authorization in ("", "Bearer", "Basic call-centre/ann/staff", "Bearer forged"):
        with pytest.raises(NotAuthenticated):
            strongroom.send_code(authorization, "vrf_x")
        with pytest.raises(NotAuthenticated):
            strongroom.tell_old_number(authorization, customer.id)
        with pytest.raises(NotAuthenticated):
            strongroom.send_message(authorization, world.token(customer), "order_ready", READY, None)
        with pytest.raises(NotAuthenticated):
            strongroom.reveal(authorization, world.token(customer, "call"), "because", None)
    assert untouched(world)


def forged(customer: Customer, **changes: object) -> ContactToken:
    token = ContactToken(
        digest=token_digest("ct_forged"),
        customer_id=customer.id,
        purpose="order_notice",
        channel="sms",
        client_id=STAFF.client_id,
        subject=STAFF.subject,
        ground=customer.ground,
        evidence=("evt_forged",),
        lapses_at=customer.created_at.replace(year=2030),
    )
    return replace(token, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"purpose": "marketing"},
        {"purpose": "unheard_of"},
        {"channel": "call"},
        {"purpose": "account_security", "ground": "forged"},
        {"purpose": "account_security", "customer_id": "cus_of_nobody"},
    ],
)
def test_a_token_that_was_forged_into_the_store_opens_nothing(world: World, changes: dict[str, str]) -> None:
    customer, sent = world.customer(), world.sent
    world.store.commit(Insert(forged(customer, **changes)))
    for act in (lambda: send(world, "ct_forged"), lambda: reveal(world, "ct_forged")):
        with pytest.raises(ContactTokenInvalid):
            act()
    assert untouched(world)
    assert world.sent == sent
