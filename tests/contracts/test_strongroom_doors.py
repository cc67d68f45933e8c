"""The three doors, asked in this process and by Invoke: one behaviour, one list of refusals."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import (
    ContactTokenInvalid,
    Contended,
    CustomerPurged,
    CustomerRestricted,
    FieldInvalid,
    IdempotencyKeyReused,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotReplayable,
    RingfenceError,
    SpendLimitReached,
    Throttled,
    VerificationCancelled,
    VerificationExpired,
    VerificationLocked,
    VerificationSpent,
)
from chalicelib.domain.spent import SHARDS, Spent, new_spent
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Insert, Remove, Replace
from tests.contracts.strongroom_function import handled, invoked, serve_world
from tests.fakes import bearer, caller
from tests.repo.sources import tree
from tests.repo.test_docstrings import announced_by
from tests.services.test_strongroom import READY, agreed, reveal, send
from tests.services.test_strongroom_codes import stepping_up
from tests.services.world import KEY, NUMBER, OTHER_WALLET, WALLET, World

SERVICE = Path("chalicelib/services/strongroom.py")
DOORS = ("send_code", "send_message", "reveal")


@pytest.fixture(params=["in process", "by Invoke"])
def scene(request: pytest.FixtureRequest) -> Iterator[World]:
    """The same world, whichever way its strongroom is asked."""
    made = World()
    if request.param == "in process":
        yield made
        return
    serve_world(made.adapters)
    with invoked(handled) as (near, wire):
        made.adapters.strongroom_function = near
        yield made
        assert wire.attempts


def send_code(world: World, verification_id: str, authorization: str = bearer(WALLET)) -> Send:
    return world.ringfence.strongroom.send_code(authorization, verification_id)


def allow_one(world: World, name: str) -> None:
    """A caller may open one number and no more for now; said before any use case has read the policy."""
    rules = world.policy.rules
    (limit, *_) = getattr(rules.throttles, name)
    throttles = replace(rules.throttles, **{name: (replace(limit, limit=1),)})  # type: ignore[arg-type]
    world.adapters.policy = replace(world.policy, rules=replace(rules, throttles=throttles))


def erase_key(world: World) -> None:
    """The number's key goes, as a purge takes it."""
    (customer,) = world.rows(Customer)
    assert customer.number is not None
    world.store.commit(Remove(world.row(WrappedKey, customer.id, customer.number.key_id)))


def code_after(world: World, **changes: object) -> None:
    verification = stepping_up(world)
    row = replace(verification, id="vrf_changed", version="", **changes)  # type: ignore[arg-type]
    world.store.commit(Insert(row))
    send_code(world, row.id)


def code_to_restricted(world: World) -> None:
    verification = stepping_up(world)
    world.close(world.rows(Customer)[0])
    send_code(world, verification.id)


def code_to_purged(world: World) -> None:
    verification = stepping_up(world)
    (customer,) = world.rows(Customer)
    gone = replace(customer, status="purged", number=None, tag=None, masked=None, region=None, version="")
    world.store.commit(Remove(customer))
    world.store.commit(Insert(gone))
    send_code(world, verification.id)


def code_late(world: World) -> None:
    verification = stepping_up(world)
    world.later(minutes=10)
    send_code(world, verification.id)


def code_twice(world: World) -> None:
    verification = stepping_up(world)
    send_code(world, verification.id)
    send_code(world, verification.id)


def code_too_often(world: World) -> None:
    allow_one(world, "opening_by_wallet")
    # Its start was the one.
    send_code(world, stepping_up(world).id)


def spend_all(world: World) -> None:
    """Every shard of the ceiling is full."""
    for shard in map(str, range(SHARDS)):
        fresh = replace(new_spent(shard, world.adapters.clock.now()), hour_cost=10**9)
        spent = world.store.get(Spent, shard)
        world.store.commit(Replace(spent, fresh) if spent else Insert(fresh))


def code_beyond_the_ceiling(world: World) -> None:
    verification = stepping_up(world)
    spend_all(world)
    send_code(world, verification.id)


def message_beyond_the_ceiling(world: World) -> None:
    token = world.token(agreed(world))
    spend_all(world)
    send(world, token)


def message_too_often(world: World) -> None:
    allow_one(world, "opening_by_staff")
    customer = agreed(world)
    send(world, world.token(customer))
    send(world, world.token(customer))


def message_to_erased(world: World) -> None:
    token = world.token(agreed(world))
    erase_key(world)
    send(world, token)


def message_with_used_key(world: World) -> None:
    customer = agreed(world)
    send(world, world.token(customer), key=KEY)
    send(world, world.token(customer), key=KEY)


def reveal_too_often(world: World) -> None:
    allow_one(world, "opening_by_staff")
    customer = agreed(world)
    reveal(world, world.token(customer, "call"))
    reveal(world, world.token(customer, "call"))


def reveal_erased(world: World) -> None:
    token = world.token(agreed(world), "call")
    erase_key(world)
    reveal(world, token)


def reveal_twice(world: World) -> None:
    token = world.token(agreed(world), "call")
    reveal(world, token, key=KEY)
    reveal(world, token, key=KEY)


def reveal_with_used_key(world: World) -> None:
    customer = agreed(world)
    reveal(world, world.token(customer, "call"), key=KEY)
    reveal(world, world.token(customer, "call"), key=KEY)


OFFICER = caller("officer")
NOBODY = "Bearer forged"
REFUSED: dict[tuple[str, type[RingfenceError]], Callable[[World], object]] = {
    ("send_code", NotAuthenticated): lambda world: send_code(world, "vrf_x", NOBODY),
    ("send_code", NotPermitted): lambda world: send_code(world, "vrf_x", bearer(OFFICER)),
    ("send_code", NotFound): lambda world: send_code(world, stepping_up(world).id, bearer(OTHER_WALLET)),
    ("send_code", CustomerRestricted): code_to_restricted,
    ("send_code", CustomerPurged): code_to_purged,
    ("send_code", VerificationSpent): lambda world: code_after(world, status="spent"),
    ("send_code", VerificationCancelled): lambda world: code_after(world, status="cancelled"),
    ("send_code", VerificationExpired): code_late,
    ("send_code", VerificationLocked): lambda world: code_after(world, attempts=99),
    ("send_code", Throttled): code_too_often,
    ("send_code", SpendLimitReached): code_beyond_the_ceiling,
    ("send_code", Contended): code_twice,
    ("send_message", NotAuthenticated): lambda world: world.ringfence.strongroom.send_message(
        NOBODY, "ct_x", "order_ready", READY, None
    ),
    ("send_message", NotPermitted): lambda world: send(world, "ct_x", by=OFFICER),
    ("send_message", ContactTokenInvalid): lambda world: send(world, "ct_x", key=KEY),
    ("send_message", Throttled): message_too_often,
    ("send_message", SpendLimitReached): message_beyond_the_ceiling,
    ("send_message", FieldInvalid): lambda world: send(world, world.token(agreed(world)), parameters={}),
    ("send_message", IdempotencyKeyReused): message_with_used_key,
    ("send_message", Contended): message_to_erased,
    ("reveal", NotAuthenticated): lambda world: world.ringfence.strongroom.reveal(NOBODY, "ct_x", "because", None),
    ("reveal", NotPermitted): lambda world: reveal(world, "ct_x", by=OFFICER),
    ("reveal", ContactTokenInvalid): lambda world: reveal(world, "ct_x", key=KEY),
    ("reveal", Throttled): reveal_too_often,
    ("reveal", NotReplayable): reveal_twice,
    ("reveal", IdempotencyKeyReused): reveal_with_used_key,
    ("reveal", Contended): reveal_erased,
}


@pytest.mark.parametrize(("door", "kind"), REFUSED, ids=[f"{door}: {kind.__name__}" for door, kind in REFUSED])
def test_every_refusal_comes_through(scene: World, door: str, kind: type[RingfenceError]) -> None:
    with pytest.raises(RingfenceError) as caught:
        REFUSED[door, kind](scene)
    assert type(caught.value) is kind or (kind is Contended and isinstance(caught.value, Contended))


def test_every_refusal_that_a_door_announces_has_its_story() -> None:
    doors = {node.name: node for node in ast.walk(tree(SERVICE)) if isinstance(node, ast.FunctionDef)}
    announced = {(door, name) for door in DOORS for name in announced_by(doors[door])}
    assert announced == {(door, kind.__name__) for door, kind in REFUSED}


def test_a_text_that_does_not_fit_is_told_with_its_place(scene: World) -> None:
    with pytest.raises(FieldInvalid) as refused:
        send(scene, scene.token(agreed(scene)), parameters={**READY, "pickup_place": "a\nb"})
    assert refused.value.pointer == "/parameters/pickup_place"
    assert refused.value.reason == "must be 1 to 80 printable characters"


def test_a_limit_is_told_to_the_microsecond(scene: World) -> None:
    scene.later(microseconds=123_457)
    with pytest.raises(Throttled) as refused:
        message_too_often(scene)
    limit, at = scene.policy.rules.throttles.opening_by_staff[0], scene.adapters.clock.now()
    assert (refused.value.limit, refused.value.quota) == ("opening_by_staff", 1)
    assert refused.value.window_seconds == refused.value.retry_after_seconds == limit.window_seconds
    assert (refused.value.retry_at - at).total_seconds() == limit.window_seconds


def test_a_code_goes_out_once(scene: World) -> None:
    verification, sent = stepping_up(scene), scene.sent
    told = send_code(scene, verification.id)
    assert told.delivery == "accepted"
    assert scene.sent == sent + 1
    # With its carrier, and the reason if it had failed: what the API tells is what is kept.
    assert scene.row(Verification, verification.id).sends[-1] == told


@pytest.mark.parametrize("key", [None, KEY])
def test_a_message_goes_out_once_and_is_told_as_it_is_kept(scene: World, key: str | None) -> None:
    scene.later(microseconds=123_457)
    token, sent = scene.token(agreed(scene)), scene.sent
    message = send(scene, token, key=key)
    assert message == scene.row(Message, message.id)
    assert message.sent_at.microsecond == 123_457
    assert scene.sent == sent + 1
    if key is None:
        with pytest.raises(ContactTokenInvalid):
            send(scene, token)
    else:
        assert send(scene, token, key=key) == message
    assert scene.sent == sent + 1


@pytest.mark.parametrize("key", [None, KEY])
def test_a_number_is_shown_with_its_reason_logged(scene: World, key: str | None) -> None:
    number = reveal(scene, scene.token(agreed(scene), "call"), key=key)
    assert (number.e164, number.region, number.line_type) == (NUMBER, "GB", "mobile")
    (entry,) = scene.rows(AccessLogEntry)
    assert entry.justification == "the customer asked to be called"
